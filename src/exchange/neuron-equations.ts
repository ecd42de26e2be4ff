/** What a neuron computes, with what it learns by the name that it has in the state dict: exporters write this. */

import type { ParametricLIFNode } from "../neurons/parametric-lif-node.js";
import type { BaseNode } from "../neurons/base-node.js";
import type { LIFNode } from "../neurons/lif-node.js";
import type { neuronTable } from "../neurons/table.js";

/** As NeuronDynamics says it, and in the roundings that the equations have here. */
export interface NeuronEquations {
  /** Its value, and its name in the state dict or, where it is not learned, one like it. */
  readonly threshold: { readonly name: string; readonly value: number; readonly isLearned: boolean };
  /** What is given where it fires. */
  readonly spikeHeight: "theta" | "one";
  /** null: the threshold is subtracted. A number: where the potential is set to, and begins. */
  readonly reset: number | null;
  /** tau: divided by; rate: multiplied by sigmoid(w), w the array of that name. null: it does not leak. */
  readonly leak: { readonly tau: number } | { readonly rate: string } | null;
  /** Whether the input leaks with the potential. */
  readonly decaysInput: boolean;
}

/** A kind of neuron of this library. */
export type OwnNeuronKind = keyof typeof neuronTable;

type Row = (neuron: BaseNode) => NeuronEquations;

const adaptive =
  (name: string, spikeHeight: "theta" | "one"): Row =>
  ({ theta: value }) => ({
    threshold: { name, value, isLearned: true },
    spikeHeight,
    reset: null,
    leak: null,
    decaysInput: false,
  });

/** Of one whose threshold is fixed. */
function fixed({ theta, vReset }: BaseNode): Omit<NeuronEquations, "leak" | "decaysInput"> {
  return {
    threshold: { name: "v_threshold", value: theta, isLearned: false },
    spikeHeight: "one",
    reset: vReset,
  };
}

const rows: { readonly [K in OwnNeuronKind]: Row } = {
  ATIF: adaptive("v_threshold", "theta"),
  IFSRL: adaptive("vp_th", "one"),
  IFNode: (neuron) => ({ ...fixed(neuron), leak: null, decaysInput: false }),
  LIFNode(neuron) {
    const { tau, decayInput } = neuron as LIFNode;
    return { ...fixed(neuron), leak: { tau: Math.fround(tau) }, decaysInput: decayInput };
  },
  ParametricLIFNode(neuron) {
    const { decayInput } = neuron as ParametricLIFNode;
    return { ...fixed(neuron), leak: { rate: "w" }, decaysInput: decayInput };
  },
};

export function isOwnNeuron(kind: string): kind is OwnNeuronKind {
  return Object.hasOwn(rows, kind);
}

/** @param neuron of exactly that kind */
export function equationsOf(kind: OwnNeuronKind, neuron: BaseNode): NeuronEquations {
  return rows[kind](neuron);
}
