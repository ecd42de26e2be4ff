/** Networks of other tools, dropped on the page: what is asked, what is shown, what is refused, and what is loaded when. */

import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { PageState } from "../../playground/state/page-state.js";
import { encodeSafetensors } from "../../src/formats/safetensors.js";
import {
  createModel,
  evaluate,
  imageFromStrokes,
  importModel,
  init,
  loadDigits,
  manualSeed,
  recordActivity,
  SMLP,
  tensor,
  type ImportedModel,
  type ImportModelOptions,
} from "../../src/index.js";
import { describeInBrowser, launch, OpenPage } from "./browser.js";
import { serve, type Site } from "./site.js";
import { nirBytes } from "../exchange/nir/nir-bytes.js";

interface FileToDrop {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const root = new URL("../../", import.meta.url);
const fileOf = (path: string, name = path.split("/").at(-1) ?? path): FileToDrop => ({
  name,
  bytes: new Uint8Array(readFileSync(new URL(path, root))),
});
const ofExchange = (path: string, name?: string): FileToDrop => fileOf(`test/exchange/files/${path}`, name);
const textFile = (name: string, text: string): FileToDrop => ({
  name,
  bytes: new TextEncoder().encode(text),
});

describeInBrowser("a network of another tool", () => {
  let browser: Browser;
  let site: Site;
  let open: OpenPage;

  beforeAll(async () => {
    await init({ threads: 1 });
    [browser, site] = await Promise.all([launch(), serve(true)]);
    open = await OpenPage.at(browser, site);
    await open.until(({ staircases }) => staircases.trained !== null);
  });

  afterAll(async () => {
    await open.close();
    await browser.close();
    await site.close();
  });

  /** On the field, or by its button; nothing is left of what was said before. */
  async function give(files: readonly FileToDrop[], byButton = false): Promise<void> {
    const close = open.page.getByRole("button", { name: "Close", exact: true });
    if (await close.isVisible()) await close.click();
    if (byButton) {
      const mimeType = "application/octet-stream";
      const given = files.map(({ name, bytes }) => ({ name, mimeType, buffer: Buffer.from(bytes) }));
      return open.page.locator("#carry input[type=file]").setInputFiles(given);
    }
    const dropped = await open.page.evaluateHandle(
      (given) => {
        const transfer = new DataTransfer();
        for (const { name, bytes } of given) transfer.items.add(new File([new Uint8Array(bytes)], name));
        return transfer;
      },
      files.map(({ name, bytes }) => ({ name, bytes: [...bytes] })),
    );
    await open.page.dispatchEvent("#carry .drop", "drop", { dataTransfer: dropped });
  }

  /** That the page shows of what it looks at is what Node computes of it; so are the verdict and the notes. */
  async function expectAsInNode(state: PageState, { model, report }: ImportedModel): Promise<void> {
    const { look, model: summary } = state;
    if (look === null || summary === null) throw new Error("nothing is seen");
    const shown = recordActivity(model, tensor(look.image, [1, ...model.inputShape]), {
      timesteps: look.timesteps,
    });
    expect(look.timesteps).toBe(Math.max(8, model.timesteps));
    expect([look.scores, look.answers]).toEqual([shown.scores, shown.answers]);
    expect(look.layers.map(({ spikes }) => spikes)).toEqual(shown.layers.map(({ spikes }) => spikes));
    expect(shown.layers.some(({ spikes }) => spikes.includes(1))).toBe(true);
    expect(summary.layers.map(({ theta }) => theta)).toEqual(shown.layers.map(({ theta }) => theta));
    expect(summary).toMatchObject({
      kind: model.architecture.kind,
      timesteps: model.timesteps,
      inputShape: model.inputShape,
      report,
    });
    const kept = (await open.page.locator("#carry .kept").textContent()) ?? "";
    expect(kept).toContain(`Verdict: ${report.verdict}`);
    for (const { what, why } of report.notes) expect(kept).toContain(`${what}: ${why}`);
  }

  /** A stroke with the keyboard, down from the upper edge, wherever the pen is. */
  async function drawALine(): Promise<PageState> {
    await open.page.locator("canvas.drawing").focus();
    for (let i = 0; i < 28; i++) await open.page.keyboard.press("ArrowUp");
    await open.page.keyboard.press("Space");
    for (let i = 0; i < 14; i++) await open.page.keyboard.press("ArrowDown");
    await open.page.keyboard.press("Space");
    return open.until(
      ({ look, input }) => look?.isBlank === false && JSON.stringify(look.input) === JSON.stringify(input),
    );
  }

  async function refusalOf({ name, bytes }: FileToDrop, options: ImportModelOptions = {}): Promise<string> {
    const thrown: unknown = await importModel(bytes, { name, ...options }).catch((error: unknown) => error);
    return (thrown as Error).message;
  }

  const loadedParts = (): string[] =>
    open.requests.filter((address) => /import-network|take-foreign/.test(address));

  it("is refused in the words of the library, and the model before stays", async () => {
    expect(loadedParts()).toEqual([]);
    const cut = ofExchange("safetensors/smlp_atif.safetensors", "cut.safetensors");
    for (const file of [
      ofExchange("pytorch/evil_eval.pth"),
      { ...cut, bytes: cut.bytes.subarray(0, cut.bytes.length - 40) },
      ofExchange("nir/bad_edge.nir"),
      ofExchange("pytorch/cut_0.pth"),
    ]) {
      await give([file]);
      const { notice, model, asking } = await open.until((state) => state.notice !== null);
      expect(notice).toEqual({ kind: "error", sentence: await refusalOf(file) });
      expect([model?.origin, model?.report, asking]).toEqual(["shipped", null, null]);
    }
    // From where the page is, and now only.
    expect(loadedParts()).toHaveLength(2);
    for (const address of loadedParts()) expect(address).toContain(site.address);
  });

  it("waits for a server that does not answer", async () => {
    const { page, ...other } = await OpenPage.at(browser, site);
    const file = ofExchange("pytorch/evil_eval.pth");
    const drop = (): Promise<void> =>
      page.locator("#carry input[type=file]").setInputFiles({
        name: file.name, mimeType: "application/octet-stream", buffer: Buffer.from(file.bytes),
      }); // prettier-ignore
    await page.route(/take-foreign/, (route) => route.abort());
    await drop();
    await expect
      .poll(() => page.getByRole("alert").textContent())
      .toContain("the server of this page does not answer");
    await page.unroute(/take-foreign/);
    await drop();
    await expect.poll(() => page.getByRole("alert").textContent()).toContain(await refusalOf(file));
    expect(other.requests.filter((address) => address.includes("take-foreign"))).toHaveLength(2);
    await page.context().close();
  });

  it("of PyTorch asks in a form for what its file does not say, and is shown", async () => {
    const { page } = open;
    // By what it is, whatever it is called.
    const file = ofExchange("pytorch/scnn2d_atif_bn.pth", "net.bin");
    await give([file], true);
    const { asking, notice } = await open.until((state) => state.asking !== null);
    expect(notice).toEqual({ kind: "error", sentence: await refusalOf(file) });
    const asked = ["inputShape", "timesteps", "strides", "paddings", "poolSizes"];
    expect(asking?.facts.map(({ option }) => option)).toEqual(asked);
    const form = page.getByRole("form", { name: "What net.bin does not say" });
    // Whoever dropped it can type at once.
    const focused = (): Promise<string> =>
      page.evaluate(() => (document.activeElement as HTMLInputElement).name);
    await expect.poll(focused).toBe("inputShape");
    await open.picture("describe", "#carry");
    await form.getByLabel("Shape of the input").fill("8, 8, 2");
    await form.getByLabel("Time steps T").fill("4");
    await form.getByLabel("Time steps T").press("Enter");
    const less = await open.until(({ notice }) => notice?.sentence.includes("timesteps") === false);
    const given = { inputShape: [8, 8, 2], timesteps: 4 };
    expect(less.notice?.sentence).toBe(await refusalOf(file, given));
    expect(less.asking?.facts.map(({ option }) => option).sort()).toEqual([...asked].sort());
    for (const [label, value] of [
      ["Strides", "1"],
      ["Paddings", "1, 1"],
      ["Pool sizes", "2"],
    ])
      // prettier-ignore
      await form.getByLabel(label).fill(value);
    await page.keyboard.press("Enter");
    const opened = await open.until(
      ({ model, look }) => model?.fileName === "net.bin" && look?.classes === 4,
    );
    expect([opened.asking, opened.notice?.kind, await form.count()]).toEqual([null, "done", 0]);
    const imported = await importModel(file.bytes, {
      ...given, strides: 1, paddings: [1, 1], poolSizes: 2, name: file.name,
    }); // prettier-ignore
    const drawn = await drawALine();
    if (drawn.input.source !== "drawing") throw new Error("nothing is drawn");
    expect(drawn.look?.image).toEqual(imageFromStrokes(drawn.input.strokes, [8, 8, 2]));
    await expectAsInNode(drawn, imported);
    await open.picture("kept", "#carry");
  });

  it("of PyTorch comes with what describes it: an experiment file of several networks", async () => {
    const [weights, config] = ["qualia.pth", "qualia.toml"].map((name) =>
      fileOf(`examples/exchange/${name}`),
    );
    await give([config, weights]);
    const { asking } = await open.until((state) => state.asking !== null);
    expect(asking?.facts.map(({ option }) => option)).toEqual(["name"]);
    await open.page.getByLabel("Name in the description").fill("small");
    await open.page.getByRole("button", { name: "Open the network" }).click();
    const state = await open.until(({ model }) => model?.fileName === "qualia.pth");
    expect(state.model).toMatchObject({ kind: "SCNN", inputShape: [8, 8, 2], timesteps: 4 });
    const text = new TextDecoder().decode(config.bytes);
    await expectAsInNode(
      await drawALine(),
      await importModel(weights.bytes, { config: `${text}\n`, name: "small" }),
    );
  });

  it("as safetensors, with a list of its layers dropped after it, is measured on the digits", async () => {
    const architecture = [["Flatten"], ["Linear", 64, 12], ["IFNode", { v_reset: null }], ["Linear", 12, 10]];
    manualSeed(8);
    const layers = [
      { name: "0", kind: "Flatten" },
      { name: "1", kind: "Linear", options: { inFeatures: 64, outFeatures: 12 } },
      { name: "2", kind: "IFNode", options: { vReset: null } },
      { name: "3", kind: "Linear", options: { inFeatures: 12, outFeatures: 10 } },
    ];
    const made = createModel({
      kind: "GraphModel",
      options: { inputShape: [8, 8, 1], outputShape: [10], timesteps: 3, layers },
    });
    const bytes = encodeSafetensors(Object.entries(made.stateDict()), { format: "pt" });
    const file = { name: "net.safetensors", bytes };
    await give([file]);
    const { notice, model: before } = await open.until((state) => state.asking !== null);
    expect([notice?.sentence, before?.fileName]).toEqual([await refusalOf(file), "qualia.pth"]);
    const form = open.page.getByRole("form", { name: "What net.safetensors does not say" });
    await form.getByLabel("Shape of the input").fill("8, 8, 1");
    await form.getByLabel("Time steps T").fill("3");
    await give([textFile("layers.json", JSON.stringify(architecture))]);
    const state = await open.until(
      ({ model, staircases, look }) =>
        model?.fileName === "net.safetensors" && staircases.trained !== null && look?.classes === 10,
    );
    const imported = await importModel(bytes, {
      architecture: JSON.stringify(architecture), inputShape: [8, 8, 1], timesteps: 3,
    }); // prettier-ignore
    const { test } = await loadDigits();
    expect(state.staircases.trained?.accuracy).toBe((await evaluate(imported.model, test)).accuracy);
    await open.page.getByRole("button", { name: "Held-out image ›" }).click();
    const seen = await open.until(({ look }) => look?.input.source === "sample");
    expect(seen.look?.image).toEqual(test.batch([0]).x);
    await expectAsInNode(seen, imported);
  });

  it("of NIR, with feedback and without images, is a row of numbers; it asks for the time step alone", async () => {
    const file = ofExchange("nir/hand_recurrent_cubalif.nir");
    await give([file]);
    const { notice, asking } = await open.until((state) => state.asking !== null);
    expect(notice?.sentence).toBe(await refusalOf(file));
    expect([asking?.facts.map(({ option }) => option), asking?.isDescribable]).toEqual([["dt"], false]);
    await open.page.getByLabel("Length of a time step").fill("1");
    await open.page.keyboard.press("Enter");
    await open.until(({ model }) => model?.fileName === "hand_recurrent_cubalif.nir");
    const drawn = await drawALine();
    expect(drawn.look).toMatchObject({ imageShape: [1, 6, 1] });
    await expect
      .poll(() => open.page.locator(".seen-note").textContent())
      .toContain("This network takes no images: the height");
    await expectAsInNode(drawn, await importModel(file.bytes, { dt: 1 }));
    await open.picture("row-of-numbers", "#draw", "#inside");
    // Saved as a file of this library, it comes back, in a page that has read nothing of other tools yet.
    const download = open.page.waitForEvent("download");
    await open.page.getByRole("button", { name: "Save model.safetensors" }).click();
    const bytes = new Uint8Array(readFileSync(await (await download).path()));
    const other = await OpenPage.at(browser, site);
    await other.page.locator("#carry input[type=file]").setInputFiles({
      name: "again.safetensors", mimeType: "application/octet-stream", buffer: Buffer.from(bytes),
    }); // prettier-ignore
    const { model } = await other.until((state) => state.model?.fileName === "again.safetensors");
    expect(model).toMatchObject({ inputShape: [6], report: null });
    expect(other.problems).toEqual([]);
    await other.close();
  });

  it("of NIR, with a row of as many numbers as the digits have, is measured on them", async () => {
    manualSeed(9);
    const dense = new SMLP({
      inputShape: [64],
      outputShape: [10],
      units: [9],
      timesteps: 2,
      neuron: { kind: "ATIF" },
    });
    const bytes = await nirBytes(dense.eval(), { profile: "portable" });
    await give([{ name: "dense.nir", bytes }]);
    const { staircases, model } = await open.until(
      (state) => state.model?.fileName === "dense.nir" && state.staircases.trained !== null,
    );
    const imported = await importModel(bytes);
    const { test } = await loadDigits();
    const { accuracy } = await evaluate(imported.model, test.with({ sampleShape: [64] }));
    expect([model?.fitsData, staircases.trained?.accuracy]).toEqual([true, accuracy]);
    await open.page.getByRole("button", { name: "Held-out image ›" }).click();
    const seen = await open.until(({ look }) => look?.input.source === "sample" && look.imageShape[0] === 8);
    await expectAsInNode(seen, imported);
    // A threshold for each neuron is none that a slider could move.
    expect(staircases.trained?.layers.map(({ isMovable }) => isMovable)).toEqual(
      imported.model.neurons().map((neuron) => "vThreshold" in neuron || "setCoeffs" in neuron),
    );
    await expect
      .poll(() => open.page.locator("#stairs input[type=range]").first().isDisabled())
      .toBe(staircases.trained?.layers[0].isMovable === false);
  });

  it("has had no error in the console", () => expect(open.problems).toEqual([]));
});
