/**
 * Times the heavy kernels of the WASM backend. Run by hand, after `npm run build`, on a quiet machine:
 *
 *   node bench/kernels.mjs [--json] [--rounds 15]
 *
 * Every result is first compared with plain loops. Then the cases take turns, so that a busy moment of the machine
 * hits all of them, and the median and the best of the rounds are printed. Beside the fused neuron stand a copy of as many bytes
 * and, where gcc is installed, the same two as plain C loops compiled for this machine: they say how fast its memory is.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createWasmBackend } from "../dist/kernels/wasm/backend.js";

const { values: options } = parseArgs({
  options: { json: { type: "boolean", default: false }, rounds: { type: "string", default: "15" } },
});
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  throw new RangeError(`--rounds is ${options.rounds}; expected a whole number of at least 1.`);
}

const { kernels, heap, threads } = await createWasmBackend(1);
const MiB = 2 ** 20;

/** A linear congruential generator that the C program below repeats: multiples of 2^-24 in [0, 1). */
function makeUniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}
const uniform = makeUniform(1);

/** An array of the heap with values in [-1, 1). */
function random(length) {
  const array = heap.float32(length);
  for (let i = 0; i < length; i++) array[i] = 2 * uniform() - 1;
  return array;
}

function refuse(name, index, got, expected) {
  throw new Error(
    `${name}: element ${index} is ${got}, expected ${expected}; the kernel is wrong, nothing was timed.`,
  );
}

/** Compares 2,000 elements, the first and the last among them, with sums in float64; depth is the length of a sum. */
function checkSamples(name, result, depth, expectedAt) {
  const tolerance = 1e-6 * Math.sqrt(depth) + 1e-6;
  for (let sample = 0; sample < 2000; sample++) {
    const index = sample === 0 ? 0 : sample === 1 ? result.length - 1 : Math.floor(uniform() * result.length);
    const expected = expectedAt(index);
    if (!(Math.abs(result[index] - expected) <= tolerance)) refuse(name, index, result[index], expected);
  }
}

function gemmCase(m, n, k, transposeA = false, transposeB = false) {
  const name = `gemm ${m} x ${n} x ${k}${transposeA ? " A'" : ""}${transposeB ? " B'" : ""}`;
  const [a, b, c] = [random(m * k), random(k * n), heap.float32(m * n)];
  const run = () => kernels.gemm(c, a, b, m, n, k, transposeA, transposeB, false);
  run();
  checkSamples(name, c, k, (index) => {
    const [i, j] = [Math.floor(index / n), index % n];
    let sum = 0;
    for (let p = 0; p < k; p++)
      sum += a[transposeA ? p * m + i : i * k + p] * b[transposeB ? j * k + p : p * n + j];
    return sum;
  });
  return [{ name, operations: 2 * m * n * k, run }];
}

