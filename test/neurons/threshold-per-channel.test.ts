/** ATIF and IFSRL with a threshold for each channel: the layer of one threshold, channel by channel. */

import { beforeAll, describe, expect, it } from "vitest";
import {
  ATIF,
  decodeModel,
  encodeModel,
  GraphModel,
  IFSRL,
  init,
  manualSeed,
  MultiStepATIF,
  SCNN,
  SMLP,
  tensor,
  type AnyLayerSpec,
  type Tensor,
} from "../../src/index.js";
import type { AdaptiveThresholdNode } from "../../src/neurons/adaptive-threshold-node.js";
import type { NodeBackend } from "../../src/neurons/base-node.js";
import { Generator } from "../../src/random/generator.js";
import { expectSameBits } from "../closeness.js";

beforeAll(() => init({ threads: 1 }));

const kinds = { ATIF: MultiStepATIF, IFSRL } as const;
type Kind = keyof typeof kinds;

const C = 3;
const T = 4;

function neuronOf(
  kind: Kind,
  thetas: readonly number[] | number,
  backend: NodeBackend = "fused",
  detachReset = false,
): AdaptiveThresholdNode {
  const channels =
    typeof thetas === "number" ? {} : ({ thresholdShape: "channel", channels: thetas.length } as const);
  const neuron = new kinds[kind]({ alpha: 2, backend, detachReset, ...channels });
  neuron.stepMode = "m";
  neuron.setCoeffs(typeof thetas === "number" ? thetas : tensor([...thetas]));
  return neuron;
}

function drawn(seed: number, shape: readonly number[]): Tensor {
  const random = new Generator(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, () => random.uniform(-0.4, 0.9)),
    [...shape],
  );
}

/** What a layer gives and what comes back, from a loss that weighs outputs and the last potential. */
function driven(
  neuron: AdaptiveThresholdNode,
  x: Tensor,
  v: Tensor | null,
): Record<"y" | "v" | "vSeq" | "dx" | "dtheta" | "dv", Float32Array> {
  const input = x.detach();
  input.requiresGrad = true;
  const start = v === null ? tensor([0]) : v.detach();
  start.requiresGrad = true;
  if (v !== null) neuron.v = start;
  neuron.storeVSeq = true;
  const y = neuron.forward(input);
  const weights = drawn(9, y.shape);
  y.mul(weights)
    .sum()
    .add(neuron.v.mul(drawn(10, neuron.v.shape)).sum())
    .backward();
  const theta = neuron.getCoeffs();
  return {
    y: y.data.slice(),
    v: neuron.v.data.slice(),
    vSeq: neuron.vSeq?.data.slice() ?? new Float32Array(0),
    dx: input.grad?.data.slice() ?? new Float32Array(0),
    dtheta: theta.grad?.data.slice() ?? new Float32Array(0),
    dv: start.grad?.data.slice() ?? new Float32Array(0),
  };
}

const channelOf = (values: Float32Array, c: number): Float32Array => values.filter((_, i) => i % C === c);

const cases = (["ATIF", "IFSRL"] as const).flatMap((kind) =>
  [false, true].map((detachReset) => [kind, detachReset] as const),
);

