/** Networks of other tools in the worker: what is asked for, what no answer would mend, what is shown of any shape. */

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { optionsOf } from "../../playground/foreign/options-of.js";
import { curveFromStrokes, DRAWING_SIZE } from "../../playground/pictures/curve.js";
import { importNetwork, type ImportedOrAsks } from "../../playground/worker/import-network.js";
import { fits } from "../../playground/worker/model-facts.js";
import { spikingLayersOf } from "../../playground/worker/spiking-layers.js";
import { viewShape } from "../../playground/worker/view-shape.js";
import {
  FormatError,
  importModel,
  init,
  loadDigits,
  recordActivity,
  SMLP,
  tensor,
  writeNir,
  type ImportModelOptions,
} from "atif";
import { archive, floats, tensor as stored, type Item } from "../formats/torch/archive-bytes.js";

beforeAll(() => init());

const files = new URL("../exchange/files/", import.meta.url);
const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(new URL(path, files)));
/** By the library that the page has: it knows no models of another one. */
async function bytesOfNir(model: SMLP): Promise<Uint8Array> {
  const { bytes } = await writeNir(model.eval(), { profile: "exact" });
  if (bytes === null) throw new Error("this network has a form in NIR");
  return bytes;
}
const asked = (answer: ImportedOrAsks): string[] =>
  answer.kind === "asks" ? answer.facts.map(({ option }) => option) : ["nothing"];

async function refusal(bytes: Uint8Array, options: ImportModelOptions = {}): Promise<string> {
  const thrown: unknown = await importModel(bytes, options).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(Error);
  return (thrown as Error).message;
}

describe("what is asked", () => {
  it.each([
    ["pytorch/smlp_atif.pth", ["inputShape", "timesteps"], true],
    ["pytorch/sresnet2d_atif.pth", ["kind", "inputShape", "timesteps", "strides", "paddings", "postpool"], true],
    ["safetensors/smlp_lif.safetensors", ["inputShape", "timesteps", "neuron"], true],
    ["frameworks/sj_cnn_if.pth", ["inputShape", "timesteps"], true],
    ["nir/hand_recurrent_cubalif.nir", ["dt"], false],
    ["nir/hand_recurrent_if.nir", ["nothing"], false],
  ])("of %s: %s", async (path, options, isDescribable) => {
    const bytes = bytesOf(path);
    const answer = await importNetwork(bytes, "net", {});
    expect(asked(answer)).toEqual(options);
    if (answer.kind !== "asks") return;
    expect(answer.isDescribable).toBe(isDescribable);
    expect(answer.sentence).toBe(await refusal(bytes, { name: "net" }));
    for (const { expects } of answer.facts) expect(expects).not.toBe("");
  }); // prettier-ignore

  it("is what was typed, until the network is known", async () => {
    const bytes = bytesOf("pytorch/sresnet1d_lif.pth");
    const typed = {
      inputShape: "16, 2",
      timesteps: "3",
      strides: "1, 2",
      paddings: "1",
      postpool: "max",
      kind: "SResNetStride",
      neuron: '{ kind: "LIFNode", params: { v_reset: false } }',
    };
    expect(asked(await importNetwork(bytes, "net", optionsOf(typed, "")))).toEqual(["poolSizes"]);
    const answer = await importNetwork(bytes, "net", optionsOf({ ...typed, kind: "SResNet" }, ""));
    if (answer.kind !== "imported") throw new Error(answer.sentence);
    const { architecture, inputShape, timesteps } = answer.model;
    expect([architecture.kind, inputShape, timesteps]).toEqual(["SResNet", [16, 2], 3]);
  });

  it("is all layers, of a file whose names are those of no network: it begins with those that it holds weights of", async () => {
    const draftOf = async (path: string): Promise<string> => {
      const answer = await importNetwork(bytesOf(path), "net", {});
      return answer.kind === "asks" ? (answer.draft ?? "none") : "opened";
    };
    expect(await draftOf("pytorch/smlp_atif.pth")).toBe("none");
    const facts = { inputShape: "7", timesteps: "6" };
    // Nothing lies between the layers of this one.
    const leaky = "frameworks/snntorch_leaky_zero.pth";
    const whole = await importNetwork(bytesOf(leaky), "net", optionsOf(facts, await draftOf(leaky)));
    if (whole.kind !== "imported") throw new Error(whole.sentence);
    expect(spikingLayersOf(whole.model).map(({ ownName }) => ownName)).toEqual(["lif1", "lif2"]);
    // Here a line is put where it belongs.
    const draft = await draftOf("frameworks/sj_cnn_if.safetensors");
    expect(draft.split("\n")).toEqual([
      "[",
      '  { "name": "0", "kind": "Conv2d" },',
      '  { "name": "1", "kind": "BatchNorm2d" },',
      '  { "name": "5", "kind": "Linear" }',
      "]",
    ]);
    const { layers } = JSON.parse(
      readFileSync(new URL("frameworks/sj_cnn_if.expected.json", files), "utf8"),
    ) as { layers: readonly (readonly unknown[])[] };
    const line = (i: number): string => `  ${JSON.stringify(layers[i])},\n`;
    const text = draft
      .replace('"Conv2d" }', '"Conv2d", "params": { "padding": 1 } }')
      .replace('  { "name": "5"', `${line(2)}${line(3)}${line(4)}  { "name": "5"`)
      .replace("\n]", `,\n${line(6).replace(/,\n$/, "")}\n]`);
    const map = { inputShape: "6 x 6 x 2", timesteps: "5" };
    const drafted = await importNetwork(bytesOf("frameworks/sj_cnn_if.safetensors"), "net", optionsOf(map, text));
    if (drafted.kind !== "imported") throw new Error(drafted.sentence);
    const listed = await importModel(bytesOf("frameworks/sj_cnn_if.safetensors"), optionsOf(map, JSON.stringify(layers)));
    expect(drafted.model.architecture).toEqual(listed.model.architecture);
    expect(drafted.model.stateDict()).toEqual(listed.model.stateDict());
  }); // prettier-ignore

  it("is which of several networks a description means", async () => {
    const [weights, config] = ["qualia.pth", "qualia.toml"].map((name) =>
      readFileSync(new URL(`../../examples/exchange/${name}`, import.meta.url)),
    );
    const bytes = new Uint8Array(weights);
    const text = config.toString();
    expect(asked(await importNetwork(bytes, "qualia.pth", optionsOf({}, text)))).toEqual(["name"]);
    expect(asked(await importNetwork(bytes, "qualia.pth", optionsOf({ name: "small" }, text)))).toEqual([
      "nothing",
    ]);
  });

  it("is which state dict of a checkpoint is meant", async () => {
    const dict = (): Item => new Map<Item, Item>([["w", stored([2], [1], 0, 2)]]);
    const bytes = archive(new Map<Item, Item>([["model", dict()], ["ema", dict()]]), [floats(1, 2)]); // prettier-ignore
    const answer = await importNetwork(bytes, "net.pth", {});
    expect(asked(answer)).toEqual(["key"]);
    expect("facts" in answer && answer.facts[0].expects).toBe(
      'where in the file the state dict stands: "model", "ema"',
    );
    expect("sentence" in answer && answer.sentence).toContain(
      '"model" (1), "ema" (1); expected one state dict.',
    );
    expect(asked(await importNetwork(bytes, "net.pth", { key: "ema" }))).toEqual(["inputShape", "timesteps"]);
  });

  it("is nothing of a file that is refused", async () => {
    for (const path of [
      "pytorch/evil_eval.pth",
      "pytorch/cut_104.pth",
      "nir/bad_edge.nir",
      "nir/cut_8.nir",
    ]) {
      const bytes = bytesOf(path);
      const thrown: unknown = await importNetwork(bytes, "net", {}).catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(FormatError);
      expect((thrown as Error).message).toBe(await refusal(bytes, { name: "net" }));
    }
  });
});

