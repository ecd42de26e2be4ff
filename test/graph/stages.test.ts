/** Layers that run as one under noGrad, against the same layers one by one: to the bit, state included. */

import { beforeAll, describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { chain, Runner } from "../../src/graph/run.js";
import { canRunStill, planStages, runStage } from "../../src/graph/stages.js";
import { init } from "../../src/kernels/select.js";
import { BatchNorm2d } from "../../src/layers/batch-norm.js";
import { Conv2d, type Conv2dOptions } from "../../src/layers/convolution.js";
import { MaxPool2d } from "../../src/layers/pooling.js";
import { Sequential } from "../../src/layers/sequential.js";
import type { Module } from "../../src/module/module.js";
import { MultiStepATIF } from "../../src/neurons/atif.js";
import { IFNode } from "../../src/neurons/if-node.js";
import "../../src/ops/install.js";
import { repeat } from "../../src/ops/slice.js";
import { Generator, manualSeed } from "../../src/random/generator.js";
import { spikesOf } from "../../src/tensor/packed-spikes.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectSameBits } from "../closeness.js";

const T = 3;

const runnerOf = (layers: Sequential): Runner =>
  new Runner(chain(layers.children().map(([, layer]) => layer)));

function numbers(shape: readonly number[], seed: number, special = false): Tensor {
  const generator = new Generator(seed);
  const size = shape.reduce((product, length) => product * length, 1);
  const values = Array.from({ length: size }, () => generator.normal());
  if (special) [Infinity, -Infinity, NaN, 3e38].forEach((value, i) => (values[7 * i] = value));
  return tensor(values, shape);
}

/** Two stages; of some sizes, rows and channels are left over. */
interface Net {
  readonly layers: Sequential;
  readonly neurons: readonly MultiStepATIF[];
}
type Make = (channels: number, pool: MaxPool2d | null, batchNorm: boolean) => Net;

const make: Make = (channels, pool, batchNorm) => {
  manualSeed(3);
  const neurons = [new MultiStepATIF({ vThreshold: 0.4 }), new MultiStepATIF({ vThreshold: 0.3 })];
  const stage = (from: number, neuron: MultiStepATIF): Module[] => {
    const norm = new BatchNorm2d(channels);
    norm.loadStateDict({
      weight: numbers([channels], 5),
      bias: numbers([channels], 6),
      running_mean: numbers([channels], 7),
      running_var: tensor(Array.from({ length: channels }, (_, i) => 0.5 + i / 20)),
    });
    return [
      new Conv2d(from, channels, 3, { padding: 1 }),
      ...(batchNorm ? [norm] : []),
      neuron,
      ...(pool === null ? [] : [new MaxPool2d(pool.kernelSize, pool.options)]),
    ];
  };
  const layers = new Sequential(...stage(2, neurons[0]), ...stage(channels, neurons[1]));
  layers.stepMode = "m";
  layers.eval();
  return { layers, neurons };
};

const variants: [string, number, MaxPool2d | null, boolean][] = [
  ["norm and pooling", 40, new MaxPool2d(2), true],
  ["pooling alone", 64, new MaxPool2d(2), false],
  ["norm alone", 33, null, true],
  ["windows of 3 x 1", 32, new MaxPool2d([3, 1]), true],
  ["windows that overlap", 32, new MaxPool2d(3, { stride: 2 }), true],
  ["windows with padding", 32, new MaxPool2d(2, { padding: 1 }), true],
  ["few channels", 6, new MaxPool2d(2), true],
];

describeBackends("layers that run as one", (backend) => {
  beforeAll(() => init({ backend }));

  describe.each(variants)("%s", (_, channels, pool, batchNorm) => {
    it.each([false, true])(
      "give the same bits and state, call after call; special numbers: %s",
      (special) => {
        const [one, other] = [make(channels, pool, batchNorm), make(channels, pool, batchNorm)];
        for (let call = 0; call < 2; call++) {
          const x = numbers([T, 2, 13, 9, 2], call, special);
          const fused = noGrad(() => runnerOf(one.layers).forward(x));
          const apart = other.layers.forward(x);
          expect(fused.shape).toEqual(apart.shape);
          expectSameBits(fused.toArray(), apart.toArray());
          one.neurons.forEach((neuron, i) =>
            expectSameBits(neuron.v.toArray(), other.neurons[i].v.toArray()),
          );
          expect(one.neurons[0].v.shape).toEqual([2, 13, 9, channels]);
          if (!special) expect(fused.toArray().some((y) => y > 0)).toBe(true);
        }
      },
    );

    it("give the same bits for a still input", () => {
      const [one, other] = [make(channels, pool, batchNorm), make(channels, pool, batchNorm)];
      const x = numbers([24, 13, 19, 2], 4);
      const fused = noGrad(() => runnerOf(one.layers).sumOverTime(x, T, "m"));
      expectSameBits(fused.toArray(), other.layers.forward(repeat(x, T)).sum(0).toArray());
      one.neurons.forEach((neuron, i) => expectSameBits(neuron.v.toArray(), other.neurons[i].v.toArray()));
    });
  });

  it("begin with the v that the user gave, and forget it with reset()", () => {
    const [one, other] = [make(32, new MaxPool2d(2), true), make(32, new MaxPool2d(2), true)];
    const x = numbers([T, 1, 4, 4, 2], 1);
    const fresh = noGrad(() => runnerOf(one.layers).forward(x)).toArray();
    for (const { neurons } of [one, other]) {
      neurons[0].v = tensor([0.25]);
      neurons[1].v = numbers([1, 2, 2, 32], 9);
    }
    expectSameBits(
      noGrad(() => runnerOf(one.layers).forward(x)).toArray(),
      other.layers.forward(x).toArray(),
    );
    one.layers.reset();
    expectSameBits(noGrad(() => runnerOf(one.layers).forward(x)).toArray(), fresh);
  });

  it("refuse another batch as the neuron does", () => {
    const { layers, neurons } = make(32, new MaxPool2d(2), true);
    noGrad(() => runnerOf(layers).forward(numbers([T, 1, 4, 4, 2], 1)));
    expect(() => noGrad(() => runnerOf(layers).forward(numbers([T, 2, 4, 4, 2], 1)))).toThrow(
      "MultiStepATIF: x is [2, 4, 4, 32] per time step but the state v is [1, 4, 4, 32]",
    );
    expect(neurons[0].v.shape).toEqual([1, 4, 4, 32]);
  });

  it("are a neuron and a pooling, when nobody asks for what is between them", () => {
    const still = (shape: readonly number[]) => numbers(shape, 1);
    const x = still([1, 4, 4, 32]);
    const neuron = new MultiStepATIF();
    const norm = new BatchNorm2d(32);
    const pool = new MaxPool2d(2);
    const layers = [norm, neuron, pool];
    for (const layer of layers) layer.stepMode = "m";
    norm.eval();
    const foundOf = (list: readonly Module[], input: Tensor): number =>
      planStages(chain(list))[0].find((stage) => canRunStill(stage, input))?.steps.length ?? 0;
    const found = (list: readonly Module[] = layers) => noGrad(() => foundOf(list, x));
    expect(found()).toBe(3);
    expect(found([norm, neuron])).toBe(0);
    expect(found([neuron, pool])).toBe(2);
    expect(found([neuron])).toBe(0);
    const other = new IFNode({ stepMode: "m" });
    expect(found([norm, other, pool])).toBe(0);
    expect(() => other.firePooled(x, [1], [1], () => undefined)).toThrow(
      "IFNode: its kernel does not pool; expected a neuron that isPoolable(). Use forward().",
    );
    expect(foundOf(layers, x)).toBe(0);
    expect(noGrad(() => foundOf(layers, still([1, 1, 4, 32])))).toBe(0);
    expect(noGrad(() => foundOf(layers, still([1, 4, 4, 31])))).toBe(0);
    neuron.spikeCount = { spikes: 0, opportunities: 0 };
    expect(found()).toBe(0);
    neuron.spikeCount = null;
    neuron.storeVSeq = true;
    expect(found()).toBe(0);
    neuron.storeVSeq = false;
    neuron.backend = "eager";
    expect(found()).toBe(0);
    neuron.backend = "fused";
    norm.train();
    expect(found()).toBe(0);
    norm.eval();
    neuron.stepMode = "s";
    expect(found()).toBe(0);
  });

  it("are none of a user's own classes: their forward() is called", () => {
    const calls: string[] = [];
    class MyNorm extends BatchNorm2d {
      override forward(x: Tensor): Tensor {
        calls.push("norm");
        return super.forward(x);
      }
    }
    class MyNeuron extends MultiStepATIF {
      override forward(x: Tensor): Tensor {
        calls.push("neuron");
        return super.forward(x);
      }
    }
    class MyEquations extends MultiStepATIF {
      protected override unroll(...[x, v, vSeq]: Parameters<MultiStepATIF["unroll"]>) {
        calls.push("equations");
        return super.unroll(x, v, vSeq);
      }
    }
    class MyPool extends MaxPool2d {
      override forward(x: Tensor): Tensor {
        calls.push("pool");
        return super.forward(x);
      }
    }
    const run = (norm: BatchNorm2d, neuron: MultiStepATIF, pool: MaxPool2d): string[] => {
      calls.length = 0;
      const layers = new Sequential(norm, neuron, pool);
      layers.stepMode = "m";
      layers.eval();
      noGrad(() => runnerOf(layers).forward(numbers([T, 1, 4, 4, 32], 1)));
      layers.reset();
      noGrad(() => runnerOf(layers).sumOverTime(numbers([24, 8, 8, 32], 1), T, "m"));
      return calls;
    };
    const [Norm, Neuron, Pool] = [BatchNorm2d, MultiStepATIF, MaxPool2d];
    expect(run(new Norm(32), new Neuron(), new Pool(2))).toEqual([]);
    expect(run(new MyNorm(32), new Neuron(), new Pool(2))).toEqual(["norm", "norm"]);
    expect(run(new Norm(32), new MyNeuron(), new Pool(2))).toEqual(["neuron", "neuron"]);
    expect(run(new Norm(32), new MyEquations(), new Pool(2))).toEqual(["equations", "equations"]);
    expect(run(new Norm(32), new Neuron(), new MyPool(2))).toEqual(["pool", "pool"]);
  });

  it("are a convolution of spikes too, within the limits of its kernel", () => {
    const layersOf = (inC: number, outC: number, options: Conv2dOptions = {}): Module[] => {
      const layers = [
        new Conv2d(inC, outC, 3, { padding: 1, ...options }),
        new MultiStepATIF(),
        new MaxPool2d(2),
      ];
      for (const layer of layers) layer.stepMode = "m";
      return layers;
    };
    const spikes = (shape: readonly number[]) => noGrad(() => new MultiStepATIF().forward(numbers(shape, 1)));
    const found = (layers: readonly Module[], x: Tensor) =>
      noGrad(
        () =>
          planStages(chain(layers))[0].find((stage) => runStage(stage, x, null) !== null)?.steps.length ?? 0,
      );
    const x = spikes([T, 1, 4, 6, 64]);
    expect(found(layersOf(64, 64), x)).toBe(3);
    expect(found(layersOf(64, 65), x)).toBe(0);
    expect(found(layersOf(64, 64, { groups: 2 }), x)).toBe(0);
    expect(found(layersOf(64, 64), numbers([T, 1, 4, 6, 64], 1))).toBe(0);
    expect(found(layersOf(32, 64), x)).toBe(0);
    expect(found(layersOf(32, 300), spikes([2, 1, 2, 256, 32]))).toBe(3);
    expect(found(layersOf(32, 300), spikes([2, 1, 2, 257, 32]))).toBe(0);
    // The kernel's sums are those of the layer by itself.
    const [fused, apart] = [x, x].map(() => {
      manualSeed(8);
      return layersOf(64, 64);
    });
    const y = noGrad(() => new Runner(chain(fused)).forward(x));
    expectSameBits(y.toArray(), new Sequential(...apart).forward(x).toArray());
    expect(y.shape).toEqual([T, 1, 2, 3, 64]);
  });

  it("forget vSeq as forward() does, and give packed spikes", () => {
    const { layers, neurons } = make(32, new MaxPool2d(2), true);
    const x = numbers([T, 1, 4, 4, 2], 1);
    neurons[0].storeVSeq = true;
    noGrad(() => runnerOf(layers).forward(x));
    expect(neurons[0].vSeq?.shape).toEqual([T, 1, 4, 4, 32]);
    neurons[0].storeVSeq = false;
    expect(spikesOf(noGrad(() => runnerOf(layers).forward(x)))).toMatchObject({ rows: T, channels: 32 });
    expect(neurons[0].vSeq).toBeNull();
  });
});
