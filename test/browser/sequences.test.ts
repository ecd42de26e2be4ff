/** A network that learned from sequences, from a file: the page shows it what moves, and says what Node computes. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { experimentOf, MOVING_SEED } from "../../playground/state/page-experiment.js";
import type { PageState } from "../../playground/state/page-state.js";
import { defaultSettings, settingsToHash } from "../../playground/state/settings.js";
import { fingerprint } from "../../playground/worker/fingerprint.js";
import {
  encodeModel,
  Generator,
  imageFromStrokes,
  init,
  integrateEvents,
  loadMovingDigits,
  manualSeed,
  movingImage,
  prepareExperiment,
  readEvents,
  recordActivity,
  SCNN,
  simulateEvents,
  SMLP,
  straightPath,
  tensor,
  type SpikingModel,
  type TrainTest,
} from "../../src/index.js";
import { aedat4, aedat4Events, aedat4Stream, aedat4Xml, zstdStored } from "../formats/events/written.js";
import { violations } from "./axe-rules.js";
import { describeInBrowser, launch, OpenPage } from "./browser.js";
import { serve, type Site } from "./site.js";

const T = 4;
/** Of the run that the page makes: small and short. */
const settings = {
  ...defaultSettings,
  data: "moving",
  channels: [2, 3],
  hidden: 6,
  timesteps: T,
  epochs: 1,
  seed: 5,
} as const;

/** As numpy.save writes it. */
function npy(shape: readonly number[], values: Float32Array): Buffer {
  const head =
    `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`.padEnd(117) + "\n";
  const magic = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
  return Buffer.concat([magic, Buffer.from(head), Buffer.from(values.buffer)]);
}

