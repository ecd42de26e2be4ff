/** y = x W + b. */

import { checkBoolean, checkInteger, checkOptions } from "../checks.js";
import { permutedLayout, type Layout } from "../module/layout.js";
import type { Parameter } from "../module/parameter.js";
import { linear } from "../ops/matmul.js";
import type { Tensor } from "../tensor/tensor.js";
import { uniformParameter } from "./initial.js";
import { StatelessLayer } from "./stateless-layer.js";

export interface LinearOptions {
  /** Default true. */
  bias?: boolean;
  /**
   * The inputs are a flattened map of this many channels, in memory order (channels last). PyTorch flattens channels
   * first: state dicts then hold the columns in its order (default 1: the orders are the same).
   */
  flattenedChannels?: number;
}

export class Linear extends StatelessLayer {
  /** [in, out] here; "weight" [out, in] in state dicts. */
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    options: LinearOptions = {},
  ) {
    super();
    checkInteger("Linear: inFeatures", inFeatures);
    checkInteger("Linear: outFeatures", outFeatures, 1);
    checkOptions("Linear", options, ["bias", "flattenedChannels"]);
    const bias = checkBoolean("Linear: bias", options.bias === undefined ? true : options.bias);
    const channels = checkInteger("Linear: flattenedChannels", options.flattenedChannels ?? 1, 1);
    if (inFeatures % channels !== 0) {
      throw new RangeError(
        `Linear: inFeatures is ${inFeatures} with ${channels} flattened channels; expected a multiple.`,
      );
    }
    this.weight = this.registerParameter("weight", uniformParameter([inFeatures, outFeatures], inFeatures), {
      layout: () => linearLayout(inFeatures, outFeatures, channels),
    });
    this.bias = bias ? this.registerParameter("bias", uniformParameter([outFeatures], inFeatures)) : null;
  }

  /** @param x [N, in] @returns [N, out] */
  protected apply(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }
}

/** Own [positions, channels, out]; PyTorch [out, channels, positions]. */
function linearLayout(inFeatures: number, outFeatures: number, channels: number): Layout {
  return permutedLayout([inFeatures / channels, channels, outFeatures], [2, 1, 0], [outFeatures, inFeatures]);
}