describe.each(cases)("%s with a threshold per channel, detachReset %s", (kind, detachReset) => {
  let x: Tensor;
  let v: Tensor;
  beforeAll(() => ([x, v] = [drawn(1, [T, 2, 5, C]), drawn(2, [2, 5, C])]));
  const thetas = [0.3, 0.55, 1.1];

  it.each(["rest", "v"])(
    "is in each channel the layer of that channel's threshold, to the bit, from %s",
    (from) => {
      const start = from === "v" ? v : null;
      const all = driven(neuronOf(kind, thetas, "fused", detachReset), x, start);
      thetas.forEach((theta, c) => {
        const own = driven(neuronOf(kind, theta, "fused", detachReset), x, start);
        for (const what of ["y", "v", "vSeq", "dx"] as const)
          expectSameBits(channelOf(all[what], c), channelOf(own[what], c));
        if (start !== null) expectSameBits(channelOf(all.dv, c), channelOf(own.dv, c));
      });
    },
  );

  it("gives the bits of the layer with one threshold where all are alike, and its dtheta in sum", () => {
    const all = driven(neuronOf(kind, [0.55, 0.55, 0.55], "fused", detachReset), x, v);
    const one = driven(neuronOf(kind, 0.55, "fused", detachReset), x, v);
    for (const what of ["y", "v", "vSeq", "dx", "dv"] as const) expectSameBits(all[what], one[what]);
    expect(all.dtheta).toHaveLength(C);
    expect(all.dtheta.reduce((a, b) => a + b)).toBeCloseTo(one.dtheta[0], 4);
  });

  it("computes what the equations give step by step", () => {
    const fused = driven(neuronOf(kind, thetas, "fused", detachReset), x, v);
    const eager = driven(neuronOf(kind, thetas, "eager", detachReset), x, v);
    for (const what of ["y", "v", "vSeq"] as const) expectSameBits(fused[what], eager[what]);
    for (const what of ["dx", "dv", "dtheta"] as const)
      fused[what].forEach((value, i) => expect(value).toBeCloseTo(eager[what][i], 4));
  });

  it("takes a still input as one that is repeated", () => {
    const [still, repeated] = [
      neuronOf(kind, thetas, "fused", detachReset),
      neuronOf(kind, thetas, "fused", detachReset),
    ];
    const image = drawn(3, [2, 5, C]);
    const [a, b] = [image.detach(), image.detach()];
    for (const each of [a, b]) each.requiresGrad = true;
    const ys = [still.forwardStill(a, T), repeated.forward(repeat(b))];
    expectSameBits(ys[0].data, ys[1].data);
    for (const y of ys) y.mul(drawn(4, y.shape)).sum().backward();
    a.grad?.data.forEach((value, i) => expect(value).toBeCloseTo(b.grad?.data[i] ?? NaN, 4));
    still
      .getCoeffs()
      .grad?.data.forEach((value, i) =>
        expect(value).toBeCloseTo(repeated.getCoeffs().grad?.data[i] ?? NaN, 4),
      );
  });
});

function repeat(x: Tensor): Tensor {
  return x.reshape([1, ...x.shape]).add(tensor(new Float32Array(T * x.size), [T, ...x.shape]));
}

describe("dtheta per channel", () => {
  it("is the slope of what the layer gives, where no spike changes: dy/dtheta = z, and theta comes off in every reset", () => {
    // The surrogate is so steep that between spikes its slope is 0: what remains is exact, and finite differences see it.
    const x = tensor([0.7, 0.2, 0.9, 0.1, 0.6, 0.8], [3, 1, 2]);
    const lossOf = (thetas: readonly number[]): { loss: Tensor; neuron: ATIF } => {
      const neuron = new MultiStepATIF({ alpha: 500, thresholdShape: "channel", channels: 2 });
      neuron.setCoeffs(tensor([...thetas]));
      const y = neuron.forward(x);
      return { loss: y.mul(y).sum().add(neuron.v.mul(3).sum()), neuron };
    };
    const thetas = [0.5, 0.35];
    const { loss, neuron } = lossOf(thetas);
    loss.backward();
    const step = 2 ** -10;
    thetas.forEach((_, c) => {
      const [up, down] = [step, -step].map((by) => lossOf(thetas.with(c, thetas[c] + by)).loss.item());
      expect(neuron.getCoeffs().grad?.data[c]).toBeCloseTo((up - down) / (2 * step), 2);
    });
  });
});

