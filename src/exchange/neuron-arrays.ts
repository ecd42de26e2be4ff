/**
 * Numbers of neurons that files of other tools hold as arrays, such as thresholds and time constants: one for all neurons, one
 * for each channel, or one for each neuron. They are part of the state dict, channels first there.
 */

import { ShapeError } from "../errors.js";
import { permutedLayout, sameLayout, type Layout } from "../module/layout.js";
import { Parameter, type ParameterOptions } from "../module/parameter.js";
import type { SlotOptions } from "../module/state-dict.js";
import { withDefault, type DefaultField } from "../schema/schema.js";
import { listOf, oneOf, whole } from "../schema/value-types.js";
import { formatShape, type Shape } from "../shapes.js";
import { Tensor } from "../tensor/tensor.js";

export interface ArrayOptions<K extends string> {
  /**
   * Of the arrays, channels last: [] one number for all neurons (default), [C] one for each channel, or the whole shape of a
   * sample, one for each neuron.
   */
  shape?: readonly number[];
  /** Names of the arrays that are learned, as in the state dict (default none). */
  learn?: readonly K[];
}

export type ArraySettings<K extends string> = Required<ArrayOptions<K>>;

/** More axes than any sample has. */
const MOST_AXES = 8;

export const shapeField: DefaultField<readonly number[]> = withDefault(
  listOf(whole(1), 0, MOST_AXES),
  [],
  "Shape of the arrays: empty, one number for all; the channels; or that of a sample, channels last.",
);

export function learnField<K extends string>(names: readonly K[]): DefaultField<readonly K[]> {
  return withDefault(listOf(oneOf(names), 0, names.length), [], "Arrays that are learned.");
}

export interface NumberArray {
  /** What every element begins as. */
  readonly value: number;
  readonly shape: Shape;
  readonly isLearned: boolean;
  readonly parameter?: ParameterOptions;
  /** What a state dict may hold; it throws a sentence that starts with the name. */
  readonly check?: (name: string, values: ArrayLike<number>) => void;
}

/** How a module takes arrays: its own methods. */
export interface ArrayHolder {
  readonly parameter: (name: string, parameter: Parameter, options: SlotOptions) => Tensor;
  readonly buffer: (name: string, buffer: Tensor, options: SlotOptions) => Tensor;
}

/** Makes the arrays part of a module, in this order. */
export function holdArrays<K extends string>(
  { parameter, buffer }: ArrayHolder,
  arrays: Readonly<Record<K, NumberArray>>,
): Readonly<Record<K, Tensor>> {
  const held = Object.entries<NumberArray>(arrays).map(([name, array]) => {
    const { value, shape, isLearned, check } = array;
    const layout = channelsFirst(shape);
    const options = { layout: () => layout, ...(check === undefined ? {} : { check }) };
    const values = Tensor.full(shape, value);
    if (!isLearned) return [name, buffer(name, values, options)];
    return [name, parameter(name, new Parameter(values, { decays: false, ...array.parameter }), options)];
  });
  return Object.fromEntries(held) as Record<K, Tensor>;
}

/** [H, W, C] is [C, H, W] in a state dict. */
function channelsFirst(shape: Shape): Layout {
  if (shape.length < 2) return sameLayout(shape);
  const axes = [shape.length - 1, ...shape.slice(0, -1).map((_, axis) => axis)];
  return permutedLayout(
    shape,
    axes,
    axes.map((axis) => shape[axis]),
  );
}

/** @throws ShapeError unless arrays of this shape are for such a sample: its last axes, or 1 in their place */
export function checkArrayShape(where: string, shape: Shape, sample: Shape): void {
  const axis = sample.length - shape.length;
  if (axis >= 0 && shape.every((length, i) => length === 1 || length === sample[axis + i])) return;
  throw new ShapeError(
    `${where} gets ${formatShape(sample)}, and its arrays are of shape ${formatShape(shape)}; expected [] (one number for all), ` +
      `${formatShape(sample.slice(-1))} (one a channel) or ${formatShape(sample)} (one a neuron).`,
  );
}

/** @throws RangeError unless all are above 0 */
export function checkPositives(name: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (Math.fround(values[i]) > 0) continue;
    throw new RangeError(`${name} holds ${values[i]} at element ${i}; expected numbers above 0.`);
  }
}

/** An array as the parameter that it is; null: it is not learned. */
export function asLearned(array: Tensor): Parameter | null {
  return array instanceof Parameter ? array : null;
}
