/**
 * The kernel contract: every kernel's name and signature, once.
 *
 * Two implementations answer to it: `reference/` (plain TypeScript, Math.fround at every operation,
 * the truth) and `wasm/` (C from `kernels/c`). test/contract runs one suite over both. Argument order is
 * outputs, inputs, sizes, options (kernels/RULES.md). Arrays are views into the backend's heap, dense and
 * row-major, channels last; they never overlap unless a kernel says "in place". Callers check sizes:
 * kernels do not. Any size may be 0.
 */

export type F32 = Float32Array;
export type I32 = Int32Array;

/**
 * A broadcast plan: `[rank, shape…, stridesA…, stridesB…]`, rank 1 to largestPlanRank, in elements. A stride of 0 repeats.
 * The output is dense with that shape. A copy plan is the same with the strides of one input only.
 */
export type Plan = I32;

/** How IF and LIF neurons take in their input, before they fire. `r` is vReset (0 for a soft reset). */
export const Charge = {
  /** u = v + x */
  integrate: 0,
  /** u = v + (x - (v - r)) / leak,  leak = tau */
  leakInputByTau: 1,
  /** u = v * (1 - 1/leak) + x if r = 0 (1 - 1/leak rounded once), else v - (v - r) / leak + x,  leak = tau */
  leakByTau: 2,
  /** u = v + (x - (v - r)) * leak,  leak = sigmoid(w) */
  leakInputByRate: 3,
  /** u = v * (1 - leak) + x if r = 0, else v - (v - r) * leak + x,  leak = sigmoid(w) */
  leakByRate: 4,
} as const;
export type Charge = (typeof Charge)[keyof typeof Charge];

export interface Kernels {
  // ---- elementwise: one rounding per operation, bit-equal on every backend ----------------------------

  /** y[i] = value */
  fill(y: F32, value: number, n: number): void;
  /** y = a + b, broadcast */
  add(y: F32, a: F32, b: F32, plan: Plan): void;
  /** y = a - b, broadcast */
  subtract(y: F32, a: F32, b: F32, plan: Plan): void;
  /** y = a * b, broadcast */
  multiply(y: F32, a: F32, b: F32, plan: Plan): void;
  /** y = a / b, broadcast */
  divide(y: F32, a: F32, b: F32, plan: Plan): void;
  /** y = x read with the strides of a copy plan: expand, transpose, slice */
  copyStrided(y: F32, x: F32, plan: Plan): void;
  /** in place: y += x * scale */
  addScaled(y: F32, x: F32, scale: number, n: number): void;
  /** in place: y = (1 - momentum) * y + momentum * (x * scale); 1 - momentum rounded to float32 */
  exponentialAverage(y: F32, x: F32, momentum: number, scale: number, n: number): void;
  negate(y: F32, x: F32, n: number): void;
  /** RULES.md "exp": the same polynomial everywhere, within 2 ulp of the true value */
  exp(y: F32, x: F32, n: number): void;
  /** RULES.md "log": the same polynomial everywhere, within 2 ulp of the true value */
  log(y: F32, x: F32, n: number): void;
  sqrt(y: F32, x: F32, n: number): void;
  /** y = 1 / (1 + exp(-x)) */
  sigmoid(y: F32, x: F32, n: number): void;
  /** y = x > 0 ? x : 0; NaN stays NaN */
  relu(y: F32, x: F32, n: number): void;
  /** y = x >= 0 ? 1 : 0; -0 fires, NaN does not */
  heaviside(y: F32, x: F32, n: number): void;
  /** dx = ((g * (1 - s)) * s) * alpha, s = sigmoid(alpha * x); evaluated in this order */
  sigmoidSurrogateBackward(dx: F32, g: F32, x: F32, alpha: number, n: number): void;

  // ---- reductions: sums are reordered, but in an order that does not depend on threads ----------------

