/** What losses are told of spikes is what reports count, of every kind of neuron; and which parameters thresholds are. */

import { beforeAll, describe, expect, it } from "vitest";
import {
  ATIF,
  Dataset,
  GraphModel,
  init,
  manualSeed,
  SMLP,
  Trainer,
  type AnyLayerSpec,
  type LayerOutput,
  type NeuronSpec,
  type NeuronTraits,
  type SpikingModel,
  type Tensor,
} from "../../src/index.js";
import { withLayerOutputs } from "../../src/training/layer-outputs.js";
import { thresholdsOf } from "../../src/training/parameter-groups.js";
import { countingSpikes } from "../../src/neurons/spike-count.js";
import { tensor } from "../../src/tensor/tensor.js";
import { exchangedKinds } from "../../src/exchange/kinds.js";

beforeAll(() => init({ threads: 1 }));

const T = 3;
const UNITS = 6;
const x = (): Tensor =>
  tensor(
    Float32Array.from({ length: 5 * 4 }, (_, i) => 2 * Math.sin(1 + i * i)),
    [5, 4],
  );

/** A layer of neurons between two linear ones. */
function network(kind: string, options: object, stepMode: "s" | "m"): SpikingModel {
  expect(exchangedKinds.size).toBeGreaterThan(0);
  manualSeed(4);
  const layers: AnyLayerSpec[] = [
    { name: "in", kind: "Linear", options: { inFeatures: 4, outFeatures: UNITS } },
    { name: "n", kind, options: options as Record<string, unknown> },
    { name: "out", kind: "Linear", options: { inFeatures: UNITS, outFeatures: 2 } },
  ];
  return new GraphModel({ inputShape: [4], outputShape: [2], timesteps: T, stepMode, layers });
}

function spikesOf(model: SpikingModel, use: (spikes: Tensor) => void = () => undefined): Float32Array {
  return withLayerOutputs(
    "test",
    model,
    true,
    () => model.run(x()),
    (_, outputs: Record<string, LayerOutput>) => {
      const { spikes } = outputs.n;
      use(spikes);
      return spikes.data.slice();
    },
  );
}

/** Heights and thresholds that differ, with a mean of exactly 1 where there are several. */
const SEVERAL = [0.25, 0.5, 1, 1, 1.25, 2];

const kinds: readonly [string, object, string | null][] = [
  ["ATIF", {}, null],
  ["ATIF", { thresholdShape: "channel" }, "v_threshold"],
  ["IFSRL", { thresholdShape: "channel" }, "vp_th"],
  ["LIFNode", {}, null],
  ["QuantReLU", { bits: 3, initialStep: 0.2 }, null],
  ["SnnTorchLeaky", { gradedSpikesFactorShape: [UNITS] }, "graded_spikes_factor"],
  ["CurrentIF", { shape: [UNITS], learn: ["v_threshold"], reset: "subtract" }, "v_threshold"],
];

describe.each(kinds)("spikes of %s %j", (kind, options, array) => {
  it.each(["s", "m"] as const)(
    "are 1 where the layer fires, and as many as reports count, in '%s'",
    (stepMode) => {
      const model = network(kind, options, stepMode);
      if (array !== null)
        model.loadStateDict(
          {
            [`n.${array}`]: {
              shape: [UNITS],
              data: SEVERAL.map((each) => each + (kind === "SnnTorchLeaky" ? 0.25 : 0)),
            },
          },
          { strict: false },
        );
      const spikes = spikesOf(model);
      model.reset();
      const { counts } = countingSpikes(model.neurons(), () => model.run(x()));
      for (const spike of spikes) expect(Math.abs(spike - Math.round(spike))).toBeLessThan(1e-6);
      expect(new Set([...spikes].map(Math.round))).toEqual(new Set([0, 1]));
      expect(Math.round(spikes.reduce((sum, each) => sum + each, 0))).toBe(counts[0].spikes);
    },
  );
});

