/** A layer of whole numbers, as data: the simulator runs it and the exporters write it down. */

import type { Shape } from "../../shapes.js";
import type { LayerPlace, PoolOutline, SumOutline, SumPoolOutline, TurnOutline } from "../outline.js";
import type { LongWidth, Rounding } from "./arithmetic.js";

/** What all kinds have. */
export interface LayerBase extends LayerPlace {
  /** Fractional bits of its output. */
  readonly q: number;
  /** Bits that its output is saturated to. */
  readonly bits: number;
  /** Of what is dropped on the way to its output. */
  readonly rounding: Rounding;
  /** Fractional bits of its first input. */
  readonly inputQ: number;
  /** Bits of its sums. */
  readonly long: LongWidth;
}

/** Convolution in one or two dimensions, or a linear layer. */
export interface WeightedSum extends LayerBase, SumOutline {
  /** [F, KH, KW, C / groups] */
  readonly weights: Int32Array;
  readonly weightsQ: number;
  /** [F] */
  readonly bias: Int32Array | null;
  readonly biasQ: number;
  /** Fractional bits of its sums. */
  readonly sumQ: number;
}

/** A scale and a shift per channel: batch normalisation that was not fused. */
export interface ChannelScale extends LayerBase {
  readonly kind: "channelScale";
  /** [C] */
  readonly weights: Int32Array;
  readonly weightsQ: number;
  readonly bias: Int32Array;
  readonly biasQ: number;
  /** Fractional bits of its sums. */
  readonly sumQ: number;
}

/** The largest of each window, or the mean. */
export interface WindowPool extends LayerBase, PoolOutline {}

/** The sum over all places, per channel. */
export interface SumPool extends LayerBase, SumPoolOutline {}

/** The sum of inputs, whose fractional bits may differ. Of one, it changes how many there are. */
export interface AddLayer extends LayerBase {
  readonly kind: "add";
  readonly inputQs: readonly number[];
}

export interface NeuronLayer extends LayerBase {
  readonly kind: "neuron";
  /** Fractional bits of the potential, and of the numbers below. */
  readonly potentialQ: number;
  /** Bits that the potential is saturated to. */
  readonly potentialBits: number;
  /** Of what is dropped when the potential is stored. */
  readonly potentialRounding: Rounding;
  /** Fractional bits of the sum that is compared with the threshold: all that it has. */
  readonly chargeQ: number;
  readonly threshold: number;
  /** null: the threshold is subtracted. */
  readonly reset: number | null;
  /** Whole, or with the same fractional bits as the potential; null without a leak. */
  readonly leak: number | null;
  readonly decaysInput: boolean;
  /** What is given where it fires: 1 or the threshold, with the bits of the output. */
  readonly spike: number;
  /** What the potential is before the first step. */
  readonly initial: number;
  /** null: nothing is dropped of the leak. Of the reference, the bits by which it is shifted back before it is added. */
  readonly leakShift: number | null;
}

/** The same numbers in PyTorch's order, channels first. */
export interface ChannelsFirst extends LayerBase, TurnOutline {}

/** The same numbers in the same order. */
export interface View extends LayerBase {
  readonly kind: "view";
}

export type IntegerLayer =
  WeightedSum | ChannelScale | WindowPool | SumPool | AddLayer | NeuronLayer | ChannelsFirst | View;

export type IntegerKind = IntegerLayer["kind"];

export interface IntegerProgram {
  /** Channels last. */
  readonly inputShape: Shape;
  /** Fractional bits of the network's input, its bits, and how floats become integers. */
  readonly inputQ: number;
  readonly inputBits: number;
  readonly inputRounding: Rounding;
  /** Layer i reads places; its own is i + 1. In the order in which they are computed. */
  readonly layers: readonly IntegerLayer[];
  /** Bits of what is stored. */
  readonly width: 8 | 16;
}

/** Refuses what never comes: every kind stands in the switch before. */
export function never(kind: never): never {
  throw new TypeError(`no such kind of layer: ${String(kind)}`);
}
