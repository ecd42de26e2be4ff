/**
 * clang compiles what exportC writes without a warning, at every optimization, and as WebAssembly it gives the same integers and
 * spikes: with no header but stdint.h, stddef.h and string.h, of which memcpy and memset are all that is there.
 */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { exportC, type ExportCOptions } from "../../src/deployment/c/export-c.js";
import { compileFloat } from "../../src/deployment/float/compile-float.js";
import { libraryRun } from "../../src/deployment/float/library-run.js";
import { IntegerModel } from "../../src/deployment/integer/integer-model.js";
import { init } from "../../src/kernels/select.js";
import { GraphModel } from "../../src/models/graph-model.js";
import { networkGraph } from "../../src/models/network-graph.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import "../../src/ops/install.js";
import { calibrate } from "../../src/quantization/calibrate.js";
import { quantizeModel } from "../../src/quantization/quantize-model.js";
import type { QuantParams } from "../../src/quantization/quantizer-options.js";
import { manualSeed } from "../../src/random/generator.js";
import { sizeOf } from "../../src/shapes.js";
import { randomNetwork, randomSamples } from "./random-networks.js";

const WARNINGS = [
  "-std=c99",
  "-Wall",
  "-Wextra",
  "-Wconversion",
  "-pedantic",
  "-Werror",
  "-ffp-contract=off",
];
const TARGET = ["--target=wasm32-unknown-unknown", "-ffreestanding", "-nostdlib", "-Iinclude"];

/** For networks, all that there is; stdio.h is of the self-tests. */
const include = {
  "string.h": `#include <stddef.h>
void *memcpy(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);
`,
  "stdio.h": "int printf(const char *format, ...);\n",
};

interface Job {
  readonly options: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

interface Compiled {
  readonly said: string;
  /** In base64. */
  readonly wasm: string | null;
}

/** One process for all, as the compiler takes a while to start. */
function compileAll(jobs: readonly Job[]): Compiled[] {
  const script = fileURLToPath(new URL("run-clang.mjs", import.meta.url));
  const input = JSON.stringify(jobs.map(({ options, files }) => ({ options, files: { ...files, include } })));
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--liftoff-only", script], {
    input,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`run-clang.mjs failed: ${stderr}`);
  return JSON.parse(stdout) as Compiled[];
}

/** Few layers, as the compiler takes its time; T is 3. */
function small(): SpikingModel {
  manualSeed(7);
  return new GraphModel({
    inputShape: [4, 3, 2],
    outputShape: [3],
    timesteps: 3,
    layers: [
      // As a function of the header is called.
      { name: "step", kind: "Conv2d", options: { inChannels: 2, outChannels: 3, kernelSize: [3, 3], padding: [1, 1] } },
      { name: "fire", kind: "LIFNode", options: { vReset: 0.1, vThreshold: 0.3 } },
      { name: "norm", kind: "BatchNorm2d", options: { numFeatures: 3 } },
      { name: "pool", kind: "AvgPool2d", options: { kernelSize: [2, 1] } },
      { name: "flat", kind: "Flatten", options: { order: "memory" } },
      { name: "out", kind: "Linear", options: { inFeatures: 18, outFeatures: 3 } },
    ],
  }).eval(); // prettier-ignore
}

function quantized(float: SpikingModel, params: QuantParams): SpikingModel {
  const model = quantizeModel(float, params).eval();
  calibrate(model, randomSamples(float, 1, 4, 1));
  return model;
}

interface Tried {
  readonly name: string;
  readonly model: SpikingModel;
  readonly options: ExportCOptions;
}