function convCases(label, { N, H, W, Cin, Cout, K, stride = 1, padding = 0, groups = 1 }) {
  const [OH, OW] = [H, W].map((size) => Math.floor((size + 2 * padding - K) / stride) + 1);
  const [cin, cout] = [Cin / groups, Cout / groups];
  const sizes = [N, H, W, Cin, Cout, K, K, stride, stride, padding, padding, groups];
  const [x, w, dy] = [random(N * H * W * Cin), random(K * K * cin * Cout), random(N * OH * OW * Cout)];
  const [y, dx, dw] = [dy, x, w].map((like) => heap.float32(like.length));

  const inside = (index, size) => index >= 0 && index < size;
  const forwardAt = (index) => {
    const co = index % Cout;
    const ow = Math.floor(index / Cout) % OW;
    const oh = Math.floor(index / Cout / OW) % OH;
    const n = Math.floor(index / Cout / OW / OH);
    let sum = 0;
    for (let kh = 0; kh < K; kh++)
      for (let kw = 0; kw < K; kw++) {
        const [h, v] = [oh * stride - padding + kh, ow * stride - padding + kw];
        if (!inside(h, H) || !inside(v, W)) continue;
        for (let c = 0; c < cin; c++)
          sum +=
            x[((n * H + h) * W + v) * Cin + Math.floor(co / cout) * cin + c] *
            w[((kh * K + kw) * cin + c) * Cout + co];
      }
    return sum;
  };
  const inputGradAt = (index) => {
    const ci = index % Cin;
    const v = Math.floor(index / Cin) % W;
    const h = Math.floor(index / Cin / W) % H;
    const n = Math.floor(index / Cin / W / H);
    const group = Math.floor(ci / cin);
    let sum = 0;
    for (let kh = 0; kh < K; kh++)
      for (let kw = 0; kw < K; kw++) {
        const [oh, ow] = [(h + padding - kh) / stride, (v + padding - kw) / stride];
        if (!Number.isInteger(oh) || !Number.isInteger(ow) || !inside(oh, OH) || !inside(ow, OW)) continue;
        for (let co = group * cout; co < (group + 1) * cout; co++)
          sum +=
            dy[((n * OH + oh) * OW + ow) * Cout + co] * w[((kh * K + kw) * cin + (ci % cin)) * Cout + co];
      }
    return sum;
  };
  const weightGradAt = (index) => {
    const co = index % Cout;
    const c = Math.floor(index / Cout) % cin;
    const kw = Math.floor(index / Cout / cin) % K;
    const kh = Math.floor(index / Cout / cin / K);
    let sum = 0;
    for (let n = 0; n < N; n++)
      for (let oh = 0; oh < OH; oh++)
        for (let ow = 0; ow < OW; ow++) {
          const [h, v] = [oh * stride - padding + kh, ow * stride - padding + kw];
          if (!inside(h, H) || !inside(v, W)) continue;
          sum +=
            dy[((n * OH + oh) * OW + ow) * Cout + co] *
            x[((n * H + h) * W + v) * Cin + Math.floor(co / cout) * cin + c];
        }
    return sum;
  };

  const operations = 2 * N * OH * OW * Cout * K * K * cin;
  const cases = [
    ["forward", () => kernels.conv2dForward(y, x, w, null, ...sizes), y, K * K * cin, forwardAt],
    ["input gradient", () => kernels.conv2dInputGrad(dx, dy, w, ...sizes), dx, K * K * cout, inputGradAt],
    ["weight gradient", () => kernels.conv2dWeightGrad(dw, dy, x, ...sizes), dw, N * OH * OW, weightGradAt],
  ];
  return cases.map(([part, run, result, depth, expectedAt]) => {
    const name = `conv ${label} ${part}`;
    run();
    checkSamples(name, result, depth, expectedAt);
    return { name, operations, run };
  });
}

const STEPS = 4;
const NEURONS = 2 ** 20;
const THETA = 0.75;
const ALPHA = 4;
const INPUT_SEED = 7;

/** The fused neuron, from a state of zeros; also the number of spikes, which the C program must count as well. */
function neuronCases() {
  const { fround } = Math;
  const length = STEPS * NEURONS;
  const [x, gy] = [heap.float32(length), random(length)];
  const input = makeUniform(INPUT_SEED);
  for (let i = 0; i < length; i++) x[i] = fround(input() * 1.5 - 0.25);
  const [y, dx, v, dv] = [length, length, NEURONS, NEURONS].map((size) => heap.float32(size));
  const [theta, dtheta] = [heap.float32(1).fill(THETA), heap.float32(1)];

  dv.fill(0);
  // Later runs go on from the gradient that the run before left, which stays bounded.
  const forward = () => kernels.atifForward(y, v, null, x, null, theta, STEPS, NEURONS, true, false);
  const backward = () =>
    kernels.atifBackward(dx, dv, dtheta, gy, x, null, theta, STEPS, NEURONS, ALPHA, true, false, false);
  forward();
  backward();

  let spikes = 0;
  let expectedDtheta = 0;
  const q = new Float64Array(STEPS);
  for (let i = 0; i < NEURONS; i++) {
    let u = 0;
    let state = 0;
    for (let t = 0; t < STEPS; t++) {
      const index = t * NEURONS + i;
      u = fround(state + x[index]);
      q[t] = fround(u - THETA);
      const z = q[t] >= 0;
      state = z ? q[t] : u;
      if (z) spikes++;
      if (y[index] !== (z ? THETA : 0)) refuse("atif forward y", index, y[index], z ? THETA : 0);
    }
    if (v[i] !== state) refuse("atif forward v", i, v[i], state);
    // lambda = dL/dv, from the last step to the first (DESIGN: backward).
    let lambda = 0;
    for (let t = STEPS - 1; t >= 0; t--) {
      const index = t * NEURONS + i;
      const s = 1 / (1 + Math.exp(-ALPHA * q[t]));
      const tg = THETA * ALPHA * s * (1 - s);
      const z = q[t] >= 0 ? 1 : 0;
      expectedDtheta += (gy[index] - lambda) * (z - tg);
      lambda += (gy[index] - lambda) * tg;
      if (!(Math.abs(dx[index] - lambda) <= 1e-5 * Math.max(1, Math.abs(lambda)))) {
        refuse("atif backward dx", index, dx[index], lambda);
      }
    }
  }
  if (!(Math.abs(dtheta[0] - expectedDtheta) <= 1e-4 * Math.max(100, Math.abs(expectedDtheta)))) {
    refuse("atif backward dtheta", 0, dtheta[0], expectedDtheta);
  }
  // Bytes read and written: x, y and v once; then gy, x, dx and dv.
  const [sequence, state] = [4 * length, 4 * NEURONS];
  return {
    spikes,
    cases: [
      { name: "atif forward", bytes: 2 * sequence + state, run: forward },
      { name: "atif backward", bytes: 3 * sequence + 2 * state, run: backward },
    ],
  };
}

