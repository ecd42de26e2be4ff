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
import { checkPair, type Pair } from "../ops/convolution.js";
import type { Tensor } from "../tensor/tensor.js";
import { StatelessLayer } from "./stateless-layer.js";

abstract class Pool2d extends StatelessLayer {
  constructor(
    readonly kernelSize: Pair,
    readonly options: Pool2dOptions = {},
  ) {
    super();
    checkPair(`${new.target.name}: kernelSize`, kernelSize, 1);
    checkOptions(new.target.name, options, ["stride", "padding"]);
  }
}

abstract class Pool1d extends StatelessLayer {
  constructor(
    readonly kernelSize: number,
    readonly options: Pool1dOptions = {},
  ) {
    super();
    checkInteger(`${new.target.name}: kernelSize`, kernelSize, 1);
    checkOptions(new.target.name, options, ["stride", "padding"]);
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

/** y [N, C] = sum of x [N, ..., C] over space */
export class GlobalSumPool extends StatelessLayer {
  protected apply(x: Tensor): Tensor {
    const [N, ...rest] = x.shape;
    return x.reshape([N, -1, rest[rest.length - 1]]).sum(1);
  }
}
