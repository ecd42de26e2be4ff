/** Which maps between the layers hold numbers in C, and which hold spikes. */

import type { CMap, CNetwork } from "./c-network.js";

/** By place: the network's input, and the output of each layer. */
export function mapsOf({ inputShape, layers, numbers }: CNetwork): CMap[] {
  const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);
  const maps: CMap[] = [{ size: sizeOf(inputShape), spike: null }];
  for (const [i, layer] of layers.entries()) {
    const given = maps[layer.inputs[0]].spike;
    const spike =
      layer.kind === "neuron"
        ? layer.spike
        : given === null
          ? null
          : passedOn(layer, given, numbers[i].passes);
    maps.push({ size: sizeOf(layer.shape), spike });
  }
  return maps;
}

/** What only chooses, moves or rounds spikes leaves them spikes. */
function passedOn(
  { kind, inputs }: CNetwork["layers"][number],
  given: number,
  passes: (spike: number) => number,
): number | null {
  if (kind === "view" || kind === "channelsFirst") return given;
  const isOnlyRounded = kind === "add" && inputs.length === 1;
  // Of 0 and a negative number the largest is 0.
  if (!isOnlyRounded && (kind !== "maxPool" || given < 0)) return null;
  return passes(given);
}
