/** y = its inputs one after another along an axis, where branches of a network meet: channels, unless it is told otherwise. */

import { ShapeError } from "../../errors.js";
import { Module } from "../../module/module.js";
import { cat } from "../../ops/cat.js";
import { fix } from "../../schema/fixed.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import { whole } from "../../schema/value-types.js";
import { formatShape, sameShape, type Shape } from "../../shapes.js";
import { checkSameBackend } from "../../tensor/same-backend.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { FullLayerRow } from "../layer-row.js";
import { addYieldingLayer } from "../table.js";

export interface ConcatOptions {
  /** Of a sample in one time step, from 0, or from the end (default -1: channels). */
  axis?: number;
}

export type ConcatSpec = Required<ConcatOptions>;

/** More no sample has. */
const MOST_AXES = 8;

const schema: Schema<ConcatSpec> = { fields: { axis: withDefault(whole(-MOST_AXES, MOST_AXES - 1), -1) } };

export class Concat extends Module {
  declare readonly axis: number;

  /** @throws TypeError, RangeError */
  constructor(options: ConcatOptions = {}) {
    super();
    fix<Concat>(this, readOptions("Concat", options, schema));
  }

  /**
   * @param inputs two or more, [N, ...] in step mode 's', [T, N, ...] in 'm'
   * @throws ShapeError unless they have one shape but for the axis
   */
  forward(...inputs: readonly Tensor[]): Tensor {
    checkSameBackend("Concat", ...inputs);
    const leading = this.stepMode === "m" ? 2 : 1;
    const shapes = inputs.map(({ shape }) => shape.slice(leading));
    const [first] = inputs;
    const fits = inputs.every(({ shape }) =>
      sameShape(shape.slice(0, leading), first.shape.slice(0, leading)),
    );
    if (!fits || first.rank < leading) throw misfit("Concat", inputs.map(({ shape }) => shape), this.axis); // prettier-ignore
    joined("Concat", this.axis, shapes);
    return cat(inputs, leading + placeOf(this.axis, shapes[0]));
  }
}

function placeOf(axis: number, shape: Shape): number {
  return axis < 0 ? axis + shape.length : axis;
}

/** @throws ShapeError unless there are two or more, of one shape but for the axis */
function joined(where: string, axis: number, shapes: readonly Shape[]): Shape {
  const [first] = shapes;
  const at = placeOf(axis, first);
  const isAxis = at >= 0 && at < first.length;
  const fits =
    isAxis &&
    shapes.length > 1 &&
    shapes.every((shape) => shape.length === first.length && sameShape(shape.with(at, 0), first.with(at, 0)));
  if (!fits) throw misfit(where, shapes, axis);
  return first.with(at, shapes.reduce((sum, shape) => sum + shape[at], 0)); // prettier-ignore
}

function misfit(where: string, shapes: readonly Shape[], axis: number): ShapeError {
  return new ShapeError(
    `${where} gets ${shapes.map(formatShape).join(" and ")}; expected two or more that differ in axis ${axis} of a sample ` +
      `alone. Give each branch the same strides and pooling.`,
  );
}

export const concatRow: FullLayerRow<ConcatSpec> = {
  layer: Concat,
  schema,
  inputs: "several",
  scaling: "passes",
  create: (options) => new Concat(options),
  outputShape: ({ axis }, inputs, where) => joined(where, axis, inputs),
  weights: () => 0,
  operations: () => ({ macs: 0, adds: 0 }),
  options: (layer) => ({ axis: (layer as Concat).axis }),
};

declare module "../table.js" {
  interface LayerArguments {
    Concat: ConcatOptions;
  }
}

export const concatKind = addYieldingLayer("Concat", concatRow, false);