  /** y[o, i] = sum over a of x[o, a, i]; y [outer, inner], x [outer, axis, inner] */
  sum(y: F32, x: F32, outer: number, axis: number, inner: number): void;
  /** index[r] = column of the largest x[r, :]; the first on a tie; NaN counts as largest */
  argmax(index: I32, x: F32, rows: number, columns: number): void;
  /** count[0] = number of x[i] != 0 */
  countNonZero(count: I32, x: F32, n: number): void;

  // ---- matrix product ---------------------------------------------------------------------------------

  /** c [m, n] = op(a) op(b) (+ c if accumulate); a is [m, k] or, transposed, [k, m]; b is [k, n] or [n, k] */
  gemm(
    c: F32, a: F32, b: F32,
    m: number, n: number, k: number,
    transposeA: boolean, transposeB: boolean, accumulate: boolean,
  ): void; // prettier-ignore

  // ---- convolution: x [N, H, W, Cin], w [KH, KW, Cin/groups, Cout], y [N, OH, OW, Cout] ----------------
  // OH = floor((H + 2 PH - KH) / SH) + 1; a one-dimensional convolution has H = KH = SH = 1, PH = 0.

  /** bias [Cout] or null */
  conv2dForward(
    y: F32, x: F32, w: F32, bias: F32 | null,
    N: number, H: number, W: number, Cin: number, Cout: number,
    KH: number, KW: number, SH: number, SW: number, PH: number, PW: number, groups: number,
  ): void; // prettier-ignore
  conv2dInputGrad(
    dx: F32, dy: F32, w: F32,
    N: number, H: number, W: number, Cin: number, Cout: number,
    KH: number, KW: number, SH: number, SW: number, PH: number, PW: number, groups: number,
  ): void; // prettier-ignore
  conv2dWeightGrad(
    dw: F32, dy: F32, x: F32,
    N: number, H: number, W: number, Cin: number, Cout: number,
    KH: number, KW: number, SH: number, SW: number, PH: number, PW: number, groups: number,
  ): void; // prettier-ignore

  // ---- packed spikes: bits [rows, ceil(C / 32)], channel c of C is bit c % 32 of word c / 32 ------------
  // A set bit stands for the float `scale` (the theta of a layer), a clear one for 0; bits from C on are 0. What is
  // summed is scale * w, rounded once, of the set bits alone: a weight that no spike meets is not looked at.

  /**
   * conv2dForward of spikes with groups = 1: bits [N, H, W, ceil(Cin / 32)]. normScale, normShift [Cout] or both null:
   * y = (conv + bias) * normScale + normShift, one rounding per operation, as batchNormForward does to its x. The bits
   * of a position depend on its window and the sizes of the layer alone, not on N.
   */
  packedConv2dForward(
    y: F32, bits: I32, w: F32, bias: F32 | null, normScale: F32 | null, normShift: F32 | null, scale: number,
    N: number, H: number, W: number, Cin: number, Cout: number,
    KH: number, KW: number, SH: number, SW: number, PH: number, PW: number,
  ): void; // prettier-ignore
  /**
   * packedConv2dForward of T N images and then, on its output [T, N, ...], packedAtifPoolForward with windows of
   * windowH x windowW: the same sums, to the bit. out [T, N, floor(OH / windowH), floor(OW / windowW), ceil(Cout / 32)].
   * Within packedConv2dAtifPoolForwardFits.
   */
  packedConv2dAtifPoolForward(
    out: I32, v: F32, bits: I32, w: F32, bias: F32 | null, normScale: F32 | null, normShift: F32 | null,
    v0: F32 | null, theta: F32, scale: number,
    T: number, N: number, H: number, W: number, Cin: number, Cout: number,
    KH: number, KW: number, SH: number, SW: number, PH: number, PW: number, windowH: number, windowW: number,
  ): void; // prettier-ignore
  /** dw [KH, KW, Cin, Cout]: the sum over output positions of (scale * dy) where the tap sees a spike */
  packedConv2dWeightGrad(
    dw: F32, dy: F32, bits: I32, scale: number,
    N: number, H: number, W: number, Cin: number, Cout: number,
    KH: number, KW: number, SH: number, SW: number, PH: number, PW: number,
  ): void; // prettier-ignore
  /** y [rows, outputs] = spikes . w [inputs, outputs] (+ bias); bits [rows, ceil(inputs / 32)] */
  packedLinearForward(
    y: F32, bits: I32, w: F32, bias: F32 | null, scale: number, rows: number, inputs: number, outputs: number,
  ): void; // prettier-ignore
  packedLinearWeightGrad(
    dw: F32, dy: F32, bits: I32, scale: number, rows: number, inputs: number, outputs: number,
  ): void; // prettier-ignore

