/** Which thresholds fold into which weights, why others cannot, and that the numbers stay. */

import { beforeAll, describe, expect, it } from "vitest";
import { loadDigits } from "../../src/datasets/digits.js";
import { foldThresholds } from "../../src/deployment/fold-thresholds.js";
import { fuseBatchNorm } from "../../src/deployment/fuse-batch-norm.js";
import { decodeModel, encodeModel } from "../../src/formats/model-file.js";
import type { AnyLayerSpec } from "../../src/graph/layer-spec.js";
import { init } from "../../src/kernels/select.js";
import { GraphModel } from "../../src/models/graph-model.js";
import { SCNN } from "../../src/models/scnn.js";
import { SMLP } from "../../src/models/smlp.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import { SResNet } from "../../src/models/sresnet.js";
import { ATIF } from "../../src/neurons/atif.js";
import { observing } from "../../src/neurons/observation.js";
import { defineNeuron } from "../../src/neurons/table.js";
import type { NeuronTraits } from "../../src/neurons/traits.js";
import { noGrad } from "../../src/autograd/grad-mode.js";
import "../../src/ops/install.js";
import { quantizeModel } from "../../src/quantization/quantize-model.js";
import { manualSeed } from "../../src/random/generator.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { Trainer } from "../../src/training/trainer.js";
import { exactInput, makeExact } from "../models/exact.js";

/** Whether a neuron fired, per neuron layer, for all inputs and steps. */
function spikes(model: SpikingModel, x: Tensor): Map<string, Uint8Array> {
  const layers = model.spikingLayers();
  const seen = layers.map((): number[] => []);
  observing(
    layers.map(([, neuron]) => neuron),
    (_, place) => ({
      seen: ({ output }) => void output.toArray().forEach((y) => seen[place].push(y === 0 ? 0 : 1)),
    }),
    () => noGrad(() => model.run(x)),
  );
  return new Map(layers.map(([name], place) => [name, Uint8Array.from(seen[place])]));
}

function thresholds(model: SpikingModel, values: Readonly<Record<string, number>>): void {
  const dict = model.stateDict();
  for (const [name, theta] of Object.entries(values)) dict[`${name}.v_threshold`].data[0] = theta;
  model.loadStateDict(dict);
}

const linear = (name: string, inFeatures: number, outFeatures: number, inputs?: string[]): AnyLayerSpec => ({
  name,
  kind: "Linear",
  options: { inFeatures, outFeatures },
  ...(inputs === undefined ? {} : { inputs }),
});

const graph = (layers: AnyLayerSpec[], classes = 2): GraphModel =>
  new GraphModel({ inputShape: [2], outputShape: [classes], layers, timesteps: 3 });

