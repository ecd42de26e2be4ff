/** What every backend's heap promises (src/kernels/backend.ts). */

import { describe, expect, it } from "vitest";
import { OutOfMemoryError } from "../../src/errors.js";
import type { Backend } from "../../src/kernels/backend.js";
import { createReferenceBackend } from "../../src/kernels/reference/backend.js";
import { createWasmBackend } from "../../src/kernels/wasm/backend.js";

const backends: Backend[] = [await createReferenceBackend(1), await createWasmBackend(1)];

describe.each(backends.map((backend) => ({ name: backend.name, heap: backend.heap })))(
  "heap of $name",
  ({ heap }) => {
    it("counts live and peak bytes", () => {
      const start = heap.use().liveBytes;
      const a = heap.float32(10);
      const b = heap.int32(5);
      expect(heap.use().liveBytes - start).toBe(60);
      heap.free(a);
      expect(heap.use().liveBytes - start).toBe(20);
      heap.resetPeak();
      expect(heap.use().peakBytes - start).toBe(20);
      heap.free(heap.float32(100));
      expect(heap.use()).toEqual({ liveBytes: start + 20, peakBytes: start + 420 });
      heap.free(b);
      expect(heap.use().liveBytes).toBe(start);
      heap.resetPeak();
    });

    it("hands out arrays that do not overlap, of the length asked for, empty ones too", () => {
      const arrays = [0, 1, 3, 0, 1000].map((length) => heap.float32(length));
      expect(arrays.map((array) => array.length)).toEqual([0, 1, 3, 0, 1000]);
      arrays.forEach((array, i) => array.fill(i));
      arrays.forEach((array, i) => expect(array.every((value) => value === i)).toBe(true));
      for (const array of arrays) heap.free(array);
      expect(heap.use().liveBytes).toBe(0);
    });

    it("keeps arrays valid while it grows", () => {
      const small = heap.float32(4).fill(7);
      const large = heap.float32(2 ** 23);
      expect([...small]).toEqual([7, 7, 7, 7]);
      heap.free(small);
      heap.free(large);
    });

    it("refuses to free twice, a view, or an array from elsewhere", () => {
      const array = heap.float32(8);
      expect(() => heap.free(array.subarray(1))).toThrow(/7 elements did not come from this heap/);
      expect(() => heap.free(new Float32Array(3))).toThrow(/3 elements did not come from this heap/);
      heap.free(array);
      expect(() => heap.free(array)).toThrow(/8 elements was freed before/);
      expect(heap.use().liveBytes).toBe(0);
    });

    it("refuses what does not fit in 4 GiB, naming the bytes asked for and held", () => {
      const held = heap.float32(250);
      for (const length of [2 ** 30, 2 ** 40]) {
        let thrown: unknown;
        try {
          heap.float32(length);
        } catch (error) {
          thrown = error;
        }
        expect(thrown).toBeInstanceOf(OutOfMemoryError);
        expect(String(thrown)).toContain(`${4 * length} bytes`);
        expect(String(thrown)).toContain("1000 bytes");
      }
      expect(heap.use().liveBytes).toBe(1000);
      heap.free(held);
    });

    it.each([-1, 1.5, NaN, Infinity])("refuses the length %d", (length) => {
      expect(() => heap.float32(length)).toThrow(RangeError);
      expect(() => heap.int32(length)).toThrow(/length is .*; expected/);
      expect(heap.use().liveBytes).toBe(0);
    });
  },
);

describe("the reference heap shows misuse", () => {
  it("fills new and freed arrays with what nobody can mistake for a result", async () => {
    const { heap } = await createReferenceBackend(1);
    const [floats, ints] = [heap.float32(2), heap.int32(2)];
    expect([...floats, ...ints]).toEqual([NaN, NaN, -559038737, -559038737]);
    floats.fill(1);
    ints.fill(1);
    heap.free(floats);
    heap.free(ints);
    expect([...floats, ...ints]).toEqual([NaN, NaN, -559038737, -559038737]);
  });

  it("runs on one thread, and refuses none", async () => {
    expect((await createReferenceBackend(8)).threads).toBe(1);
    await expect(createReferenceBackend(0)).rejects.toThrow(
      "createReferenceBackend: threads is 0; expected a whole number of at least 1.",
    );
  });
});
