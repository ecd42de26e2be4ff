/**
 * Zeros around a map, another number on each side: what files call padding "same" where it is not the same on both sides. A
 * convolution without padding follows. Channels last: y [N, ..., C] of x [N, ..., C].
 */

import { record } from "../../autograd/node.js";
import { ShapeError } from "../../errors.js";
import { addYieldingLayer } from "../../layers/table.js";
import { StatelessLayer } from "../../layers/stateless-layer.js";
import { fix } from "../../schema/fixed.js";
import { readOptions, required, type Schema } from "../../schema/schema.js";
import { listOf, pairOf, whole } from "../../schema/value-types.js";
import { formatShape, type Shape } from "../../shapes.js";
import { Tensor } from "../../tensor/tensor.js";

/** Of one axis. */
type Sides = readonly [before: number, after: number];

export interface ZeroPadOptions {
  /** For each axis of the map, [before, after]: [[top, bottom], [left, right]], or [[left, right]] of a sequence. */
  padding: readonly Sides[];
}

const MOST = 1 << 16;

const schema: Schema<Required<ZeroPadOptions>> = {
  fields: { padding: required(listOf(pairOf(whole(0, MOST)), 1, 2)) },
};

export class ZeroPad extends StatelessLayer {
  declare readonly padding: readonly Sides[];

  /** @throws TypeError, RangeError */
  constructor(options: ZeroPadOptions) {
    super();
    fix<ZeroPad>(this, readOptions("ZeroPad", options, schema));
  }

  protected apply(x: Tensor): Tensor {
    const { padding } = this;
    const [N, ...sample] = x.shape;
    const padded = [N, ...paddedShape("ZeroPad", padding, sample)];
    const y = Tensor.full(padded, 0, x.backend);
    copyRows(padding, x.shape, (at, from, row) => y.data.set(x.data.subarray(from, from + row), at));
    record("zeroPad", [x], [y], [], ([g]) => {
      if (g === null) return [null];
      const dx = Tensor.empty(x.shape, g.backend);
      copyRows(padding, x.shape, (at, from, row) => dx.data.set(g.data.subarray(at, at + row), from));
      return [dx];
    });
    return y;
  }
}

/** @throws ShapeError unless there is an axis for each pair, and the channels */
function paddedShape(where: string, padding: readonly Sides[], sample: Shape): number[] {
  if (sample.length === padding.length + 1) {
    return sample.map((length, axis) => length + (padding[axis] ?? []).reduce((sum, side) => sum + side, 0));
  }
  throw new ShapeError(
    `${where} gets ${formatShape(sample)}; expected ${padding.length === 1 ? "[S, C]" : "[H, W, C]"}, channels last: ` +
      `its padding has ${padding.length === 1 ? "one axis" : `${padding.length} axes`}.`,
  );
}

/** Calls copy for each row of x: where it lies in y, where in x, and how long it is. @param shape of x [N, ..., C] */
function copyRows(
  padding: readonly Sides[],
  shape: Shape,
  copy: (at: number, from: number, row: number) => void,
): void {
  const [N, ...sample] = shape;
  const [[top, bottom], [left, right]] = padding.length === 1 ? [[0, 0], padding[0]] : padding;
  const [H, W, C] = padding.length === 1 ? [1, ...sample] : sample;
  const [height, width] = [top + H + bottom, left + W + right];
  for (let n = 0; n < N; n++) {
    for (let h = 0; h < H; h++) {
      copy(((n * height + top + h) * width + left) * C, (n * H + h) * W * C, W * C);
    }
  }
}

export const zeroPadKind = addYieldingLayer<Required<ZeroPadOptions>>("ZeroPad", {
  layer: ZeroPad,
  schema,
  scaling: "passes",
  create: (options) => new ZeroPad(options),
  outputShape: ({ padding }, [input], where) => paddedShape(where, padding, input),
  weights: () => 0,
  operations: () => ({ macs: 0, adds: 0 }),
  options: (layer) => ({ padding: (layer as ZeroPad).padding.map(([before, after]) => [before, after]) }),
});
