/**
 * Times the kernels on packed spikes beside the dense ones, on one thread. Run by hand, after `npm run build`, on a
 * quiet machine:
 *
 *   node bench/packed.mjs [--json] [--rounds 9] [--only text]
 *
 * Every result is first compared with the dense kernel's. Then all cases take turns, so that a busy moment of the
 * machine hits all of them; the median of the rounds is printed, and the ratio to the dense kernel.
 */

import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { createWasmBackend } from "../dist/kernels/wasm/backend.js";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    rounds: { type: "string", default: "9" },
    only: { type: "string", default: "" },
  },
});
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  throw new RangeError(`--rounds is ${options.rounds}; expected a whole number of at least 1.`);
}

const DENSITIES = [0.05, 0.1, 0.2, 0.4, 0.45, 1];
const THETA = Math.fround(0.7);
const { kernels, heap, threads } = await createWasmBackend(1);

let state = 1;
/** Multiples of 2^-24 in [0, 1). */
function uniform() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return (state >>> 8) / 2 ** 24;
}

/** An array of the heap with values in [-1, 1). */
function random(length) {
  const array = heap.float32(length);
  for (let i = 0; i < length; i++) array[i] = 2 * uniform() - 1;
  return array;
}

/** The same spikes packed and dense. */
function randomSpikes(rows, channels, density) {
  const words = Math.ceil(channels / 32);
  const bits = heap.int32(rows * words).fill(0);
  const dense = heap.float32(rows * channels).fill(0);
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < channels; c++)
      if (uniform() < density) {
        bits[row * words + (c >> 5)] |= 1 << (c & 31);
        dense[row * channels + c] = THETA;
      }
  return { bits, dense };
}

function checkClose(name, got, expected, terms) {
  const tolerance = 1e-6 * Math.sqrt(terms) + 1e-6;
  for (let i = 0; i < expected.length; i++) {
    if (Math.abs(got[i] - expected[i]) <= tolerance) continue;
    throw new Error(
      `${name}: element ${i} is ${got[i]}, the dense kernel says ${expected[i]}; nothing was timed.`,
    );
  }
}

/** One operation at every density: cases of the packed kernel, and one of the dense kernel, whose time is the same for all. */
function group(name, operations, terms, result, make) {
  if (!name.includes(options.only)) return [];
  const expected = heap.float32(result.length);
  const cases = DENSITIES.map((density) => {
    const { dense, packed, dispose } = make(density);
    dense(expected);
    packed(result);
    checkClose(`${name}, density ${density}`, result, expected, terms);
    dispose();
    return { name, density, operations, run: () => packed(result) };
  });
  const { dense } = make(0.2);
  return [{ name, density: null, operations, run: () => dense(expected) }, ...cases];
}

function convolution(label, { N, H, W, Cin, Cout, K }) {
  const sizes = [N, H, W, Cin, Cout, K, K, 1, 1, K >> 1, K >> 1];
  const operations = 2 * N * H * W * Cin * Cout * K * K;
  const y = heap.float32(N * H * W * Cout);
  const w = random(K * K * Cin * Cout);
  const forward = group(`conv ${label} forward`, operations, K * K * Cin, y, (density) => {
    const { bits, dense } = randomSpikes(N * H * W, Cin, density);
    return {
      dense: (to) => kernels.conv2dForward(to, dense, w, null, ...sizes, 1),
      packed: (to) => kernels.packedConv2dForward(to, bits, w, null, null, null, THETA, ...sizes),
      dispose: () => heap.free(dense),
    };
  });
  const dy = random(N * H * W * Cout);
  const dw = heap.float32(K * K * Cin * Cout);
  const weightGrad = group(`conv ${label} weight gradient`, operations, N * H * W, dw, (density) => {
    const { bits, dense } = randomSpikes(N * H * W, Cin, density);
    return {
      dense: (to) => kernels.conv2dWeightGrad(to, dy, dense, ...sizes, 1),
      packed: (to) => kernels.packedConv2dWeightGrad(to, dy, bits, THETA, ...sizes),
      dispose: () => heap.free(dense),
    };
  });
  return [...forward, ...weightGrad];
}

