/** What is done to samples, in files: kept to the number, and refused where it is no such list. */

import { beforeAll, describe, expect, it } from "vitest";
import { FormatError } from "../../src/errors.js";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/formats/checkpoint.js";
import { decodeModel, encodeModel } from "../../src/formats/model-file.js";
import { encodeSafetensors, parseSafetensors } from "../../src/formats/safetensors.js";
import { init } from "../../src/kernels/select.js";
import { GraphModel } from "../../src/models/graph-model.js";
import { Linear } from "../../src/layers/linear.js";
import { Sequential } from "../../src/layers/sequential.js";
import { SMLP } from "../../src/models/smlp.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import { createModel } from "../../src/models/table.js";
import { createNeuron } from "../../src/neurons/table.js";
import type { PreprocessingSpec } from "../../src/preprocessing/table.js";
import { evaluate } from "../../src/training/evaluate.js";
import { Trainer } from "../../src/training/trainer.js";
import { inOwnForward, OwnResidual } from "../models/own-models.js";
import { stripes, tinySCNN, tinySMLP } from "../training/tiny.js";

beforeAll(() => init({ threads: 1 }));

const all: readonly PreprocessingSpec[] = [
  { kind: "IntToFloat32", options: { scale: true } },
  {
    kind: "NormalizeDataset",
    options: { shape: [1, 1, 1], offset: [0.1 + 0.2], scale: [Number.MIN_VALUE * 3 + 1 / 3] },
  },
  { kind: "Normalize", options: { mean: 0.1307, std: [0.3081] } },
];

function withSteps<M extends SpikingModel>(model: M, steps = all): M {
  model.preprocessing = steps;
  return model;
}

/** A file with another architecture in its metadata. */
function changed(bytes: Uint8Array, change: (architecture: Record<string, unknown>) => object): Uint8Array {
  const { metadata, tensors } = parseSafetensors(bytes);
  const architecture = JSON.parse(metadata.get("atif.architecture") ?? "") as Record<string, unknown>;
  const others = [...metadata].filter(([name]) => name !== "atif.crc64" && name !== "atif.architecture");
  return encodeSafetensors(
    [...tensors],
    [...others, ["atif.architecture", JSON.stringify(change(architecture))]],
    { checksum: true },
  );
}

describe("model files", () => {
  const flat: readonly PreprocessingSpec[] = [{ kind: "Normalize", options: { mean: [1, 2, 3, 4], std: 2 } }];
  it.each<[string, () => SpikingModel]>([
    ["SMLP", () => withSteps(tinySMLP())],
    ["SCNN", () => withSteps(tinySCNN())],
    ["a list of layers", () => withSteps(createModel({ ...listed(), preprocessing: all }))],
    ["a class of one's own", () => withSteps(new OwnResidual("m"), flat)],
    [
      "a forward of one's own",
      () =>
        withSteps(
          inOwnForward(ownBody(), (body, x) => body.forward(x)),
          flat,
        ),
    ],
    ["a class that extends one", () => withSteps(new Mine())],
  ])("keep it to the number, and are written again to the same bytes: %s", (_, make) => {
    const model = make();
    const bytes = encodeModel(model);
    const { model: loaded } = decodeModel(bytes);
    expect(loaded.preprocessing).toEqual(model.preprocessing);
    expect(encodeModel(loaded)).toEqual(bytes);
  });

  it("of a model without any say nothing, and those of before load", () => {
    const text = parseSafetensors(encodeModel(tinySMLP())).metadata.get("atif.architecture");
    expect(Object.keys(JSON.parse(text ?? "") as object)).toEqual(["kind", "options"]);
    expect(decodeModel(encodeModel(tinySMLP())).model.preprocessing).toEqual([]);
  });

  it.each<[string, unknown]>([
    ["m: the architecture.preprocessing is 5; expected a list.", 5],
    ["m: the architecture.preprocessing[0] is null; expected an object.", [null]],
    ["m: the architecture.preprocessing[0].kind is missing; expected text.", [{ options: {} }]],
    ["m: the architecture.preprocessing[0].options is missing; expected an object.", [{ kind: "Normalize" }]],
    ['preprocessing[0].kind is "Whiten"; expected one of', [{ kind: "Whiten", options: {} }]],
    ['preprocessing[0].kind is "__proto__"; expected one of', [{ kind: "__proto__", options: {} }]],
    ["preprocessing[0].options.std is 0; expected a number above 0.", [{ kind: "Normalize", options: { mean: 0, std: 0 } }]],
    ["preprocessing[0].options.mean is null; expected a number.", [{ kind: "Normalize", options: { mean: null, std: 1 } }]],
    ["preprocessing[0].options.scale[0] is -1; expected a number above 0.", [{ kind: "NormalizeDataset", options: { shape: [1, 1, 1], offset: [0], scale: [-1] } }]],
    [
      "m: the preprocessing does not fit the network: SMLP: preprocessing[0].options.mean has 2 numbers, but samples of [4, 4, 1] have 1 channel",
      [{ kind: "Normalize", options: { mean: [0, 0], std: 1 } }],
    ],
    [
      "m: the preprocessing does not fit the network: SMLP: preprocessing makes samples of [1000000000, 1]; expected [4, 4, 1]",
      [{ kind: "Reshape2DTo1D", options: { inputShape: [50000, 20000, 1] } }],
    ],
  ])("are refused: %s", (sentence, preprocessing) => {
    const bytes = changed(encodeModel(tinySMLP()), (own) => ({ ...own, preprocessing }));
    expect(() => decodeModel(bytes, "m")).toThrow(FormatError);
    expect(() => decodeModel(bytes, "m")).toThrow(sentence);
  }); // prettier-ignore
});

