/** What a neuron computes in a time step, without its gradient: what is needed to compute the same somewhere else. */

/**
 * Of a potential v and an input x:
 *
 *   no leak      u = v + x
 *   leaky, decaying x   u = v + (x - (v - r)) leak
 *   leaky, whole x      u = v - (v - r) leak + x
 *   fire         z = [u >= threshold]
 *   soft reset   v = u - z threshold;   hard reset  v = z ? r : u
 *
 * r is the value of a hard reset, where v also begins, or 0.
 */
export interface NeuronDynamics {
  readonly threshold: number;
  /** null: soft. */
  readonly reset: number | null;
  /** 1 / tau, below 1; null: it does not leak. */
  readonly leak: number | null;
  /** Whether the input leaks with the potential. */
  readonly decaysInput: boolean;
  /** What is given where it fires: threshold, or 1. */
  readonly spikeHeight: "theta" | "one";
}
