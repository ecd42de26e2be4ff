/** Pooling layers, channels last: the stride is the kernel unless given, windows that do not fit are dropped. */

import {
  avgPool1d,
  avgPool2d,
  maxPool1d,
  maxPool2d,
  type Pool1dOptions,
  type Pool2dOptions,
} from "../ops/pooling.js";
import { fix } from "../schema/fixed.js";
import { pair } from "../schema/pair.js";
import {
  optional,
  readArguments,
  required,
  withDefault,
  type Fields,
  type Schema,
} from "../schema/schema.js";
import { whole, type ValueType } from "../schema/value-types.js";
import { sizeOf } from "../shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { sidesOf, windowedMap, type Pair } from "../windows.js";
import { checkChannelsLast, type FullLayerRow } from "./layer-row.js";
import { StatelessLayer } from "./stateless-layer.js";

/** All of it, by name. @typeParam P [height, width], or a number */
interface PoolSpec<P> {
  readonly kernelSize: P;
  /** Default: the kernel. */
  readonly stride?: P;
  /** Added around the input and never chosen; at most half the kernel. */
  readonly padding: P;
}

export type Pool2dSpec = PoolSpec<readonly [number, number]>;
export type Pool1dSpec = PoolSpec<number>;

function schemaOf<P extends Pair>(window: (low: number) => ValueType<P>, none: P): Schema<PoolSpec<P>> {
  const fields = {
    kernelSize: required(window(1)),
    stride: optional(window(1)),
    padding: withDefault(window(0), none),
  };
  return {
    fields: fields as unknown as Fields<PoolSpec<P>>,
    check({ kernelSize, padding }, place) {
      const [kernel, pads] = [sidesOf(kernelSize), sidesOf(padding)];
      // Or a window could lie in the padding alone.
      if (pads.every((pad, axis) => 2 * pad <= kernel[axis])) return;
      place.fail(
        `padding ${pads.join(", ")} with a kernel of ${kernel.join(" x ")}; expected at most half the kernel.`,
      );
    },
  };
}

const schema2d = schemaOf<readonly [number, number]>(pair, [0, 0]);
const schema1d = schemaOf<number>(whole, 0);

abstract class Pool<P extends Pair> extends StatelessLayer {
  declare readonly kernelSize: P;
  declare readonly stride: P;
  declare readonly padding: P;

  protected constructor({ stride, ...given }: PoolSpec<P>) {
    super();
    fix<Pool<P>>(this, { ...given, stride: stride ?? given.kernelSize });
  }

  /** All but the kernel. */
  get options(): { readonly stride: P; readonly padding: P } {
    const { stride, padding } = this;
    return { stride, padding };
  }
}

abstract class Pool2d extends Pool<readonly [number, number]> {
  /** @throws TypeError, RangeError */
  constructor(kernelSize: Pair, options: Pool2dOptions = {}) {
    super(readArguments(new.target.name, { kernelSize }, options, schema2d));
  }
}

abstract class Pool1d extends Pool<number> {
  /** @throws TypeError, RangeError */
  constructor(kernelSize: number, options: Pool1dOptions = {}) {
    super(readArguments(new.target.name, { kernelSize }, options, schema1d));
  }
}

export class MaxPool2d extends Pool2d {
  protected apply(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }
}

export class AvgPool2d extends Pool2d {
  protected apply(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }
}

export class MaxPool1d extends Pool1d {
  protected apply(x: Tensor): Tensor {
    return maxPool1d(x, this.kernelSize, this.options);
  }
}

export class AvgPool1d extends Pool1d {
  protected apply(x: Tensor): Tensor {
    return avgPool1d(x, this.kernelSize, this.options);
  }
}

/** Of one or two axes, the largest or the mean of each window. */
function rowOf<P extends Pair>(
  layer: FullLayerRow<PoolSpec<P>>["layer"],
  schema: Schema<PoolSpec<P>>,
  axes: readonly string[],
  create: (options: PoolSpec<P>) => Pool1d | Pool2d,
  mean: boolean,
): FullLayerRow<PoolSpec<P>> {
  return {
    layer,
    schema,
    inputs: 1,
    scaling: "passes",
    create,
    outputShape({ kernelSize, stride = kernelSize, padding }, [input], where) {
      const channels = input[input.length - 1];
      checkChannelsLast(where, input, axes, channels);
      const window = { kernel: kernelSize, stride, padding };
      return [...windowedMap(where, input.slice(0, -1), window), channels];
    },
    weights: () => 0,
    operations: ({ kernelSize }, _inputs, output) => ({
      macs: mean ? sizeOf(output) : 0,
      adds: sizeOf(output) * (sizeOf(sidesOf(kernelSize)) - 1),
    }),
    options(layer) {
      const { kernelSize, stride, padding } = layer as unknown as Pool<P>;
      return { kernelSize, stride, padding };
    },
  };
}

export const maxPool2dRow = rowOf(
  MaxPool2d,
  schema2d,
  ["H", "W"],
  ({ kernelSize, ...o }) => new MaxPool2d(kernelSize, o),
  false,
);
export const avgPool2dRow = rowOf(
  AvgPool2d,
  schema2d,
  ["H", "W"],
  ({ kernelSize, ...o }) => new AvgPool2d(kernelSize, o),
  true,
);
export const maxPool1dRow = rowOf(
  MaxPool1d,
  schema1d,
  ["S"],
  ({ kernelSize, ...o }) => new MaxPool1d(kernelSize, o),
  false,
);
export const avgPool1dRow = rowOf(
  AvgPool1d,
  schema1d,
  ["S"],
  ({ kernelSize, ...o }) => new AvgPool1d(kernelSize, o),
  true,
);
