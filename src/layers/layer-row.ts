/** What is known of a kind of layer, beside its class: how it is made, and what can be said before it is. */

import { ShapeError } from "../errors.js";
import type { Module } from "../module/module.js";
import type { Schema } from "../schema/schema.js";
import { formatShape, type Shape } from "../shapes.js";

/** For one sample in one time step, whatever the values are: zeros and silence are counted. */
export interface Operations {
  /** Multiplications whose product is added to something. */
  readonly macs: number;
  /** Additions and comparisons without one. */
  readonly adds: number;
}

export type Scaling = "passes" | "weight" | "stays";

/** @typeParam O the options: the constructor's arguments by name, every default filled in */
export interface LayerRow<O> {
  create(options: O): Module;
  /**
   * The one home of its shape rule. Shapes are those of one sample in one time step, channels last.
   *
   * @param where what messages call the layer: its name in the network
   * @throws ShapeError for inputs that it does not take
   */
  outputShape(options: O, inputs: readonly Shape[], where: string): Shape;
  /** Weights of a convolution or a linear layer, without biases; counted before memory is spent. */
  weights(options: O): number;
  operations(options: O, inputs: readonly Shape[], output: Shape): Operations;
  /** What its options may be. Without one, they are plain data that only `create` looks at. */
  readonly schema?: Schema<O>;
  /** How many inputs it takes (default 1); "several": two or more; "any": one or more, as its options say. */
  readonly inputs?: 1 | "several" | "any";
  /**
   * What becomes of a positive factor s that all its inputs have: "passes" where its output has it too, "weight" where
   * W s in the place of its array "weight" gives the same. Default "stays": neither is known.
   */
  readonly scaling?: Scaling;
  /** Its class, by which layers that were made with `new` are recognised. Layers of a subclass are not of this kind. */
  readonly layer?: abstract new (...args: never[]) => Module;
  /**
   * The options from which a layer like this one is made, as it is now; weights are no part of them. Without it, they are
   * those that it was made with.
   *
   * @throws TypeError for a setting that no option has
   */
  options?(layer: Module): O;
}

/** A row of a layer of this library, which leaves nothing out. */
export type FullLayerRow<O> = Required<LayerRow<O>>;

/** @throws ShapeError unless the shape has so many axes and so many channels, the last of them */
export function checkChannelsLast(
  where: string,
  shape: Shape,
  axes: readonly string[],
  channels: number,
): void {
  if (shape.length === axes.length + 1 && shape[axes.length] === channels) return;
  throw new ShapeError(
    `${where} gets ${formatShape(shape)}; expected [${[...axes, channels].join(", ")}], channels last.`,
  );
}
