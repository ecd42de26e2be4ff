/** Space and channels in one axis. */

import { ShapeError } from "../errors.js";
import { fix } from "../schema/fixed.js";
import { readOptions, withDefault, type Schema } from "../schema/schema.js";
import { oneOf } from "../schema/value-types.js";
import { formatShape, sizeOf } from "../shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import type { FullLayerRow } from "./layer-row.js";
import { StatelessLayer } from "./stateless-layer.js";

type Order = "channelsFirst" | "memory";

export interface FlattenOptions {
  /**
   * "channelsFirst" (default): features in PyTorch's order. "memory": in the order they lie in, channels last, which
   * copies nothing; the Linear behind it must then be told the number of channels (flattenedChannels).
   */
  order?: Order;
}

/** All of it, by name. */
export interface FlattenSpec {
  readonly order: Order;
}

const schema: Schema<FlattenSpec> = {
  fields: {
    order: withDefault(oneOf(["channelsFirst", "memory"]), "channelsFirst"),
  },
};

/** y [N, features] of x [N, ..., C] */
export class Flatten extends StatelessLayer {
  declare readonly order: Order;

  /** @throws TypeError, RangeError */
  constructor(options: FlattenOptions = {}) {
    super();
    fix<Flatten>(this, readOptions("Flatten", options, schema));
  }

  protected apply(x: Tensor): Tensor {
    if (x.rank < 2) throw new ShapeError(`Flatten: x is ${formatShape(x.shape)}; expected [N, ...].`);
    const [N] = x.shape;
    const features = x.shape.slice(1).reduce((product, dimension) => product * dimension, 1);
    if (this.order === "memory" || x.rank === 2 || x.shape.at(-1) === 1) return x.reshape([N, features]);
    const axes = [0, x.rank - 1, ...x.shape.slice(1, -1).map((_, i) => i + 1)];
    return x.permute(axes).reshape([N, features]);
  }
}

export const flattenRow: FullLayerRow<FlattenSpec> = {
  layer: Flatten,
  schema,
  inputs: 1,
  scaling: "passes",
  create: (options) => new Flatten(options),
  outputShape: (_options, [input]) => [sizeOf(input)],
  weights: () => 0,
  operations: () => ({ macs: 0, adds: 0 }),
  options: (layer) => ({ order: (layer as Flatten).order }),
};