describe("a firing rate of QuantReLU", () => {
  it("moves what lies near the first step, and not what is far above it", () => {
    const model = network("QuantReLU", { bits: 3, initialStep: 0.4 }, "m");
    const ones = spikesOf(model, (spikes) => spikes.sum().backward());
    expect(ones.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(10);
    const bias = new Map(model.namedParameters()).get("in.bias");
    expect(bias?.grad?.data.some((each) => each > 0)).toBe(true);
    // A unit whose outputs are all above the first step has nothing to gain.
    model.loadStateDict(
      { "in.bias": { shape: [UNITS], data: new Float32Array(UNITS).fill(9) } },
      { strict: false },
    );
    for (const parameter of model.parameters()) parameter.grad = null;
    model.reset();
    spikesOf(model, (spikes) => spikes.sum().backward());
    expect([...(bias?.grad?.data ?? [1])].every((each) => each === 0)).toBe(true);
  });

  it("is learned as of neurons: the share of outputs that are not 0", async () => {
    manualSeed(3);
    const labels = Int32Array.from({ length: 5 }, (_, i) => i % 2);
    const data = new Dataset({ name: "signs", x: x().data.slice(), labels, sampleShape: [4] });
    const neuron: NeuronSpec = { kind: "QuantReLU", params: { bits: 3 } };
    const model = new SMLP({ inputShape: [4], outputShape: [2], units: [16], timesteps: 1, neuron });
    const before = await rateOf(model, data, 0);
    await rateOf(model, data, 25);
    const after = await rateOf(model, data, 0);
    expect(before).toBeGreaterThan(0.3);
    expect(Math.abs(after - 0.15)).toBeLessThan(0.08);
  });
});

/** Trains for so many epochs. @returns the rate as it is reported */
async function rateOf(model: SpikingModel, data: Dataset, epochs: number): Promise<number> {
  const optimizer = { kind: "Adam", params: { lr: epochs === 0 ? 0 : 0.05 } } as const;
  const firingRate = { target: 0.15, weight: 100 };
  const { history } = await new Trainer(model, data, {
    optimizer,
    firingRate,
    epochs: Math.max(1, epochs),
    batchSize: 5,
  }).fit();
  return history[history.length - 1].layers[0].firingRate;
}

describe("learned thresholds", () => {
  it.each<[string, object, string]>([
    ["ATIF", { thresholdShape: "channel" }, "n.v_threshold"],
    ["IFSRL", {}, "n.vp_th"],
    ["QuantReLU", {}, "n.step"],
    ["CurrentIF", { shape: [UNITS], learn: ["r", "v_threshold"] }, "n.v_threshold"],
    ["CurrentLIF", { learn: ["v_threshold"] }, "n.v_threshold"],
    ["SnnTorchLeaky", { learnThreshold: true, learnBeta: true }, "n.threshold"],
  ])("of %s %j are %s", (kind, options, name) => {
    const model = network(kind, options, "s");
    const [theta, ...others] = thresholdsOf(model);
    expect(others).toEqual([]);
    expect(theta).toBe(new Map(model.namedParameters()).get(name));
    expect(model.neurons()[0].traits.threshold).toBe("learned");
  });

  it("are none of what is not learned, and a class that does not say which they are is told", () => {
    for (const kind of ["IFNode", "LIFNode", "ParametricLIFNode", "CurrentIF", "SnnTorchLeaky"])
      expect(thresholdsOf(network(kind, {}, "s"))).toEqual([]);
    class Vague extends ATIF {
      protected override get ownTraits(): NeuronTraits {
        return { kind: "Vague", spikeHeight: "theta", threshold: "learned", staircase: true };
      }
      override get learnedThreshold(): never {
        return null as never;
      }
    }
    const model = { spikingLayers: () => [["layers.n", new Vague()]] } as unknown as SpikingModel;
    expect(() => thresholdsOf(model)).toThrow(
      "layers.n, of the kind Vague, has a learned threshold by its traits, and learnedThreshold is null; expected the parameter",
    );
  });
});