describe("checkpoints", () => {
  const trainer = (model: SpikingModel): Trainer =>
    new Trainer(model, stripes(8), { optimizer: { kind: "SGD", params: { lr: 0.1 } }, epochs: 1 });

  it("keep it with the architecture, whenever that was taken", async () => {
    const model = tinySMLP();
    const { architecture } = model;
    const { state, architecture: stored } = decodeCheckpoint(
      encodeCheckpoint(trainer(withSteps(model)).state(), architecture),
    );
    expect(stored.preprocessing).toEqual(model.preprocessing);
    const again = createModel(stored);
    again.loadStateDict(state.weights);
    expect(await evaluate(again, stripes(8))).toEqual(await evaluate(model, stripes(8)));
  });

  it("without any are as before", () => {
    const model = tinySMLP();
    const { state, architecture } = decodeCheckpoint(
      encodeCheckpoint(trainer(model).state(), model.architecture),
    );
    expect(architecture).toEqual(model.architecture);
    expect(state).not.toHaveProperty("preprocessing");
  });

  it("are refused with what is no such list", () => {
    const model = tinySMLP();
    const bytes = encodeCheckpoint(trainer(model).state(), model.architecture);
    const bad = changed(bytes, (own) => ({ ...own, preprocessing: [{ kind: "Normalize", options: {} }] }));
    expect(() => decodeCheckpoint(bad, "c")).toThrow(FormatError);
    expect(() => decodeCheckpoint(bad, "c")).toThrow("c: the architecture: preprocessing[0].options.mean is");
  });
});

function listed(): GraphModel["architecture"] {
  return new GraphModel({
    inputShape: [4, 4, 1],
    outputShape: [3],
    timesteps: 2,
    layers: [
      { name: "flatten", kind: "Flatten" },
      { name: "fc", kind: "Linear", options: { inFeatures: 16, outFeatures: 3 } },
    ],
  }).architecture;
}

function ownBody(): Sequential {
  return new Sequential({
    fc: new Linear(4, 3),
    neuron: createNeuron({ kind: "ATIF" }),
    last: new Linear(3, 2),
  });
}

class Mine extends SMLP {
  constructor() {
    super({ inputShape: [4, 4, 1], outputShape: [3], units: [4], timesteps: 2, neuron: { kind: "ATIF" } });
  }
}