/** Two for each optimization. */
const tried: Readonly<Record<string, () => readonly Tried[]>> = {
  "-O0": () => [
    { name: "whole12", model: quantized(small(), { bits: 12, roundtype: "ceil" }), options: { longWidth: 64, form: "dense" } },
    { name: "wrapping", model: quantized(small(), { bits: 8, roundtype: "ceil" }), options: { compat: "qualia" } },
  ],
  "-O2": () => [
    { name: "whole8", model: quantized(small(), { bits: 8 }), options: {} },
    { name: "float32", model: small(), options: { width: "float32" } },
  ],
  "-Os": () => [
    { name: "wrapping", model: quantized(small(), { bits: 8, roundtype: "floor" }), options: { compat: "qualia" } },
    { name: "float32", model: small(), options: { width: "float32", form: "dense" } },
  ],
}; // prettier-ignore

/** Beside the networks: what they need of string.h, and what lets a program in JavaScript run them and see every layer. */
function surroundings(networks: readonly Tried[]): string {
  const parts = networks.map(({ name }) => {
    const NAME = name.toUpperCase();
    const value = name === "float32" ? "float" : "int32_t";
    return `#define ${NAME}_TRACED
#include "${name}.c"
#undef TRACE
static ${name}_state ${name}js_own;
static ${name}_number ${name}js_in[${NAME}_INPUTS], ${name}js_out[${NAME}_OUTPUTS];
static ${value} ${name}js_seen[4096];
static int ${name}js_count;
void ${name}_trace(int layer, int32_t index, ${value} value) { (void)layer; (void)index; ${name}js_seen[${name}js_count++] = value; }
void *${name}js_input(void) { return ${name}js_in; }
void *${name}js_traced(void) { return ${name}js_seen; }
void ${name}js_forget(void) { ${name}_reset(&${name}js_own); }
int ${name}js_next(void) { ${name}js_count = 0; ${name}_step(&${name}js_own, ${name}js_in, ${name}js_out); return ${name}js_count; }
int ${name}js_class(void) { return ${name}_classify(&${name}js_own, ${name}js_in, NULL); }
`;
  });
  return `#include <string.h>
void *memcpy(void *to, const void *from, size_t count)
{
  volatile char *t = to;
  const char *f = from;
  while (count-- > 0) *t++ = *f++;
  return to;
}
void *memset(void *to, int value, size_t count)
{
  volatile char *t = to;
  while (count-- > 0) *t++ = (char)value;
  return to;
}
${parts.join("\n")}`;
}

const sourcesOf = (files: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).filter(([name]) => /\.[ch]$/.test(name)));

type Exports = Readonly<Record<string, (...numbers: number[]) => number>>;

/** What every layer gives in each time step of a still sample, and the class. */
function run(
  exports: Exports,
  memory: WebAssembly.Memory,
  name: string,
  x: Int8Array | Int16Array | Float32Array,
) {
  exports[`${name}js_forget`]();
  new Uint8Array(memory.buffer).set(new Uint8Array(x.slice().buffer), exports[`${name}js_input`]());
  const steps = Array.from({ length: 3 }, () => {
    const count = exports[`${name}js_next`]();
    const View = x instanceof Float32Array ? Float32Array : Int32Array;
    return [...new View(memory.buffer, exports[`${name}js_traced`](), count)];
  });
  return { steps, best: exports[`${name}js_class`]() };
}

/** The same of the library's whole numbers. */
function integers({ model, options }: Tried, x: Float32Array) {
  const { compat, longWidth } = options;
  const integer = new IntegerModel(model, {
    ...(compat === undefined ? {} : { compat }),
    ...(longWidth === undefined ? {} : { longWidth }),
  });
  const { layers, width } = integer.program;
  const whole = integer.quantizeInput(x);
  const totals = [0, 0, 0];
  const steps = Array.from({ length: 3 }, () => {
    integer.step(whole).forEach((value, i) => (totals[i] += value));
    const { maps } = integer;
    return layers.flatMap(({ name }) => [...maps[name]]);
  });
  const input = width === 8 ? Int8Array.from(whole) : Int16Array.from(whole);
  return { input, expected: { steps, best: totals.indexOf(Math.max(...totals)) } };
}

