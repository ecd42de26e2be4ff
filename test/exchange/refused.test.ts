/** What has no meaning for kinds of other tools, and what they do not take, is said in a sentence that names them. */

import { beforeAll, describe, expect, it } from "vitest";
import { fuseBatchNorm } from "../../src/deployment/fuse-batch-norm.js";
import { foldThresholds } from "../../src/deployment/fold-thresholds.js";
import { IntegerModel } from "../../src/deployment/integer/integer-model.js";
import { estimateEnergy } from "../../src/energy/estimate-energy.js";
import { exchangedKinds } from "../../src/exchange/kinds.js";
import { init } from "../../src/kernels/select.js";
import type { PlainOptions } from "../../src/layers/table.js";
import { GraphModel } from "../../src/models/graph-model.js";
import "../../src/ops/install.js";
import { quantizeModel } from "../../src/quantization/quantize-model.js";

const options: Readonly<Record<string, PlainOptions>> = {
  SumPool2d: { kernelSize: 1 },
  ZeroPad: { padding: [[0, 0], [0, 0]] },
  Recurrent: {
    inputs: [[1, 1, 2]],
    layers: [{ name: "lif", kind: "CurrentLIF" }],
    feedback: [{ from: "lif", to: "lif" }],
  },
}; // prettier-ignore

function modelOf(kind: string, own: PlainOptions = options[kind] ?? {}): GraphModel {
  return new GraphModel({
    inputShape: [1, 1, 2],
    outputShape: [2],
    timesteps: 2,
    layers: [
      { name: "it", kind, options: own },
      { name: "flat", kind: "Flatten" },
      { name: "fc", kind: "Linear", options: { inFeatures: 2, outFeatures: 2 } },
    ],
  });
}

beforeAll(async () => {
  await init({ backend: "wasm", threads: 1 });
});

const rate = { rate: 0.5, isBinary: true, count: 1, nonzeros: 1, sum: 1, elements: 2, samples: 1 };
const traffic = { input: rate, output: rate };
const activity = { timesteps: 2, layers: { input: traffic, it: traffic, flat: traffic, fc: traffic } };

describe.each([...exchangedKinds])("%s", (kind) => {
  it("has no quantized form, no integers and no formula of energy", () => {
    const model = modelOf(kind);
    expect(() => quantizeModel(model, { bits: 8 })).toThrow(
      `quantizeModel: it is of the kind ${kind}, which has no quantized form; expected one of`,
    );
    const line = (name: string): string => `${name},7,7,7,7,floor,floor,floor`;
    const ranges = ["it", "flat", "fc"].map(line).join("\n");
    expect(() => new IntegerModel(model, { width: 16, ranges })).toThrow(
      `IntegerModel: it is a ${kind}, for which there is no form in whole numbers`,
    );
    const energy = { memWidth: 16, fifoSize: 100 } as const;
    expect(() => estimateEnergy(model, activity, energy)).toThrow(
      `estimateEnergy: it is of the kind ${kind}, for which there is no formula`,
    );
    expect(() => estimateEnergy(model, activity, { ...energy, compat: "qualia" })).toThrow(
      `estimateEnergy: it is of the kind ${kind}, which the reference does not have`,
    );
    expect(foldThresholds(model)).toMatchObject({ folded: [], kept: [] });
    expect(fuseBatchNorm(model).architecture).toEqual(model.architecture);
  });
});

describe("samples that arrays are not for", () => {
  const shape = [3];
  const sentence =
    "GraphModel: it gets [1, 1, 2], and its arrays are of shape [3]; expected [] (one number for all), [2] (one a channel) or [1, 1, 2] (one a neuron).";

  it.each([
    ["CurrentIF", { shape }],
    ["CurrentLIF", { shape }],
    ["CubaLIF", { shape }],
    ["SnnTorchLeaky", { thresholdShape: shape }],
    ["LI", { shape }],
    ["CubaLI", { shape }],
    ["Integrator", { shape }],
    ["ThresholdSpikes", { shape }],
    ["Scale", { shape }],
    ["Delay", { shape }],
  ])("are refused by %s before anything is made", (kind, own) => {
    expect(() => modelOf(kind, own)).toThrow(sentence);
  });
});
