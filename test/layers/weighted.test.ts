/** Linear and convolution layers: PyTorch's weights, this library's layout. */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { Conv1d, Conv2d } from "../../src/layers/convolution.js";
import { Flatten } from "../../src/layers/flatten.js";
import { Linear } from "../../src/layers/linear.js";
import type { Module } from "../../src/module/module.js";
import "../../src/ops/install.js";
import { Generator, manualSeed } from "../../src/random/generator.js";
import { tensor, zeros } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose } from "../closeness.js";
import { conv, fromChannelsLast, fullyConnected } from "./channels-first.js";

function random(seed: number, size: number): number[] {
  const generator = new Generator(seed);
  return Array.from({ length: size }, () => generator.uniform(-1, 1));
}

/** Gives a layer random weights in PyTorch's shapes. */
function withRandomWeights<M extends Module>(layer: M): M {
  const dict = Object.entries(layer.stateDict()).map(([name, { shape, data }], i) => {
    return [name, { shape, data: Float32Array.from(random(100 + i, data.length)) }] as const;
  });
  layer.loadStateDict(Object.fromEntries(dict));
  return layer;
}

describeBackends("layers with weights", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });

  it("Linear: y = x W^T + b with PyTorch's W [out, in]", () => {
    const layer = new Linear(2, 3);
    layer.loadStateDict({
      weight: { shape: [3, 2], data: [1, 2, 3, 4, 5, 6] },
      bias: { shape: [3], data: [0.5, 0, -1] },
    });
    const y = layer.forward(tensor([1, 10, 0, -1], [2, 2]));
    expect(y.shape).toEqual([2, 3]);
    expect(Array.from(y.data)).toEqual([21.5, 43, 64, -1.5, -4, -7]);
    expect(layer.stateDict()["weight"]).toEqual({ shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
  });

  it("Linear without bias has none", () => {
    expect(Object.keys(new Linear(2, 3, { bias: false }).stateDict())).toEqual(["weight"]);
    expect(Array.from(new Linear(2, 1, { bias: false }).forward(zeros([1, 2])).data)).toEqual([0]);
  });

  it("Linear behind a flattened map takes PyTorch's columns, which are channels first", () => {
    const [H, W, C] = [2, 3, 4];
    const x = random(1, 2 * H * W * C);
    const after = withRandomWeights(new Linear(H * W * C, 5, { flattenedChannels: C }));
    const { weight, bias } = after.stateDict();
    const y = after.forward(new Flatten({ order: "memory" }).forward(tensor(x, [2, H, W, C])));
    const plain = new Linear(H * W * C, 5);
    plain.loadStateDict({ weight, bias });
    const same = plain.forward(new Flatten().forward(tensor(x, [2, H, W, C])));
    for (const [n, row] of [0, 1].entries()) {
      const map = fromChannelsLast(H, W, C, x.slice(row * H * W * C, (row + 1) * H * W * C));
      const expected = fullyConnected(map.data, weight, bias);
      expectClose(y.at(n).toArray(), expected, 1e-5, { floor: 1 });
      expectClose(same.at(n).toArray(), expected, 1e-5, { floor: 1 });
    }
  });

  it.each([
    { name: "plain", channels: [2, 3], kernel: 3, options: {} },
    {
      name: "stride and padding by axis",
      channels: [2, 3],
      kernel: [2, 3],
      options: { stride: [2, 1], padding: [1, 2] },
    },
    { name: "groups", channels: [4, 6], kernel: 2, options: { groups: 2 } },
    {
      name: "depthwise, without bias",
      channels: [4, 4],
      kernel: 3,
      options: { groups: 4, bias: false, padding: 1 },
    },
    { name: "1 x 1", channels: [3, 2], kernel: 1, options: {} },
  ] as const)(
    "Conv2d takes PyTorch's [out, in / groups, KH, KW]: $name",
    ({ channels: [C, out], kernel, options }) => {
      const [H, W] = [5, 6];
      const layer = withRandomWeights(new Conv2d(C, out, kernel, options));
      const { weight, bias } = layer.stateDict();
      const [KH, KW] = typeof kernel === "number" ? [kernel, kernel] : kernel;
      expect(weight.shape).toEqual([out, C / layer.groups, KH, KW]);
      const x = random(2, H * W * C);
      const y = layer.forward(tensor(x, [1, H, W, C]));
      const { stride, padding, groups } = layer;
      const expected = conv(fromChannelsLast(H, W, C, x), weight, bias, { stride, padding, groups });
      expect(y.shape).toEqual([1, expected.H, expected.W, out]);
      const actual = fromChannelsLast(expected.H, expected.W, out, y.toArray());
      expectClose(actual.data, expected.data, 1e-5, { floor: 1 });
    },
  );

  it("Conv1d takes PyTorch's [out, in / groups, K]", () => {
    const [S, C, out] = [7, 4, 6];
    const layer = withRandomWeights(new Conv1d(C, out, 3, { stride: 2, padding: 1, groups: 2 }));
    const { weight, bias } = layer.stateDict();
    expect(weight.shape).toEqual([out, 2, 3]);
    const x = random(3, S * C);
    const y = layer.forward(tensor(x, [1, S, C]));
    expect(y.shape).toEqual([1, 4, out]);
    const flat = { shape: [out, 2, 1, 3], data: weight.data };
    const window = { stride: [1, 2], padding: [0, 1], groups: 2 } as const;
    const expected = conv(fromChannelsLast(1, S, C, x), flat, bias, window);
    expectClose(fromChannelsLast(1, 4, out, y.toArray()).data, expected.data, 1e-5, { floor: 1 });
  });

  it("see all time steps as one batch in step mode 'm'", () => {
    const layer = withRandomWeights(new Conv2d(2, 3, 2));
    const x = random(4, 3 * 2 * 4 * 4 * 2);
    const single = layer.forward(tensor(x, [6, 4, 4, 2]));
    layer.stepMode = "m";
    const multi = layer.forward(tensor(x, [3, 2, 4, 4, 2]));
    expect(multi.shape).toEqual([3, 2, 3, 3, 3]);
    expect(multi.toArray()).toEqual(single.toArray());
    expect(() => layer.forward(tensor([1]))).toThrow(
      "Conv2d: x is [1] in step mode 'm'; expected [T, N, ...].",
    );
  });
});

