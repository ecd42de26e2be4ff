import { describe, expect, it } from "vitest";
import { createWasmBackend } from "../../src/kernels/wasm/backend.js";

const backend = await createWasmBackend(2);

describe("the WASM backend", () => {
  it("says what it runs on", () => {
    expect(backend.name).toBe("wasm");
    expect(backend.threads).toBe(2);
  });

  it("multiplies [[1, 2], [3, 4]] and [[5, 6], [7, 8]]", () => {
    const [a, b, c] = [1, 2, 3].map(() => backend.heap.float32(4));
    a.set([1, 2, 3, 4]);
    b.set([5, 6, 7, 8]);
    backend.kernels.gemm(c, a, b, 2, 2, 2, false, false, false);
    expect([...c]).toEqual([19, 22, 43, 50]);
    backend.kernels.gemm(c, a, b, 2, 2, 2, true, false, true);
    expect([...c]).toEqual([19 + 26, 22 + 30, 43 + 38, 50 + 44]);
    for (const array of [a, b, c]) backend.heap.free(array);
  });

  it("takes views that start inside an array", () => {
    const all = backend.heap.float32(8);
    all.set([0, 2, 0, 3, 0, 0, 0, 0]);
    backend.kernels.gemm(
      all.subarray(5, 6),
      all.subarray(1, 2),
      all.subarray(3, 4),
      1,
      1,
      1,
      false,
      false,
      false,
    );
    expect([...all]).toEqual([0, 2, 0, 3, 0, 6, 0, 0]);
    backend.heap.free(all);
  });

  it("gives each backend its own memory", async () => {
    const other = await createWasmBackend(1);
    const mine = backend.heap.float32(4).fill(1);
    const theirs = other.heap.float32(4).fill(2);
    expect([...mine]).toEqual([1, 1, 1, 1]);
    expect(theirs.buffer).not.toBe(mine.buffer);
    expect(() => other.heap.free(mine)).toThrow("did not come from this heap");
    backend.heap.free(mine);
  });
});
