/**
 * The page for those with a keyboard, a screen reader or a phone: everything can be reached, is read, and is large enough.
 * Numbers are those of WCAG 2.2: reflow (1.4.10), names and roles (4.1.2), status messages (4.1.3), targets (2.5.8).
 */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { english } from "../../playground/words/english.js";
import { german } from "../../playground/words/german.js";
import { describeInBrowser, launch, OpenPage } from "./browser.js";
import { serve, type Site } from "./site.js";

const phone = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};

describeInBrowser("reaching the page", () => {
  let browser: Browser;
  let site: Site;

  beforeAll(async () => {
    [browser, site] = await Promise.all([launch(), serve(true)]);
  });

  afterAll(async () => {
    await browser.close();
    await site.close();
  });

  const announced = ({ page }: OpenPage, text: RegExp): Promise<void> =>
    page.locator("#announcer").filter({ hasText: text }).waitFor({ state: "attached" });

  describe("on a phone", () => {
    let open: OpenPage;

    beforeAll(async () => {
      open = await OpenPage.at(browser, site, phone);
      await open.until(({ staircases, trace }) => staircases.trained !== null && trace !== null);
    });

    afterAll(() => open.close());

    it.each([390, 320])("nothing is cut off or sticks out, %i px wide", async (width) => {
      const { page } = open;
      await page.setViewportSize({ width, height: 844 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(await page.evaluate(cutOff)).toEqual([]);
      await page.setViewportSize(phone.viewport);
    });

    it("a chart that was drawn for a wider place does not make the page wider, until it is drawn again", async () => {
      // Charts are there as soon as they have something to show.
      await open.page.getByRole("button", { name: "One batch" }).tap();
      await open.page.locator(".chart-canvas > *").first().waitFor();
      await open.until(({ training, staircases }) => training.status === "paused" && staircases.trained !== null);
      const width = await open.page.evaluate(() => {
        const drawn = [...document.querySelectorAll<HTMLElement>(".chart-canvas > *")];
        const before = drawn.map((chart) => chart.style.width);
        for (const chart of drawn) chart.style.width = "1000px";
        const { scrollWidth } = document.documentElement;
        drawn.forEach((chart, i) => (chart.style.width = before[i]));
        return drawn.length > 0 ? scrollWidth : NaN;
      });
      expect(width).toBe(phone.viewport.width);
    });

    it("what is tapped is large enough for a finger", async () => {
      const boxes = await open.page.evaluate(() =>
        [...document.querySelectorAll("button, select, input:not([hidden]), summary, canvas[tabindex]")].map(
          (element) => {
            const { width, height } = element.getBoundingClientRect();
            const name = element.getAttribute("aria-label") ?? element.textContent;
            return { name: `${element.tagName} ${name}`, width, height };
          },
        ),
      );
      expect(boxes.length).toBeGreaterThan(30);
      expect(boxes.filter(({ width, height }) => width < 24 || height < 44)).toEqual([]);
    });

    it("what takes the keyboard has a role and a name, and tables have names for their columns", async () => {
      expect(await open.page.evaluate(unnamed)).toEqual([]);
    });

    it("scrolls from anywhere, a raster that is zoomed in too, and then picks nothing", async () => {
      const { page } = open;
      for (let i = 0; i < 3; i++) await page.getByRole("button", { name: "Closer" }).tap();
      const raster = page.locator(".raster-canvas");
      await raster.evaluate((element) => element.scrollIntoView({ block: "center" }));
      const box = await raster.boundingBox();
      if (box === null) throw new Error("the page has no raster");
      const before = await page.evaluate(() => scrollY);
      const { picked } = await open.state();
      const session = await page.context().newCDPSession(page);
      const x = box.x + box.width / 2;
      const touch = (type: "touchStart" | "touchMove" | "touchEnd", y?: number) =>
        session.send("Input.dispatchTouchEvent", { type, touchPoints: y === undefined ? [] : [{ x, y }] });
      const y = box.y + box.height / 2;
      await touch("touchStart", y);
      for (let moved = 20; moved <= 200; moved += 20) await touch("touchMove", y - moved);
      await touch("touchEnd");
      await page.waitForFunction((from) => scrollY > from + 100, before);
      expect((await open.state()).picked).toEqual(picked);
      // What cannot be scrolled from is what is drawn on.
      const traps = await page.evaluate(() =>
        [...document.querySelectorAll("body *")]
          .filter((element) => getComputedStyle(element).touchAction === "none")
          .map((element) => element.className),
      );
      expect(traps).toEqual(["drawing"]);
      await page.getByRole("button", { name: /^All/ }).tap();
    });

    it("has had no error in the console", () => expect(open.problems).toEqual([]));
  });

  describe("with the keyboard", () => {
    let open: OpenPage;

    beforeAll(async () => {
      open = await OpenPage.at(browser, site, { hash: "#net=dense&h=8&h2=0&T=2&e=1&s=2" });
      await open.until(({ staircases, trace }) => staircases.trained !== null && trace !== null);
    });

    afterAll(() => open.close());

    /** Presses Tab until the element has the focus, from the top of the page. */
    async function tabTo(page: Page, selector: string): Promise<void> {
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press("Tab");
        if (await page.evaluate((what) => document.activeElement?.matches(what) === true, selector)) return;
      }
      throw new Error(`Tab does not reach ${selector}`);
    }

    it("draws, and hears the answer", async () => {
      const { page } = open;
      await page.getByRole("button", { name: "Clear" }).click();
      await tabTo(page, "a.skip, canvas.drawing, button");
      await page.locator("canvas.drawing").focus();
      await page.keyboard.press("Space");
      await announced(open, /^The pen is down\.$/);
      for (let i = 0; i < 14; i++) await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Space");
      await announced(open, /^After 8 time steps the answer is 1; after the first it was \d\.$/);
      await page.getByRole("button", { name: "Held-out image ›" }).press("Enter");
      await announced(open, /^After 8 time steps the answer is \d; .* The class is 2\.$/);
    });

    it("points at spikes, sees where, and picks a neuron", async () => {
      const { page } = open;
      await tabTo(page, ".raster-canvas");
      await expect.poll(() => page.locator(".raster-cursor").count()).toBe(1);
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Home");
      for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowDown");
      await announced(open, /^Convolution 1, neuron 4 \(row 1, column 1, channel 4\), time step 8: (a|no) spike\.$/);
      const [cursor, canvas] = await Promise.all([
        page.locator(".raster-cursor").boundingBox(),
        page.locator(".raster-canvas").boundingBox(),
      ]);
      if (cursor === null || canvas === null) throw new Error("nothing is drawn");
      expect(cursor.y).toBeCloseTo(canvas.y + (3 / 60) * canvas.height, 0);
      expect(cursor.x).toBeCloseTo(canvas.x + (7 / 8) * canvas.width, 0);
      await page.keyboard.press("Enter");
      await open.until(({ trace }) => trace?.layer === 0 && trace.neuron === 3);
      await page.keyboard.press("Tab");
      await expect.poll(() => page.locator(".raster-cursor").count()).toBe(0);
    });

    it("reaches every feature map, and picks one of its neurons", async () => {
      const { page } = open;
      await page.locator(".raster-canvas").focus();
      await tabTo(page, ".maps");
      await expect.poll(() => page.locator(".map-cursor").count()).toBe(1);
      for (const key of ["End", "PageUp", "ArrowDown", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
      // channel 11 of 12, row 2, column 3
      await announced(open, /^Convolution 1, neuron 131 \(row 2, column 3, channel 11\): \d spikes? in 8 steps/);
      await expect.poll(() => page.locator(".map-spot").textContent()).toContain("channel 11");
      await page.keyboard.press("Enter");
      await open.until(({ trace }) => trace?.layer === 0 && trace.neuron === (1 * 8 + 2) * 12 + 10);
      await announced(open, /^The potential of Convolution 1, neuron 131 .* is shown\.$/);
      await tabTo(page, ".maps");
      expect(await page.locator(".maps").nth(1).evaluate((element) => element === document.activeElement)).toBe(true);
    });

    it("hears that training is over, and that no batch is left", async () => {
      const { page } = open;
      await page.getByRole("button", { name: "Start training" }).press("Enter");
      await open.until(({ training }) => training.status === "finished");
      await announced(open, /^Training is finished\. [\d.]+ % of held-out images right\.$|^After 8 time steps/);
      await page.getByRole("button", { name: "One batch" }).press("Enter");
      const { notice, training } = await open.until((state) => state.notice !== null);
      expect(notice?.sentence).toBe(
        "1 epoch is over, so there is no batch left. Train again begins anew with the settings as they are; Reset gives a network that has learned nothing.",
      );
      expect(training.status).toBe("finished");
      await announced(open, /^1 epoch is over/);
    });

    it("keeps the colours that were chosen, also after the page is loaded again", async () => {
      const { page } = open;
      await page.getByLabel("Colours").selectOption("dark");
      await page.reload();
      await page.locator(".status[data-ready]").waitFor();
      await expect.poll(() => page.getByLabel("Colours").inputValue()).toBe("dark");
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(15, 21, 28)");
    });

    it("is told what a wrong file is", async () => {
      const file = { name: "NET.PTH", mimeType: "application/octet-stream", buffer: Buffer.alloc(3_000_000, "PK\u0003\u0004") };
      await open.page.locator("#carry input[type=file]").setInputFiles(file);
      const { notice } = await open.until((state) => state.notice?.kind === "error");
      expect(notice?.sentence).toMatch(/^NET\.PTH: it begins as a ZIP archive, as torch\.save writes, but its end is missing;/);
    });

    it("has had no error in the console", () => expect(open.problems).toEqual([]));
  });

  it("speaks German where the browser does, the worker too, and fits a small phone", async () => {
    const open = await OpenPage.at(browser, site, { ...phone, viewport: { width: 320, height: 844 }, locale: "de-DE" });
    const { page } = open;
    await open.until(({ staircases, trace }) => staircases.trained !== null && trace !== null);
    expect(await page.evaluate(() => [document.documentElement.lang, document.title])).toEqual(["de", german.page.documentTitle]);
    const [network, draw, ...panels] = Object.values(german.page.sections);
    const headings = [german.page.title, network, draw, german.lessons.title, ...panels];
    await expect.poll(() => page.locator("h1, h2").allTextContents()).toEqual(headings);
    await expect.poll(() => page.locator(".status").first().textContent()).toMatch(/^Netz: das Ziffernnetz.*Gewichte, \d\d,\d % der Testdaten/);
    // Not one text or label is what the English page has in its place.
    const own = new Set(sayings(german));
    const left = sayings(english).filter((text) => !own.has(text));
    const shown = await page.evaluate(texts);
    expect(shown.length).toBeGreaterThan(200);
    expect(shown.filter((text) => left.includes(text))).toEqual([]);
    expect(await page.evaluate(cutOff)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    await open.picture("german-phone");
    // Of the page, and of the worker.
    const give = (...names: string[]) =>
      page.locator("#carry input[type=file]").setInputFiles(
        names.map((name) => ({ name, mimeType: "image/png", buffer: Buffer.from([0x89, ...Buffer.from("PNG\r\n\u001a\n")]) })),
      );
    await give("nameless.png", "a_1.png");
    await open.until(({ notice }) => notice?.sentence.startsWith("/nameless.png sagt nicht, zu welcher Klasse") === true);
    await give("kaputt.png");
    await open.until(({ notice }) => notice?.sentence.startsWith("kaputt.png kann nicht als Bild gelesen werden") === true);
    expect(await page.evaluate(cutOff)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    expect(open.problems).toEqual([]);
    await open.close();
  });

  it("works without the network that comes with it, and says what is wrong", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.route("**/*.safetensors", (route) => route.fulfill({ status: 404, body: "<!doctype html>" }));
    await page.goto(site.address);
    await page.locator(".status[data-ready]").waitFor();
    const alert = (await page.getByRole("alert").textContent()) ?? "";
    expect(alert).toMatch(/could not be loaded from .*: the server answers 404 Not Found; expected the file/);
    await expect.poll(() => page.locator(".status").first().textContent()).toContain("a new network that has learned nothing yet");
    await page.locator("#train > summary").click();
    await page.getByRole("button", { name: "One batch" }).click();
    await page.locator("#training-state").filter({ hasText: "paused" }).waitFor();
    await context.close();
  });
}); // prettier-ignore

/** What a table of words says as it is. */
function sayings(table: unknown): string[] {
  if (typeof table === "string") return [table];
  return typeof table === "object" && table !== null ? Object.values(table).flatMap(sayings) : [];
}

/** Every text of the page, and what is read for it. Runs in the page. */
function texts(): string[] {
  const elements = [...document.querySelectorAll("body *:not(script, style, noscript)")];
  const labels = elements.flatMap((element) =>
    ["aria-label", "aria-roledescription", "title"].flatMap((name) => element.getAttribute(name) ?? []),
  );
  const contents = elements.flatMap((element) =>
    [...element.childNodes].flatMap((node) => (node.nodeType === 3 ? [(node.textContent ?? "").trim()] : [])),
  );
  return [...labels, ...contents].filter((text) => text !== "");
}

/** Texts that are wider than their place, or outside of their picture. Runs in the page. */
function cutOff(): string[] {
  const shown = (element: Element): boolean => element.closest(".unseen, .skip, .table-scroll, noscript") === null;
  const texts = [...document.querySelectorAll("body *")]
    .filter((element) => element.children.length === 0 && (element.textContent ?? "").trim() !== "")
    .filter((element) => shown(element) && !["inline", "none"].includes(getComputedStyle(element).display))
    .filter(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth + 1)
    .map((element) => `too wide: ${element.outerHTML.slice(0, 120)}`);
  const selects = [...document.querySelectorAll("select")].flatMap((select) => {
    const whole = select.cloneNode(true) as HTMLSelectElement;
    whole.style.width = "max-content";
    select.parentElement?.append(whole);
    const needed = whole.getBoundingClientRect().width;
    whole.remove();
    return needed <= select.getBoundingClientRect().width + 1 ? [] : [`too wide: ${select.textContent ?? ""}`];
  });
  const labels = [...document.querySelectorAll("svg")].flatMap((svg) => {
    const frame = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("text")].flatMap((text) => {
      const box = text.getBoundingClientRect();
      const isInside =
        box.left >= frame.left - 1 && box.right <= frame.right + 1 && box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
      return isInside ? [] : [`outside: ${text.textContent ?? ""}`];
    });
  });
  return [...texts, ...selects, ...labels];
} // prettier-ignore

/** What takes the focus without a role that takes keys or without a name, and columns without a name. Runs in the page. */
function unnamed(): string[] {
  // A group is a table that scrolls.
  const roles = ["application", "button", "link", "slider", "textbox", "combobox", "group"];
  const tags = ["BUTTON", "A", "INPUT", "SELECT"];
  const focusable = [...document.querySelectorAll("[tabindex], button, a[href], input:not([hidden]), select")]
    .filter((element) => !tags.includes(element.tagName) || element.hasAttribute("role"))
    .filter(
      (element) =>
        !roles.includes(element.getAttribute("role") ?? "") || (element.getAttribute("aria-label") ?? "") === "",
    );
  const columns = [...document.querySelectorAll("th")].filter(({ textContent }) => textContent.trim() === "");
  return [...focusable, ...columns].map((element) => element.outerHTML.slice(0, 120));
} // prettier-ignore
