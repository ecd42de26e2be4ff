/** All kinds of quantized layers and neurons: whoever reads this list has made them known by name. */

import { quantizedAtifKind } from "./quantized-atif.js";
import { batchNormKinds } from "./quantized-batch-norm.js";
import { quantizedIfNodeKind } from "./quantized-if-node.js";
import { quantizedIfsrlKind } from "./quantized-ifsrl.js";
import { quantizedLifNodeKind } from "./quantized-lif-node.js";
import { quantizedParametricLifNodeKind } from "./quantized-parametric-lif-node.js";
import { weightedKinds } from "./weighted-layers.js";
import { weightlessKinds } from "./weightless-layers.js";

/** "QuantizedConv2d" is what a Conv2d becomes. */
export const quantizedKinds: ReadonlySet<string> = new Set([
  ...weightedKinds,
  ...batchNormKinds,
  ...weightlessKinds,
  quantizedIfNodeKind,
  quantizedLifNodeKind,
  quantizedParametricLifNodeKind,
  quantizedAtifKind,
  quantizedIfsrlKind,
]);
