/** y [N, C] = sum of x [N, ..., C] over space */

import { ShapeError } from "../errors.js";
import { readOptions, type Schema } from "../schema/schema.js";
import { formatShape, sizeOf } from "../shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import type { FullLayerRow } from "./layer-row.js";
import { StatelessLayer } from "./stateless-layer.js";

type GlobalSumPoolSpec = Readonly<Record<never, never>>;

const schema: Schema<GlobalSumPoolSpec> = { fields: {} };

export class GlobalSumPool extends StatelessLayer {
  constructor(options: GlobalSumPoolSpec = {}) {
    super();
    readOptions("GlobalSumPool", options, schema);
  }

  protected apply(x: Tensor): Tensor {
    if (x.rank < 2)
      throw new ShapeError(
        `GlobalSumPool: x is ${formatShape(x.shape)}; expected [N, ..., C], channels last.`,
      );
    const C = x.shape[x.rank - 1];
    return x.reshape([x.shape[0], sizeOf(x.shape.slice(1, -1)), C]).sum(1);
  }
}

export const globalSumPoolRow: FullLayerRow<GlobalSumPoolSpec> = {
  layer: GlobalSumPool,
  schema,
  inputs: 1,
  scaling: "passes",
  create: () => new GlobalSumPool(),
  outputShape: (_options, [input]) => input.slice(-1),
  weights: () => 0,
  operations: (_options, [input], output) => ({ macs: 0, adds: sizeOf(input) - sizeOf(output) }),
  options: () => ({}),
};
