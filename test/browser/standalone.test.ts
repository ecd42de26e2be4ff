/** The page of one file that `atif export --to html` writes, opened from the disk, offline: the numbers of the library, to the bit. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { exportAsHtml } from "../../src/cli/exports/html.js";
import { printTo } from "../../src/cli/terminal.js";
import {
  decodeModel,
  GraphModel,
  imageFromStrokes,
  init,
  loadDigits,
  manualSeed,
  recordActivity,
  saveModel,
  SMLP,
  tensor,
  type Activity,
  type SpikingModel,
  type Stroke,
} from "../../src/index.js";
import { configText } from "../cli/atif.js";
import { describeInBrowser, launch } from "./browser.js";
import { digitStrokes } from "./digit-strokes.js";

const digits = fileURLToPath(new URL("../../playground/generated/digits.safetensors", import.meta.url));
const hostile = "</script><script>globalThis.ran = true</script>";

interface Shown {
  readonly strokes: readonly Stroke[];
  readonly activity: Activity;
}

describeInBrowser("the page of one file", () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  let problems: string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "atif-standalone-"));
    await init({ threads: 1 });
    browser = await launch();
  });

  afterAll(async () => {
    printTo(process.stdout, process.stderr);
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  /** Exports the model file and opens what was written, without a network, and with an ear for everything that goes wrong. */
  async function opened(run: string, name: string, samples?: number): Promise<void> {
    printTo({ write: () => undefined }, { write: () => undefined });
    const out = join(folder, `page of ${name.replace(/\W/g, "")}.html`);
    await exportAsHtml({ run, out, name, ...(samples === undefined ? {} : { samples }) });
    const context = await browser.newContext({ offline: true, viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    problems = [];
    page.on("console", (message) => problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("request", (request) => {
      if (!request.url().startsWith("file:")) problems.push(`asked for ${request.url()}`);
    });
    await page.goto(pathToFileURL(out).href);
    await page.getByRole("heading", { name: "Answer" }).waitFor();
    expect(await page.title()).toBe(name);
    await expect.poll(() => page.getByRole("heading", { level: 1 }).textContent()).toBe(name);
  }

  /** All that is shown, when it is about that source. */
  async function look(source: string | RegExp): Promise<Shown> {
    const matches = new RegExp(typeof source === "string" ? `^${source}$` : source);
    const shown = (): Promise<(Shown & { sample: { source: string } }) | null> =>
      page.evaluate(() => (globalThis as unknown as { atif: { look(): never } }).atif.look());
    await expect.poll(async () => (await shown())?.sample.source ?? "nothing").toMatch(matches);
    const now = await shown();
    if (now === null) throw new Error("nothing is shown");
    return now;
  }

  function expectSame({ activity }: Shown, expected: Activity): void {
    expect(activity.scores).toEqual(expected.scores);
    expect(activity.answers).toEqual(expected.answers);
    const all = ({ layers }: Activity): unknown =>
      layers.map(({ theta, spikes, charged, potential, input }) => ({
        theta,
        spikes,
        charged,
        potential,
        input,
      }));
    expect(all(activity)).toEqual(all(expected));
  }

  async function fileOf(model: SpikingModel, name: string, facts: object = {}): Promise<string> {
    const path = join(folder, `${name}.safetensors`);
    await saveModel(path, model, { ...facts });
    return path;
  }

  const array = (text: string): { name: string; mimeType: string; buffer: Buffer } => ({
    name: "given.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(text),
  });

  it("reads what is drawn, shows its spikes, and asks nobody for anything", async () => {
    await opened(digits, "digits", 3);
    const { model } = decodeModel(readFileSync(digits));
    const first = await look("the drawing");
    const square = page.getByRole("application", { name: "Square to draw" });
    const box = await square.boundingBox();
    if (box === null) throw new Error("there is no square");
    const at = (value: number, start: number): number => start + (value / 280) * box.width;
    for (const [x0, y0, ...rest] of digitStrokes[4]) {
      await page.mouse.move(at(x0, box.x), at(y0, box.y));
      await page.mouse.down();
      for (let i = 0; i < rest.length; i += 2)
        await page.mouse.move(at(rest[i], box.x), at(rest[i + 1], box.y));
      await page.mouse.up();
    }
    await page.locator('.answer[data-answer="4"]').waitFor();
    const shown = await look("the drawing");
    // The example has made room.
    expect(shown.strokes.map(({ length }) => length)).toEqual(digitStrokes[4].map(({ length }) => length));
    expect(first.activity.answers[3]).toBe(3);
    const image = imageFromStrokes(shown.strokes, [8, 8, 1]);
    const expected = recordActivity(model, tensor(image, [1, 8, 8, 1]), { timesteps: 8 });
    expectSame(shown, expected);
    await page.getByRole("button", { name: /^1\s*\d$/ }).click();
    await expect
      .poll(() => page.locator(".answer").getAttribute("data-answer"))
      .toBe(String(expected.answers[0]));
    await page.getByText("All scores as numbers").click();
    const table = page.getByRole("region", { name: "Scores" }).getByRole("table");
    await expect.poll(() => table.getByRole("row").count()).toBe(11);
    await page.getByRole("button", { name: "Hidden", exact: true }).click();
    await page.getByRole("img", { name: /^Staircase of Hidden with 4 steps/ }).waitFor();
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText("Nothing is drawn, so there is no answer.").waitFor();
    await page.getByText("CC BY 4.0").waitFor();
    await page.getByRole("button", { name: "Held-out samples (3)" }).click();
    await page.getByRole("button", { name: "next ›" }).click();
    const { test } = await loadDigits();
    expectSame(
      await look(`held-out sample 2, whose class is ${test.labels[1]}`),
      recordActivity(model, tensor(test.batch([1]).x, [1, 8, 8, 1]), { timesteps: 8 }),
    );
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it("takes numbers for networks of any kinds, whose words stay words", async () => {
    manualSeed(3);
    const model = new GraphModel({
      inputShape: [6],
      outputShape: [3],
      timesteps: 4,
      layers: [
        { name: "first", kind: "Linear", options: { inFeatures: 6, outFeatures: 5 } },
        { name: "norm", kind: "LayerNorm", options: { normalizedShape: [5] } },
        { name: "fire", kind: "ATIF", options: {} },
        { name: "last", kind: "Linear", options: { inFeatures: 5, outFeatures: 3 } },
      ],
    }).eval();
    const classNames = [hostile, "<b>", "&amp;"];
    await opened(
      await fileOf(model, "rare", { classNames, dataset: hostile, epochs: 2, testAccuracy: 0.5 }),
      hostile,
    );
    await page.getByText("Give it 6 numbers, and it answers.").waitFor();
    await page.getByLabel(/6 numbers, separated by commas/).fill("1, 0.5, -2, 3\n");
    await page.getByRole("button", { name: "Show them" }).click();
    await page.getByRole("alert").filter({ hasText: "line 1 has 4 numbers; expected 6 numbers" }).waitFor();
    await page.getByLabel(/6 numbers, separated by commas/).fill("1, 0.5, -2, 3, 0, 0.25\n[9,8,7,6,5,4]");
    await page.getByRole("button", { name: "Show them" }).click();
    const expected = (x: number[]): Activity => recordActivity(model, tensor(x, [1, 6]), { timesteps: 8 });
    expectSame(await look("the numbers, line 1"), expected([1, 0.5, -2, 3, 0, 0.25]));
    await expect.poll(() => page.getByRole("alert").count()).toBe(0);
    await page.getByRole("button", { name: "next ›" }).click();
    expectSame(await look("the numbers, line 2"), expected([9, 8, 7, 6, 5, 4]));
    await expect.poll(() => page.locator(".class .name").allTextContents()).toEqual(classNames);
    await page.getByText(`50.0 % of held-out ${hostile} right`).waitFor();
    expect(await page.evaluate(() => "ran" in globalThis)).toBe(false);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it("takes signals that change over time, a line for each step, and refuses pictures for them", async () => {
    manualSeed(4);
    const model = new SMLP({
      inputShape: [2],
      outputShape: [3],
      units: [4],
      timesteps: 2,
      neuron: { kind: "ATIF" },
    }).eval();
    const experiment = configText({
      dataset: 'kind = "MovingDigits"\nparams = { timesteps = 2, seed = 1 }',
    }).replace("MultiStep", "MultiStepTimeStepsInData");
    await opened(await fileOf(model, "timed", { experiment, epochs: 1 }), "timed");
    const input = page.getByLabel("Open a file");
    await input.setInputFiles({ ...array("no"), name: "cat.png", mimeType: "image/png" });
    await page
      .getByRole("alert")
      .filter({ hasText: "cat.png is a picture, and this network takes [2, 2]; expected arrays" })
      .waitFor();
    await input.setInputFiles(array("1,0\n0.5,2\n"));
    const expected = recordActivity(model, tensor([1, 0, 0.5, 2], [2, 1, 2]), { time: true });
    expectSame(await look(/^given\.csv/), expected);
    await expect.poll(() => page.locator(".steps button").count()).toBe(2);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