/** memory.copy of `bytes` / 2 bytes, which reads and writes `bytes` in all. */
function copyCase(bytes) {
  // (module (import "" "m" (memory 1)) (func (export "c") (param i32 i32 i32)
  //   local.get 0 local.get 1 local.get 2 memory.copy))
  const binary = new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...[0x01, 0x07, 0x01, 0x60, 0x03, 0x7f, 0x7f, 0x7f, 0x00],
    ...[0x02, 0x07, 0x01, 0x00, 0x01, 0x6d, 0x02, 0x00, 0x01],
    ...[0x03, 0x02, 0x01, 0x00],
    ...[0x07, 0x05, 0x01, 0x01, 0x63, 0x00, 0x00],
    ...[0x0a, 0x0e, 0x01, 0x0c, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02, 0xfc, 0x0a, 0x00, 0x00, 0x0b],
  ]);
  const memory = new WebAssembly.Memory({ initial: bytes / 65536 });
  const { c } = new WebAssembly.Instance(new WebAssembly.Module(binary), { "": { m: memory } }).exports;
  new Uint8Array(memory.buffer).fill(1);
  return { name: `memory.copy, ${bytes / MiB} MiB moved`, bytes, run: () => c(bytes / 2, 0, bytes / 2) };
}

const nativeSource = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <stdint.h>
enum { T = ${STEPS}, N = ${NEURONS} };
static float x[T * N], y[T * N], v[N];
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1e3 + t.tv_nsec * 1e-6; }
static int compare(const void *a, const void *b) { double d = *(const double *)a - *(const double *)b; return d < 0 ? -1 : d > 0; }
static void forward(float *restrict y, float *restrict v, const float *restrict x, float theta) {
  for (int t = 0; t < T; t++)
    for (int i = 0; i < N; i++) {
      float u = v[i] + x[t * N + i];
      float q = u - theta;
      int z = q >= 0;
      y[t * N + i] = z ? theta : 0;
      v[i] = z ? q : u;
    }
}
int main(int argc, char **argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 1;
  uint32_t state = ${INPUT_SEED};
  for (int i = 0; i < T * N; i++) { state = state * 1664525u + 1013904223u; x[i] = (float)((state >> 8) / 16777216.0 * 1.5 - 0.25); }
  size_t half = ((size_t)2 * T * N + 2 * N) * sizeof(float) / 2;
  char *from = malloc(half), *to = malloc(half);
  memset(from, 1, half); memset(to, 2, half);
  double *fused = malloc(rounds * sizeof(double)), *copy = malloc(rounds * sizeof(double));
  for (int r = -1; r < rounds; r++) {
    memset(v, 0, sizeof v);
    double t0 = now();
    forward(y, v, x, ${THETA}f);
    double t1 = now();
    memcpy(to, from, half);
    __asm__ volatile("" : : "r"(to) : "memory");
    double t2 = now();
    if (r >= 0) { fused[r] = t1 - t0; copy[r] = t2 - t1; }
  }
  long spikes = 0;
  for (int i = 0; i < T * N; i++) spikes += y[i] != 0;
  qsort(fused, rounds, sizeof(double), compare); qsort(copy, rounds, sizeof(double), compare);
  printf("{\\"spikes\\": %ld, \\"forward\\": %.4f, \\"copy\\": %.4f, "
         "\\"bestForward\\": %.4f, \\"bestCopy\\": %.4f}\\n",
         spikes, fused[rounds / 2], copy[rounds / 2], fused[0], copy[0]);
}
`;

/** The same forward loop and copy, compiled by gcc; an empty list without gcc. */
function nativeResults(spikes, bytes) {
  const folder = mkdtempSync(join(tmpdir(), "atif-bench-"));
  try {
    writeFileSync(join(folder, "loop.c"), nativeSource);
    const [source, program] = ["loop.c", "loop"].map((file) => join(folder, file));
    const compiled = spawnSync("gcc", ["-O3", "-ffp-contract=off", source, "-o", program], {
      encoding: "utf8",
    });
    if (compiled.error?.code === "ENOENT") return [];
    if (compiled.status !== 0) throw new Error(`gcc refused the comparison program:\n${compiled.stderr}`);
    const result = JSON.parse(spawnSync(program, [String(rounds)], { encoding: "utf8" }).stdout);
    if (result.spikes !== spikes) refuse("plain C forward, spikes", 0, result.spikes, spikes);
    return [
      { name: "plain C (gcc -O3), atif forward", bytes, ms: result.forward, bestMs: result.bestForward },
      {
        name: `plain C (gcc -O3), memcpy, ${bytes / MiB} MiB moved`,
        bytes,
        ms: result.copy,
        bestMs: result.bestCopy,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Milliseconds of one run; short ones are repeated. A run before warms the caches, as it does in the C program. */
function time({ run, repeats }) {
  run();
  const start = performance.now();
  for (let i = 0; i < repeats; i++) run();
  return (performance.now() - start) / repeats;
}

const neuron = neuronCases();
const [forward, backward] = neuron.cases;
const cases = [
  ...gemmCase(512, 512, 512),
  ...gemmCase(512, 512, 512, true, false),
  ...gemmCase(512, 512, 512, false, true),
  ...gemmCase(64, 128, 784),
  ...gemmCase(784, 128, 64, true, false),
  ...gemmCase(256, 10, 128),
  ...gemmCase(1, 512, 512),
  ...convCases("3x3 64-64 32x32 b16", { N: 16, H: 32, W: 32, Cin: 64, Cout: 64, K: 3, padding: 1 }),
  ...convCases("3x3 32-64 14x14 b64", { N: 64, H: 14, W: 14, Cin: 32, Cout: 64, K: 3, padding: 1 }),
  ...convCases("3x3 1-32 28x28 b64", { N: 64, H: 28, W: 28, Cin: 1, Cout: 32, K: 3, padding: 1 }),
  ...convCases("3x3 /2 64-64 32x32 b16", {
    N: 16,
    H: 32,
    W: 32,
    Cin: 64,
    Cout: 64,
    K: 3,
    stride: 2,
    padding: 1,
  }),
  ...convCases("3x3 depthwise 64 32x32 b16", {
    N: 16,
    H: 32,
    W: 32,
    Cin: 64,
    Cout: 64,
    K: 3,
    padding: 1,
    groups: 64,
  }),
  forward,
  backward,
  copyCase(forward.bytes),
  copyCase(forward.bytes + backward.bytes),
];
for (const each of cases) {
  each.repeats = 1;
  each.repeats = Math.max(1, Math.min(1000, Math.round(4 / time(each))));
  each.times = [];
}
for (let round = 0; round < rounds; round++) for (const each of cases) each.times.push(time(each));

const bothTimes = forward.times.map((ms, round) => ms + backward.times[round]);
const results = [
  ...cases.map(({ name, operations, bytes, times }) => {
    return { name, operations, bytes, ms: median(times), bestMs: Math.min(...times) };
  }),
  {
    name: "atif forward + backward",
    bytes: forward.bytes + backward.bytes,
    ms: median(bothTimes),
    bestMs: Math.min(...bothTimes),
  },
  ...nativeResults(neuron.spikes, forward.bytes),
].map(({ name, operations, bytes, ms, bestMs }) => ({
  name,
  ms: Number(ms.toPrecision(4)),
  bestMs: Number(bestMs.toPrecision(4)),
  ...(operations === undefined ? {} : { gflops: Number((operations / ms / 1e6).toPrecision(3)) }),
  ...(bytes === undefined ? {} : { gbytesPerSecond: Number((bytes / ms / 1e6).toPrecision(3)) }),
}));

const machine = {
  node: process.version,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  load: Number(loadavg()[0].toFixed(2)),
  threads,
  rounds,
  neurons: `T = ${STEPS} x ${NEURONS}`,
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
    `${"".padEnd(46)} ${"median".padStart(12)} ${"best".padStart(12)} ${"at the median".padStart(14)}`,
  );
  for (const { name, ms, bestMs, gflops, gbytesPerSecond } of results) {
    const rate = gflops === undefined ? `${gbytesPerSecond} GB/s` : `${gflops} GFLOP/s`;
    const [middle, best] = [ms, bestMs].map((each) => `${each.toFixed(3)} ms`.padStart(12));
    console.log(`${name.padEnd(46)} ${middle} ${best} ${rate.padStart(14)}`);
  }
}
