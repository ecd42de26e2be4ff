/**
 * What each kernel may touch, from its sizes: asked before a call leaves JavaScript. Compiled for a processor, a kernel has no
 * memory of its own that would stop it, so a wrong size must not reach it. A kernel without a row does not compile.
 */

import { StateError } from "../../errors.js";
import type { KernelName, Kernels, Limits } from "../contract.js";

type HeapArray = Float32Array | Int32Array;

/** The rows refuse by throwing; they are called with a kernel's own arguments. */
export type ArgumentChecks = { readonly [Name in KernelName]: (...args: Parameters<Kernels[Name]>) => void };

function refuse(name: string, what: string): never {
  throw new StateError(
    `native kernels: ${name} ${what}. The call was refused before it could touch other memory; check the sizes that ` +
      'were passed, or use init({ backend: "wasm" }).',
  );
}

/** Sizes: whole numbers from 0 on. Parameters are counted, here and below: collecting them would cost more than the check. */
function sizes(a: number, b = 0, c = 0, d = 0, e = 0, f = 0): void {
  if (isSize(a) && isSize(b) && isSize(c) && isSize(d) && isSize(e) && isSize(f)) return;
  const wrong = [a, b, c, d, e, f].find((value) => !isSize(value));
  refuse("a size", `is ${wrong}; expected a whole number from 0 to 2147483647`);
}

const isSize = (value: number): boolean => (value | 0) === value && value >= 0;

/** What something is divided by, or a window. */
function positive(a: number, b = 1, c = 1, d = 1): void {
  if (isSize(a) && isSize(b) && isSize(c) && isSize(d) && a > 0 && b > 0 && c > 0 && d > 0) return;
  const wrong = [a, b, c, d].find((value) => !isSize(value) || value === 0);
  refuse("a window, a stride or groups", `is ${wrong}; expected a whole number from 1 on`);
}

function has(name: string, array: HeapArray, length: number): void {
  if (array.length < length)
    refuse(name, `has ${array.length} elements; expected at least ${length} of these sizes`);
}

function mayHave(name: string, array: HeapArray | null, length: number): void {
  if (array !== null) has(name, array, length);
}

const words = (channels: number): number => Math.ceil(channels / 32);

function outputs(size: number, window: number, stride: number, padding: number): number {
  const room = size + 2 * padding - window;
  if (room > 0x7fffffff - 64) refuse("a padding", `is ${padding}; expected one that an image has room for`);
  return room < 0 ? 0 : Math.floor(room / stride) + 1;
}

/** Elements of y for one channel: N OH OW. */
function positions(
  N: number,
  H: number,
  W: number,
  KH: number,
  KW: number,
  SH: number,
  SW: number,
  PH: number,
  PW: number,
): number {
  positive(KH, KW, SH, SW);
  sizes(N, H, W, PH, PW);
  return N * outputs(H, KH, SH, PH) * outputs(W, KW, SW, PW);
}

function convolution(
  x: HeapArray,
  xChannels: number,
  w: Float32Array,
  y: HeapArray,
  yChannels: number,
  N: number,
  H: number,
  W: number,
  Cin: number,
  Cout: number,
  KH: number,
  KW: number,
  SH: number,
  SW: number,
  PH: number,
  PW: number,
  groups: number,
): void {
  positive(groups);
  sizes(Cin, Cout);
  if (Cin % groups !== 0 || Cout % groups !== 0)
    refuse("groups", `is ${groups}; expected a divisor of ${Cin} and ${Cout} channels`);
  has("the output's side", y, positions(N, H, W, KH, KW, SH, SW, PH, PW) * yChannels);
  has("the input's side", x, N * H * W * xChannels);
  has("w", w, KH * KW * (Cin / groups) * Cout);
}

/** y[i] from x[i] */
const unary = (y: Float32Array, x: Float32Array, n: number): void => {
  sizes(n);
  has("y", y, n);
  has("x", x, n);
};

/** The furthest element that strides lead to must be one of the array's. */
function reached(name: string, array: Float32Array, plan: Int32Array, rank: number, at: number): void {
  let [first, last] = [0, 0];
  for (let axis = 0; axis < rank; axis++) {
    const step = plan[at + axis] * (plan[1 + axis] - 1);
    if (step < 0) first += step;
    else last += step;
  }
  if (first < 0 || last >= array.length)
    refuse(name, `has ${array.length} elements; the plan reads from ${first} to ${last}`);
}

