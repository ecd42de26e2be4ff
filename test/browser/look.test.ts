/** Drawing in the page, and looking inside: the right answers, and the numbers that the library gives in Node. */

import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { PageState } from "../../playground/state/page-state.js";
import {
  decodeModel,
  encodeModel,
  imageFromStrokes,
  init,
  loadDigits,
  recordActivity,
  SCNN,
  tensor,
  type Activity,
  type SpikingModel,
} from "../../src/index.js";
import { describeInBrowser, launch, OpenPage } from "./browser.js";
import { digitStrokes } from "./digit-strokes.js";
import { serve, type Site } from "./site.js";

const modelFile = new URL("../../playground/generated/digits.safetensors", import.meta.url);

/** With the mouse, on the square of 280. */
async function drawWithMouse(page: Page, strokes: readonly (readonly number[])[]): Promise<void> {
  const square = page.locator("canvas.drawing");
  await square.scrollIntoViewIfNeeded();
  const box = await square.boundingBox();
  if (box === null) throw new Error("the page has no square to draw on");
  const at = (value: number, start: number): number => start + (value / 280) * box.width;
  for (const [x0, y0, ...rest] of strokes) {
    await page.mouse.move(at(x0, box.x), at(y0, box.y));
    await page.mouse.down();
    for (let i = 0; i < rest.length; i += 2)
      await page.mouse.move(at(rest[i], box.x), at(rest[i + 1], box.y));
    await page.mouse.up();
  }
}

/** The look of the page is the one at its input, and not at one before. */
function isSettled({ input, look }: PageState): boolean {
  return look !== null && JSON.stringify(look.input) === JSON.stringify(input);
}

