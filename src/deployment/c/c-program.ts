/** A network as it lies in the memory of a device: which map where, and what runs once for a still input. */

import { mapsOf } from "./c-map.js";
import type { CLayer, CMap, CNetwork, LayerNumbers } from "./c-network.js";
import { planMemory, type Lifetime } from "./memory-plan.js";

export interface PlacedLayer {
  readonly layer: CLayer;
  readonly numbers: LayerNumbers;
  /** Of its inputs and its output, by place: 0 is the network's input. */
  readonly inputs: readonly number[];
  readonly place: number;
}

export interface CProgram {
  readonly network: CNetwork;
  readonly maps: readonly CMap[];
  /** Where a map lies: the caller's input, one of the two buffers, or the caller's output. */
  readonly places: readonly MapPlace[];
  /** Elements of the buffer of numbers and of the buffer of spikes. */
  readonly numbers: number;
  readonly spikes: number;
  /** The maps that lie in the buffers. */
  readonly kept: readonly KeptMap[];
  /** With no neuron upstream: of a still input, they are computed once. */
  readonly still: readonly PlacedLayer[];
  /** In every time step. */
  readonly stepwise: readonly PlacedLayer[];
}

export type MapPlace =
  | { readonly kind: "input" }
  | { readonly kind: "output" }
  | { readonly kind: "numbers" | "spikes"; readonly offset: number };

/** A map that lies in a buffer, and how long it is needed there. */
export interface KeptMap extends Lifetime {
  readonly place: number;
  readonly kind: "numbers" | "spikes";
  readonly offset: number;
}

/** @param time whether the input changes from step to step: nothing is then computed once */
export function placeMaps(network: CNetwork, time: boolean): CProgram {
  const { layers } = network;
  const maps = mapsOf(network);
  const isStill = time ? layers.map(() => false) : stillPlaces(layers);
  const all = layers.map((layer, i): PlacedLayer => {
    return { layer, numbers: network.numbers[i], inputs: layer.inputs, place: i + 1 };
  });
  const still = all.filter(({ place }) => isStill[place]);
  const stepwise = all.filter(({ place }) => !isStill[place]);
  const order = [...still, ...stepwise];
  const at = new Map(order.map(({ place }, i) => [place, i]));
  const output = layers.length;
  const lastRead = (place: number): number => {
    const readers = order.flatMap(({ inputs }, i) => (inputs.includes(place) ? [i] : []));
    const last = Math.max(at.get(place) ?? 0, ...readers);
    // What was computed once is read again in every step.
    return isStill[place] && last >= still.length ? order.length : last;
  };
  const held = order.filter(({ place }) => place !== output || maps[place].spike !== null);
  const places = new Array<MapPlace>(maps.length).fill({ kind: "input" });
  if (maps[output].spike === null) places[output] = { kind: "output" };
  const sizes = { numbers: 0, spikes: 0 };
  const kept: KeptMap[] = [];
  for (const kind of ["numbers", "spikes"] as const) {
    const own = held.filter(({ place }) => (maps[place].spike === null) === (kind === "numbers"));
    const lifetimes = own.map(({ place }): Lifetime => {
      return { size: maps[place].size, from: at.get(place) ?? 0, to: lastRead(place) };
    });
    const plan = planMemory(lifetimes);
    own.forEach(({ place }, i) => {
      const offset = plan.offsets[i];
      places[place] = { kind, offset };
      kept.push({ place, kind, offset, ...lifetimes[i] });
    });
    sizes[kind] = plan.size;
  }
  return { network, maps, places, ...sizes, kept, still, stepwise };
}

/** By place, whether it is the same in every time step when the input is. */
function stillPlaces(layers: readonly CLayer[]): boolean[] {
  const still = [true];
  for (const { kind, inputs } of layers)
    still.push(kind !== "neuron" && inputs.every((place) => still[place]));
  return still;
}