  // ---- pooling: x [N, H, W, C], y [N, OH, OW, C], windows that do not fit are dropped ------------------

  /** index [N, OH, OW, C] = h * W + w of the chosen input; the first (row-major) on a tie; padding never wins */
  maxPool2dForward(
    y: F32, index: I32, x: F32,
    N: number, H: number, W: number, C: number,
    KH: number, KW: number, SH: number, SW: number, PH: number, PW: number,
  ): void; // prettier-ignore
  /** dx is overwritten */
  maxPool2dBackward(
    dx: F32, dy: F32, index: I32,
    N: number, H: number, W: number, C: number, OH: number, OW: number,
  ): void; // prettier-ignore
  /** mean over KH * KW, padding counted as 0 */
  avgPool2dForward(
    y: F32, x: F32,
    N: number, H: number, W: number, C: number,
    KH: number, KW: number, SH: number, SW: number, PH: number, PW: number,
  ): void; // prettier-ignore
  /** dx is overwritten */
  avgPool2dBackward(
    dx: F32, dy: F32,
    N: number, H: number, W: number, C: number,
    KH: number, KW: number, SH: number, SW: number, PH: number, PW: number,
  ): void; // prettier-ignore

  // ---- batch normalisation: x [rows, C]; statistics per channel over rows, summed in float64 ------------

  /** mean and biased variance (two passes) */
  batchNormStatistics(mean: F32, variance: F32, x: F32, rows: number, C: number): void;
  /**
   * y = x * scale + shift with scale = gamma * (1 / sqrt(variance + eps)), shift = beta - mean * scale; rounded as PyTorch
   * rounds it on a CPU (1 / sqrt in float64, the rest in float32). Training and evaluation.
   */
  batchNormForward(
    y: F32, x: F32, mean: F32, variance: F32, gamma: F32, beta: F32,
    rows: number, C: number, eps: number,
  ): void; // prettier-ignore
  /** the statistics came from x, and their gradient flows too */
  batchNormBackward(
    dx: F32, dgamma: F32, dbeta: F32, dy: F32, x: F32, mean: F32, variance: F32, gamma: F32,
    rows: number, C: number, eps: number,
  ): void; // prettier-ignore
  /** the statistics are constants: dx = dy * gamma / sqrt(variance + eps) */
  batchNormEvalBackward(
    dx: F32, dgamma: F32, dbeta: F32, dy: F32, x: F32, mean: F32, variance: F32, gamma: F32,
    rows: number, C: number, eps: number,
  ): void; // prettier-ignore

  // ---- loss -------------------------------------------------------------------------------------------

  /** loss[0] = mean over rows of -log softmax(logits)[label]; probability [rows, classes] = softmax */
  crossEntropyForward(
    loss: F32, probability: F32, logits: F32, labels: I32, rows: number, classes: number,
  ): void; // prettier-ignore
  /** dx = g[0] / rows * (probability - onehot(label)) */
  crossEntropyBackward(
    dx: F32, g: F32, probability: F32, labels: I32, rows: number, classes: number,
  ): void; // prettier-ignore

  // ---- neurons: the whole time loop; x, y, gy, dx [T, n]; v, dv [n] ------------------------------------

