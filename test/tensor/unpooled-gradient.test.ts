/** The gradient behind a max pooling of spikes: by the neuron's own kernel where it fits, and the same either way. */

import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { currentBackend } from "../../src/kernels/current.js";
import { init } from "../../src/kernels/select.js";
import { MultiStepATIF } from "../../src/neurons/atif.js";
import "../../src/ops/install.js";
import { maxPool2d, type Pool2dOptions } from "../../src/ops/pooling.js";
import { Generator, manualSeed } from "../../src/random/generator.js";
import type { Shape } from "../../src/shapes.js";
import { spikesOf } from "../../src/tensor/packed-spikes.js";
import { tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectSameBits } from "../closeness.js";

interface Gradients {
  readonly x: Float32Array;
  readonly theta: number;
  /** Whether packedAtifPoolBackward was called. */
  readonly fused: boolean;
}

function normals(size: number, seed: number): Float32Array {
  const generator = new Generator(seed);
  return Float32Array.from({ length: size }, () => generator.normal());
}

/**
 * Of the weighted sum of a neuron's pooled spikes; x [T, ...], seen by the pooling as `map`. Spikes that are written out
 * are pooled by the dense kernels, whose gradient is a map.
 */
function gradients(
  shape: Shape,
  map: Shape,
  kernel: readonly [number, number],
  options: Pool2dOptions,
  dense: boolean,
): Gradients {
  const size = shape.reduce((product, length) => product * length, 1);
  const x = tensor(normals(size, 1), shape, { requiresGrad: true });
  manualSeed(3);
  const neuron = new MultiStepATIF({ vThreshold: 0.7 });
  const spy = vi.spyOn(currentBackend().kernels, "packedAtifPoolBackward");
  const spikes = neuron.forward(x).reshape(map);
  const y = maxPool2d(dense ? spikes.mul(1) : spikes, kernel, options);
  expect(spikesOf(y) === null).toBe(dense);
  y.mul(tensor(normals(y.size, 2), y.shape))
    .sum()
    .backward();
  const { grad } = x;
  const theta = neuron.parameters()[0].grad;
  if (grad === null || theta === null) throw new Error("no gradient");
  const fused = spy.mock.calls.length > 0;
  spy.mockRestore();
  return { x: grad.toArray(), theta: theta.item(), fused };
}

/** x [T, N, H, W, C], kernel, options, whether the kernel takes it. */
const cases: [string, Shape, readonly [number, number], Pool2dOptions, boolean][] = [
  ["windows side by side", [3, 2, 5, 6, 33], [2, 2], {}, true],
  ["windows apart", [3, 2, 7, 8, 32], [2, 3], { stride: [3, 4] }, true],
  ["windows that overlap in height", [3, 2, 7, 8, 32], [3, 2], { stride: [2, 2] }, false],
  ["windows that overlap in width", [3, 2, 7, 8, 32], [2, 3], { stride: [2, 2] }, false],
  ["windows over a padded map", [3, 2, 6, 6, 32], [2, 2], { padding: [1, 0] }, false],
  ["windows over a map padded in width", [3, 2, 6, 6, 32], [2, 2], { padding: [0, 1] }, false],
  ["a cell of 64 pixels", [3, 1, 9, 17, 33], [8, 8], {}, true],
  ["a row of 64 pixels", [2, 1, 1, 70, 32], [1, 64], {}, true],
  ["a row of 65 pixels", [2, 1, 1, 70, 32], [1, 65], {}, false],
  ["a cell of 65 pixels", [3, 1, 6, 27, 33], [5, 13], {}, false],
  ["small windows in a cell of 65 pixels", [3, 1, 6, 27, 32], [2, 2], { stride: [5, 13] }, false],
  ["65536 steps", [65536, 1, 1, 1, 32], [1, 1], {}, true],
  ["65537 steps", [65537, 1, 1, 1, 32], [1, 1], {}, false],
];

describeBackends("a gradient behind a pooling of spikes", (backend) => {
  beforeAll(() => init({ backend }));
  afterEach(() => vi.restoreAllMocks());

  // The reference takes seconds for the longest.
  const feasible = cases.filter(([, [T]]) => T < 1000 || backend === "wasm");
  it.each(feasible)("%s", (_, shape, kernel, options, fits) => {
    const map = [shape[0] * shape[1], ...shape.slice(2)];
    const packed = gradients(shape, map, kernel, options, false);
    const dense = gradients(shape, map, kernel, options, true);
    expect([packed.fused, dense.fused]).toEqual([fits, false]);
    expectSameBits(packed.x, dense.x);
    expect(packed.x.some((value) => value !== 0)).toBe(true);
    if (fits) expect(Math.abs(packed.theta / dense.theta - 1)).toBeLessThan(1e-4);
    else expect(packed.theta).toBe(dense.theta);
  });

  it("of maps that two steps share is not the neuron's to spread", () => {
    // [2, 1, 3, 4, 32] seen as one map of six rows: the second row of windows lies in both steps.
    const seen = (dense: boolean) => gradients([2, 1, 3, 4, 32], [1, 6, 4, 32], [2, 2], {}, dense);
    const [packed, dense] = [seen(false), seen(true)];
    expect([packed.fused, dense.fused]).toEqual([false, false]);
    expectSameBits(packed.x, dense.x);
    expect(packed.theta).toBe(dense.theta);
  });
});