describe("a network with thresholds per channel", () => {
  const neuron = { kind: "ATIF", params: { thresholdShape: "channel" } } as const;
  const scnn = (own: object = neuron): SCNN =>
    new SCNN({
      inputShape: [6, 6, 1], outputShape: [3], filters: [4, 40], kernelSizes: [3, 3], paddings: [1, 1],
      strides: [1, 1], poolSizes: [2, 2], fcUnits: [], batchNorm: true, timesteps: 3, stepMode: "m", neuron: own as never,
    }); // prettier-ignore

  it("has one for each channel of each layer, that begins as that of the layer", () => {
    manualSeed(1);
    const [channels, layers] = [scnn(), (manualSeed(1), scnn({ kind: "ATIF" }))];
    const { "layers.neuron1.v_threshold": first, "layers.neuron2.v_threshold": second } =
      channels.stateDict();
    expect([first.shape, second.shape]).toEqual([[4], [40]]);
    const one = layers.stateDict();
    expect(new Set(first.data)).toEqual(new Set(one["layers.neuron1.v_threshold"].data));
    const x = drawn(5, [2, 6, 6, 1]);
    expectSameBits(channels.eval().run(x).data, layers.eval().run(x).data);
    expect(channels.neurons()[0].traits.staircase).toBe(false);
  });

  it("is stored as it was made, and loaded", () => {
    const model = scnn();
    model.neurons()[1].learnedThreshold?.data.set(Float32Array.from({ length: 40 }, (_, i) => 0.1 + i / 40));
    const x = drawn(6, [2, 6, 6, 1]);
    const { model: loaded } = decodeModel(encodeModel(model));
    expect(loaded.architecture).toEqual(model.architecture);
    expectSameBits(loaded.eval().run(x).data, model.eval().run(x).data);
    const listed = new GraphModel(listOf(model) as never);
    listed.loadStateDict(model.stateDict());
    expectSameBits(listed.eval().run(x).data, model.eval().run(x).data);
  });

  it("learns each of them, and keeps them above the minimum", () => {
    const model = new SMLP({
      inputShape: [4],
      outputShape: [2],
      units: [5],
      timesteps: 2,
      stepMode: "m",
      neuron,
    });
    const y = model.run(drawn(7, [3, 4]));
    y.mul(y).sum().backward();
    const theta = model.neurons()[0].learnedThreshold;
    expect(theta?.grad?.shape).toEqual([5]);
    expect(theta?.minimum).toBeCloseTo(1e-3, 6);
  });
});

/** The list of layers that a template is. */
function listOf(model: SCNN): object {
  const { nodes } = model.graph;
  const layers: AnyLayerSpec[] = nodes.slice(1).map(({ name, kind, options, inputs }) => ({
    name, kind, options, inputs: inputs.map((input) => input.name),
  })); // prettier-ignore
  const { inputShape, outputShape, timesteps, stepMode } = model;
  return { inputShape, outputShape, timesteps, stepMode, layers };
}

describe("what does not fit", () => {
  it.each<[string, RegExp, () => unknown]>([
    [
      "another shape",
      /thresholdShape is "row"; expected one of "layer", "channel"/,
      () => new ATIF({ thresholdShape: "row" as never }),
    ],
    [
      "no channels",
      /ATIF: thresholdShape is "channel", and channels is left out; expected how many/,
      () => new ATIF({ thresholdShape: "channel" }),
    ],
    [
      "none",
      /channels is 0; expected a whole number of at least 1/,
      () => new ATIF({ thresholdShape: "channel", channels: 0 }),
    ],
    [
      "others",
      /4 channels have a threshold, and the input \[1, 2, 3\] has 3; expected as many/,
      () => new ATIF({ thresholdShape: "channel", channels: 4 }).forward(drawn(1, [2, 3])),
    ],
    [
      "others, eagerly",
      /4 channels have a threshold, and the input \[2, 1\] has 1/,
      () => new ATIF({ thresholdShape: "channel", channels: 4, backend: "eager" }).forward(drawn(1, [2, 1])),
    ],
    ["others in a network", /GraphModel: n: 3 channels have a threshold, and the input \[4\] has 4/, () =>
      new GraphModel({
        inputShape: [4], outputShape: [4], timesteps: 1,
        layers: [{ name: "n", kind: "ATIF", options: { thresholdShape: "channel", channels: 3 } }],
      })], // prettier-ignore
    [
      "too many numbers",
      /got a tensor of shape \[3\]; expected one element, or 2/,
      () => new ATIF({ thresholdShape: "channel", channels: 2 }).setCoeffs(tensor([1, 2, 3])),
    ],
    [
      "a threshold of 0",
      /the threshold is 0; expected a threshold above 0/,
      () => new ATIF({ thresholdShape: "channel", channels: 2 }).setCoeffs(tensor([1, 0])),
    ],
    [
      "one that is loaded",
      /v_threshold is -1; expected a threshold above 0/,
      () =>
        new ATIF({ thresholdShape: "channel", channels: 2 }).loadStateDict({
          v_threshold: { shape: [2], data: [1, -1] },
        }),
    ],
  ])("is a sentence: %s", (_, sentence, work) => {
    expect(work).toThrow(sentence);
  });
});