describe("what is shown", () => {
  it("is an image, whatever a network takes", () => {
    expect(viewShape([6, 5, 2])).toEqual([6, 5, 2]);
    expect(viewShape([784])).toEqual([28, 28, 1]);
    expect(viewShape([64])).toEqual([8, 8, 1]);
    expect(viewShape([49])).toEqual([1, 49, 1]);
    expect(viewShape([6])).toEqual([1, 6, 1]);
    expect(viewShape([1])).toEqual([1, 1, 1]);
    expect(viewShape([20, 3])).toEqual([1, 20, 3]);
    expect(() => viewShape([2, 3, 4, 5])).toThrow(
      /^This network takes inputs of shape \[2, 3, 4, 5\]; expected/,
    );
  });

  it("of a row of numbers is how high the line stands, from left to right", () => {
    const top = 0.25 * DRAWING_SIZE;
    // Four columns, 70 wide: a ramp over the first three, which ends where the last begins.
    const ramp = [0, DRAWING_SIZE, 3 * 70, top];
    expect([...curveFromStrokes([ramp], 4)]).toEqual([0.25, 0.5, 0.75, 0.75]);
    expect([...curveFromStrokes([[3 * 70 - 1, top, 0, DRAWING_SIZE]], 4)].at(-1)).toBe(0);
    // A dot above it, in the second column.
    expect([...curveFromStrokes([ramp, [100, 0.125 * DRAWING_SIZE]], 4)][1]).toBe(0.875);
    // A line that goes up, and what is drawn over the edge.
    expect([...curveFromStrokes([[10, 200, 10, 70]], 4)]).toEqual([0.75, 0, 0, 0]);
    expect([...curveFromStrokes([[-20, -20, 400, -20]], 2)]).toEqual([1, 1]);
    expect([...curveFromStrokes([], 2)]).toEqual([0, 0]);
  });

  it("is measured on images of as many numbers", async () => {
    const { test } = await loadDigits();
    const dense = new SMLP({
      inputShape: [64],
      outputShape: [10],
      units: [5],
      timesteps: 2,
      neuron: { kind: "ATIF" },
    });
    const answer = await importNetwork(await bytesOfNir(dense), "dense.nir", {});
    if (answer.kind !== "imported") throw new Error(answer.sentence);
    expect(answer.model.inputShape).toEqual([64]);
    expect(fits(answer.model, {}, test)).toBe(true);
    expect(fits({ inputShape: [32], outputShape: [10] }, {}, test)).toBe(false);
  });

  it("has the layers inside a layer with feedback, by the names of their spikes", async () => {
    const answer = await importNetwork(bytesOf("nir/hand_recurrent_if.nir"), "net.nir", {});
    if (answer.kind !== "imported") throw new Error(answer.sentence);
    const { layers } = recordActivity(answer.model, tensor(new Float32Array(6).fill(1), [1, 6]));
    expect(layers.length).toBeGreaterThan(0);
    expect(spikingLayersOf(answer.model).map(({ path, kind, theta }) => [path, kind, theta])).toEqual(
      layers.map(({ name, kind, theta }) => [name, kind, theta]),
    );
  });
});
