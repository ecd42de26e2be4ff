/** The page as a whole: with and without isolation, without other hosts. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { german } from "../../playground/words/german.js";
import { describeInBrowser, launch, OpenPage } from "./browser.js";
import { packedBytes, serve } from "./site.js";

describeInBrowser("the page", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launch();
  });

  afterAll(() => browser.close());

  it.each([
    [true, "with"],
    [false, "without"],
  ])("works %s cross-origin isolation (%s headers) and asks nobody else", async (isolated) => {
    const site = await serve(isolated);
    const open = await OpenPage.at(browser, site, { closed: true });
    const { engine } = await open.state();
    expect(engine?.isolated).toBe(isolated);
    if (!isolated) expect(engine?.threads).toBe(1);
    // The page, its worker, the data and the network: panels, what trains, draws curves or reads files come when they are needed.
    await open.until(({ look }) => look !== null);
    const ownRequests = (): string[] => open.requests.filter((address) => address.startsWith(site.address));
    const packed = (): number =>
      ownRequests().reduce((sum, address) => sum + packedBytes(new URL(address).pathname), 0);
    const loaded = ownRequests();
    expect(loaded.filter((address) => /safetensors$|\/worker-|\/digits-data-/.test(address))).toHaveLength(3);
    expect(loaded.filter((address) => /learning|import-network|load-|story/.test(address))).toEqual([]);
    expect(packed()).toBeLessThanOrEqual(260_000);
    await open.openPanels();
    expect(packed()).toBeLessThanOrEqual(275_000);
    await open.page.getByRole("button", { name: "One batch" }).click();
    await open.until(({ training }) => training.losses.length === 1 && training.status === "paused");
    // Once it is kept it needs nobody, not even its own server.
    await open.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await open.page.context().setOffline(true);
    await open.page.getByRole("button", { name: "Go on" }).click();
    await open.until(({ training }) => training.losses.length > 20);
    await open.page.getByRole("button", { name: "Clear" }).click();
    await open.page.getByRole("button", { name: "Held-out image ›" }).click();
    await open.until(({ look }) => look?.input.source === "sample" && look.input.index === 0);
    expect(open.requests.length).toBeGreaterThan(3);
    const { origin } = new URL(site.address);
    expect(
      open.requests.filter((address) => !/^(data|blob):/.test(address) && new URL(address).origin !== origin),
    ).toEqual([]);
    expect(open.problems).toEqual([]);
    // It can be opened again, and is what it was: threads, training, the language that was not spoken before.
    await open.page.goto(`${site.address}?lang=de#net=dense&h=8&T=2&e=1`);
    await open.page.locator(".status[data-ready]").waitFor();
    expect((await open.state()).engine).toEqual(engine);
    await open.openPanels();
    await open.page.getByRole("button", { name: german.train.oneBatch }).click();
    await open.until(({ training }) => training.losses.length === 1 && training.status === "paused");
    await open.close();
    await site.close();
  });

  it("fits a phone, in light and dark, with touch", async () => {
    const site = await serve(true);
    for (const colorScheme of ["light", "dark"] as const) {
      const open = await OpenPage.at(browser, site, {
        viewport: { width: 390, height: 844 },
        deviceScaleFactor: 2,
        hasTouch: true,
        isMobile: true,
        colorScheme,
      });
      const { page } = open;
      await page.locator("canvas.drawing").tap();
      await open.until(({ input, look }) => input.source === "drawing" && look?.input.source === "drawing");
      await open.until(({ staircases }) => staircases.trained !== null);
      // nothing sticks out to the side
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      await open.picture(`phone-${colorScheme}`);
      expect(open.problems).toEqual([]);
      await open.close();
    }
    await site.close();
  });

  it("opens on one screen with a digit that changes its mind, and plays it once unless motion is not wanted", async () => {
    const site = await serve(true);
    const still = await OpenPage.at(browser, site, { closed: true, viewport: { width: 1280, height: 800 } });
    const { look, step, playing } = await still.until((state) => state.look !== null);
    expect([look?.answers[0] === look?.label, look?.answers[3] === look?.label]).toEqual([false, true]);
    expect([look?.input.source, step, playing]).toEqual(["sample", 8, false]);
    await expect
      .poll(() => still.page.locator(".story").textContent())
      .toMatch(
        /^After 1 step the network says \d\. After 4 time steps it says \d: it has changed its mind\. That is right\.$/,
      );
    await expect
      .poll(() => still.page.locator(".strip .box-name").allTextContents())
      .toEqual(
        ["Input", "Convolution 1", "Convolution 2", "Hidden", "Answer"], // prettier-ignore
      );
    await expect.poll(() => still.page.locator(".panel-body:not(:empty)").count()).toBe(1);
    expect(await still.page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(800);
    // Lessons can be had once the network was measured.
    await still.until(({ staircases }) => staircases.trained !== null);
    await still.picture("opening");
    // Two screens of a phone; what it draws on, and what comes of it, in the first.
    await still.page.setViewportSize({ width: 390, height: 844 });
    const [height, ...ends] = await still.page.evaluate(() => [
      document.documentElement.scrollHeight,
      ...[".strip", ".scrubber", "canvas.drawing", ".answers"].map(
        (part) => document.querySelector(part)?.getBoundingClientRect().bottom ?? Infinity,
      ),
    ]);
    expect(height).toBeLessThanOrEqual(2 * 844);
    for (const end of ends) expect(end).toBeLessThanOrEqual(844);
    await still.page.setViewportSize({ width: 1280, height: 800 });
    // A layer is selected everywhere.
    await still.page.getByRole("button", { name: /^Convolution 2 fires/ }).click();
    const { staircases, picked } = await still.until(({ picked }) => picked?.layer === 1);
    expect([staircases.layer, picked?.layer]).toEqual([1, 1]);
    // One neuron: what arrives is what it receives.
    await still.page.locator("#neuron > summary").click();
    const { arrivals, trace } = await still.until(({ arrivals }) => arrivals?.layer === 1);
    expect(arrivals?.input).toBe(trace?.input[7]);
    await still.page.locator(".received .sum").waitFor();
    // A lesson sets the page, on a copy, and is put back.
    await still.until(({ staircases }) => staircases.trained !== null);
    await still.page.getByRole("button", { name: "A silent layer" }).click();
    await still.until(({ look, staircases, open }) => {
      const silent = look?.layers[1].spikes.every((spike) => spike === 0);
      return silent === true && staircases.moved !== null && open.includes("stairs");
    });
    await still.page.locator(".lesson button").click();
    await still.until(({ look, lesson }) => lesson === null && look?.layers[1].spikes.includes(1) === true);
    await still.picture("story");
    expect(still.problems).toEqual([]);
    const moving = await OpenPage.at(browser, site, {
      closed: true,
      reducedMotion: "no-preference",
      locale: "de-DE",
      viewport: { width: 1280, height: 800 },
    });
    await moving.until((state) => state.playing && state.step < 8);
    await moving.until((state) => !state.playing && state.step === 8);
    expect(await moving.page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(800);
    await Promise.all([still.close(), moving.close()]);
    await site.close();
  });

  it("has a name for every control, text that contrasts, and headings in order", async () => {
    const site = await serve(true);
    for (const theme of ["light", "dark"]) {
      const open = await OpenPage.at(browser, site);
      const { page } = open;
      await page.getByLabel("Colours").selectOption(theme);
      await open.until(({ staircases }) => staircases.trained !== null);
      if (theme === "dark") await open.picture("dark");
      const nameless = await page.evaluate(() =>
        [...document.querySelectorAll("button, input:not([hidden]), select, canvas, svg")]
          // What lies inside a picture is spoken with it.
          .filter((element) => element.parentElement?.closest("[role=img]") === null)
          .filter((element) => element.closest("[aria-hidden=true]") === null)
          .filter((element) => {
            const label =
              element.getAttribute("aria-label") ??
              element.closest("label")?.textContent ??
              element.textContent;
            return (label ?? "").trim() === "";
          })
          .map((element) => element.outerHTML.slice(0, 200)),
      );
      expect(nameless).toEqual([]);
      const headings = await page.evaluate(() =>
        [...document.querySelectorAll("h1, h2, h3, h4")].map((heading) => Number(heading.tagName[1])),
      );
      expect(headings[0]).toBe(1);
      headings.forEach((level, i) => expect(level - (headings[i - 1] ?? 0)).toBeLessThanOrEqual(1));
      // WCAG 2.1, 1.4.3: 4.5 to 1 for text
      const pale = await page.evaluate(lowContrast);
      expect(pale, theme).toEqual([]);
      await open.close();
    }
    await site.close();
  });
});

/** Texts whose colour differs too little from the nearest background behind them. Runs in the page. */
function lowContrast(): string[] {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (canvas === null) return ["no canvas"];
  const rgba = (colour: string): Uint8ClampedArray => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const luminance = ([red, green, blue]: ArrayLike<number> & Iterable<number>): number => {
    const [r, g, b] = [red, green, blue].map((value) => {
      const share = value / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element: Element | null): Uint8ClampedArray => {
    if (element === null) return rgba("white");
    const colour = rgba(getComputedStyle(element).backgroundColor);
    return colour[3] === 255 ? colour : behind(element.parentElement);
  };
  return [
    ...document.querySelectorAll(
      "p, small, b, button, a, dt, dd, li, th, td, caption, legend, figcaption, h1, h2, h3, output, span",
    ),
  ]
    .filter((element) =>
      [...element.childNodes].some((node) => node.nodeType === 3 && (node.textContent ?? "").trim() !== ""),
    )
    .filter((element) => !element.matches(":disabled, .skip"))
    .flatMap((element) => {
      const [text, ground] = [luminance(rgba(getComputedStyle(element).color)), luminance(behind(element))];
      const ratio = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
      return ratio >= 4.5 ? [] : [`${ratio.toFixed(1)}: ${element.outerHTML.slice(0, 100)}`];
    });
}