function networkJob(optimization: string): Job {
  const networks = tried[optimization]();
  const files: Record<string, string> = {};
  for (const { name, model, options } of networks)
    Object.assign(files, sourcesOf(exportC(model, { name, ...options })));
  files["all.c"] = surroundings(networks);
  const exports = networks.flatMap(({ name }) =>
    ["input", "traced", "forget", "next", "class"].map((what) => `-Wl,--export=${name}js_${what}`),
  );
  const flags = [
    ...TARGET,
    ...WARNINGS,
    optimization,
    "-Wl,--no-entry",
    ...exports,
    "-o",
    "all.wasm",
    "all.c",
  ];
  return { options: flags, files };
}

/** Self-tests, which measuring programs include; what targets bring; networks that are not traced. */
function otherJob(): Job {
  const files: Record<string, string> = {};
  const units: string[] = [];
  const add = (own: Record<string, string>): void => {
    Object.assign(files, sourcesOf(own));
    units.push(...Object.keys(own).filter((name) => name.endsWith(".c") && !name.endsWith("_test.c")));
  };
  const model = quantized(small(), { bits: 8 });
  const tests = randomSamples(model, 5, 2, 1);
  add(exportC(model, { name: "cortex", target: "cortex-m", tests }));
  add(exportC(small(), { name: "riscv", width: "float32", target: "riscv", tests }));
  for (const seed of [5, 10, 20, 23])
    add(exportC(randomNetwork(seed), { name: `f${seed}`, width: "float32" }));
  return { options: [...TARGET, ...WARNINGS, "-fsyntax-only", ...units], files };
}

describe("clang", { timeout: 120_000 }, () => {
  const optimizations = Object.keys(tried);
  let compiled: Compiled[];

  beforeAll(async () => {
    await init({ backend: "wasm", threads: 1 });
    const wrong = { "a.c": "static inline int f(void) { return 1; }\n" };
    const wrongJob = { options: [...TARGET, ...WARNINGS, "-fsyntax-only", "a.c"], files: wrong };
    compiled = compileAll([...optimizations.map(networkJob), otherJob(), wrongJob]);
  }, 120_000);

  it.each(optimizations)("has nothing to say, and gives the library's numbers: %s", async (optimization) => {
    const { said, wasm } = compiled[optimizations.indexOf(optimization)];
    expect(said).toBe("");
    const { instance } = await WebAssembly.instantiate(new Uint8Array(Buffer.from(wasm ?? "", "base64")));
    const memory = instance.exports.memory as WebAssembly.Memory;
    const exports = instance.exports as unknown as Exports;
    for (const each of tried[optimization]()) {
      const { name, model } = each;
      const x = Float32Array.from(randomSamples(model, 3, 1, 1).x);
      if (name !== "float32") {
        const { input, expected } = integers(each, x);
        expect(run(exports, memory, name, input), name).toEqual(expected);
        continue;
      }
      const program = compileFloat("test", networkGraph(model));
      const { spikes, logits } = libraryRun(model, program, x);
      const { steps, best } = run(exports, memory, name, x);
      expect(best).toBe(logits.indexOf(Math.max(...logits)));
      const sums = new Float64Array(3);
      steps.forEach((given, t) => {
        let at = 0;
        program.layers.forEach(({ kind, shape }, i) => {
          const own = given.slice(at, (at += sizeOf(shape)));
          if (kind === "neuron") expect(own, `step ${t}`).toEqual([...(spikes.get(i)?.[t] ?? [])]);
          if (i === program.layers.length - 1) own.forEach((value, k) => (sums[k] += value));
        });
      });
      expect([...spikes.values()].flat().some((step) => step.includes(0) && step.includes(1))).toBe(true);
      logits.forEach((logit, k) => expect(Math.abs(sums[k] / 3 - logit)).toBeLessThan(1e-5));
    }
  });

  it("has nothing to say of self-tests, of what targets bring, nor of networks that are not traced", () => {
    expect(compiled[optimizations.length]).toEqual({ said: "", wasm: null });
  });

  it("would say something", () => {
    expect(compiled[optimizations.length + 1].said).toContain("unused function 'f'");
  });
});
