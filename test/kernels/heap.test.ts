import { describe, expect, it } from "vitest";
import { OutOfMemoryError, StateError } from "../../src/errors.js";
import { WasmHeap } from "../../src/kernels/wasm/allocator.js";
import { Generator } from "../../src/random/generator.js";

const PAGE = 65536;

/** A heap that may grow to `maximum` pages and starts at byte 1000, and its memory. */
function makeHeap(maximum: number): { heap: WasmHeap; memory: WebAssembly.Memory } {
  const memory = new WebAssembly.Memory({ initial: 1, maximum, shared: true });
  return { heap: new WasmHeap(memory, 1000, maximum), memory };
}

describe("the WASM heap", () => {
  it("hands out aligned arrays of the length asked for, behind the kernels' own data", () => {
    const { heap } = makeHeap(16);
    for (const length of [0, 1, 15, 16, 17, 1000]) {
      const array = heap.float32(length);
      expect(array).toBeInstanceOf(Float32Array);
      expect(array.length).toBe(length);
      expect(array.byteOffset % 64).toBe(0);
      expect(array.byteOffset).toBeGreaterThanOrEqual(1000);
    }
    expect(heap.int32(3)).toBeInstanceOf(Int32Array);
  });

  it("counts the bytes that are held, and the most that ever were", () => {
    const { heap } = makeHeap(16);
    const a = heap.float32(100);
    const b = heap.int32(10);
    expect(heap.use()).toEqual({ liveBytes: 440, peakBytes: 440 });
    heap.free(a);
    expect(heap.use()).toEqual({ liveBytes: 40, peakBytes: 440 });
    heap.resetPeak();
    expect(heap.use()).toEqual({ liveBytes: 40, peakBytes: 40 });
    const c = heap.float32(0);
    expect(heap.use()).toEqual({ liveBytes: 40, peakBytes: 40 });
    heap.free(b);
    heap.free(c);
    expect(heap.use()).toEqual({ liveBytes: 0, peakBytes: 40 });
  });

  it("keeps old arrays valid when the memory grows", () => {
    const { heap, memory } = makeHeap(1024);
    const small = heap.float32(4).fill(7);
    const before = memory.buffer.byteLength;
    const large = heap.float32(5 * PAGE).fill(1);
    expect(memory.buffer.byteLength).toBeGreaterThan(before);
    expect([...small]).toEqual([7, 7, 7, 7]);
    small[0] = 8;
    expect(new Float32Array(memory.buffer, small.byteOffset, 1)[0]).toBe(8);
    heap.free(small);
    heap.free(large);
    expect(heap.use().liveBytes).toBe(0);
  });

  it("does not lay long arrays a multiple of 4 KiB apart", () => {
    const { heap } = makeHeap(1024);
    const offsets = [1, 2, 3, 4].map(() => heap.float32(65536).byteOffset % 4096);
    for (const [i, offset] of offsets.entries()) {
      for (const other of offsets.slice(i + 1)) {
        const apart = Math.abs(offset - other);
        expect(Math.min(apart, 4096 - apart)).toBeGreaterThanOrEqual(256);
      }
    }
  });

  it("uses the memory to its maximum, to the last 64 bytes", () => {
    const { heap } = makeHeap(4);
    const all = heap.float32((4 * PAGE - 1024) / 4);
    expect(all.byteOffset).toBe(1024);
    expect(() => heap.float32(0)).toThrow(OutOfMemoryError);
    heap.free(all);
    heap.free(heap.float32((4 * PAGE - 1024) / 4));
  });

  it("says what was asked for, what is held and what to try when there is no room", () => {
    const { heap } = makeHeap(4);
    heap.float32(100);
    expect(() => heap.float32(PAGE)).toThrow(OutOfMemoryError);
    expect(() => heap.float32(PAGE)).toThrow(
      "heap.float32: no room for 262144 bytes (400 bytes are held, the memory is 65536 bytes and may reach 262144); " +
        "use a smaller batch or model, or free tensors with scope() or dispose().",
    );
    expect(() => heap.int32(2 ** 50)).toThrow(
      "heap.int32: no room for 4503599627370496 bytes (400 bytes are held",
    );
    expect(heap.use()).toEqual({ liveBytes: 400, peakBytes: 400 });
    expect(heap.float32(100).length).toBe(100);
  });

  describe("says which bytes only a turn of the event loop frees", () => {
    const sentence = (heap: WasmHeap, length: number): string => {
      try {
        heap.float32(length);
      } catch (error) {
        expect(error).toBeInstanceOf(OutOfMemoryError);
        return String(error);
      }
      throw new Error("there was room");
    };

    it("where they are most of what is held, and enough", () => {
      const { heap } = makeHeap(4);
      heap.float32(3000);
      heap.float32(48_000);
      const told =
        /dispose\(\)\. 204000 of the bytes held were made outside of scope\(\), or have left one: .* await nextTurn\(\)/;
      expect(sentence(heap, 20_000)).toMatch(told);
      // A scope has begun, and holds less itself.
      heap.heldBeforeScope = 204_000;
      heap.float32(500);
      expect(sentence(heap, 20_000)).toMatch(told);
    });

    it("not where freeing them would not make room, or a scope that runs holds more", () => {
      const { heap } = makeHeap(4);
      heap.float32(22_500);
      expect(sentence(heap, 2 ** 30)).not.toContain("event loop");
      heap.heldBeforeScope = 90_000;
      heap.float32(28_500);
      expect(sentence(heap, 20_000)).toMatch(/free tensors with scope\(\) or dispose\(\)\.$/);
    });
  });

  it("fails in the same way when the engine refuses to grow", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
    const heap = new WasmHeap(memory, 0, 65536);
    expect(() => heap.float32(PAGE)).toThrow(OutOfMemoryError);
  });

  it("takes what it needs when the engine refuses to grow by more", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 3, shared: true });
    const heap = new WasmHeap(memory, 0, 65536);
    expect(heap.float32((2 * PAGE) / 4).length).toBe(PAGE / 2);
  });

  it.each([-1, 0.5, NaN, Infinity])("refuses a length of %d", (length) => {
    const { heap } = makeHeap(4);
    const expected = Number.isFinite(length) ? "a whole number of at least 0" : "a finite number";
    expect(() => heap.float32(length)).toThrow(`heap.float32: length is ${length}; expected ${expected}.`);
  });

  it("refuses to free an array twice, or one that is not its own", () => {
    const { heap, memory } = makeHeap(4);
    const array = heap.float32(8);
    const sentence =
      "of 8 elements did not come from this heap; free only what float32() or int32() returned";
    expect(() => heap.free(array.subarray())).toThrow(`heap.free: the Float32Array ${sentence}`);
    expect(() => heap.free(new Int32Array(memory.buffer, array.byteOffset, 8))).toThrow(sentence);
    expect(() => heap.free(new Float32Array(8))).toThrow(StateError);
    heap.free(array);
    expect(() => heap.free(array)).toThrow(
      "heap.free: the Float32Array of 8 elements was freed before; free every array once.",
    );
    // The bytes are in use again, by an array that the old one must not free.
    const next = heap.float32(8);
    expect(next.byteOffset).toBe(array.byteOffset);
    expect(() => heap.free(array)).toThrow("was freed before");
    heap.free(next);
  });

  it("never hands out overlapping arrays in random use", () => {
    const { heap } = makeHeap(64);
    const random = new Generator(5);
    const below = (n: number): number => Math.floor(random.uniform() * n);
    const held: { array: Float32Array | Int32Array; mark: number }[] = [];
    let live = 0;
    for (let step = 1; step <= 4000; step++) {
      if (held.length > 200 || (held.length > 0 && random.uniform() < 0.45)) {
        const [{ array, mark }] = held.splice(below(held.length), 1);
        // Nobody else wrote here.
        expect(array.every((value) => value === mark)).toBe(true);
        live -= array.byteLength;
        heap.free(array);
      } else {
        const length = below(2 ** below(14));
        const array = random.uniform() < 0.5 ? heap.float32(length) : heap.int32(length);
        held.push({ array: array.fill(step), mark: step });
        live += array.byteLength;
      }
      expect(heap.use().liveBytes).toBe(live);
    }
  });

  it("stays flat over 10,000 steps that allocate and free like a training step", () => {
    const { heap, memory } = makeHeap(4096);
    const parameters = [1000, 64000, 10].map((length) => heap.float32(length));
    const random = new Generator(6);
    let settled = 0;
    for (let step = 0; step < 10_000; step++) {
      // Activations in order; the last batch of an epoch is smaller.
      const batch = step % 23 === 22 ? 29 : 64;
      const arrays = [784, 784 * 2, 100, 400, 400, 10, 10, 1].map((length) => heap.float32(length * batch));
      while (arrays.length > 0) {
        const [array] = arrays.splice(Math.floor(random.uniform() * arrays.length), 1);
        heap.free(array);
      }
      if (step === 100) settled = memory.buffer.byteLength;
    }
    expect(memory.buffer.byteLength).toBe(settled);
    expect(heap.use().liveBytes).toBe(4 * 65010);
    for (const parameter of parameters) heap.free(parameter);
    expect(heap.use().liveBytes).toBe(0);
  });
});
