/** SumPool2d of NIR: the sum of each window, channels last: y [N, OH, OW, C] of x [N, H, W, C]. */

import { avgPool2dRow, type Pool2dSpec } from "../../layers/pooling.js";
import { addYieldingLayer } from "../../layers/table.js";
import { StatelessLayer } from "../../layers/stateless-layer.js";
import { conv2d } from "../../ops/convolution.js";
import type { Pool2dOptions } from "../../ops/pooling.js";
import { fix } from "../../schema/fixed.js";
import { readArguments } from "../../schema/schema.js";
import { sizeOf } from "../../shapes.js";
import { Tensor } from "../../tensor/tensor.js";
import type { Pair } from "../../windows.js";

const { schema } = avgPool2dRow;

export class SumPool2d extends StatelessLayer {
  declare readonly kernelSize: readonly [number, number];
  declare readonly stride: readonly [number, number];
  declare readonly padding: readonly [number, number];

  /** @throws TypeError, RangeError */
  constructor(kernelSize: Pair, options: Pool2dOptions = {}) {
    super();
    const given = readArguments("SumPool2d", { kernelSize }, options, schema);
    fix<SumPool2d>(this, { ...given, stride: given.stride ?? given.kernelSize });
  }

  protected apply(x: Tensor): Tensor {
    const { kernelSize, stride, padding } = this;
    const channels = x.shape[x.rank - 1];
    // A convolution with ones: a mean times its number would be rounded twice.
    const ones = Tensor.full([...kernelSize, 1, channels], 1, x.backend);
    return conv2d(x, ones, null, { stride, padding, groups: channels });
  }
}

export const sumPool2dKind = addYieldingLayer<Pool2dSpec>("SumPool2d", {
  layer: SumPool2d,
  schema,
  scaling: "passes",
  create: ({ kernelSize, ...options }) => new SumPool2d(kernelSize, options),
  outputShape: (options, inputs, where) => avgPool2dRow.outputShape(options, inputs, where),
  weights: () => 0,
  operations: ({ kernelSize }, _inputs, output) => ({
    macs: 0,
    adds: sizeOf(output) * (sizeOf(kernelSize) - 1),
  }),
  options(layer) {
    const { kernelSize, stride, padding } = layer as SumPool2d;
    return { kernelSize, stride, padding };
  },
});
