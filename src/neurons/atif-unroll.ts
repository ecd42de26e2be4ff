/**
 * The ATIF-u equations (adaptive-threshold integrate-and-fire, learnable quantization step theta).
 *
 *   u[t] = v[t-1] + x[t]                      (1) charge
 *   q[t] = u[t] - theta,  z[t] = [q[t] >= 0]  (2) fire; a tie fires
 *   v[t] = (1 - z[t]) u[t] + z[t] q[t]        (3) soft reset, not detached
 *   y[t] = theta z[t]                         (4) output of ATIF; IFSRL gives z[t]
 *
 * Backward, t = T..1, with w[t] = dL/dy[t], lambda = dL/dv[T], g = dz/dq of the sigmoid surrogate:
 *
 *   tg = theta g(q[t]);  dtheta += (w[t] - lambda)(z[t] - tg);  lambda += (w[t] - lambda) tg;  dx[t] = lambda
 *
 * For a constant input the mean output is theta clip(floor(T x / theta), 0, T) / T: a quantizer with T + 1 levels.
 * x, y [T, ...]; v [...]; theta [1], or [C] with one for each channel of x [T, ..., C]. docs/neuron.md derives the backward pass.
 *
 * @source A. Castagnetti et al., ATIF-u in qualia-plugin-snn; the derivation is our own
 */

import { record } from "../autograd/node.js";
import { checkSameBackend, present } from "../tensor/same-backend.js";
import { sizeOf, type Shape } from "../shapes.js";
import { fire, type Surrogate } from "../surrogates/surrogate.js";
import { AffineMap } from "../tensor/affine-map.js";
import { emptyBits, isPackable, spikeTensor } from "../tensor/packed-spikes.js";
import { Tensor } from "../tensor/tensor.js";
import { UnpooledGradient } from "../tensor/unpooled-gradient.js";
import { channelThresholds, type AtifSettings } from "./threshold-shape.js";
import { initialState, type Unrolled } from "./unrolled.js";

/** (1): u of x and the potential before. */
export function atifCharged(x: Tensor, v: Tensor): Tensor {
  return v.add(x);
}

/** (1) to (4) for one time step, from tensor operations: the definition that the fused kernel answers to. */
export function atifStep(
  x: Tensor,
  v: Tensor | null,
  theta: Tensor,
  surrogate: Surrogate,
  { scaled, detachReset }: Pick<AtifSettings, "scaled" | "detachReset">,
): Unrolled {
  if (theta.size > 1) channelThresholds().check("atif", theta.size, x.shape);
  // One neuron without a batch axis stays so.
  const th = x.rank === 0 ? theta.reshape([]) : theta;
  // At rest: 0 + x, not x, so that -0 becomes 0 as in the kernel.
  const u = v === null ? x.add(0) : atifCharged(x, v);
  const q = u.sub(th);
  const z = fire(surrogate, q);
  const fired = detachReset ? z.detach() : z;
  const after = fired.neg().add(1).mul(u).add(fired.mul(q));
  return { y: scaled ? z.mul(th) : z, v: after };
}

/**
 * The same for all T steps in one kernel; states are recomputed in the backward pass, so only x is kept. The output is
 * packed: one bit a neuron and step.
 *
 * @param x [T, ...] or, with `still`, [...]: the same input at every step
 * @param v0 state before the first step, or null for zeros
 * @param vSeq receives v after every step, or null
 * @param still number of time steps T that x is shown for
 */
export function atifUnroll(
  x: Tensor,
  v0: Tensor | null,
  theta: Tensor,
  settings: AtifSettings,
  vSeq: Tensor | null = null,
  still: number | null = null,
): Unrolled {
  if (theta.size > 1) return channelThresholds().unroll(x, v0, theta, settings, vSeq, still);
  const { alpha, scaled, detachReset } = settings;
  const { kernels } = checkSameBackend("atif", x, theta, ...present(v0));
  const T = still ?? x.shape[0];
  const shape = still === null ? x.shape.slice(1) : x.shape;
  const n = sizeOf(shape);
  const v = Tensor.empty(shape, x.backend);
  const y = fireAll(x, v0, v, vSeq, theta, [T, ...shape], scaled, still !== null);
  const inputs = v0 === null ? [x, theta] : [x, theta, v0];
  record("atif", inputs, [y, v], [x, theta, v0], ([gy, gv], { tensor, optional }) => {
    const dx = Tensor.empty(x.shape, x.backend);
    const dtheta = Tensor.empty(theta.shape, x.backend);
    const start = optional(2)?.data ?? null;
    const [xs, th] = [tensor(0).data, tensor(1).data];
    const dv = gv === null && v0 === null ? null : initialState(shape, gv, x);
    const unpooled = gy === null ? null : UnpooledGradient.behind(gy);
    if (unpooled?.isPartition(T)) {
      const { H, W, C, KH, KW, SH, SW } = unpooled.geometry;
      kernels.packedAtifPoolBackward(
        dx.data, dv?.data ?? null, dtheta.data, unpooled.pooled.data, xs, start, th,
        T, unpooled.geometry.N / T, H, W, C, KH, KW, SH, SW, alpha, scaled, detachReset, still !== null,
      ); // prettier-ignore
      return [dx, dtheta, dv];
    }
    const w = gy ?? Tensor.full([T, ...shape], 0, x.backend);
    kernels.atifBackward(
      dx.data, dv?.data ?? null, dtheta.data, w.data, xs, start, th,
      T, n, alpha, scaled, detachReset, still !== null,
    ); // prettier-ignore
    return [dx, dtheta, dv];
  });
  return { y, v };
}

/** Of a threshold that is not positive, a spike is no positive number: such outputs are not packed. */
export function isSpikeScale(scale: number): boolean {
  return scale > 0 && scale < Infinity;
}

/** y [T, ...] of x; writes v and vSeq. */
function fireAll(
  x: Tensor,
  v0: Tensor | null,
  v: Tensor,
  vSeq: Tensor | null,
  theta: Tensor,
  shape: Shape,
  scaled: boolean,
  still: boolean,
): Tensor {
  const { backend } = x;
  const { kernels } = backend;
  const [T, ...each] = shape;
  const n = sizeOf(each);
  const [start, states] = [v0?.data ?? null, vSeq?.data ?? null];
  const scale = scaled ? theta.data[0] : 1;
  if (!isPackable(each) || !isSpikeScale(scale)) {
    const y = Tensor.empty(shape, backend);
    kernels.atifForward(y.data, v.data, states, x.data, start, theta.data, T, n, scaled, still);
    return y;
  }
  const bits = emptyBits(shape, backend);
  const channels = each[each.length - 1];
  const rows = n / channels;
  const map = AffineMap.behind(x);
  const affine = map?.affine;
  kernels.packedAtifForward(
    bits.array, v.data, states, (map?.x ?? x).data, start, affine?.scale.data ?? null, affine?.shift.data ?? null, theta.data,
    T, rows, channels, still,
  ); // prettier-ignore
  return spikeTensor(shape, bits, scale);
}
