/**
 * y = the sum of two or more inputs of one shape, where branches of a network meet. A sum of spike trains is no spike
 * train: it holds 0, 1, 2 … times theta, so that it is handed on as numbers, and not as bits.
 */

import { ShapeError } from "../errors.js";
import { Module } from "../module/module.js";
import { readOptions, type Schema } from "../schema/schema.js";
import { formatShape, sameShape, sizeOf } from "../shapes.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import type { Tensor } from "../tensor/tensor.js";
import type { FullLayerRow } from "./layer-row.js";

type AddSpec = Readonly<Record<never, never>>;

const schema: Schema<AddSpec> = { fields: {} };

export class Add extends Module {
  constructor(options: AddSpec = {}) {
    super();
    readOptions("Add", options, schema);
  }

  /**
   * From left to right, in either step mode.
   *
   * @throws ShapeError unless there are two or more of one shape
   */
  forward(...inputs: readonly Tensor[]): Tensor {
    checkSameBackend("Add", ...inputs);
    const [first, ...others] = inputs;
    const odd = others.find(({ shape }) => !sameShape(shape, first.shape));
    if (others.length === 0 || odd !== undefined) {
      throw new ShapeError(
        `Add: the inputs are ${inputs.map(({ shape }) => formatShape(shape)).join(", ")}; ` +
          `expected two or more of one shape. Give each branch the same strides, pooling and channels.`,
      );
    }
    return others.reduce((sum, other) => sum.add(other), first);
  }
}

export const addRow: FullLayerRow<AddSpec> = {
  layer: Add,
  schema,
  inputs: "several",
  scaling: "passes",
  create: () => new Add(),
  outputShape(_options, inputs, where) {
    if (inputs.every((shape) => sameShape(shape, inputs[0]))) return inputs[0];
    throw new ShapeError(
      `${where} gets ${inputs.map(formatShape).join(" and ")}; ` +
        `expected one shape. Give each branch the same strides, pooling and channels.`,
    );
  },
  weights: () => 0,
  operations: (_options, inputs, output) => ({ macs: 0, adds: (inputs.length - 1) * sizeOf(output) }),
  options: () => ({}),
};
