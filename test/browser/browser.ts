/**
 * Chromium and the page in it. Without a Chromium the tests are skipped, unless ATIF_REQUIRE_BROWSER is set.
 *
 *   ATIF_CHROMIUM        where it is, if not /usr/bin/chromium
 *   ATIF_SCREENSHOTS     a folder: pictures of the main states are written there
 */

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { describe } from "vitest";
import type { PageState } from "../../playground/state/page-state.js";
import type { Site } from "./site.js";

const executablePath = process.env.ATIF_CHROMIUM ?? "/usr/bin/chromium";
const required = (process.env.ATIF_REQUIRE_BROWSER ?? "") !== "";

/** A group of tests that need a browser. */
export function describeInBrowser(name: string, fn: () => void): void {
  if (required && !existsSync(executablePath)) {
    throw new Error(
      `there is no Chromium at ${executablePath}, and ATIF_REQUIRE_BROWSER is set; install one (Debian: apt-get install chromium) or set ATIF_CHROMIUM.`,
    );
  }
  describe.skipIf(!existsSync(executablePath))(name, fn);
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath, headless: true, args: ["--disable-gpu", "--disable-quic"] });
}

/** The whole page computes. */
const READY = ".status[data-ready]";

/** The page, open and ready, with what went wrong in it. */
export class OpenPage {
  /** Console errors, exceptions, failed requests. */
  readonly problems: string[] = [];
  /** Addresses of all requests. */
  readonly requests: string[] = [];

  private constructor(readonly page: Page) {
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.problems.push(message.text());
    });
    page.on("pageerror", (error) => this.problems.push(String(error)));
    page.on("requestfailed", (request) => this.problems.push(`request failed: ${request.url()}`));
    page.on("request", (request) => this.requests.push(request.url()));
  }

  /** @param options closed: without opening the panels */
  static async at(
    browser: Browser,
    site: Site,
    options: BrowserContextOptions & { hash?: string; closed?: boolean } = {},
    ready = READY,
  ): Promise<OpenPage> {
    const { hash = "", closed = false, ...rest } = options;
    // Nothing plays by itself, so that the step is the last one until a test goes elsewhere.
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      reducedMotion: "reduce",
      ...rest,
    });
    const open = new OpenPage(await context.newPage());
    await open.page.goto(site.address + hash);
    await open.page.locator(ready).waitFor();
    // A single panel has nothing to open.
    if (!closed && ready === READY) await open.openPanels();
    return open;
  }

  /** All of them, as clicks on their titles do. */
  async openPanels(): Promise<void> {
    await this.page.evaluate(() => {
      for (const title of document.querySelectorAll<HTMLElement>("details.panel:not([open]) > summary"))
        title.click();
    });
    await this.page.locator(".panel-body:empty").first().waitFor({ state: "detached" });
  }

  /** The state of the page, every digit of it. */
  state(): Promise<PageState> {
    return this.page.evaluate(() =>
      (globalThis as unknown as { atifPlayground: { state(): PageState } }).atifPlayground.state(),
    );
  }

  /**
   * Waits until the state is as told. The condition is asked inside the page, so that it must not use anything from
   * outside; a state that travels here at every question would keep the page from drawing.
   */
  async until(condition: (state: PageState) => boolean, timeout = 30_000): Promise<PageState> {
    const text = `() => {
      const state = atifPlayground.state();
      return (${String(condition)})(state) || state.training.status === "failed";
    }`;
    // A function, which is evaluated once and early: the policy of the page forbids a text to be evaluated later.
    const asked = Object.assign(() => false, { toString: () => text });
    try {
      await this.page.waitForFunction(asked, undefined, { timeout, polling: 50 });
    } catch (error) {
      const { training, notice } = await this.state();
      throw new Error(
        `waited for ${String(condition)}; training is ${training.status}, the notice is ${notice?.sentence ?? "none"}`,
        { cause: error },
      );
    }
    const state = await this.state();
    if (!condition(state)) throw new Error(`waited for ${String(condition)}; it is not so any more`);
    return state;
  }

  /** A picture of the page, or of a part of it, or from one part to another, if pictures are wanted. */
  async picture(name: string, from?: string, to = from): Promise<void> {
    const folder = process.env.ATIF_SCREENSHOTS ?? "";
    if (folder === "") return;
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${name}.png`);
    // From its top: what stays in sight while the page is scrolled would lie over what is shown.
    const scrolled = await this.page.evaluate(() => {
      const { scrollX, scrollY } = globalThis;
      scrollTo({ top: 0, left: 0, behavior: "instant" });
      return [scrollX, scrollY] as const;
    });
    if (from === undefined || to === undefined) await this.page.screenshot({ path, fullPage: true });
    else {
      // What comes meanwhile above it, a panel that is loaded or measured, moves it.
      for (let clip = await this.#placeOf(from, to), isStill = false; !isStill;) {
        await this.page.screenshot({ path, fullPage: true, clip });
        const now = await this.#placeOf(from, to);
        isStill = JSON.stringify(now) === JSON.stringify(clip);
        clip = now;
      }
    }
    await this.page.evaluate(([left, top]) => scrollTo({ top, left, behavior: "instant" }), scrolled);
  }

  /** On the whole page, in CSS pixels. */
  #placeOf(from: string, to: string): Promise<{ x: number; y: number; width: number; height: number }> {
    return this.page.evaluate(
      (selectors) => {
        const [first, last] = selectors.map((selector) =>
          document.querySelector(selector)?.getBoundingClientRect(),
        );
        if (first === undefined || last === undefined) throw new Error("there is no such part");
        // With the ring around what has the focus.
        const margin = 5;
        const [x, y] = [Math.max(0, first.left - margin), Math.max(0, first.top + scrollY - margin)];
        const right = Math.min(document.documentElement.clientWidth, first.right + margin);
        return { x, y, width: right - x, height: last.bottom + scrollY + margin - y };
      },
      [from, to] as const,
    );
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
