/** A layer of float32 numbers, as data: the exporters write it down. */

import type { Shape } from "../../shapes.js";
import type { LayerPlace, PoolOutline, SumOutline, SumPoolOutline, TurnOutline } from "../outline.js";

/** Convolution in one or two dimensions, or a linear layer. */
export interface FloatSum extends LayerPlace, SumOutline {
  /** [F, KH, KW, C / groups] */
  readonly weights: Float32Array;
  /** [F] */
  readonly bias: Float32Array | null;
}

/** A scale and a shift per channel: batch normalisation that was not fused. */
export interface FloatScale extends LayerPlace {
  readonly kind: "channelScale";
  /** [C] */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** The largest of each window, or the mean; padding counts as 0 in a mean. */
export interface FloatPool extends LayerPlace, PoolOutline {}

export interface FloatSumPool extends LayerPlace, SumPoolOutline {}

export interface FloatAdd extends LayerPlace {
  readonly kind: "add";
}

/**
 * Of a potential v and an input x, r the value of a hard reset, or 0:
 *
 *   no leak             u = v + x
 *   leaky, decaying x   u = v + (x - (v - r)) leak
 *   leaky, whole x      u = v decay + x if r is 0, else v - (v - r) leak + x
 *   fire                z = [u >= threshold]
 *   soft reset          v = u - z threshold;   hard reset  v = z ? r : u
 *   output              y = z spike
 */
export interface FloatNeuron extends LayerPlace {
  readonly kind: "neuron";
  readonly threshold: number;
  /** null: the threshold is subtracted. */
  readonly reset: number | null;
  /** null without a leak. */
  readonly leak: number | null;
  /** 1 - leak, rounded once. */
  readonly decay: number;
  readonly decaysInput: boolean;
  /** What is given where it fires: 1 or the threshold. */
  readonly spike: number;
  /** What the potential is before the first step. */
  readonly initial: number;
}

export interface FloatTurn extends LayerPlace, TurnOutline {}

export interface FloatView extends LayerPlace {
  readonly kind: "view";
}

export type FloatLayer =
  FloatSum | FloatScale | FloatPool | FloatSumPool | FloatAdd | FloatNeuron | FloatTurn | FloatView;

export interface FloatProgram {
  /** Channels last. */
  readonly inputShape: Shape;
  /** Layer i reads places; its own is i + 1. In the order in which they are computed. */
  readonly layers: readonly FloatLayer[];
}
