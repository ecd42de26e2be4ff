/** How the C holds the maps between layers: numbers, or spikes as 0 and 1 that all stand for one number. */

import { saturate, shift } from "../integer/arithmetic.js";
import type { IntegerLayer, IntegerProgram } from "../integer/integer-layer.js";

export interface CMap {
  readonly size: number;
  /** What 1 stands for; null where the map holds the numbers themselves. */
  readonly spike: number | null;
}

/** By place: the network's input, and the output of each layer. */
export function mapsOf({ inputShape, layers }: IntegerProgram): CMap[] {
  const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);
  const maps: CMap[] = [{ size: sizeOf(inputShape), spike: null }];
  for (const layer of layers) {
    maps.push({ size: sizeOf(layer.shape), spike: spikeOf(layer, maps[layer.inputs[0]].spike) });
  }
  return maps;
}

/** A neuron makes spikes; what only chooses, moves or rounds them leaves them spikes. */
function spikeOf(layer: IntegerLayer, given: number | null): number | null {
  if (layer.kind === "neuron") return layer.spike;
  if (given === null) return null;
  if (layer.kind === "view" || layer.kind === "channelsFirst") return given;
  const isOnlyRounded = layer.kind === "add" && layer.inputs.length === 1;
  // Of 0 and a negative number the largest is 0.
  if (!isOnlyRounded && (layer.kind !== "maxPool" || given < 0)) return null;
  return saturate(shift(given, layer.inputQ - layer.q, layer.rounding, 64), layer.bits);
}