  /**
   * u = v + x; q = u - theta; z = [q >= 0]; v = (1 - z) u + z q; y = z theta (scaled, ATIF) or z (IFSRL).
   * v0 is the state before the first step (null: zeros), v after the last. vSeq [T, n] or null: v after every step.
   * theta [1]. still: x [n] is the input of every step.
   */
  atifForward(
    y: F32, v: F32, vSeq: F32 | null, x: F32, v0: F32 | null, theta: F32,
    T: number, n: number, scaled: boolean, still: boolean,
  ): void; // prettier-ignore
  /**
   * Recomputes u from v0 (null: zeros) and x. dv in place: dL/dv_T in, dL/dv_0 out; null: zeros in, and dL/dv_0 is not
   * wanted. dtheta [1] is a sum over all elements. detachReset: no gradient through z in the reset. still: x [n]; dx [n] = 0 + dx_T + ... + dx_1, in
   * this order.
   */
  atifBackward(
    dx: F32, dv: F32 | null, dtheta: F32, gy: F32, x: F32, v0: F32 | null, theta: F32,
    T: number, n: number, alpha: number, scaled: boolean, detachReset: boolean, still: boolean,
  ): void; // prettier-ignore
  /**
   * Charge as `charge` says; z = [u - vThreshold >= 0]; y = z; soft reset: v = u - z vThreshold, hard:
   * v = (1 - z) u + z vReset. leak [1] or null (Charge.integrate).
   */
  lifForward(
    y: F32, v: F32, vSeq: F32 | null, x: F32, leak: F32 | null, T: number, n: number,
    charge: Charge, vThreshold: number, vReset: number, softReset: boolean,
  ): void; // prettier-ignore
  /** As atifBackward. dleak [1] or null: dL/dleak, summed over all elements and steps. */
  lifBackward(
    dx: F32, dv: F32, dleak: F32 | null, gy: F32, x: F32, v0: F32 | null, leak: F32 | null,
    T: number, n: number,
    charge: Charge, vThreshold: number, vReset: number, softReset: boolean, alpha: number, detachReset: boolean,
  ): void; // prettier-ignore

  // ---- packed spikes: x [rows, C] of 0 and theta as bits [rows, ceil(C / 32)] --------------------------
  // Channel c is bit c % 32 of word c >> 5; the bits of a last word at or above C are 0, and kernels rely on it.

  /** y = bit ? scale : 0 */
  unpackSpikes(y: F32, bits: I32, scale: number, rows: number, C: number): void;
  /** bit = x != 0: of NaN 1, of -0 0 */
  packSpikes(bits: I32, x: F32, rows: number, C: number): void;
  /** count[0] = number of bits that are 1; 2^31 - 1 if there are more */
  countSpikes(count: I32, bits: I32, words: number): void;
  /** rows [N * P, C] as rows [N, P * C]: packed by images, not by pixels. Where C % 32 = 0 that is a copy. */
  repackSpikes(out: I32, bits: I32, N: number, P: number, C: number): void;
  /** As maxPool2dForward of theta * bit, theta > 0: a bit for each output. Of padding alone 0. */
  packedMaxPool2dForward(
    out: I32, bits: I32,
    N: number, H: number, W: number, C: number,
    KH: number, KW: number, SH: number, SW: number, PH: number, PW: number,
  ): void; // prettier-ignore
  /**
   * As maxPool2dBackward with the index of maxPool2dForward: dy goes to the first spike of its window (row-major), or, if
   * there is none, to the first element. dx is overwritten.
   */
  packedMaxPool2dBackward(
    dx: F32, dy: F32, bits: I32,
    N: number, H: number, W: number, C: number,
    KH: number, KW: number, SH: number, SW: number, PH: number, PW: number,
  ): void; // prettier-ignore
  /**
   * atifForward with n = rows * C, z as bits [T, rows, ceil(C / 32)] in place of y. still: x [rows, C] is the input of
   * every step, else x [T, rows, C]. scale and shift [C], both or none: the input is x * scale + shift.
   */
  packedAtifForward(
    bits: I32, v: F32, vSeq: F32 | null, x: F32, v0: F32 | null, scale: F32 | null, shift: F32 | null, theta: F32,
    T: number, rows: number, C: number, still: boolean,
  ): void; // prettier-ignore
  /**
   * packedAtifForward of x * normScale + normShift (per channel [C], one rounding per operation; both null: of x), then
   * packedMaxPool2dForward in windows of KH x KW side by side: bits [T, N, floor(H / KH), floor(W / KW), ceil(C / 32)].
   * x [N, H, W, C] if still, else [T, N, H, W, C]; v, v0 [N, H, W, C].
   */
  packedAtifPoolForward(
    bits: I32, v: F32, x: F32, normScale: F32 | null, normShift: F32 | null, v0: F32 | null, theta: F32,
    T: number, N: number, H: number, W: number, C: number, KH: number, KW: number, still: boolean,
  ): void; // prettier-ignore
  /**
   * atifBackward of a neuron whose output [T, N, H, W, C] went through max pooling without padding in windows that do not
   * overlap, within packedAtifPoolBackwardFits. gy [T, N, OH, OW, C] is the gradient behind the pooling: it
   * goes to the first spike of its window (row-major) or, if there is none, to the first element, and everything else
   * gets 0. dv null: zeros in, and dL/dv_0 is not wanted.
   */
  packedAtifPoolBackward(
    dx: F32, dv: F32 | null, dtheta: F32, gy: F32, x: F32, v0: F32 | null, theta: F32,
    T: number, N: number, H: number, W: number, C: number, KH: number, KW: number, SH: number, SW: number,
    alpha: number, scaled: boolean, detachReset: boolean, still: boolean,
  ): void; // prettier-ignore