describe("foldThresholds", () => {
  beforeAll(() => init({ backend: "wasm" }));

  it("multiplies the next weights, by hand, and not their bias", () => {
    const model = new SMLP({
      inputShape: [1],
      outputShape: [2],
      units: [1],
      timesteps: 2,
      neuron: { kind: "ATIF" },
    });
    model.loadStateDict({
      "layers.fc1.weight": { shape: [1, 1], data: [3] },
      "layers.fc1.bias": { shape: [1], data: [0.5] },
      "layers.neuron1.v_threshold": { shape: [1], data: [0.25] },
      "layers.fc2.weight": { shape: [2, 1], data: [4, -2] },
      "layers.fc2.bias": { shape: [2], data: [1, 2] },
    });
    const { model: folded, folded: list, kept } = foldThresholds(model);
    expect(list).toEqual([{ name: "layers.neuron1", into: ["layers.fc2"] }]);
    expect(kept).toEqual([]);
    const state = Object.entries(folded.stateDict()).map(([name, { data }]) => [name, ...data]);
    expect(state).toEqual([
      ["layers.fc1.weight", 3],
      ["layers.fc1.bias", 0.5],
      ["layers.neuron1.vp_th", 0.25],
      ["layers.fc2.weight", 1, -0.5],
      ["layers.fc2.bias", 1, 2],
    ]);
    expect(folded.neurons()[0].spikeHeight).toBe(1);
    expect(model.neurons()[0].spikeHeight).toBe(0.25);
  });

  it("passes pooling, dropout and flattening, and gives the same bits where arithmetic is exact", () => {
    const model = makeExact(
      new SCNN({
        inputShape: [8, 8, 1], outputShape: [3], filters: [4, 5], kernelSizes: [3, 3], paddings: [1, 1],
        strides: [1, 1], poolSizes: [2, 0], postpool: 2, fcUnits: [6], dropouts: 0.5, timesteps: 4, neuron: { kind: "ATIF" },
      }),
    ).eval(); // prettier-ignore
    const { model: folded, folded: list, kept } = foldThresholds(model);
    expect(kept).toEqual([]);
    expect(list).toEqual([
      { name: "layers.neuron1", into: ["layers.conv2"] },
      { name: "layers.neuron2", into: ["layers.fc1"] },
      { name: "layers.neuron3", into: ["layers.fc2"] },
    ]);
    const x = tensor(exactInput(3, 5 * 64), [5, 8, 8, 1]);
    expect(folded.run(x).toArray()).toEqual(model.run(x).toArray());
    expect(spikes(folded, x)).toEqual(spikes(model, x));
    const again = decodeModel(encodeModel(folded)).model;
    expect(again.run(x).toArray()).toEqual(folded.run(x).toArray());
  });

  it("folds the branches of a sum together where their thresholds are the same, and tells where not", () => {
    const model = makeExact(
      new SResNet({
        inputShape: [8, 8, 1], outputShape: [3], filters: [4, 4, 6], kernelSizes: [3, 3, 3], paddings: [1, 1, 1],
        strides: [1, 1, 2], numBlocks: [1, 1], timesteps: 3, neuron: { kind: "ATIF" },
      }),
    ).eval(); // prettier-ignore
    thresholds(model, {
      neuron1: 0.5, "layers.0.0.neuron1": 0.75, "layers.0.0.neuron2": 0.5,
      "layers.1.0.neuron1": 0.75, "layers.1.0.neuron2": 1, "layers.1.0.neuronr": 0.5,
    }); // prettier-ignore
    const { model: folded, folded: list, kept } = foldThresholds(model);
    const together = ["layers.0.0.conv1", "layers.1.0.conv1", "layers.1.0.sconv"];
    expect(new Map(list.map(({ name, into }) => [name, [...into].sort()]))).toEqual(
      new Map([
        ["neuron1", together],
        ["layers.0.0.neuron2", together],
        ["layers.0.0.neuron1", ["layers.0.0.conv2"]],
        ["layers.1.0.neuron1", ["layers.1.0.conv2"]],
      ]),
    );
    const reason =
      "layers.1.0.add adds spikes of 1 (layers.1.0.neuron2) and spikes of 0.5 (layers.1.0.neuronr): no one factor";
    expect(new Set(kept)).toEqual(
      new Set([
        { name: "layers.1.0.neuron2", reason },
        { name: "layers.1.0.neuronr", reason },
      ]),
    );
    const x = tensor(exactInput(5, 4 * 64), [4, 8, 8, 1]);
    expect(folded.run(x).toArray()).toEqual(model.run(x).toArray());
  });

  it("keeps what reaches the output, another neuron, a normalisation, or a sum with something else", () => {
    const reasonsOf = (layers: AnyLayerSpec[]): unknown => foldThresholds(graph(layers)).kept;
    const neuron = { name: "neuron", kind: "ATIF" };
    expect(reasonsOf([linear("fc", 2, 2), neuron])).toEqual([
      { name: "neuron", reason: "it reaches the network's output, whose numbers would be others" },
    ]);
    expect(reasonsOf([neuron, { name: "next", kind: "IFNode" }, linear("fc", 2, 2)])).toEqual([
      { name: "neuron", reason: "next, a neuron, reads it with no weights between them" },
    ]);
    const norm = { name: "bn", kind: "BatchNorm1d", options: { numFeatures: 2 } };
    expect(reasonsOf([neuron, norm, linear("fc", 2, 2)])).toEqual([
      { name: "neuron", reason: "bn, a BatchNorm1d, reads it, which has no weights that take up a factor" },
    ]);
    const kept = reasonsOf([
      linear("fc", 2, 2),
      neuron,
      { name: "add", kind: "Add", inputs: ["fc", "neuron"] },
      linear("last", 2, 2),
    ]) as { reason: string }[];
    expect(kept[0].reason).toMatch(
      /^add adds fc as it is and spikes of 0\.[0-9]+ \(neuron\): no one factor$/,
    );
  });

  it("keeps a neuron of which one reader of two cannot take the factor", () => {
    const model = graph([
      { name: "neuron", kind: "ATIF" },
      linear("fc", 2, 2),
      { name: "add", kind: "Add", inputs: ["neuron", "fc"] },
    ]);
    const { folded, kept, model: same } = foldThresholds(model);
    expect(folded).toEqual([]);
    expect(kept.map(({ name }) => name)).toEqual(["neuron"]);
    expect(same.stateDict()).toEqual(model.stateDict());
  });

  it("lists no neuron whose spikes are 1, and keeps a threshold that is not positive", () => {
    const fired = graph([linear("fc", 2, 2), { name: "neuron", kind: "IFNode" }, linear("last", 2, 2)]);
    expect(foldThresholds(fired)).toMatchObject({ folded: [], kept: [] });
    const model = graph([linear("fc", 2, 2), { name: "neuron", kind: "ATIF" }, linear("last", 2, 2)]);
    const [neuron] = model.neurons();
    for (const parameter of neuron.parameters()) {
      parameter.minimum = null;
      parameter.data[0] = -0.5;
    }
    expect(foldThresholds(model).kept).toEqual([
      {
        name: "neuron",
        reason: "its threshold is -0.5, and a factor that is not positive does not pass a maximum",
      },
    ]);
  });

  it("says of a quantized network what to fold instead", () => {
    const model = new SMLP({
      inputShape: [2],
      outputShape: [2],
      units: [3],
      timesteps: 2,
      neuron: { kind: "ATIF" },
    });
    expect(foldThresholds(quantizeModel(model, {})).kept).toEqual([
      {
        name: "layers.neuron1",
        reason: "it is quantized already: fold the network that it was made of, and quantize that",
      },
    ]);
  });

  it("asks the row of another package's neuron for the kind that takes its place", () => {
    for (const [kind, binary] of [
      ["Twinned", { kind: "IFSRL", arrays: { v_threshold: "vp_th" } }],
      ["Twinless", undefined],
    ] as const) {
      class Own extends ATIF {
        protected override get ownTraits(): NeuronTraits {
          return { kind, spikeHeight: "theta", threshold: "learned", staircase: true };
        }
      }
      const create = (): Own => new Own({ vThreshold: 0.5 });
      defineNeuron(kind, { create, classes: [Own], ...(binary === undefined ? {} : { binary }) });
    }
    const layers = (kind: string) => [linear("fc", 2, 2), { name: "neuron", kind }, linear("last", 2, 2)];
    const { model, folded } = foldThresholds(graph(layers("Twinned")));
    expect(folded).toEqual([{ name: "neuron", into: ["last"] }]);
    expect(model.neurons()[0].traits.kind).toBe("IFSRL");
    expect(foldThresholds(graph(layers("Twinless"))).kept).toEqual([
      { name: "neuron", reason: "no kind is known that fires as Twinless does with spikes of height 1" },
    ]);
  });

  it("keeps the settings of a threshold under its new name", () => {
    const model = graph([linear("fc", 2, 2), { name: "neuron", kind: "ATIF" }, linear("last", 2, 2)]);
    const [theta] = model.neurons()[0].parameters();
    theta.decays = true;
    const { model: folded } = foldThresholds(model);
    expect(folded.parameterSettings()).toEqual({ "neuron.vp_th": { decays: true } });
  });

  it("of trained digits, with the normalisation fused: the same classes, and hardly a spike that differs", async () => {
    const { train, test } = await loadDigits();
    manualSeed(6);
    const model = new SCNN({
      inputShape: [8, 8, 1], outputShape: [10], filters: [8, 16], kernelSizes: [3, 3], paddings: [1, 1],
      strides: [1, 1], poolSizes: [2, 2], fcUnits: [], dropouts: 0, batchNorm: true, timesteps: 4,
      neuron: { kind: "ATIF" }, stepMode: "m",
    }); // prettier-ignore
    await new Trainer(model, train, {
      optimizer: { kind: "Adam", params: { lr: 0.01 } },
      epochs: 2,
      batchSize: 64,
    }).fit();
    model.eval();
    const fused = fuseBatchNorm(model);
    const { model: folded } = foldThresholds(fused);
    const x = tensor(test.x, [test.length, 8, 8, 1]);
    const classes = [model, fused, folded].map((each) => noGrad(() => each.run(x).argmax(1)));
    expect(classes[1]).toEqual(classes[0]);
    expect(classes[2]).toEqual(classes[0]);
    const [before, ...after] = [model, fused, folded].map((each) => spikes(each, x));
    const total = [...before.values()].reduce((sum, { length }) => sum + length, 0);
    for (const each of after) {
      let different = 0;
      for (const [name, fired] of before)
        fired.forEach((z, i) => (different += z === each.get(name)?.[i] ? 0 : 1));
      // Ties: potentials within rounding of their threshold.
      expect(different / total).toBeLessThan(1e-4);
    }
  });
});
