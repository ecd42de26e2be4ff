/**
 * Accuracy at fewer spikes: what was chosen is trained again with a loss that also holds every layer to a firing rate, for a few
 * rates. Test sets choose nothing: every rate that is trained is shown.
 */

import { nameOf } from "./choose.mjs";
import { figuresOf } from "./table.mjs";

/** Spikes per neuron and time step. */
export const RATES = [0.08, 0.04, 0.02];

/** What the squared distance of a layer's rate from it is multiplied by. */
export const WEIGHT = 100;

const toldOf = (rate) => `rate ${rate}`;

/** Settings with a rate, for those that were chosen and have spikes. */
export const rated = (chosen) =>
  chosen
    .filter(({ kind }) => kind.spikes)
    .flatMap(({ kind, T, settings }) =>
      RATES.map((rate) => ({
        name: nameOf(kind, T, toldOf(rate)),
        settings: { ...settings, "model.0.firing_rate": { target: rate, weight: WEIGHT } },
      })),
    );

/** By kind and T: what it gives without a rate, and at each; those that were run. @param rows of the table without rates */
export function curvesOf(rates, rows) {
  return rows
    .filter(({ kind }) => kind.spikes)
    .map((free) => {
      const { kind, T, tried } = free;
      const held = RATES.flatMap((rate) => {
        const figures = figuresOf(rates, nameOf(kind, T, toldOf(rate)));
        return figures === null ? [] : [{ rate, ...figures }];
      });
      return { kind, T, tried, points: [{ rate: null, ...free }, ...held] };
    })
    .filter(({ points }) => points.length > 1);
}
