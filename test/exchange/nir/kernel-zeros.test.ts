/** Zeros around kernels, which nir wants square and evenly padded: found again, so that a round trip keeps the bits. */

import { beforeAll, describe, expect, it } from "vitest";
import { kernelInZeros, notesOfKernel } from "../../../src/exchange/nir/kernel-zeros.js";
import {
  Generator,
  GraphModel,
  init,
  manualSeed,
  readNir,
  tensor,
  type SpikingModel,
} from "../../../src/index.js";
import { nirBytes } from "./nir-bytes.js";

beforeAll(() => init());

const square = (middle: readonly number[]): number[] => [0, 0, 0, ...middle, 0, 0, 0];

describe("notes of a kernel", () => {
  it("tell where it lies, and are not there without zeros", () => {
    expect(notesOfKernel([1, 3], [3, 3], [1, 0])).toEqual([
      ["atif_kernel_height", 1],
      ["atif_kernel_top", 1],
      ["atif_kernel_width", 3],
      ["atif_kernel_left", 0],
    ]);
    expect(notesOfKernel([2], [3], [1])).toEqual([
      ["atif_kernel_width", 2],
      ["atif_kernel_left", 1],
    ]);
    expect(notesOfKernel([3, 3], [3, 3], [0, 0])).toEqual([]);
  });

  it("find it again", () => {
    const notes = new Map(notesOfKernel([1, 3], [3, 3], [1, 0]));
    const weight = { shape: [1, 1, 3, 3], values: Float64Array.from(square([4, 5, 6])) };
    expect(kernelInZeros(weight, notes)).toEqual({
      weight: { shape: [1, 1, 1, 3], values: Float64Array.of(4, 5, 6) },
      zeros: [
        [1, 1],
        [0, 0],
      ],
    });
    const row = { shape: [2, 1, 3], values: Float64Array.of(0, 1, 2, 0, 3, 4) };
    expect(kernelInZeros(row, new Map(notesOfKernel([2], [3], [1])))).toEqual({
      weight: { shape: [2, 1, 2], values: Float64Array.of(1, 2, 3, 4) },
      zeros: [[1, 0]],
    });
  });

  it.each<[string, readonly (readonly [string, number])[]]>([
    ["none", []],
    ["half of them", [["atif_kernel_height", 1]]],
    ["a kernel that reaches beyond", notesOfKernel([1, 3], [3, 3], [1, 1])],
    ["a kernel before the first", notesOfKernel([1, 3], [3, 3], [-1, 0])],
    ["no length", notesOfKernel([0, 3], [3, 3], [1, 0])],
    ["a part of a row", notesOfKernel([1.5, 3], [3, 3], [1, 0])],
    ["a row with numbers beside it", notesOfKernel([1, 3], [3, 3], [0, 0])],
  ])("that are not true change nothing: %s", (_, notes) => {
    const weight = { shape: [1, 1, 3, 3], values: Float64Array.from(square([4, 5, 6])) };
    expect(kernelInZeros(weight, new Map(notes))).toBeNull();
  });
});

describe("a kernel that is not square", () => {
  const made = (
    kernelSize: [number, number],
    padding: [number, number],
    before: [number, number][],
  ): SpikingModel => {
    manualSeed(4);
    const [rows, columns] = before.map(([top, bottom]) => top + bottom);
    const pad =
      rows + columns === 0 ? [] : [{ name: "conv_pad", kind: "ZeroPad", options: { padding: before } }];
    const height = 8 + rows + 2 * padding[0] - kernelSize[0] + 1;
    const width = 7 + columns + 2 * padding[1] - kernelSize[1] + 1;
    const model = new GraphModel({
      inputShape: [8, 7, 3],
      outputShape: [height * width * 5],
      timesteps: 3,
      layers: [
        ...pad,
        { name: "conv", kind: "Conv2d", options: { inChannels: 3, outChannels: 5, kernelSize, padding } },
        { name: "n", kind: "IFNode", options: { vThreshold: 0.5, vReset: 0 } },
        { name: "flat", kind: "Flatten", options: { order: "channelsFirst" } },
      ] as never,
    });
    return model.eval();
  };
  const given = (model: SpikingModel): Float32Array => {
    const random = new Generator(5);
    const x = Float32Array.from({ length: 2 * 8 * 7 * 3 }, () => random.uniform(-0.5, 2));
    return model.runSequence(tensor([...x, ...x, ...x], [3, 2, 8, 7, 3])).toArray();
  };
  const even: [number, number][] = [
    [0, 0],
    [0, 0],
  ];

  it.each<[[number, number], [number, number], [number, number][]]>([
    [[1, 3], [0, 1], even],
    [[5, 1], [2, 0], even],
    [[3, 1], [0, 0], even],
    [[1, 5], [1, 2], even],
    [
      [2, 2],
      [0, 0],
      [
        [0, 1],
        [1, 0],
      ],
    ],
  ])("%j comes back as it was, to the bit", async (kernelSize, padding, before) => {
    const model = made(kernelSize, padding, before);
    for (const profile of ["portable", "exact"] as const) {
      const bytes = await nirBytes(model, { profile });
      const { model: again } = await readNir(bytes);
      expect(again.stateDict()["conv.weight"]).toEqual(model.stateDict()["conv.weight"]);
      expect(given(again)).toEqual(given(model));
      // Without the notes, it is the kernel with its zeros.
      const { model: plain } = await readNir(bytes, { reset: "hard" });
      const { shape } = plain.stateDict()["conv.weight"];
      expect(shape[2]).toBe(shape[3]);
    }
  });
});
