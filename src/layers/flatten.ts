/** Space and channels in one axis. */

import { checkOneOf, checkOptions } from "../checks.js";
import { ShapeError } from "../errors.js";
import { formatShape } from "../shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { StatelessLayer } from "./stateless-layer.js";

export interface FlattenOptions {
  /**
   * "channelsFirst" (default): features in PyTorch's order. "memory": in the order they lie in, channels last, which
   * copies nothing; the Linear behind it must then be told the number of channels (flattenedChannels).
   */
  order?: "channelsFirst" | "memory";
}

/** y [N, features] of x [N, ..., C] */
export class Flatten extends StatelessLayer {
  readonly order: "channelsFirst" | "memory";

  constructor(options: FlattenOptions = {}) {
    super();
    checkOptions("Flatten", options, ["order"]);
    this.order = checkOneOf("Flatten: order", options.order ?? "channelsFirst", ["channelsFirst", "memory"]);
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
