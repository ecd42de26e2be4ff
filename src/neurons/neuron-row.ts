/** What a neuron is to models, files and the command line: a row of the table of neurons. */

import type { StepMode } from "../module/module.js";
import type { Schema } from "../schema/schema.js";
import type { Shape } from "../shapes.js";
import type { NeuronDynamics } from "./dynamics.js";
import type { BaseNode } from "./base-node.js";

/** A class, however it is constructed. */
export type NeuronClass<N extends BaseNode = BaseNode> = abstract new (...args: never[]) => N;

/**
 * @typeParam P the options as they are given: `{ tau?: number }`
 * @typeParam R the options with every default filled in: `{ tau: number }`
 */
export interface NeuronRow<P extends object, N extends BaseNode = BaseNode, R = P> {
  /** What it is, in one line, for help texts. */
  readonly summary: string;
  /** The classes that create() makes. Their subclasses are no neurons of this kind. */
  readonly classes: readonly NeuronClass<N>[];
  /** true: left out where a neuron is to be chosen, because it is made of those of a network, or is none. */
  readonly isDerived?: boolean;
  /** The options, apart from the step mode, which the model sets. */
  readonly schema: Schema<R>;
  /** A new neuron of options that the schema has read. */
  create(options: R, stepMode: StepMode): N;
  /**
   * The options that make this neuron again, as they are now. What is learned is not among them: it is in the state dict.
   *
   * @throws TypeError for a setting that no option brings back
   */
  options(neuron: N): P;
  /** What it computes without its gradient, as it is now; without it, nothing can be exported. */
  dynamics?(neuron: N): NeuronDynamics;
  /**
   * Of one that does not take samples of any shape: options that follow from the one that it is for, channels last.
   *
   * @param where what messages call it
   * @throws ShapeError
   */
  forSample?(options: R, sample: Shape, where: string): Partial<P>;
  /** Of one whose spikes are as high as theta: the kind that fires in the same steps, with spikes of height 1. */
  readonly binary?: BinaryTwin;
}

export interface BinaryTwin {
  /** Takes the same options. */
  readonly kind: string;
  /** Names of the arrays in the state dict, here and there: { v_threshold: "vp_th" }. */
  readonly arrays: Readonly<Record<string, string>>;
}

/** A row of another package: what it leaves out is told of the neurons that it makes. */
export type DefinedNeuronRow<P extends object, N extends BaseNode = BaseNode, R = P> = Partial<
  Omit<NeuronRow<P, N, R>, "create" | "isDerived" | "forSample">
> &
  Pick<NeuronRow<P, N, R>, "create">;
