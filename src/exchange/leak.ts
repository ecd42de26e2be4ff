/**
 * Leaks of NIR, forward Euler with the step dt, of neurons with spikes and without.
 *
 *   potential of an input x    u = v + (dt / tau) ((v_leak - v) + r x)
 *   synaptic current, 'current-first'      i = i + (dt / tau_syn) (w_in x - i), and u of i
 *   synaptic current, 'potential-first'    j = i + w_in x, u of j, and then i = j - (dt / tau_syn) j
 *
 * The second order is that of norse's LIFCell, in which an input is a jump of the current.
 */

import type { Tensor } from "../tensor/tensor.js";
import { checkPositives, type NumberArray } from "./neuron-arrays.js";

export type Order = "current-first" | "potential-first";

/** A time constant: above 0; where it is learned, the optimizer keeps it at or above a time step. */
export function timeConstantArray(value: number, dt: number): Omit<NumberArray, "shape" | "isLearned"> {
  return { value, check: checkPositives, parameter: { minimum: Math.fround(dt) } };
}

/** u of v and x. */
export function leakTowards(
  v: Tensor,
  x: Tensor,
  { tau, r, v_leak: vLeak }: Readonly<Record<"tau" | "r" | "v_leak", Tensor>>,
  dt: number,
): Tensor {
  return v.add(vLeak.sub(v).add(x.mul(r)).div(tau.div(dt)));
}

export interface Synapse {
  readonly tau_syn: Tensor;
  readonly w_in: Tensor;
}

/** Of a current and an input: what the potential sees, and what is left for the next step. */
export function synapticCurrent(
  i: Tensor,
  x: Tensor,
  { tau_syn: tau, w_in: weight }: Synapse,
  { dt, order }: { readonly dt: number; readonly order: Order },
): { readonly seen: Tensor; readonly left: Tensor } {
  const steps = tau.div(dt);
  if (order === "current-first") {
    const next = i.add(x.mul(weight).sub(i).div(steps));
    return { seen: next, left: next };
  }
  const jumped = i.add(x.mul(weight));
  return { seen: jumped, left: jumped.sub(jumped.div(steps)) };
}
