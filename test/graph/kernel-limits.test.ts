/** Networks that just fit a fused kernel take it, those one beyond do not: the bits are those of the layers one by one. */

import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { currentBackend } from "../../src/kernels/current.js";
import { init } from "../../src/kernels/select.js";
import { chain, Runner } from "../../src/graph/run.js";
import { Conv2d } from "../../src/layers/convolution.js";
import { MaxPool2d } from "../../src/layers/pooling.js";
import { MultiStepATIF } from "../../src/neurons/atif.js";
import "../../src/ops/install.js";
import { Generator, manualSeed } from "../../src/random/generator.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectSameBits } from "../closeness.js";

function normals(shape: readonly number[]): Tensor {
  const generator = new Generator(5);
  const size = shape.reduce((product, length) => product * length, 1);
  return tensor(
    Array.from({ length: size }, () => generator.normal()),
    shape,
  );
}

interface Sizes {
  readonly T: number;
  readonly H: number;
  readonly W: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: readonly [number, number];
  readonly window: readonly [number, number];
}

const sizes: Sizes = {
  T: 2,
  H: 5,
  W: 20,
  inChannels: 32,
  outChannels: 32,
  kernel: [1, 1],
  window: [2, 2],
};

/** What the limit is on, the sizes, whether they fit. */
const cases: [string, Sizes, boolean][] = [
  ["1024 positions", { ...sizes, T: 4, H: 4, W: 64, window: [4, 1] }, true],
  ["1025 positions", { ...sizes, T: 5, H: 5, W: 41, window: [5, 1] }, false],
  ["1024 steps", { ...sizes, T: 1024, H: 1, W: 1, window: [1, 1] }, true],
  ["1025 steps", { ...sizes, T: 1025, H: 1, W: 1, window: [1, 1] }, false],
  ["1025 columns", { ...sizes, T: 1, H: 1, W: 1025, window: [1, 2] }, false],
  ["18 words, of two a tap", { ...sizes, inChannels: 64, outChannels: 64, kernel: [3, 3] }, true],
  ["18 words", { ...sizes, kernel: [1, 18] }, true],
  ["19 words", { ...sizes, kernel: [1, 19] }, false],
  ["14 words, 65 channels", { ...sizes, outChannels: 65, kernel: [2, 7] }, true],
  ["15 words, 65 channels", { ...sizes, outChannels: 65, kernel: [3, 5] }, false],
  ["12 words, 96 channels", { ...sizes, outChannels: 96, kernel: [2, 6] }, true],
  ["13 words, 96 channels", { ...sizes, outChannels: 96, kernel: [1, 13] }, false],
  ["10 words, 97 channels", { ...sizes, outChannels: 97, kernel: [2, 5] }, true],
  ["11 words, 97 channels", { ...sizes, outChannels: 97, kernel: [1, 11] }, false],
  ["9 words, 128 channels", { ...sizes, outChannels: 128, kernel: [3, 3] }, true],
  ["10 words, 128 channels", { ...sizes, outChannels: 128, kernel: [2, 5] }, false],
  ["9 words, 145 channels", { ...sizes, outChannels: 145, kernel: [3, 3] }, true],
  ["10 words, 145 channels", { ...sizes, outChannels: 145, kernel: [2, 5] }, false],
];

describeBackends("a convolution of spikes, a neuron and a pooling", (backend) => {
  beforeAll(() => init({ backend }));
  afterEach(() => vi.restoreAllMocks());

  it.each(cases)("%s", (_, { T, H, W, inChannels, outChannels, kernel, window }, fits) => {
    const [fused, apart] = Array.from({ length: 2 }, () => {
      manualSeed(2);
      const neuron = new MultiStepATIF({ vThreshold: 0.1 });
      const layers = [new Conv2d(inChannels, outChannels, kernel), neuron, new MaxPool2d(window)];
      for (const layer of layers) layer.stepMode = "m";
      return { layers, neuron };
    });
    const x = noGrad(() => new MultiStepATIF().forward(normals([T, 1, H, W, inChannels])));
    const { kernels } = currentBackend();
    const asOne = vi.spyOn(kernels, "packedConv2dAtifPoolForward");
    const y = noGrad(() => new Runner(chain(fused.layers)).forward(x));
    expect(asOne).toHaveBeenCalledTimes(fits ? 1 : 0);
    const expected = apart.layers.reduce((input, layer) => layer.forward(input), x);
    expect(y.shape).toEqual(expected.shape);
    expectSameBits(y.toArray(), expected.toArray());
    expectSameBits(fused.neuron.v.toArray(), apart.neuron.v.toArray());
    const fired = y.toArray().filter((value) => value > 0).length;
    expect(fired).toBeGreaterThan(0);
    expect(fired).toBeLessThan(y.size);
  });
});