function linear(label, { rows, inputs, outputs }) {
  const operations = 2 * rows * inputs * outputs;
  const y = heap.float32(rows * outputs);
  const w = random(inputs * outputs);
  const forward = group(`linear ${label} forward`, operations, inputs, y, (density) => {
    const { bits, dense } = randomSpikes(rows, inputs, density);
    return {
      dense: (to) => kernels.gemm(to, dense, w, rows, outputs, inputs, false, false, false),
      packed: (to) => kernels.packedLinearForward(to, bits, w, null, THETA, rows, inputs, outputs),
      dispose: () => heap.free(dense),
    };
  });
  const dy = random(rows * outputs);
  const dw = heap.float32(inputs * outputs);
  const weightGrad = group(`linear ${label} weight gradient`, operations, rows, dw, (density) => {
    const { bits, dense } = randomSpikes(rows, inputs, density);
    return {
      dense: (to) => kernels.gemm(to, dense, dy, inputs, outputs, rows, true, false, false),
      packed: (to) => kernels.packedLinearWeightGrad(to, dy, bits, THETA, rows, inputs, outputs),
      dispose: () => heap.free(dense),
    };
  });
  return [...forward, ...weightGrad];
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Milliseconds of one run; short ones are repeated. */
function time({ run, repeats }) {
  run();
  const start = performance.now();
  for (let i = 0; i < repeats; i++) run();
  return (performance.now() - start) / repeats;
}

const cases = [
  ...convolution("3x3 64-64 32x32 b16", { N: 16, H: 32, W: 32, Cin: 64, Cout: 64, K: 3 }),
  ...convolution("3x3 32-64 14x14 b256", { N: 256, H: 14, W: 14, Cin: 32, Cout: 64, K: 3 }),
  ...linear("3136-128 b256", { rows: 256, inputs: 3136, outputs: 128 }),
  ...linear("3136-128 b4", { rows: 4, inputs: 3136, outputs: 128 }),
  ...linear("128-10 b256", { rows: 256, inputs: 128, outputs: 10 }),
];
for (const each of cases) {
  each.repeats = 1;
  each.repeats = Math.max(1, Math.min(1000, Math.round(2 / time(each))));
  each.times = [];
}
for (let round = 0; round < rounds; round++) for (const each of cases) each.times.push(time(each));

const results = cases.map(({ name, density, operations, times }) => {
  const dense = median(cases.find((other) => other.name === name && other.density === null).times);
  const ms = median(times);
  return {
    name,
    density,
    ms: Number(ms.toPrecision(4)),
    bestMs: Number(Math.min(...times).toPrecision(4)),
    timesFaster: Number((dense / ms).toPrecision(3)),
    gflops: Number((operations / ms / 1e6).toPrecision(3)),
  };
});

const machine = {
  node: process.version,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  load: Number(loadavg()[0].toFixed(2)),
  threads,
  rounds,
};
if (options.json) {
  console.log(JSON.stringify({ machine, results }, null, 2));
} else {
  console.log(
    Object.entries(machine)
      .map(([key, value]) => `${key} ${value}`)
      .join(", "),
  );
  console.log(
    `${"".padEnd(42)}${["density", "ms", "best", "x dense", "GFLOP/s"].map((head) => head.padStart(9)).join("")}`,
  );
  for (const { name, density, ms, bestMs, timesFaster, gflops } of results) {
    const columns = [density === null ? "dense" : `${density * 100} %`, ms, bestMs, timesFaster, gflops];
    console.log(`${name.padEnd(42)}${columns.map((column) => String(column).padStart(9)).join("")}`);
  }
}