describeInBrowser("drawing and looking inside", () => {
  let browser: Browser;
  let site: Site;
  let open: OpenPage;
  let model: SpikingModel;

  beforeAll(async () => {
    await init({ threads: 1 });
    ({ model } = decodeModel(readFileSync(modelFile)));
    [browser, site] = await Promise.all([launch(), serve(true)]);
    open = await OpenPage.at(browser, site);
  });

  afterAll(async () => {
    await open.close();
    await browser.close();
    await site.close();
  });

  function expectSameNumbers({ look }: PageState, image: Float32Array): Activity {
    const activity = recordActivity(model, tensor(image, [1, 8, 8, 1]), { timesteps: 8 });
    expect(look?.image).toEqual(image);
    expect(look?.scores).toEqual(activity.scores);
    expect(look?.answers).toEqual(activity.answers);
    expect(look?.layers.map(({ spikes, theta }) => ({ spikes, theta }))).toEqual(
      activity.layers.map(({ spikes, theta }) => ({ spikes, theta })),
    );
    return activity;
  }

  it("reads at least 8 of 10 drawn digits", async () => {
    const answers: number[] = [];
    for (const [digit, strokes] of digitStrokes.entries()) {
      await open.page.getByRole("button", { name: "Clear" }).click();
      await drawWithMouse(open.page, strokes);
      const state = await open.until(isSettled);
      const input = state.input.source === "drawing" ? state.input.strokes : [];
      expect(input.map(({ length }) => length)).toEqual(strokes.map(({ length }) => length));
      const image = imageFromStrokes(input, [8, 8, 1]);
      const activity = expectSameNumbers(state, image);
      answers.push(activity.answers[3]);
      const shown = open.page.locator(".answer[data-steps='4']");
      await expect.poll(() => shown.getAttribute("data-answer")).toBe(String(activity.answers[3]));
      if (digit === 4) await open.picture("draw", "#draw");
    }
    console.log(`drawn 0 to 9, read as ${answers.join(" ")}`);
    expect(answers.filter((answer, digit) => answer === digit).length).toBeGreaterThanOrEqual(8);
  });

  it("shows held-out images with the library's numbers", async () => {
    const { test } = await loadDigits();
    await open.page.getByRole("button", { name: "Held-out image ›" }).click();
    await open.page.getByRole("button", { name: "Held-out image ›" }).click();
    const state = await open.until(({ look }) => look?.input.source === "sample" && look.input.index === 1);
    expect(state.look?.label).toBe(test.labels[1]);
    expectSameNumbers(state, test.batch([1]).x);
  });

  it("shows the potential of the neuron that was clicked, to the bit", async () => {
    const raster = open.page.locator(".raster-canvas");
    await raster.scrollIntoViewIfNeeded();
    const box = await raster.boundingBox();
    if (box === null) throw new Error("the page has no raster");
    await open.page.mouse.move(box.x + 0.4 * box.width, box.y + 0.3 * box.height);
    const spot = (await open.page.locator(".raster-spot").textContent()) ?? "";
    expect(spot).toMatch(
      /^Convolution 1, neuron \d+ \(row \d, column \d, channel \d+\), time step 4: (a|no) spike\.$/,
    );
    await open.page.mouse.down();
    await open.page.mouse.up();
    const neuron = Number(/neuron (\d+)/.exec(spot)?.[1]) - 1;
    await expect.poll(async () => (await open.state()).trace).toMatchObject({ layer: 0, neuron });
    const { look, picked, trace } = await open.state();
    if (look === null || picked === null || trace === null) throw new Error("nothing was picked");
    const { layers } = recordActivity(model, tensor(look.image, [1, 8, 8, 1]), { timesteps: 8 });
    const { neurons, ...layer } = layers[picked.layer];
    for (const name of ["input", "charged", "potential", "spikes"] as const) {
      const expected = Array.from({ length: 8 }, (_, t) => layer[name][t * neurons + picked.neuron]);
      expect([...trace[name]], name).toEqual(expected);
    }
    await open.page.getByRole("slider", { name: "Time step", exact: true }).fill("3");
    expect((await open.state()).step).toBe(3);
    await open.picture("inside", "#inside");
  });

  it("zooms to single neurons and back, with buttons and keys", async () => {
    const raster = open.page.locator(".raster-canvas");
    for (let i = 0; i < 5; i++) await open.page.getByRole("button", { name: "Closer" }).click();
    await raster.focus();
    // To one that fires.
    for (let i = 0; i < 2; i++) await open.page.keyboard.press("ArrowDown");
    await open.page.keyboard.press("Enter");
    await open.until(({ picked, trace }) => picked?.layer === 0 && trace?.neuron === picked.neuron);
    expect((await open.state()).trace?.spikes).toContain(1);
    await open.picture("inside-closer", "#inside");
    await open.page.getByRole("button", { name: /^All/ }).click();
    await expect.poll(() => open.page.getByRole("button", { name: "Further" }).isDisabled()).toBe(true);
  });

  it("shows a drawing, its answers and its spikes at once", async () => {
    await open.page.getByRole("button", { name: "Clear" }).click();
    await drawWithMouse(open.page, digitStrokes[4]);
    const { look } = await open.until(isSettled);
    if (look === null) throw new Error("there was no look");
    const [{ neurons, spikes }] = look.layers;
    const count = (neuron: number): number =>
      spikes.filter((_, i) => i % neurons === neuron).reduce((a, b) => a + b, 0);
    const row =
      Array.from({ length: neurons }, (_, neuron) => neuron).find((neuron) => count(neuron) === 3) ?? 0;
    const raster = open.page.locator(".raster-canvas");
    const height = (await raster.boundingBox())?.height ?? 0;
    await raster.click({ position: { x: 20, y: ((row + 0.5) / neurons) * height } });
    await expect.poll(async () => (await open.state()).trace?.layer).toBe(0);
    await open.page.getByRole("slider", { name: "Time step", exact: true }).fill("5");
    await open.page.mouse.move(0, 0);
  });

  it("shows 100,000 neurons, and zooms into them", async () => {
    const big = new SCNN({
      inputShape: [32, 32, 1],
      outputShape: [10],
      filters: [100],
      kernelSizes: [3],
      paddings: [1],
      strides: [1],
      poolSizes: [8],
      fcUnits: [],
      timesteps: 8,
      neuron: { kind: "ATIF", params: { vThreshold: 0.2 } },
    });
    const another = await OpenPage.at(browser, site);
    await another.page.locator("#carry input[type=file]").setInputFiles({
      name: "big.safetensors",
      mimeType: "application/octet-stream",
      buffer: Buffer.from(encodeModel(big)),
    });
    await another.until(({ look }) => look?.layers[0].neurons === 102_400);
    await drawWithMouse(another.page, digitStrokes[3]);
    await another.until(isSettled);
    await another.page.getByRole("button", { name: "All 102,400 neurons" }).click();
    const raster = another.page.locator(".raster-canvas");
    await raster.scrollIntoViewIfNeeded();
    const box = await raster.boundingBox();
    if (box === null) throw new Error("the page has no raster");
    await another.page.mouse.move(box.x + 50, box.y + 200);
    const gaps = another.page.evaluate(
      () =>
        new Promise<number[]>((resolve) => {
          const times: number[] = [];
          const frame = (now: number): void => {
            times.push(now);
            if (times.length > 60) resolve(times.slice(1).map((time, i) => time - times[i]));
            else requestAnimationFrame(frame);
          };
          requestAnimationFrame(frame);
        }),
    );
    await another.page.keyboard.down("Control");
    for (let i = 0; i < 24; i++) await another.page.mouse.wheel(0, i < 12 ? -100 : 100);
    await another.page.keyboard.up("Control");
    const sorted = (await gaps).sort((a, b) => a - b);
    console.log(
      `zooming in 102,400 neurons: ${sorted[30].toFixed(1)} ms per frame (median), ${sorted[57].toFixed(1)} ms (95 %)`,
    );
    await another.picture("inside-100000", "#inside");
    expect(another.problems).toEqual([]);
    await another.close();
  });

  it("can be drawn on with the keyboard", async () => {
    await open.page.getByRole("button", { name: "Clear" }).click();
    await open.page.locator("canvas.drawing").focus();
    await open.page.keyboard.press("Space");
    for (let i = 0; i < 14; i++) await open.page.keyboard.press("ArrowDown");
    await open.page.keyboard.press("Space");
    const { look, input } = await open.until(isSettled);
    expect(input.source === "drawing" ? input.strokes.map(({ length }) => length) : []).toEqual([30]);
    expect(look?.answers[3]).toBe(1);
  });

  it("has had no error in the console", () => expect(open.problems).toEqual([]));
});
