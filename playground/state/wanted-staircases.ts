/** What an address wants the staircases to show, until they are measured: only then it is known which layers there are. */

import { leastTheta } from "../../elements/least-theta.js";
import type { Staircases, WhatIf } from "../worker/protocol.js";

export interface WantedStaircases {
  /** Index of a spiking layer. */
  readonly layer: number;
  /** null: that of the network. */
  readonly timesteps: number | null;
  /** One per spiking layer, null where it is not moved; none: no threshold is moved. */
  readonly thetas: readonly (number | null)[];
}

/** What is shown then, thresholds inside of what the sliders allow; null: the network has other layers. */
export function placed(
  { layer, timesteps, thetas }: WantedStaircases,
  trained: Staircases,
): { readonly layer: number; readonly whatIf: WhatIf | null } | null {
  const { layers } = trained;
  if (layer >= Math.max(1, layers.length)) return null;
  if (thetas.length > 0 && thetas.length !== layers.length) return null;
  const moved = trained.isTimeMovable ? timesteps : null;
  if (moved === null && thetas.length === 0) return { layer, whatIf: null };
  return {
    layer,
    whatIf: {
      timesteps: moved ?? trained.timesteps,
      thetas: layers.map(({ theta, isMovable, histogram: { high } }, i) => {
        const wanted = thetas[i] ?? null;
        return wanted === null || !isMovable ? theta : Math.min(high, Math.max(leastTheta(high), wanted));
      }),
    },
  };
}
