/** Upsampling by nearest neighbours, channels last: y [N, H SH, W SW, C] of x [N, H, W, C], or [N, S scale, C] of [N, S, C]. */

import { ShapeError } from "../../errors.js";
import { dropHeight, flat } from "../../ops/convolution.js";
import { upsampleNearest } from "../../ops/upsample.js";
import { fix } from "../../schema/fixed.js";
import { pair } from "../../schema/pair.js";
import { readOptions, required, withDefault, type Schema } from "../../schema/schema.js";
import { oneOf } from "../../schema/value-types.js";
import { formatShape, type Shape } from "../../shapes.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Pair } from "../../windows.js";
import type { FullLayerRow } from "../layer-row.js";
import { StatelessLayer } from "../stateless-layer.js";
import { addYieldingLayer } from "../table.js";

export interface UpsampleOptions {
  /** How many times as long each axis becomes: one whole number, or [height, width]. */
  scaleFactor: Pair;
  /** There is one: "nearest" (default), each value again. */
  mode?: "nearest";
}

export interface UpsampleSpec {
  readonly scaleFactor: readonly [number, number];
  readonly mode: "nearest";
}

const schema: Schema<UpsampleSpec> = {
  fields: { scaleFactor: required(pair(1)), mode: withDefault(oneOf(["nearest"]), "nearest") },
};

export class Upsample extends StatelessLayer {
  declare readonly scaleFactor: readonly [number, number];
  declare readonly mode: "nearest";

  /** @throws TypeError, RangeError */
  constructor(options: UpsampleOptions) {
    super();
    fix<Upsample>(this, readOptions("Upsample", options, schema));
  }

  protected apply(x: Tensor): Tensor {
    const { scaleFactor } = this;
    upsampled("Upsample", scaleFactor, x.shape.slice(1));
    if (x.rank === 4) return upsampleNearest(x, scaleFactor);
    return dropHeight(upsampleNearest(flat(x), [1, scaleFactor[1]]));
  }
}

/** @throws ShapeError unless it is a map, or a sequence that is scaled by one number */
function upsampled(where: string, [SH, SW]: readonly [number, number], sample: Shape): Shape {
  if (sample.length === 3) return [sample[0] * SH, sample[1] * SW, sample[2]];
  if (sample.length === 2 && SH === SW) return [sample[0] * SW, sample[1]];
  const expected = SH === SW ? "[H, W, C] or [S, C]" : "[H, W, C]";
  throw new ShapeError(`${where} gets ${formatShape(sample)}; expected ${expected}, channels last.`);
}

export const upsampleRow: FullLayerRow<UpsampleSpec> = {
  layer: Upsample,
  schema,
  inputs: 1,
  scaling: "passes",
  create: (options) => new Upsample(options),
  outputShape: ({ scaleFactor }, [input], where) => upsampled(where, scaleFactor, input),
  weights: () => 0,
  operations: () => ({ macs: 0, adds: 0 }),
  options(layer) {
    const { scaleFactor, mode } = layer as Upsample;
    return { scaleFactor, mode };
  },
};

declare module "../table.js" {
  interface LayerArguments {
    Upsample: UpsampleOptions;
  }
}

export const upsampleKind = addYieldingLayer("Upsample", upsampleRow, false);
