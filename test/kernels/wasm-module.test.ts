import { inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createReferenceBackend } from "../../src/kernels/reference/backend.js";
import { createWasmBackend } from "../../src/kernels/wasm/backend.js";
import { inferenceBinary, wasmBinary } from "../../src/kernels/wasm/binary.js";
import { wrap } from "../../src/kernels/wasm/call.js";
import { forwardKernels } from "../../src/kernels/kernel-table.js";

const compile = ({ deflatedBase64 }: typeof wasmBinary): WebAssembly.Module =>
  new WebAssembly.Module(new Uint8Array(inflateRawSync(Buffer.from(deflatedBase64, "base64"))));

describe.each([
  { which: "all kernels", binary: wasmBinary, running: false },
  { which: "those that run a network", binary: inferenceBinary, running: true },
])("the compiled module of $which", ({ binary, running }) => {
  const module = compile(binary);

  it("exports these kernels of the contract, the limits, what a pool of threads calls, and nothing else", async () => {
    const { kernels: all, limits } = await createReferenceBackend(1);
    const kernels = running ? forwardKernels : all;
    const exported = WebAssembly.Module.exports(module)
      .filter(({ kind, name }) => kind === "function" && !/^__|^pool[A-Z]/.test(name))
      .map(({ name }) => name);
    expect(exported.sort()).toEqual([...Object.keys(kernels), ...Object.keys(limits)].sort());
  });

  it("needs a memory, a clock and nothing else", () => {
    expect(WebAssembly.Module.imports(module)).toEqual([
      { module: "env", name: "memory", kind: "memory" },
      { module: "env", name: "now", kind: "function" },
    ]);
  });

  it("exports what a further thread must set: its stack and its thread-local data", () => {
    const names = WebAssembly.Module.exports(module).map(({ name }) => name);
    for (const name of ["__stack_pointer", "__wasm_init_tls", "__tls_size", "__tls_align", "__heap_base"]) {
      expect(names).toContain(name);
    }
    expect(names.filter((name) => name.startsWith("pool")).sort()).toEqual([
      "poolAbandon",
      "poolResize",
      "poolScratch",
      "poolServe",
    ]);
  });

  it("starts in the pages that the loader gives it", () => {
    const memory = new WebAssembly.Memory({ initial: binary.initialPages, maximum: 65536, shared: true });
    const { exports } = new WebAssembly.Instance(module, { env: { memory, now: () => 0 } });
    const heapBase = exports.__heap_base as WebAssembly.Global<"i32">;
    expect(heapBase.value).toBeGreaterThan((binary.initialPages - 1) * 65536);
    expect(heapBase.value).toBeLessThanOrEqual(binary.initialPages * 65536);
  });
});

describe("the compiled modules", () => {
  it("that of networks has half the code or little more", () => {
    const [all, some] = [wasmBinary, inferenceBinary].map(({ deflatedBase64 }) => deflatedBase64.length);
    expect(some / all).toBeLessThan(0.6);
  });

  it("answer through the backend to every kernel and limit of the contract", async () => {
    const [wasm, reference] = [await createWasmBackend(1), await createReferenceBackend(1)];
    expect(Object.keys(wasm.kernels).sort()).toEqual(Object.keys(reference.kernels).sort());
    expect(Object.keys(wasm.limits).sort()).toEqual(Object.keys(reference.limits).sort());
  });
});

describe("a wrapped kernel", () => {
  const buffer = new SharedArrayBuffer(256);

  it.each([3, 6, 7, 11, 12, 16, 17, 20])("passes on %i arguments in order", (count) => {
    const received: number[][] = [];
    const kernel = wrap((...values) => received.push(values), count);
    const values = Array.from({ length: count }, (_, i) => i + 0.5);
    kernel(...values);
    expect(received[0].slice(0, count)).toEqual(values);
    expect(received[0].slice(count).every((value) => value === 0)).toBe(true);
  });

  it("passes arrays by address, booleans as 1 and 0, an absent array as 0", () => {
    const received: number[][] = [];
    const kernel = wrap((...values) => received.push(values), 6);
    kernel(new Float32Array(buffer, 64, 4), new Int32Array(buffer, 128, 0), true, false, null, -2.5);
    expect(received).toEqual([[64, 128, 1, 0, 0, -2.5]]);
  });

  it("refuses more arguments than it was written for", () => {
    expect(() => wrap(() => undefined, 25)).toThrow("wrap: count is 25; expected at most 24.");
  });
});
