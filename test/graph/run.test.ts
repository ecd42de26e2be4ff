/**
 * Random networks with branches: whatever is computed once, fused or repeated, the numbers are those of the layers one by
 * one, to the bit, and what the tape shows is the list that the network was made of.
 */

import { beforeAll, describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import type { LayerGraph, LayerNode } from "../../src/graph/layer-graph.js";
import type { AnyLayerSpec } from "../../src/graph/layer-spec.js";
import { traceGraph } from "../../src/graph/trace.js";
import { init } from "../../src/kernels/select.js";
import { GraphModel } from "../../src/models/graph-model.js";
import type { StepMode } from "../../src/module/module.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import "../../src/ops/install.js";
import { at, stack } from "../../src/ops/slice.js";
import { Generator, manualSeed } from "../../src/random/generator.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { expectClose, expectSameBits } from "../closeness.js";

const T = 3;
const SIDE = 8;

/** A network of images [8, 8, 2]: stages whose inputs are drawn among what is there, and sums of equal shapes. */
function randomLayers(generator: Generator): AnyLayerSpec[] {
  const pick = <V>(...choices: readonly V[]): V => choices[generator.integer(choices.length)];
  const specs: AnyLayerSpec[] = [];
  const maps = [{ name: "input", channels: 2, side: SIDE }];
  const add = (kind: string, options: Record<string, unknown>, inputs: string[]): string => {
    const name = `l${specs.length}`;
    specs.push({ name, kind, options, inputs });
    return name;
  };
  const stages = 2 + generator.integer(4);
  for (let i = 0; i < stages; i++) {
    const from = pick(...maps.slice(-3));
    const channels = pick(2, 32, 33);
    const options = { inChannels: from.channels, outChannels: channels, kernelSize: 3, padding: 1 };
    let name = add("Conv2d", options, [from.name]);
    // What is in the middle of layers that run as one may be read by others, too.
    const offer = (): void => {
      if (generator.integer(4) === 0) maps.push({ name, channels, side: from.side });
    };
    offer();
    if (generator.integer(2) === 0) name = add("BatchNorm2d", { numFeatures: channels }, [name]);
    offer();
    const neuron = pick<[string, Record<string, unknown>]>(
      ["ATIF", { vThreshold: 0.3 }],
      ["IFSRL", { vThreshold: 0.5 }],
      ["LIFNode", { vThreshold: 0.2, vReset: null }],
    );
    if (generator.integer(5) > 0) name = add(...neuron, [name]);
    offer();
    let side = from.side;
    if (side > 2 && generator.integer(3) === 0) {
      name = add("MaxPool2d", { kernelSize: 2 }, [name]);
      side /= 2;
    }
    const same = maps.filter((map) => map.channels === channels && map.side === side);
    if (same.length > 0 && generator.integer(2) === 0) name = add("Add", {}, [name, pick(...same).name]);
    maps.push({ name, channels, side });
  }
  // What nobody reads is read by the head: a sum over space of each, and a linear layer of their sum.
  const isRead = new Set(specs.flatMap(({ inputs }) => inputs ?? []));
  const heads = maps
    .filter(({ name }) => name !== "input" && !isRead.has(name))
    .map(({ name, channels }) => {
      const pooled = add("GlobalSumPool", {}, [name]);
      return add("Linear", { inFeatures: channels, outFeatures: 3 }, [pooled]);
    });
  if (heads.length > 1) add("Add", {}, heads);
  return specs;
}

function build(seed: number, stepMode: StepMode): GraphModel {
  const layers = randomLayers(new Generator(seed));
  manualSeed(seed);
  const shapes = { inputShape: [SIDE, SIDE, 2], outputShape: [3] };
  return new GraphModel({ ...shapes, layers, timesteps: T, stepMode });
}

function input(seed: number, N: number): Tensor {
  const generator = new Generator(seed);
  const values = Array.from({ length: N * SIDE * SIDE * 2 }, () => generator.normal());
  return tensor(values, [N, SIDE, SIDE, 2]);
}

/** The sum of the outputs of T steps, layer by layer, with nothing fused or left out. */
function oneByOne(model: GraphModel, x: Tensor): Tensor {
  model.reset();
  const compute = (own: Tensor): Tensor => {
    const values = new Map<LayerNode, Tensor>([[model.graph.input, own]]);
    for (const node of model.graph.nodes.slice(1)) {
      const [first, ...others] = node.inputs.map((each) => values.get(each) as Tensor);
      values.set(node, (node.module as NonNullable<LayerNode["module"]>).forward(first, ...others));
    }
    return values.get(model.graph.output) as Tensor;
  };
  if (model.stepMode === "m") return compute(stack(Array.from({ length: T }, () => x))).sum(0);
  let total = compute(x);
  for (let t = 1; t < T; t++) total = total.add(compute(x));
  return total;
}

const described = ({ nodes }: LayerGraph): unknown =>
  nodes.map(({ name, kind, options, inputs, shape }) => [
    name,
    kind,
    options,
    inputs.map((node) => node.name),
    shape,
  ]);

beforeAll(() => init({ backend: "wasm", threads: 1 }));

describe.each(Array.from({ length: 24 }, (_, seed) => seed))("network %i", (seed) => {
  // 43 samples: 3 x 43 x 128 elements are more than what is repeated, not computed once.
  describe.each([2, 43])("of %i samples", (N) => {
    it.each(["s", "m"] as const)("in step mode '%s'", (stepMode) => {
      const model = build(seed, stepMode).eval();
      const x = input(seed, N);
      const expected = oneByOne(model, x).div(T).toArray();
      const run = (): Float32Array => model.run(x).toArray();
      expectSameBits(run(), expected, "with gradients");
      expectSameBits(noGrad(run), expected, "without");
      model.reset();
      const spikes = model.neurons().map((neuron) => {
        neuron.spikeCount = { spikes: 0, opportunities: 0 };
        return neuron.spikeCount;
      });
      expectSameBits(noGrad(run), expected, "counted");
      if (spikes.length > 0) expect(spikes.some(({ spikes: count }) => count > 0)).toBe(true);
      for (const neuron of model.neurons()) neuron.spikeCount = null;
    });

    it("gives the same in both step modes, and for a sequence of the same", () => {
      const [single, multi] = [build(seed, "s").eval(), build(seed, "m").eval()];
      const x = input(seed, N);
      const xs = stack(Array.from({ length: T }, () => x));
      const expected = noGrad(() => single.run(x)).toArray();
      // The sum over time is rounded in another order: some units in the last place of its terms, which are below 16.
      expectClose(noGrad(() => multi.run(x)).toArray(), expected, 1e-6, { floor: 16 });
      expectSameBits(noGrad(() => single.runSequence(xs)).toArray(), expected);
      single.reset();
      let total = single.stream(at(xs, 0));
      for (let t = 1; t < T; t++) total = total.add(single.stream(at(xs, t)));
      expectSameBits(total.div(T).toArray(), expected);
    });
  });

  it("learns the same whether still layers run once or at every step", () => {
    const [once, apart] = [build(seed, "m").eval(), build(seed, "m").eval()];
    const x = input(seed, 43);
    const labels = Int32Array.from({ length: 43 }, (_, i) => i % 3);
    crossEntropy(once.run(x), labels).backward();
    crossEntropy(oneByOne(apart, x).div(T), labels).backward();
    const [a, b] = [once, apart].map((model) =>
      model.parameters().map(({ grad, size }) => (grad === null ? new Float32Array(size) : grad.toArray())),
    );
    a.forEach((grad, i) => {
      const largest = b[i].reduce((most, each) => Math.max(most, Math.abs(each)), 0);
      expectClose(grad, b[i], 2e-4, { floor: Math.max(largest, 1e-3), what: once.namedParameters()[i][0] });
    });
  });

  it.each(["s", "m"] as const)("is seen on the tape as it was listed, in step mode '%s'", (stepMode) => {
    const model = build(seed, stepMode);
    expect(described(traceGraph(model))).toEqual(described(model.graph));
  });
});
