/** The elements of atif/elements in their example page, from a server of static files: drawn, themed, by keyboard, to the bit. */

import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { AtifDraw, AtifMembrane, AtifRaster, AtifStaircase } from "../../elements/index.js";
import { imageFromStrokes } from "../../src/index.js";
import { describeInBrowser, launch } from "./browser.js";
import { serve, type Site } from "./site.js";

const root = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");

interface Elements {
  readonly draw: AtifDraw;
  readonly raster: AtifRaster;
  readonly membrane: AtifMembrane;
  readonly staircase: AtifStaircase;
}

describeInBrowser("the elements", () => {
  let browser: Browser;
  let site: Site;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    [browser, site] = await Promise.all([launch(), serve(false, new Map(), root)]);
    page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: "dark" });
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.goto(`${site.address}examples/elements/index.html`);
    await page.getByText("The answer after").waitFor();
  });

  afterAll(async () => {
    await browser.close();
    await site.close();
  });

  /** What the page says of its elements, asked in it. */
  function ask<R>(question: (elements: Elements) => R): Promise<R> {
    const text = `(() => {
      const [draw, raster, membrane, staircase] = ["draw", "raster", "membrane", "staircase"]
        .map((name) => document.querySelector("atif-" + name));
      return (${String(question)})({ draw, raster, membrane, staircase });
    })()`;
    return page.evaluate<R>(text);
  }

  /** A pixel of a canvas, from 0 to 1 across and down. */
  function pixel(name: "draw" | "raster", x: number, y: number): Promise<readonly number[]> {
    return page.evaluate(
      ([element, x, y]) => {
        const canvas = document.querySelector(`atif-${element}`)?.shadowRoot?.querySelector("canvas");
        const { data } =
          canvas?.getContext("2d")?.getImageData(x * canvas.width, y * canvas.height, 1, 1) ?? {};
        return [...(data ?? [])].slice(0, 3);
      },
      [name, x, y] as const,
    );
  }

  it("draw what the page gives them, in the colours of the place", async () => {
    await expect
      .poll(() => page.locator("atif-membrane figcaption").textContent())
      .toMatch(/^layers\.neuron1, neuron \d+$/);
    await page.getByRole("img", { name: /^Staircase of layers\.neuron1 with 4 steps up to/ }).waitFor();
    const rows = await ask(({ raster }) => raster.layers[0].neurons);
    const spike = await ask(({ raster }) => Array.from(raster.layers[0].spikes).indexOf(1));
    const [step, row] = [Math.floor(spike / rows), spike % rows];
    // Dark: --spike of elements/style.css.
    expect(await pixel("raster", (step + 0.5) / 4, (row + 0.4) / rows)).toEqual([0xff, 0x7f, 0xab]);
    await ask(({ raster }) => {
      raster.style.setProperty("--atif-spike", "rebeccapurple");
      raster.step = 1;
    });
    await expect.poll(() => pixel("raster", 0.5 / 4, (row + 0.4) / rows)).toEqual([0x66, 0x33, 0x99]);
    await ask(({ raster }) => raster.style.removeProperty("--atif-spike"));
  });

  it("give the drawing as the library prepares it, by pointer and by keyboard", async () => {
    await ask(({ draw }) => {
      const told: unknown[] = [];
      Object.assign(draw, { told });
      for (const type of ["input", "change"])
        draw.addEventListener(type, (event) => {
          const { strokes, image } = (event as CustomEvent<{ strokes: number[][]; image: Float32Array }>)
            .detail;
          told.push({ type, strokes, image: [...image] });
        });
    });
    const told = (): Promise<{ type: string; strokes: number[][]; image: number[] }[]> =>
      ask(({ draw }) => (draw as unknown as { told: never }).told);
    await page.getByRole("button", { name: "Clear" }).click();
    const square = page.getByRole("application", { name: "Square to draw" });
    await square.focus();
    for (const key of [" ", "ArrowDown", "ArrowDown", "ArrowRight", " "]) await page.keyboard.press(key);
    await page.getByRole("status").filter({ hasText: "The pen is up." }).waitFor({ state: "attached" });
    const byKeys = await told();
    expect(byKeys.map(({ type }) => type).join(" ")).toBe("input change input input input input change");
    const { strokes, image } = byKeys[byKeys.length - 1];
    expect(strokes).toEqual([[140, 70, 140, 80, 140, 90, 150, 90]]);
    expect(image).toEqual([...imageFromStrokes(strokes, [8, 8, 1])]);
    const box = await square.boundingBox();
    if (box === null) throw new Error("there is no square");
    await page.mouse.move(box.x + 60, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 60, box.y + 200);
    await page.mouse.up();
    const byPointer = (await told()).slice(byKeys.length);
    expect(byPointer.map(({ type }) => type).join(" ")).toBe("input input change");
    expect(byPointer[2].strokes).toHaveLength(2);
  });

  it("pick a neuron by keyboard, which the page shows", async () => {
    await page.getByRole("application", { name: /^Spikes of 64 neurons over 4 time steps/ }).focus();
    for (const key of ["Home", "ArrowDown", "ArrowDown", "Enter"]) await page.keyboard.press(key);
    await page.locator("atif-membrane figcaption", { hasText: "neuron 3" }).waitFor();
    expect(await ask(({ raster }) => raster.picked)).toEqual({ layer: 0, neuron: 2 });
  });

  it("move theta, and tell it once", async () => {
    await ask(({ staircase }) => {
      const thetas: number[] = [];
      Object.assign(staircase, { thetas });
      staircase.addEventListener("input", (event) =>
        thetas.push((event as CustomEvent<{ theta: number }>).detail.theta),
      );
    });
    await page.getByRole("slider", { name: "θ" }).focus();
    await page.keyboard.press("ArrowRight");
    const [theta, thetas] = await ask(
      ({ staircase }) =>
        [staircase.theta, (staircase as unknown as { thetas: readonly number[] }).thetas] as const,
    );
    expect(thetas).toEqual([theta]);
    await expect.poll(() => page.locator("atif-staircase .learned").count()).toBe(1);
    await ask(({ staircase }) => void (staircase.movable = false));
    await expect.poll(() => page.getByRole("slider").count()).toBe(0);
  });

  it("keep what was set before they were known, and leave and come back", async () => {
    await ask(({ raster }) => {
      // Of a document in which nobody has defined them.
      const early = document.implementation.createHTMLDocument().createElement("atif-raster");
      Object.assign(early, { step: 1, layers: [{ name: "early", neurons: 2, spikes: [0, 1, 1, 0, 0, 0] }] });
      document.body.append(early);
      const other = document.createElement("section");
      document.body.append(other);
      other.append(raster);
      return null;
    });
    await page.getByRole("application", { name: /^Spikes of 2 neurons over 3 time steps/ }).waitFor();
    expect(await page.evaluate(() => document.querySelector<AtifRaster>("body > atif-raster")?.step)).toBe(1);
    await page.getByRole("application", { name: /^Spikes of 64 neurons/ }).waitFor();
    expect(problems).toEqual([]);
  });
});
