/** Drives one layer of neurons through T steps and reads what it did. */

import { MultiStepATIF } from "../../src/neurons/atif.js";
import type { BaseNode, NodeBackend } from "../../src/neurons/base-node.js";
import { noGrad } from "../../src/autograd/grad-mode.js";
import "../../src/ops/install.js";
import { scope } from "../../src/tensor/scope.js";
import { tensor } from "../../src/tensor/tensor.js";

export interface Driven {
  /** Outputs [T, n], row-major. */
  readonly y: Float32Array;
  /** Potentials after every step [T, n]. */
  readonly v: Float32Array;
  /** Spikes of each neuron over all T steps. */
  readonly counts: Int32Array;
  /** "0101" for neuron i */
  train(i: number): string;
}

export interface Drive {
  /** Inputs [T, n], row-major; or [n] with `constant`. */
  x: ArrayLike<number>;
  T: number;
  /** true: x [n] is the input of every step. */
  constant?: boolean;
  /** State before the first step [n]; default 0. */
  v0?: ArrayLike<number>;
}

/** An ATIF layer over all time steps, with a set threshold and no guard against odd ones. */
export function layer(theta: number, options: { alpha?: number; backend?: NodeBackend } = {}): MultiStepATIF {
  const { alpha = 1, backend = "fused" } = options;
  const node = new MultiStepATIF({ alpha, minThreshold: null });
  node.backend = backend;
  node.setCoeffs(theta);
  return node;
}

/** Runs a layer in step mode 'm' from a given state, without recording. */
export function drive(node: BaseNode, { x, T, constant = false, v0 }: Drive): Driven {
  const n = constant ? x.length : x.length / T;
  const inputs = constant ? repeated(x, T) : Float32Array.from(x);
  const { y, v } = scope(() =>
    noGrad(() => {
      node.reset();
      node.storeVSeq = true;
      if (v0 !== undefined) node.v = tensor(v0, [n]);
      const y = node.forward(tensor(inputs, [T, n])).toArray();
      const v = node.vSeq?.toArray() ?? new Float32Array();
      node.reset();
      return { y, v };
    }),
  );
  const counts = new Int32Array(n);
  y.forEach((value, i) => (counts[i % n] += value !== 0 ? 1 : 0));
  const train = (i: number): string =>
    Array.from({ length: T }, (_, t) => (y[t * n + i] !== 0 ? "1" : "0")).join("");
  return { y, v, counts, train };
}

function repeated(x: ArrayLike<number>, T: number): Float32Array {
  const all = new Float32Array(T * x.length);
  for (let t = 0; t < T; t++) all.set(x, t * x.length);
  return all;
}
