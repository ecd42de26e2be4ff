/**
 * The integrate-and-fire equations with a fixed threshold, with or without a leak.
 *
 *   charge  IF:                 u = v + x
 *           leaky, decaying x:  u = v + (x - (v - r)) / tau
 *           leaky, whole x:     u = v (1 - 1/tau) + x if r = 0, else v - (v - r) / tau + x
 *           learnable leak:     the same with "/ tau" as "* k", k = sigmoid(w)
 *   fire    q = u - vThreshold, z = [q >= 0], y = z
 *   reset   soft: v = u - z vThreshold;  hard: v = (1 - z) u + z vReset
 *
 * r is vReset, or 0 for a soft reset. x, y [T, ...]; v [...].
 *
 * @source W. Gerstner et al., "Neuronal Dynamics", 2014, 1.3; learnable leak: W. Fang et al., "Incorporating
 *   Learnable Membrane Time Constant", ICCV 2021, eq. 5
 */

import { record } from "../autograd/node.js";
import { Charge } from "../kernels/contract.js";
import { checkSameBackend, present } from "../tensor/same-backend.js";
import { sizeOf } from "../shapes.js";
import { fire, type Surrogate } from "../surrogates/surrogate.js";
import { isPackable, packSpikes } from "../tensor/packed-spikes.js";
import { Tensor } from "../tensor/tensor.js";
import { initialState, type Unrolled } from "./unrolled.js";

export interface LifSettings {
  readonly charge: Charge;
  readonly vThreshold: number;
  /** null: soft reset. */
  readonly vReset: number | null;
  readonly detachReset: boolean;
}

/** One time step from tensor operations, with any surrogate. `leak` [1] is tau or k, as the charge says. */
export function lifStep(
  x: Tensor,
  v: Tensor | null,
  leak: Tensor | null,
  surrogate: Surrogate,
  settings: LifSettings,
): Unrolled {
  const { vThreshold, vReset, detachReset } = settings;
  const u = lifCharged(x, v ?? Tensor.full(x.shape, 0, x.backend), leak, settings);
  const z = fire(surrogate, u.sub(vThreshold));
  const fired = detachReset ? z.detach() : z;
  const after =
    vReset === null ? u.sub(fired.mul(vThreshold)) : fired.neg().add(1).mul(u).add(fired.mul(vReset));
  return { y: z, v: after };
}

/** u of x and the potential before. */
export function lifCharged(
  x: Tensor,
  v: Tensor,
  leak: Tensor | null,
  { charge, vReset }: Pick<LifSettings, "charge" | "vReset">,
): Tensor {
  const r = vReset ?? 0;
  if (charge === Charge.integrate || leak === null) return v.add(x);
  const above = r === 0 ? v : v.sub(r);
  switch (charge) {
    case Charge.leakInputByTau:
      return v.add(x.sub(above).div(leak));
    case Charge.leakInputByRate:
      return v.add(x.sub(above).mul(leak));
    case Charge.leakByTau: {
      // 1 - 1/tau is rounded once, from float64, as in the kernel.
      if (r === 0) return v.mul(1 - 1 / leak.item()).add(x);
      return v.sub(above.div(leak)).add(x);
    }
    case Charge.leakByRate:
      return r === 0 ? v.mul(leak.neg().add(1)).add(x) : v.sub(above.mul(leak)).add(x);
  }
}

/** All T steps in one kernel, with the sigmoid surrogate. */
export function lifUnroll(
  x: Tensor,
  v0: Tensor | null,
  leak: Tensor | null,
  alpha: number,
  { charge, vThreshold, vReset, detachReset }: LifSettings,
  vSeq: Tensor | null = null,
): Unrolled {
  const { kernels } = checkSameBackend("lif", x, ...present(v0), ...present(leak));
  const [T, ...shape] = x.shape;
  const n = sizeOf(shape);
  const soft = vReset === null;
  const r = vReset ?? 0;
  const dense = Tensor.empty(x.shape, x.backend);
  const v = initialState(shape, v0, x);
  kernels.lifForward(
    dense.data,
    v.data,
    vSeq?.data ?? null,
    x.data,
    leak?.data ?? null,
    T,
    n,
    charge,
    vThreshold,
    r,
    soft,
  );
  const y = isPackable(shape) ? packSpikes(dense, 1) : dense;
  const inputs = [x, ...(v0 === null ? [] : [v0]), ...(leak === null ? [] : [leak])];
  record("lif", inputs, [y, v], [x, v0, leak], ([gy, gv], { tensor, optional }) => {
    const dx = Tensor.empty(x.shape, x.backend);
    const dv = initialState(shape, gv, x);
    const k = optional(2);
    const dleak = k === null ? null : Tensor.empty([1], x.backend);
    const w = gy ?? Tensor.full(x.shape, 0, x.backend);
    kernels.lifBackward(
      dx.data, dv.data, dleak?.data ?? null, w.data, tensor(0).data, optional(1)?.data ?? null, k?.data ?? null,
      T, n, charge, vThreshold, r, soft, alpha, detachReset,
    ); // prettier-ignore
    return [dx, ...(v0 === null ? [] : [dv]), ...(leak === null ? [] : [dleak])];
  });
  return { y, v };
}
