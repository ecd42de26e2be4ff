/** What kernels on packed spikes promise beyond a tolerance (contract.ts): which bits they give. */

import { describe, expect, it } from "vitest";
import type { Kernels } from "../../src/kernels/contract.js";
import { createReferenceBackend } from "../../src/kernels/reference/backend.js";
import { createWasmBackend } from "../../src/kernels/wasm/backend.js";
import { Generator } from "../../src/random/generator.js";

const { kernels, heap } = await createWasmBackend(1);
const reference = await createReferenceBackend(1);
const generator = new Generator(23);

function random(length: number): Float32Array {
  const array = heap.float32(length);
  for (let i = 0; i < length; i++) array[i] = generator.uniform(-1, 1);
  return array;
}

function spikes(rows: number, channels: number, density: number): Int32Array {
  const words = Math.ceil(channels / 32);
  const bits = heap.int32(rows * words).fill(0);
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < channels; c++)
      if (generator.uniform() < density) bits[row * words + (c >> 5)] |= 1 << (c & 31);
  return bits;
}

describe("packedConv2dForward by hand", () => {
  it.each([
    ["wasm", kernels],
    ["reference", reference.kernels],
  ] as [string, Kernels][])(
    "sums scale * w over set bits, adds the bias, then normalises, on %s",
    (_, which) => {
      // one row of three pixels, 33 channels: channel 0 of pixel 0, channels 1 and 32 of pixel 1, none of pixel 2
      const bits = heap.int32(6);
      bits.set([1, 0, 2, 1, 0, 0]);
      const w = heap.float32(2 * 33).fill(1000);
      w[0] = 1; // tap 0
      w[1] = 2;
      w[32] = 4;
      w[33] = 8; // tap 1
      w[34] = 16;
      w[65] = 32;
      const y = heap.float32(2);
      which.packedConv2dForward(y, bits, w, null, null, null, 0.5, 1, 1, 3, 33, 1, 1, 2, 1, 1, 0, 0);
      expect([...y]).toEqual([0.5 * (1 + 16 + 32), 0.5 * (2 + 4)]);
      const [bias, scale, shift] = [[10], [-2], [0.25]].map((values) => {
        const array = heap.float32(1);
        array.set(values);
        return array;
      });
      which.packedConv2dForward(y, bits, w, bias, scale, shift, 0.5, 1, 1, 3, 33, 1, 1, 2, 1, 1, 0, 0);
      expect([...y]).toEqual([-2 * (24.5 + 10) + 0.25, -2 * (3 + 10) + 0.25]);
    },
  );
});

describe("packedConv2dForward", () => {
  it("gives an image the same bits alone, by tables or without, and in a batch", () => {
    const [N, H, W, Cin, Cout] = [12, 4, 5, 70, 37];
    const bits = spikes(N * H * W, Cin, 0.4);
    const w = random(9 * Cin * Cout);
    const bias = random(Cout);
    const run = (from: number, count: number): Float32Array => {
      const y = heap.float32(count * H * W * Cout);
      const images = bits.subarray(from * H * W * 3);
      kernels.packedConv2dForward(
        y, images, w, bias, null, null, 0.7, count, H, W, Cin, Cout, 3, 3, 1, 1, 1, 1,
      ); // prettier-ignore
      return y;
    };
    const batch = run(0, N);
    for (const n of [0, 5, N - 1]) {
      expect(run(n, 1)).toEqual(batch.slice(n * H * W * Cout, (n + 1) * H * W * Cout));
    }
  });

  it("normalises to the bits that batchNormForward makes of its result", () => {
    const [N, H, W, Cin, Cout] = [3, 6, 6, 40, 45];
    const bits = spikes(N * H * W, Cin, 0.3);
    const w = random(9 * Cin * Cout);
    const [bias, mean, gamma, beta] = Array.from({ length: 4 }, () => random(Cout));
    const variance = random(Cout).map((value) => value * value + 0.1);
    const heapVariance = heap.float32(Cout);
    heapVariance.set(variance);
    const [plain, expected, folded] = Array.from({ length: 3 }, () => heap.float32(N * H * W * Cout));
    const sizes = [N, H, W, Cin, Cout, 3, 3, 1, 1, 1, 1] as const;
    kernels.packedConv2dForward(plain, bits, w, bias, null, null, 0.7, ...sizes);
    kernels.batchNormForward(expected, plain, mean, heapVariance, gamma, beta, N * H * W, Cout, 1e-5);
    const [scale, shift] = [heap.float32(Cout), heap.float32(Cout)];
    for (let c = 0; c < Cout; c++) {
      scale[c] = Math.fround(1 / Math.sqrt(variance[c] + Math.fround(1e-5))) * gamma[c];
      shift[c] = beta[c] - Math.fround(mean[c] * scale[c]);
    }
    kernels.packedConv2dForward(folded, bits, w, bias, scale, shift, 0.7, ...sizes);
    expect(folded).toEqual(expected);
  });
});

