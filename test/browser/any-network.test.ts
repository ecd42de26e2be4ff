/** Networks that the page does not train itself: a residual one, and any list of layers. It shows what Node computes. */

import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { PageState } from "../../playground/state/page-state.js";
import {
  decodeModel,
  encodeModel,
  evaluate,
  FASHION_MNIST_CLASSES,
  GraphModel,
  init,
  inspectLayers,
  loadDigits,
  manualSeed,
  networkLayers,
  recordActivity,
  SResNet,
  tensor,
  thresholdHealth,
  Trainer,
  type IFNode,
  type SpikingModel,
  type TrainTest,
} from "../../src/index.js";
import { describeInBrowser, launch, OpenPage } from "./browser.js";
import { serve, type Site } from "./site.js";

/** A stem and three blocks: the first one adds what came in, the others a projection. */
function residual(): SResNet {
  manualSeed(3);
  return new SResNet({
    inputShape: [8, 8, 1],
    outputShape: [10],
    filters: [8, 8, 16, 32],
    kernelSizes: [3, 3, 3, 3],
    paddings: [1, 1, 1, 1],
    strides: [1, 1, 2, 2],
    numBlocks: [1, 1, 1],
    batchNorm: true,
    timesteps: 4,
    stepMode: "m",
    neuron: { kind: "ATIF" },
  });
}

/** In the list stands first what is computed last; one neuron learns its threshold, of the other it is a setting. */
function branches(): GraphModel {
  manualSeed(4);
  const conv = { inChannels: 1, outChannels: 4, kernelSize: 3, padding: 1 };
  return new GraphModel({
    inputShape: [8, 8, 1],
    outputShape: [10],
    timesteps: 4,
    layers: [
      { name: "right.fires", kind: "IFNode", options: { vReset: null, vThreshold: 0.5 }, inputs: ["right.conv"] },
      { name: "right.conv", kind: "Conv2d", options: conv, inputs: ["input"] },
      { name: "left.conv", kind: "Conv2d", options: conv, inputs: ["input"] },
      { name: "left.fires", kind: "ATIF" },
      { name: "both", kind: "Add", inputs: ["left.fires", "right.fires"] },
      { name: "flatten", kind: "Flatten" },
      { name: "classes", kind: "Linear", options: { inFeatures: 256, outFeatures: 10 } },
    ],
  }); // prettier-ignore
}