describe("initial weights", () => {
  beforeAll(async () => {
    await init({ backend: "reference" });
  });

  it("are uniform within 1 / sqrt(fan in), as PyTorch draws them", () => {
    manualSeed(1);
    for (const [layer, fanIn] of [
      [new Linear(400, 50), 400],
      [new Conv2d(4, 64, 5), 100],
      [new Conv2d(8, 64, 5, { groups: 2 }), 100],
      [new Conv1d(20, 100, 5), 100],
    ] as const) {
      const bound = 1 / Math.sqrt(fanIn);
      for (const { data } of Object.values(layer.stateDict())) {
        expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(bound);
      }
      const { data } = layer.stateDict()["weight"];
      const mean = data.reduce((a, b) => a + b) / data.length;
      const variance = data.reduce((a, b) => a + (b - mean) ** 2, 0) / data.length;
      expect(Math.abs(mean)).toBeLessThan(0.05 * bound);
      // a uniform number in [-b, b] has the variance b^2 / 3
      expect(variance / (bound ** 2 / 3)).toBeCloseTo(1, 1);
    }
  });

  it("are fixed by the seed", () => {
    const draw = (seed: number): Float32Array => {
      manualSeed(seed);
      return new Linear(3, 4).stateDict()["weight"].data;
    };
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5)).not.toEqual(draw(6));
  });

  it.each<[string, () => unknown]>([
    ["Linear: inFeatures is 1.5; expected a whole number", () => new Linear(1.5, 2)],
    ["Linear: outFeatures is 0; expected a whole number of at least 1.", () => new Linear(1, 0)],
    [
      "Linear: inFeatures is 10 with 3 flattened channels; expected a multiple.",
      () => new Linear(10, 2, { flattenedChannels: 3 }),
    ],
    ['Linear: unknown option "biases"', () => new Linear(1, 2, { biases: true } as never)],
    ["Conv2d: inChannels is 0; expected a whole number of at least 1.", () => new Conv2d(0, 2, 3)],
    [
      "Conv2d: 2 groups of 3 in and 4 out channels; expected both to be multiples of the groups.",
      () => new Conv2d(3, 4, 1, { groups: 2 }),
    ],
    ["Conv2d: kernelSize is 0; expected a whole number of at least 1.", () => new Conv2d(1, 1, 0)],
    [
      "Conv2d: kernelSize is [3]; expected a number or two, [height, width].",
      () => new Conv2d(1, 1, [3] as never),
    ],
    ["Conv1d: stride is 0; expected a whole number of at least 1.", () => new Conv1d(1, 1, 3, { stride: 0 })],
    [
      "Conv1d: padding is -1; expected a whole number of at least 0.",
      () => new Conv1d(1, 1, 3, { padding: -1 }),
    ],
  ])("are not made by wrong arguments: %s", (sentence, make) => {
    expect(make).toThrow(sentence);
  });
});