function planned(limits: Limits, y: Float32Array, plan: Int32Array, inputs: readonly Float32Array[]): void {
  has("plan", plan, 1);
  const rank = plan[0];
  if (rank < 1 || rank > limits.largestPlanRank())
    refuse("plan", `has ${rank} axes; expected 1 to ${limits.largestPlanRank()}`);
  has("plan", plan, 1 + rank * (1 + inputs.length));
  let count = 1;
  for (let axis = 0; axis < rank; axis++) {
    sizes(plan[1 + axis]);
    count *= plan[1 + axis];
  }
  has("y", y, count);
  if (count > 0)
    for (let i = 0; i < inputs.length; i++)
      reached(i === 0 ? "a" : "b", inputs[i], plan, rank, 1 + rank * (1 + i));
}

/** @param firstOutside of `length` entries the first one below `least` or not below `end`; -1 if there is none */
export function argumentChecks(
  limits: Limits,
  firstOutside: (array: Int32Array, length: number, least: number, end: number) => number,
): ArgumentChecks {
  /** Every entry of an array that says where to read or write. */
  const within = (name: string, array: Int32Array, length: number, least: number, end: number): void => {
    const i = firstOutside(array, length, least, end);
    if (i >= 0) refuse(`${name}[${i}]`, `is ${array[i]}; expected a number from ${least} to ${end - 1}`);
  };
  const binary: ArgumentChecks["add"] = (y, a, b, plan) => planned(limits, y, plan, [a, b]);
  const normalised: ArgumentChecks["batchNormBackward"] = (
    dx,
    dgamma,
    dbeta,
    dy,
    x,
    mean,
    variance,
    gamma,
    rows,
    C,
  ) => {
    sizes(rows, C);
    has("dx", dx, rows * C);
    has("dy", dy, rows * C);
    has("x", x, rows * C);
    for (const each of [dgamma, dbeta, mean, variance, gamma]) has("an array of channels", each, C);
  };
  return {
    fill: (y, _, n) => unary(y, y, n),
    add: binary,
    subtract: binary,
    multiply: binary,
    divide: binary,
    copyStrided: (y, x, plan) => planned(limits, y, plan, [x]),
    addScaled: (y, x, _, n) => unary(y, x, n),
    exponentialAverage: (y, x, _m, _s, n) => unary(y, x, n),
    negate: unary,
    exp: unary,
    log: unary,
    sqrt: unary,
    sigmoid: unary,
    relu: unary,
    heaviside: unary,
    sigmoidSurrogateBackward: (dx, g, x, _, n) => {
      unary(dx, g, n);
      has("x", x, n);
    },
    sum: (y, x, outer, axis, inner) => {
      sizes(outer, axis, inner);
      has("y", y, outer * inner);
      has("x", x, outer * axis * inner);
    },
    argmax: (index, x, rows, columns) => {
      sizes(rows, columns);
      has("index", index, rows);
      has("x", x, rows * columns);
    },
    countNonZero: (count, x, n) => {
      sizes(n);
      has("count", count, 1);
      has("x", x, n);
    },
    gemm: (c, a, b, m, n, k) => {
      sizes(m, n, k);
      has("c", c, m * n);
      has("a", a, m * k);
      has("b", b, k * n);
    },
    conv2dForward: (y, x, w, bias, N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, groups) => {
      convolution(x, Cin, w, y, Cout, N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, groups);
      mayHave("bias", bias, Cout);
    },
    conv2dInputGrad: (dx, dy, w, N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, groups) =>
      convolution(dx, Cin, w, dy, Cout, N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, groups),
    conv2dWeightGrad: (dw, dy, x, N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, groups) =>
      convolution(x, Cin, dw, dy, Cout, N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, groups),
    packedConv2dForward: (
      y,
      bits,
      w,
      bias,
      normScale,
      normShift,
      _,
      N,
      H,
      W,
      Cin,
      Cout,
      KH,
      KW,
      SH,
      SW,
      PH,
      PW,
    ) => {
      convolution(bits, words(Cin), w, y, Cout, N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, 1);
      mayHave("bias", bias, Cout);
      mayHave("normScale", normScale, Cout);
      mayHave("normShift", normShift, normScale === null ? 0 : Cout);
      if ((normScale === null) !== (normShift === null))
        refuse("normShift", "expected both or none of the two");
    },
    packedConv2dAtifPoolForward: (
      out,
      v,
      bits,
      w,
      bias,
      normScale,
      normShift,
      v0,
      theta,
      _,
      T,
      N,
      H,
      W,
      Cin,
      Cout,
      KH,
      KW,
      SH,
      SW,
      PH,
      PW,
      windowH,
      windowW,
    ) => {
      sizes(T, N);
      positive(windowH, windowW);
      convolution(bits, words(Cin), w, v, 0, T * N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, 1);
      const [OH, OW] = [outputs(H, KH, SH, PH), outputs(W, KW, SW, PW)];
      has("out", out, T * N * Math.floor(OH / windowH) * Math.floor(OW / windowW) * words(Cout));
      has("v", v, N * OH * OW * Cout);
      mayHave("v0", v0, N * OH * OW * Cout);
      for (const each of [bias, normScale, normShift]) mayHave("an array of channels", each, Cout);
      if ((normScale === null) !== (normShift === null))
        refuse("normShift", "expected both or none of the two");
      has("theta", theta, 1);
      if (!limits.packedConv2dAtifPoolForwardFits(T, OW, Cin, Cout, KH, KW, windowH))
        refuse("packedConv2dAtifPoolForward", "is beyond its limit (packedConv2dAtifPoolForwardFits)");
    },
    packedConv2dWeightGrad: (dw, dy, bits, _, N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW) =>
      convolution(bits, words(Cin), dw, dy, Cout, N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, 1),
    packedLinearForward: (y, bits, w, bias, _, rows, inputs, outs) => {
      sizes(rows, inputs, outs);
      has("y", y, rows * outs);
      has("bits", bits, rows * words(inputs));
      has("w", w, inputs * outs);
      mayHave("bias", bias, outs);
    },
    packedLinearWeightGrad: (dw, dy, bits, _, rows, inputs, outs) => {
      sizes(rows, inputs, outs);
      has("dw", dw, inputs * outs);
      has("dy", dy, rows * outs);
      has("bits", bits, rows * words(inputs));
    },
    maxPool2dForward: (y, index, x, N, H, W, C, KH, KW, SH, SW, PH, PW) => {
      sizes(C);
      const length = positions(N, H, W, KH, KW, SH, SW, PH, PW) * C;
      has("y", y, length);
      has("index", index, length);
      has("x", x, N * H * W * C);
    },
    maxPool2dBackward: (dx, dy, index, N, H, W, C, OH, OW) => {
      sizes(N, H, W, C, OH, OW);
      has("dx", dx, N * H * W * C);
      has("dy", dy, N * OH * OW * C);
      has("index", index, N * OH * OW * C);
      // Below 0: of padding alone, and passed over.
      within("index", index, N * OH * OW * C, -0x80000000, H * W);
    },
    avgPool2dForward: (y, x, N, H, W, C, KH, KW, SH, SW, PH, PW) => {
      sizes(C);
      has("y", y, positions(N, H, W, KH, KW, SH, SW, PH, PW) * C);
      has("x", x, N * H * W * C);
    },
    avgPool2dBackward: (dx, dy, N, H, W, C, KH, KW, SH, SW, PH, PW) => {
      sizes(C);
      has("dy", dy, positions(N, H, W, KH, KW, SH, SW, PH, PW) * C);
      has("dx", dx, N * H * W * C);
    },
    batchNormStatistics: (mean, variance, x, rows, C) => {
      sizes(rows, C);
      has("mean", mean, C);
      has("variance", variance, C);
      has("x", x, rows * C);
    },
    batchNormForward: (y, x, mean, variance, gamma, beta, rows, C) => {
      sizes(rows, C);
      has("y", y, rows * C);
      has("x", x, rows * C);
      for (const each of [mean, variance, gamma, beta]) has("an array of channels", each, C);
    },
    batchNormBackward: normalised,
    batchNormEvalBackward: normalised,
    crossEntropyForward: (loss, probability, logits, labels, rows, classes) => {
      sizes(rows, classes);
      has("loss", loss, 1);
      has("probability", probability, rows * classes);
      has("logits", logits, rows * classes);
      has("labels", labels, rows);
      within("labels", labels, rows, 0, classes);
    },
    crossEntropyBackward: (dx, g, probability, labels, rows, classes) => {
      sizes(rows, classes);
      has("dx", dx, rows * classes);
      has("g", g, 1);
      has("probability", probability, rows * classes);
      has("labels", labels, rows);
      within("labels", labels, rows, 0, classes);
    },
    atifForward: (y, v, vSeq, x, v0, theta, T, n, _, still) => {
      sizes(T, n);
      has("y", y, T * n);
      has("v", v, n);
      mayHave("vSeq", vSeq, T * n);
      has("x", x, still ? n : T * n);
      mayHave("v0", v0, n);
      has("theta", theta, 1);
    },
    atifBackward: (dx, dv, dtheta, gy, x, v0, theta, T, n, _a, _s, _d, still) => {
      sizes(T, n);
      has("dx", dx, still ? n : T * n);
      mayHave("dv", dv, n);
      has("dtheta", dtheta, 1);
      has("gy", gy, T * n);
      has("x", x, still ? n : T * n);
      mayHave("v0", v0, n);
      has("theta", theta, 1);
    },
    lifForward: (y, v, vSeq, x, leak, T, n, charge) => {
      sizes(T, n);
      has("y", y, T * n);
      has("v", v, n);
      mayHave("vSeq", vSeq, T * n);
      has("x", x, T * n);
      mayHave("leak", leak, 1);
      if (leak === null && charge !== 0) refuse("leak", "is null; expected one for this charge");
    },
    lifBackward: (dx, dv, dleak, gy, x, v0, leak, T, n, charge) => {
      sizes(T, n);
      has("dx", dx, T * n);
      has("dv", dv, n);
      mayHave("dleak", dleak, 1);
      has("gy", gy, T * n);
      has("x", x, T * n);
      mayHave("v0", v0, n);
      mayHave("leak", leak, 1);
      if (leak === null && charge !== 0) refuse("leak", "is null; expected one for this charge");
    },
    unpackSpikes: (y, bits, _, rows, C) => {
      sizes(rows, C);
      has("y", y, rows * C);
      has("bits", bits, rows * words(C));
    },
    packSpikes: (bits, x, rows, C) => {
      sizes(rows, C);
      has("bits", bits, rows * words(C));
      has("x", x, rows * C);
    },
    countSpikes: (count, bits, length) => {
      sizes(length);
      has("count", count, 1);
      has("bits", bits, length);
    },
    repackSpikes: (out, bits, N, P, C) => {
      sizes(N, P, C);
      has("out", out, N * words(P * C));
      has("bits", bits, N * P * words(C));
    },
    packedMaxPool2dForward: (out, bits, N, H, W, C, KH, KW, SH, SW, PH, PW) => {
      sizes(C);
      has("out", out, positions(N, H, W, KH, KW, SH, SW, PH, PW) * words(C));
      has("bits", bits, N * H * W * words(C));
    },
    packedMaxPool2dBackward: (dx, dy, bits, N, H, W, C, KH, KW, SH, SW, PH, PW) => {
      sizes(C);
      has("dy", dy, positions(N, H, W, KH, KW, SH, SW, PH, PW) * C);
      has("dx", dx, N * H * W * C);
      has("bits", bits, N * H * W * words(C));
    },
    packedAtifForward: (bits, v, vSeq, x, v0, scale, shift, theta, T, rows, C, still) => {
      sizes(T, rows, C);
      has("bits", bits, T * rows * words(C));
      has("v", v, rows * C);
      mayHave("vSeq", vSeq, T * rows * C);
      has("x", x, (still ? 1 : T) * rows * C);
      mayHave("v0", v0, rows * C);
      mayHave("scale", scale, C);
      mayHave("shift", shift, C);
      if ((scale === null) !== (shift === null)) refuse("shift", "expected both or none of scale and shift");
      has("theta", theta, 1);
    },
    packedAtifPoolForward: (bits, v, x, normScale, normShift, v0, theta, T, N, H, W, C, KH, KW, still) => {
      sizes(T, N, H, W, C);
      positive(KH, KW);
      has("bits", bits, T * N * Math.floor(H / KH) * Math.floor(W / KW) * words(C));
      has("v", v, N * H * W * C);
      has("x", x, (still ? 1 : T) * N * H * W * C);
      mayHave("normScale", normScale, C);
      mayHave("normShift", normShift, C);
      if ((normScale === null) !== (normShift === null))
        refuse("normShift", "expected both or none of the two");
      mayHave("v0", v0, N * H * W * C);
      has("theta", theta, 1);
    },
    packedAtifPoolBackward: (
      dx,
      dv,
      dtheta,
      gy,
      x,
      v0,
      theta,
      T,
      N,
      H,
      W,
      C,
      KH,
      KW,
      SH,
      SW,
      _a,
      _s,
      _d,
      still,
    ) => {
      sizes(T, C);
      has("gy", gy, T * positions(N, H, W, KH, KW, SH, SW, 0, 0) * C);
      has("dx", dx, (still ? 1 : T) * N * H * W * C);
      mayHave("dv", dv, N * H * W * C);
      has("dtheta", dtheta, 1);
      has("x", x, (still ? 1 : T) * N * H * W * C);
      mayHave("v0", v0, N * H * W * C);
      has("theta", theta, 1);
      if (!limits.packedAtifPoolBackwardFits(T, KH, KW, SH, SW))
        refuse("packedAtifPoolBackward", "is beyond its limit (packedAtifPoolBackwardFits)");
    },
    sgdStep: (p, buffer, g, n, _, momentum) => {
      unary(p, g, n);
      mayHave("buffer", buffer, n);
      if (buffer === null && momentum !== 0) refuse("buffer", "is null; expected one for this momentum");
    },
    adamStep: (p, m, v, g, n) => {
      unary(p, g, n);
      unary(m, v, n);
    },
  };
}