describeInBrowser("a network of any kind from a file", () => {
  let browser: Browser;
  let site: Site;
  let open: OpenPage;
  let data: TrainTest;
  /** The file that the page shows. */
  let shown: Buffer;

  beforeAll(async () => {
    await init({ threads: 1 });
    data = await loadDigits();
    [browser, site] = await Promise.all([launch(), serve(true)]);
    open = await OpenPage.at(browser, site);
  });

  afterAll(async () => {
    await open.close();
    await browser.close();
    await site.close();
  });

  async function show(model: SpikingModel, name: string, dataset = "digits"): Promise<PageState> {
    // What is said of the file before must not be taken for this one's.
    const close = open.page.getByRole("button", { name: "Close", exact: true });
    if (await close.isVisible()) await close.click();
    shown = Buffer.from(encodeModel(model, { dataset }));
    await open.page
      .locator("#carry input[type=file]")
      .setInputFiles({ name, mimeType: "application/octet-stream", buffer: shown });
    const state = await open.until(
      ({ notice, staircases, look, model }) =>
        notice?.sentence.startsWith(`${model?.fileName} is loaded`) === true &&
        staircases.trained !== null &&
        look?.layers.length === model?.layers.length,
    );
    expect([state.notice?.kind, state.model?.fileName]).toEqual(["done", name]);
    return state;
  }

  /** The held-out image that the page looks at. */
  function shownSample(look: PageState["look"]): Float32Array {
    if (look?.input.source !== "sample") throw new Error("the page shows no sample");
    return data.test.batch([look.input.index]).x;
  }

  /** All that the page tells of the held-out image it looks at, and of all of them. */
  async function expectAsInNode(
    { model: summary, look, staircases, findings }: PageState,
    model: SpikingModel,
  ) {
    const x = shownSample(look);
    const activity = recordActivity(model, tensor(x, [1, 8, 8, 1]), { timesteps: 8 });
    const listed = networkLayers(model).flatMap(({ name, kind, neuron }) =>
      neuron === undefined ? [] : [{ name, kind, theta: neuron.theta }],
    );
    expect(listed.length).toBe(activity.layers.length);
    expect(summary?.kind).toBe(model.architecture.kind);
    expect(summary?.layers.map(({ ownName, kind, theta }) => ({ name: ownName, kind, theta }))).toEqual(
      listed,
    );
    const titles = summary?.layers.map(({ name }) => name) ?? [];
    expect(new Set(titles).size).toBe(listed.length);
    expect(look?.image).toEqual(x);
    expect(look?.scores).toEqual(activity.scores);
    expect(look?.answers).toEqual(activity.answers);
    expect(look?.layers).toEqual(
      activity.layers.map(({ kind, theta, shape, neurons, spikes }, i) => ({
        name: titles[i], kind, theta, shape, neurons, spikes,
      })), // prettier-ignore
    );
    const layers = await inspectLayers(model, data.test, { maxInputs: 20_000 });
    const { accuracy, spikesPerInference } = await evaluate(model, data.test);
    expect(staircases.trained).toMatchObject({ accuracy, spikesPerInference });
    expect(
      staircases.trained?.layers.map(({ name, theta, firingRate, silentNeurons }) => ({
        name, theta, firingRate, silentNeurons,
      })),
    ).toEqual(
      layers.map(({ theta, firingRate, silentNeurons }, i) => ({
        name: titles[i], theta, firingRate, silentNeurons,
      })),
    ); // prettier-ignore
    expect(findings).toEqual(thresholdHealth(layers));
    const rows = await open.page.locator("#health li b").allTextContents();
    expect(rows.map((row) => row.split(":")[0])).toEqual(titles);
    expect(rows.filter((row) => !row.endsWith(": well")).length).toBe(
      new Set(thresholdHealth(layers).map(({ layer }) => layer)).size,
    );
    await expect
      .poll(() => open.page.locator("#stairs .buttons[aria-label=Layer] button").allTextContents())
      .toEqual(titles);
    return activity;
  }

  it("shows a residual network as Node computes it, block by block", async () => {
    const model = residual();
    const trainer = new Trainer(model, data.train, {
      optimizer: { kind: "Adam", params: { lr: 0.01 } },
      epochs: 2,
      batchSize: 32,
      seed: 3,
    });
    await trainer.fit();
    model.eval();
    const state = await show(model, "residual.safetensors");
    const activity = await expectAsInNode(state, model);
    expect(activity.layers.map(({ name }) => name)).toEqual([
      "neuron1",
      "layers.0.0.neuron1",
      "layers.0.0.neuron2",
      ...[1, 2].flatMap((g) => ["neuron1", "neuron2", "neuronr"].map((name) => `layers.${g}.0.${name}`)),
    ]);
    expect(state.staircases.trained?.accuracy).toBeGreaterThan(0.6);
    // Each layer has a map per channel, of its own size.
    expect(state.model?.layers.map(({ name }) => name)).toEqual(
      Array.from({ length: 9 }, (_, i) => `Convolution ${i + 1}`),
    );
    // A block adds the spikes of its second layer to what came in, or to those of its shortcut.
    expect(state.model?.layers.map(({ sources }) => sources.toSorted())).toEqual(
      [[-1], [0], [1], [0, 2], [3], [0, 2], [4, 5], [6], [4, 5]], // prettier-ignore
    );
    expect(state.model?.answerSources.toSorted()).toEqual([7, 8]);
    for (const [i, { shape }] of activity.layers.entries()) {
      const name = `Convolution ${i + 1}`;
      const maps = open.page.locator(`canvas.map[title^="${name}, channel"]`);
      await expect.poll(() => maps.count(), { message: name }).toBe(shape[2]);
      expect(await maps.first().evaluate((map: HTMLCanvasElement) => [map.height, map.width]), name).toEqual([
        shape[0],
        shape[1],
      ]);
    }
    await open.picture("residual");
    await open.picture("residual-inside", "#inside");
    await open.picture("residual-staircase", "#stairs");
    await open.picture("residual-health", "#health");
  });

  it("shows every name of the raster whole", async () => {
    await open.page.getByRole("button", { name: "Every layer" }).click();
    const names = open.page.locator(".raster-layers > div");
    await expect.poll(() => names.count()).toBe(9);
    const cut = await names.evaluateAll((all) =>
      all
        .filter((name) => name.scrollWidth > name.clientWidth || name.scrollHeight > name.clientHeight)
        .map((name) => name.textContent),
    );
    expect(cut).toEqual([]);
  });

  it("shows the potential of a neuron behind a block's projection, to the bit", async () => {
    const name = "Convolution 9";
    await open.page.locator(`canvas.map[title="${name}, channel 5"]`).click();
    await open.picture("residual-potential", "#inside .membrane");
    const { look, trace, model: summary } = await open.until(({ trace }) => trace?.layer === 8);
    if (look === null || trace === null) throw new Error("nothing was picked");
    expect(look.layers[8].name).toBe(name);
    expect(summary?.layers[8].ownName).toBe("layers.2.0.neuronr");
    expect(trace.neuron % 32).toBe(4);
    const caption = await open.page.locator("#inside .membrane figcaption").textContent();
    expect(caption).toMatch(
      new RegExp(`^${name.replaceAll(".", "\\.")}, neuron \\d+ \\(row .*channel 5\\)$`),
    );
    const download = open.page.waitForEvent("download");
    await open.page.getByRole("button", { name: "Save model.safetensors" }).click();
    const saved = new Uint8Array(readFileSync(await (await download).path()));
    expect(saved).toEqual(new Uint8Array(shown));
    const { layers } = recordActivity(decodeModel(saved).model, tensor(look.image, [1, 8, 8, 1]), {
      timesteps: 8,
    });
    const { neurons, ...layer } = layers[8];
    for (const part of ["input", "charged", "potential", "spikes"] as const) {
      const expected = Array.from({ length: 8 }, (_, t) => layer[part][t * neurons + trace.neuron]);
      expect([...trace[part]], part).toEqual(expected);
    }
  });

  it("shows a list of layers in the order in which they are computed", async () => {
    const model = branches().eval();
    expect(model.spikingLayers().map(([name]) => name)).toEqual(["right.fires", "left.fires"]);
    const state = await show(model, "branches.safetensors");
    await expectAsInNode(state, model);
    expect(state.model?.layers.map(({ name, ownName, kind }) => [name, ownName, kind])).toEqual([
      ["Convolution 1", "left.fires", "ATIF"],
      ["Convolution 2", "right.fires", "IFNode"],
    ]);
    expect(state.model?.answerSources).toEqual([0, 1]);
  });

  it("moves the threshold of the layer that is shown, also one that is not learned", async () => {
    const model = branches().eval();
    await open.page.locator("#stairs").getByRole("button", { name: "Convolution 2", exact: true }).click();
    const slider = open.page.getByRole("slider", { name: "θ of Convolution 2" });
    await slider.focus();
    for (let i = 0; i < 30; i++) await open.page.keyboard.press("ArrowRight");
    const { staircases } = await open.until(
      ({ staircases: { whatIf, moved } }) =>
        moved !== null && Math.fround(whatIf?.thetas[1] ?? 0) === moved.layers[1].theta,
    );
    const [, right] = staircases.whatIf?.thetas ?? [];
    expect(right).toBeGreaterThan(0.5);
    (model.spikingLayers()[0][1] as IFNode).vThreshold = right;
    const { accuracy, spikesPerInference } = await evaluate(model, data.test);
    const layers = await inspectLayers(model, data.test, { maxInputs: 20_000 });
    expect(staircases.moved).toMatchObject({ accuracy, spikesPerInference });
    expect(staircases.moved?.layers.map(({ theta, firingRate }) => [theta, firingRate])).toEqual(
      layers.map(({ theta, firingRate }) => [theta, firingRate]),
    );
  });

  it("prepares samples and drawings as the network says, and saves it so", async () => {
    const model = branches().eval();
    model.preprocessing = [{ kind: "Normalize", options: { mean: 0.3, std: 0.2 } }];
    const state = await show(model, "prepared.safetensors");
    // The image is shown as it is; scores, rates and accuracy are those of the prepared one.
    const { scores } = await expectAsInNode(state, model);
    const plain = recordActivity(branches().eval(), tensor(shownSample(state.look), [1, 8, 8, 1]), {
      timesteps: 8,
    });
    expect(scores).not.toEqual(plain.scores);
    const download = open.page.waitForEvent("download");
    await open.page.getByRole("button", { name: "Save model.safetensors" }).click();
    const saved = new Uint8Array(readFileSync(await (await download).path()));
    expect(decodeModel(saved).model.preprocessing).toEqual(model.preprocessing);
  });

  it("says so of a network without spiking layers", async () => {
    const plain = new GraphModel({
      inputShape: [8, 8, 1],
      outputShape: [10],
      timesteps: 1,
      layers: [
        { name: "flatten", kind: "Flatten" },
        { name: "classes", kind: "Linear", options: { inFeatures: 64, outFeatures: 10 } },
      ],
    }).eval();
    const { look } = await show(plain, "plain.safetensors", "FashionMNIST");
    expect(look?.scores).toEqual(
      recordActivity(plain, tensor(shownSample(look), [1, 8, 8, 1]), { timesteps: 8 }).scores,
    );
    const names = [1, 2, 4, 8].map((steps) => FASHION_MNIST_CLASSES[look?.answers[steps - 1] ?? -1]);
    await expect.poll(() => open.page.locator(".answer b").allTextContents()).toEqual(names);
    await expect.poll(() => open.page.locator("#inside").textContent()).toContain("no spiking layers");
    await expect.poll(() => open.page.locator("#stairs").textContent()).toContain("no spiking layers");
    await expect.poll(() => open.page.locator("#health").textContent()).toContain("no spiking layers");
  });

  it("has had no error in the console", () => expect(open.problems).toEqual([]));
});
