/**
 * Layers that few networks have: whoever reads this list has made them known by name, convolutions can be dilated, and channels
 * can have thresholds of their own. A page has them where it names one of them.
 */

import { perChannel } from "../../neurons/channel-thresholds.js";
import { installChannelThresholds } from "../../neurons/threshold-shape.js";
import { installDilation } from "../../ops/convolution.js";
import { dilatedConvolution } from "../../ops/dilated.js";
import { concatKind, type ConcatSpec } from "./concat.js";
import { convTranspose2dKind, type ConvTranspose2dSpec } from "./conv-transpose-2d.js";
import { layerNormKind, type LayerNormSpec } from "./layer-norm.js";
import { upsampleKind, type UpsampleSpec } from "./upsample.js";

/** Their options, every default filled in. */
export interface RareLayerOptions {
  Concat: ConcatSpec;
  ConvTranspose2d: ConvTranspose2dSpec;
  LayerNorm: LayerNormSpec;
  Upsample: UpsampleSpec;
}

const kinds: readonly (keyof RareLayerOptions)[] = [
  concatKind,
  convTranspose2dKind,
  layerNormKind,
  upsampleKind,
] as (keyof RareLayerOptions)[];

installDilation(dilatedConvolution);
installChannelThresholds(perChannel);

/**
 * Makes them known by name where bundlers leave out what a page does not name: Concat, ConvTranspose2d, LayerNorm, Upsample,
 * convolutions that are dilated, and ATIF with a threshold per channel. In Node they always are.
 *
 * @returns the kinds
 */
export function rareLayers(): readonly string[] {
  return kinds;
}