  // ---- optimizers, in place ---------------------------------------------------------------------------

  /**
   * g += weightDecay p; with momentum: buffer = first ? g : momentum buffer + (1 - dampening) g and
   * g = nesterov ? g + momentum buffer : buffer; p -= lr g. The array g is not changed. buffer may be null
   * when momentum is 0.
   */
  sgdStep(
    p: F32, buffer: F32 | null, g: F32, n: number,
    lr: number, momentum: number, dampening: number, weightDecay: number, nesterov: boolean, first: boolean,
  ): void; // prettier-ignore
  /**
   * weightDecay: decoupled (AdamW) p *= 1 - lr weightDecay, else g += weightDecay p;
   * m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g g;
   * p -= (lr / correction1) m / (sqrt(v) / sqrt(correction2) + eps), correction_i = 1 - beta_i^step.
   */
  adamStep(
    p: F32, m: F32, v: F32, g: F32, n: number,
    lr: number, beta1: number, beta2: number, eps: number, weightDecay: number, decoupled: boolean,
    correction1: number, correction2: number,
  ): void; // prettier-ignore
}

export type KernelName = keyof Kernels;

/**
 * What kernels cannot do: pure functions of sizes, to be asked before a kernel is called. The answer comes from the
 * constants that the kernel itself uses (kernels/RULES.md, "Limits"); every backend gives the same, so that the way a
 * network is computed, and with it its bits, does not depend on the backend.
 */
export interface Limits {
  /**
   * Whether packedConv2dAtifPoolForward takes these of its sizes: T >= 1; T windowH OW <= 1024;
   * KH KW max(1, ceil(Cin / 32)) <= 18 where Cout <= 64, <= 72 / ceil(Cout / 16) where Cout <= 128, and <= 9 beyond.
   */
  packedConv2dAtifPoolForwardFits(
    T: number, OW: number, Cin: number, Cout: number, KH: number, KW: number, windowH: number,
  ): boolean; // prettier-ignore
  /** Whether packedAtifPoolBackward takes these of its sizes: KH <= SH, KW <= SW, SH SW <= 64, T <= 65536. */
  packedAtifPoolBackwardFits(T: number, KH: number, KW: number, SH: number, SW: number): boolean;
  /** Axes of a Plan: at most 8. */
  largestPlanRank(): number;
}

export type LimitName = keyof Limits;