describeInBrowser("a network that takes sequences", () => {
  let browser: Browser;
  let site: Site;
  let open: OpenPage;
  let data: TrainTest;
  let model: SpikingModel;

  beforeAll(async () => {
    await init({ threads: 1 });
    manualSeed(3);
    model = new SCNN({
      inputShape: [16, 16, 2],
      outputShape: [10],
      filters: [4],
      kernelSizes: [3],
      paddings: [1],
      strides: [1],
      poolSizes: [2],
      fcUnits: [8],
      timesteps: T,
      stepMode: "m",
      neuron: { kind: "ATIF", params: { vThreshold: 0.5 } },
    }).eval();
    const file = encodeModel(model, { time: true, dataset: "MovingDigits", epochs: 1 });
    [browser, site, data] = await Promise.all([
      launch(),
      serve(true, new Map([["moving.safetensors", file]])),
      loadMovingDigits({ timesteps: T, seed: MOVING_SEED }),
    ]);
    // The rules of axe-core are a text from outside, which the policy of the page would not run.
    open = await OpenPage.at(browser, site, {
      bypassCSP: true,
      hash: `?model=moving.safetensors#${settingsToHash(settings)}`,
    });
  });

  afterAll(async () => {
    await open.close();
    await browser.close();
    await site.close();
  });

  function expectAsInNode({ look }: PageState, values: Float32Array): void {
    expect(look?.sequence?.values).toEqual(values);
    const steps = values.length / 512;
    const own = recordActivity(model, tensor(values, [steps, 1, 16, 16, 2]), { time: true });
    expect([look?.timesteps, look?.scores]).toEqual([steps, own.scores]);
    expect(look?.layers.map(({ spikes }) => spikes)).toEqual(own.layers.map(({ spikes }) => spikes));
  }

  it("opens with moving digits, and says what Node says to them", async () => {
    const state = await open.until(
      ({ model, data, look, staircases }) =>
        model?.sequences === "events" &&
        data?.name === "moving digits" &&
        look?.input.source === "sample" &&
        look.sequence !== null &&
        staircases.trained !== null,
      60_000,
    );
    expectAsInNode(state, data.test.batch([0]).x);
    expect([state.look?.label, state.staircases.trained?.samples]).toEqual([data.test.labels[0], 360]);
    // T is that of the sequence: one step less is not tried.
    await expect.poll(() => open.page.getByRole("button", { name: "T = 1", exact: true }).isDisabled()).toBe(true);
  });

  it("shows the events in a view: by steps, by the pointer, by keys, and in words", async () => {
    const { page } = open;
    const values = data.test.batch([0]).x;
    const sum = (step: number, channel: number): number =>
      values.subarray((step - 1) * 512, step * 512).reduce((all, value, i) => all + (i % 2 === channel ? value : 0), 0);
    const view = page.locator(".event-view");
    const named = (step: number) =>
      view.getByRole("button", { name: `Step ${step}: ${sum(step, 1)} on, ${sum(step, 0)} off`, exact: true });
    await named(1).click();
    await open.until(({ step }) => step === 1);
    await expect.poll(() => named(1).getAttribute("aria-pressed")).toBe("true");
    const spot = view.locator(".event-spot");
    const said = (row: number, column: number, step: number): string => {
      const [off, on] = [0, 1].map((i) => values[(((step - 1) * 16 + row - 1) * 16 + column - 1) * 2 + i]);
      return `Row ${row}, column ${column} at step ${step}: ${on} on, ${off} off.`;
    };
    const frame = view.locator(".event-frame");
    const box = await frame.boundingBox();
    if (box === null) throw new Error("there is no frame");
    await frame.hover({ position: { x: (9.5 / 16) * box.width, y: (6.5 / 16) * box.height } });
    await expect.poll(() => spot.textContent()).toBe(said(7, 10, 1));
    await page.mouse.move(0, 0);
    // The answer is read when nothing has changed for half a second, and would be read over what the keys say.
    const announcer = page.locator("#announcer");
    await announcer.filter({ hasText: /the answer is/ }).waitFor({ state: "attached" });
    await frame.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("PageDown");
    await open.until(({ step }) => step === 2);
    await expect.poll(() => spot.textContent()).toBe(said(2, 2, 2));
    await expect.poll(() => announcer.textContent()).toBe(said(2, 2, 2));
    await open.picture("events", ".event-view");
    expect(await violations(open)).toEqual([]);
  });

  it("answers a drawing, which moves in a direction that is chosen", async () => {
    const { page } = open;
    await page.evaluate(() => scrollTo(0, 0));
    const box = await page.locator("canvas.drawing").boundingBox();
    if (box === null) throw new Error("the page has no square to draw on");
    await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.2 * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.8 * box.height, { steps: 5 });
    await page.mouse.up();
    await open.until(({ look }) => look?.input.source === "drawing" && look.input.strokes.length > 0);
    const before = await open.state();
    await page.getByLabel("It moves").selectOption("right");
    await open.until(({ motion }) => motion === "right");
    const { input } = before;
    if (input.source !== "drawing") throw new Error("it looks at something else");
    const image = imageFromStrokes(input.strokes, [8, 8, 1]);
    const path = straightPath({ direction: [1, 0] });
    const scene = movingImage(image, { shape: [8, 8], width: 16, height: 16, scale: 1.5, path });
    const events = simulateEvents(scene, { width: 16, height: 16, duration: 300_000, generator: new Generator(1) });
    const { x } = integrateEvents(events, { frames: T, by: "time" });
    await expect.poll(async () => (await open.state()).look?.sequence?.values).toEqual(x);
    const state = await open.state();
    expectAsInNode(state, x);
    expect(before.look?.sequence?.values).not.toEqual(x);
    await expect.poll(() => page.evaluate(() => location.hash)).toContain("&mo=right");
  });

  it("is shown an array from a file, to its end: steps beyond its T are hatched, and there are none beyond the end", async () => {
    const { page } = open;
    // Three steps more than the network was made for.
    const values = Float32Array.from({ length: 7 * 512 }, (_, i) => (i * 31) % 3);
    await page.locator("#carry input[type=file]").setInputFiles({
      name: "seven.npy",
      mimeType: "application/octet-stream",
      buffer: npy([7, 16, 16, 2], values),
    });
    const state = await open.until(({ look }) => look?.input.source === "recording");
    expectAsInNode(state, values);
    expect([await page.locator("th.beyond").count(), await page.locator(".event-step.beyond").count()]).toEqual([3, 3]);
    expect(await page.locator(".answer").evaluateAll((all) => all.map((each) => each.getAttribute("data-steps")))).toEqual(["1", "2", "4", "7"]);
    // Packed by Zstandard, in a block that is stored as it is: what unpacks it comes with it, and not before.
    const unpackers = (): string[] => open.requests.filter((address) => /unzstd/.test(address));
    expect(unpackers()).toEqual([]);
    const events = [[1, 2, 3, 1], [40, 15, 0, 0], [40, 7, 7, 1], [90, 7, 7, 1]].map(([t, x, y, p]) => ({ t, x, y, p }));
    const bytes = aedat4({
      compression: 3,
      xml: aedat4Xml(aedat4Stream(0, "EVTS", 16, 16)),
      packets: [[0, zstdStored(aedat4Events(events))]],
    });
    await page.locator("#carry input[type=file]").setInputFiles({ name: "packed.aedat4", mimeType: "", buffer: Buffer.from(bytes) });
    const shown = await open.until(({ look, input }) => input.source === "recording" && input.name === "packed.aedat4" && look?.timesteps === 4);
    expectAsInNode(shown, integrateEvents(await readEvents(bytes), { frames: T, by: "time" }).x);
    expect(unpackers()).toHaveLength(1);
    await page.locator("#carry input[type=file]").setInputFiles({ name: "00001.bin", mimeType: "", buffer: Buffer.from([1, 2, 128, 0, 9]) });
    const { notice } = await open.until(({ notice }) => notice?.kind === "error");
    expect(notice?.sentence).toBe("00001.bin gives [T, 34, 34, 2]; this network takes [T, 16, 16, 2], T time steps. Drop one that is made for it.");
  });

  it("is trained on moving digits, to the bits of Node", async () => {
    const { page } = open;
    await expect.poll(() => page.locator("#train select").first().inputValue()).toBe("moving");
    await page.getByRole("button", { name: "Start training" }).click();
    const { training, model: made } = await open.until(({ training: { result } }) => result !== null, 90_000);
    expect(made).toMatchObject({ origin: "trained", sequences: "events", inputShape: [16, 16, 2] });
    const { train } = data;
    const [run] = await prepareExperiment(experimentOf(settings, train.sampleShape, train.time), { data });
    await run.trainer({ onEpoch: () => undefined }).fit();
    expect(training.result).toEqual(await fingerprint(run.model, train));
  }, 120_000);

  it("is another one, of numbers in a row: they lie over time, on a phone too", async () => {
    const { page } = open;
    const rows = new SMLP({ inputShape: [5], outputShape: [3], units: [4], timesteps: 3, neuron: { kind: "ATIF" } });
    const chooser = page.locator("#carry input[type=file]");
    const buffer = Buffer.from(encodeModel(rows, { time: true }));
    await chooser.setInputFiles({ name: "rows.safetensors", mimeType: "", buffer });
    await open.until(({ look }) => look?.sequence?.kind === "rows" && look.isBlank);
    await expect.poll(() => page.locator(".no-square").textContent()).toContain("it takes sequences of numbers");
    await expect.poll(() => page.locator("canvas.drawing").count()).toBe(0);
    const values = Float32Array.from({ length: 15 }, (_, i) => i);
    await chooser.setInputFiles({ name: "row.npy", mimeType: "", buffer: npy([3, 5], values) });
    await open.until(({ look }) => look?.input.source === "recording" && look.classes === 3);
    await page.setViewportSize({ width: 320, height: 640 });
    await page.locator(".scrubber input[type=range]").fill("3");
    await open.until(({ step }) => step === 3);
    const frame = page.locator(".event-frame");
    await frame.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => page.locator(".event-spot").textContent()).toBe("Row 2 at step 2: 6.");
    expect((await open.state()).step).toBe(2);
    await open.picture("rows", "#inside");
    expect(await violations(open)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  });

  it("has had no error in the console", () => expect(open.problems).toEqual([]));
}); // prettier-ignore
