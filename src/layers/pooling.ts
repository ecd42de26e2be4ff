/** Pooling layers, channels last: the stride is the kernel unless given, windows that do not fit are dropped. */

import { checkInteger, checkOptions } from "../checks.js";
import {
  avgPool1d,
  avgPool2d,
  maxPool1d,
  maxPool2d,
  type Pool1dOptions,
  type Pool2dOptions,
} from "../ops/pooling.js";
import { checkPair, type Pair } from "../windows.js";
import { ShapeError } from "../errors.js";
import { formatShape, sizeOf } from "../shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { StatelessLayer } from "./stateless-layer.js";

abstract class Pool2d extends StatelessLayer {
  constructor(
    readonly kernelSize: Pair,
    readonly options: Pool2dOptions = {},
  ) {
    super();
    const where = new.target.name;
    const kernel = checkPair(`${where}: kernelSize`, kernelSize, 1);
    checkOptions(where, options, ["stride", "padding"]);
    checkPair(`${where}: stride`, options.stride ?? kernel, 1);
    const padding = checkPair(`${where}: padding`, options.padding ?? 0, 0);
    checkPadding(where, padding, kernel);
  }
}

abstract class Pool1d extends StatelessLayer {
  constructor(
    readonly kernelSize: number,
    readonly options: Pool1dOptions = {},
  ) {
    super();
    const where = new.target.name;
    checkInteger(`${where}: kernelSize`, kernelSize, 1);
    checkOptions(where, options, ["stride", "padding"]);
    checkInteger(`${where}: stride`, options.stride ?? kernelSize, 1);
    checkPadding(where, [checkInteger(`${where}: padding`, options.padding ?? 0)], [kernelSize]);
  }
}

/** @throws RangeError if a window could lie in the padding alone */
function checkPadding(where: string, padding: readonly number[], kernel: readonly number[]): void {
  if (padding.every((pad, axis) => 2 * pad <= kernel[axis])) return;
  throw new RangeError(
    `${where}: padding ${padding.join(", ")} with a kernel of ${kernel.join(" x ")}; expected at most half the kernel.`,
  );
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

/** y [N, C] = sum of x [N, ..., C] over space */
export class GlobalSumPool extends StatelessLayer {
  protected apply(x: Tensor): Tensor {
    if (x.rank < 2)
      throw new ShapeError(
        `GlobalSumPool: x is ${formatShape(x.shape)}; expected [N, ..., C], channels last.`,
      );
    const C = x.shape[x.rank - 1];
    return x.reshape([x.shape[0], sizeOf(x.shape.slice(1, -1)), C]).sum(1);
  }
}