describe("packedLinearForward", () => {
  it.each([
    [3136, 128],
    [1300, 5],
    [100, 300],
  ])("gives a row of %i spikes the same %i numbers alone and in a batch", (inputs, outputs) => {
    const rows = 40;
    const words = Math.ceil(inputs / 32);
    const bits = spikes(rows, inputs, 0.3);
    const w = random(inputs * outputs);
    const batch = heap.float32(rows * outputs);
    kernels.packedLinearForward(batch, bits, w, null, 0.7, rows, inputs, outputs);
    const alone = heap.float32(outputs);
    for (const row of [0, 17, rows - 1]) {
      kernels.packedLinearForward(alone, bits.subarray(row * words), w, null, 0.7, 1, inputs, outputs);
      expect(alone).toEqual(batch.slice(row * outputs, (row + 1) * outputs));
    }
  });
});

/** Fills the scratch of the kernels with NaN: a dense product copies its operands there. */
function poisonScratch(): void {
  const [a, b, c] = [heap.float32(300 * 300), heap.float32(300 * 300), heap.float32(300 * 300)];
  a.fill(NaN);
  b.fill(NaN);
  kernels.gemm(c, a, b, 300, 300, 300, true, true, false);
  for (const array of [a, b, c]) heap.free(array);
}

describe("packedConv2dWeightGrad by hand", () => {
  it.each([
    ["wasm", kernels],
    ["reference", reference.kernels],
  ] as [string, Kernels][])("sums scale * dy where a tap sees a spike, on %s", (_, which) => {
    // five images of one row of two pixels, 33 channels; window of two, so one output pixel
    const bits = heap.int32(20).fill(0);
    bits[0] = 1; // image 0, pixel 0, channel 0
    bits[3] = 1; // image 0, pixel 1, channel 32
    bits[4] = 1; // image 1, pixel 0, channel 0
    bits[16] = 3; // image 4, pixel 0, channels 0 and 1
    const dy = heap.float32(5);
    dy.set([1, 2, 4, 8, 16]);
    const dw = heap.float32(2 * 33).fill(NaN);
    poisonScratch();
    which.packedConv2dWeightGrad(dw, dy, bits, -0.5, 5, 1, 2, 33, 1, 1, 2, 1, 1, 0, 0);
    const expected = new Float32Array(66);
    expected[0] = -0.5 * (1 + 2 + 16);
    expected[1] = -0.5 * 16;
    expected[33 + 32] = -0.5;
    expect(dw).toEqual(expected);
  });
});

describe("what earlier kernels left in the scratch", () => {
  it("has no part in a result", () => {
    const [N, H, W, Cin, Cout] = [9, 7, 7, 33, 21];
    const bits = spikes(N * H * W, Cin, 0.15);
    const [w, dy] = [random(9 * Cin * Cout), random(N * H * W * Cout)];
    const sizes = [N, H, W, Cin, Cout, 3, 3, 1, 1, 1, 1] as const;
    const run = (): Float32Array[] => {
      const [y, dw] = [heap.float32(dy.length), heap.float32(w.length)];
      kernels.packedConv2dForward(y, bits, w, null, null, null, 0.7, ...sizes);
      poisonScratch();
      kernels.packedConv2dWeightGrad(dw, dy, bits, 0.7, ...sizes);
      return [y, dw];
    };
    const first = run();
    poisonScratch();
    expect(run()).toEqual(first);
  });
});
