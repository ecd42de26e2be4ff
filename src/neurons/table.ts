/**
 * The neurons by name: models, configuration files and the command line read this table. A new neuron is one file,
 * one row here and one test.
 */

import { checkOneOf, checkOptions } from "../checks.js";
import { show } from "../show.js";
import type { StepMode } from "../module/module.js";
import { ATIF, MultiStepATIF } from "./atif.js";
import type { BaseNode } from "./base-node.js";
import { IFNode, type IFNodeOptions } from "./if-node.js";
import { IFSRL } from "./ifsrl.js";
import { LIFNode, type LIFNodeOptions } from "./lif-node.js";
import { ParametricLIFNode, type ParametricLIFNodeOptions } from "./parametric-lif-node.js";
import type { ThresholdOptions } from "./threshold.js";

/** The options each kind takes, apart from the step mode, which the model sets. */
export interface NeuronParams {
  ATIF: ThresholdOptions;
  IFSRL: ThresholdOptions;
  IFNode: IFNodeOptions;
  LIFNode: LIFNodeOptions;
  ParametricLIFNode: ParametricLIFNodeOptions;
}

export type NeuronKind = keyof NeuronParams;

/** A neuron as a model wants it: { kind: "ATIF", params: { alpha: 2 } } */
export type NeuronSpec = { [K in NeuronKind]: { kind: K; params?: NeuronParams[K] } }[NeuronKind];

interface NeuronRow<P> {
  /** What it is, in one line, for help texts. */
  readonly summary: string;
  readonly create: (params: P, stepMode: StepMode) => BaseNode;
}

export const neuronTable: { readonly [K in NeuronKind]: NeuronRow<NeuronParams[K]> } = {
  ATIF: {
    summary: "integrate and fire, learnable threshold theta, soft reset, outputs theta z",
    create: (params, stepMode) => (stepMode === "m" ? new MultiStepATIF(params) : new ATIF(params)),
  },
  IFSRL: {
    summary: "as ATIF, outputs z",
    create: (params, stepMode) => Object.assign(new IFSRL(params), { stepMode }),
  },
  IFNode: {
    summary: "integrate and fire, fixed threshold, soft or hard reset",
    create: (params, stepMode) => new IFNode({ ...params, stepMode }),
  },
  LIFNode: {
    summary: "leaky integrate and fire, fixed threshold and time constant",
    create: (params, stepMode) => new LIFNode({ ...params, stepMode }),
  },
  ParametricLIFNode: {
    summary: "leaky integrate and fire, fixed threshold, learnable time constant",
    create: (params, stepMode) => new ParametricLIFNode({ ...params, stepMode }),
  },
};

export const neuronKinds = Object.keys(neuronTable) as NeuronKind[];

/** A new neuron with its own state and threshold. @throws TypeError, RangeError on a kind or parameter that is not known */
export function createNeuron(spec: NeuronSpec, stepMode: StepMode = "s"): BaseNode {
  checkSpec(spec);
  const kind = checkOneOf("neuron.kind", spec.kind, neuronKinds);
  checkOptions("neuron", spec, ["kind", "params"]);
  checkOneOf("createNeuron: stepMode", stepMode, ["s", "m"]);
  const params = spec.params ?? {};
  if (typeof params === "object" && "stepMode" in params) {
    throw new TypeError(
      "neuron.params: stepMode is given for the neuron alone; expected it left out. Set the stepMode of the model.",
    );
  }
  return create(kind, params, stepMode);
}

/** A copy that does not change with the one given. @throws TypeError unless it is an object */
export function copyNeuronSpec(spec: NeuronSpec): NeuronSpec {
  checkSpec(spec);
  if (typeof spec.params !== "object") return { ...spec };
  return Object.assign({ ...spec }, { params: { ...spec.params } });
}

function checkSpec(spec: unknown): void {
  if (typeof spec === "object" && spec !== null) return;
  throw new TypeError(
    `neuron is ${show(spec)}; expected { kind, params }, with a kind of ${neuronKinds.join(", ")}.`,
  );
}

function create<K extends NeuronKind>(kind: K, params: NeuronParams[K], stepMode: StepMode): BaseNode {
  return neuronTable[kind].create(params, stepMode);
}
