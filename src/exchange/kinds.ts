/** All kinds of layers and neurons that networks of other tools need: whoever reads this list has made them known by name. */

import { cubaLiKind } from "./layers/cuba-li.js";
import { delayKind } from "./layers/delay.js";
import { integratorKind } from "./layers/integrator.js";
import { leakyIntegratorKind } from "./layers/leaky-integrator.js";
import { recurrentKind } from "../graph/recurrent/recurrent.js";
import { scaleKind } from "./layers/scale.js";
import { sumPool2dKind } from "./layers/sum-pool-2d.js";
import { thresholdSpikesKind } from "./layers/threshold-spikes.js";
import { zeroPadKind } from "./layers/zero-pad.js";
import { cubaLifKind } from "./neurons/cuba-lif.js";
import { currentIfKind } from "./neurons/current-if.js";
import { currentLifKind } from "./neurons/current-lif.js";
import { snnTorchLeakyKind } from "./neurons/snntorch-leaky.js";

/** "CubaLIF" is one of NIR. */
export const exchangedKinds: ReadonlySet<string> = new Set([
  snnTorchLeakyKind,
  currentIfKind,
  currentLifKind,
  cubaLifKind,
  leakyIntegratorKind,
  cubaLiKind,
  integratorKind,
  thresholdSpikesKind,
  scaleKind,
  sumPool2dKind,
  delayKind,
  zeroPadKind,
  recurrentKind,
]);
