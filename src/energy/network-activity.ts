/** How much passes through the layers of a network, as plain data: measured, or stated by hand. */

import { checkBoolean, checkInteger, checkNonNegative } from "../checks.js";
import { show } from "../show.js";

/** What passes one side of a layer. */
export interface Traffic {
  /** Events per value and time step; of numbers, the share that is not 0. Above 1 where several spikes meet in a sum. */
  readonly rate: number;
  /** Events per inference; null where only the rate is known. */
  readonly count: number | null;
  /** Whether they are spikes: all of one height, that of the next weights. */
  readonly isBinary: boolean;
}

/** The sums behind it, over all samples and time steps. */
export interface MeasuredTraffic extends Traffic {
  readonly count: number;
  /** Values that are not 0. */
  readonly nonzeros: number;
  readonly sum: number;
  /** Values. */
  readonly elements: number;
  /** Samples, each counted once in every time step. */
  readonly samples: number;
}

export interface LayerTraffic<F extends Traffic = Traffic> {
  readonly input: F;
  readonly output: F;
  /** true: computes once with numbers, whatever it is given, as in a network without spikes. Default false. */
  readonly isFormal?: boolean;
}

export interface TotalTraffic {
  readonly inputRate: number;
  readonly outputRate: number;
  readonly inputCount: number;
  readonly outputCount: number;
}

export interface LayersActivity<F extends Traffic = Traffic> {
  /** T */
  readonly timesteps: number;
  /** By the names of networkGraph(): "layers.conv1". */
  readonly layers: Readonly<Record<string, LayerTraffic<F>>>;
  /** Of the whole network; worked out if it is left out. */
  readonly total?: TotalTraffic;
}

export interface NetworkActivity<F extends Traffic = Traffic> extends LayersActivity<F> {
  /**
   * The same as the reference measures it: what compat "qualia" reads. By graph name ("layers_conv1"), of a layer before a
   * neuron by both names, with what the reference adds to its totals.
   */
  readonly reference?: LayersActivity<F>;
}

/** @throws TypeError, RangeError unless it is an activity, of numbers that can be */
export function checkActivity(where: string, activity: unknown): NetworkActivity {
  const place = `${where}: activity`;
  const { reference } = checkLayers(place, activity) as NetworkActivity;
  if (reference !== undefined) checkLayers(`${place}.reference`, reference);
  return activity as NetworkActivity;
}

function checkLayers(place: string, activity: unknown): LayersActivity {
  const { timesteps, layers } = (activity ?? {}) as Partial<LayersActivity>;
  if (typeof activity !== "object" || typeof layers !== "object" || (layers as unknown) === null) {
    throw new TypeError(
      `${place} is ${show(activity)}; expected that of measureActivity(model, dataset), or { timesteps, layers: { name: { input, output } } }.`,
    );
  }
  checkInteger(`${place}.timesteps`, timesteps, 1);
  for (const [name, traffic] of Object.entries(layers)) {
    for (const side of ["input", "output"] as const) {
      const own = `${place}.layers[${show(name)}].${side}`;
      const { rate, count, isBinary } = ((traffic as Partial<LayerTraffic> | null)?.[side] ??
        {}) as Partial<Traffic>;
      checkNonNegative(`${own}.rate`, rate);
      if (count !== null) checkNonNegative(`${own}.count`, count);
      checkBoolean(`${own}.isBinary`, isBinary);
    }
  }
  return activity as LayersActivity;
}

/** The same with every rate of spikes times s; numbers stay as they are. */
export function scaleSpikes(activity: NetworkActivity, s: number): NetworkActivity {
  const scaled = (layers: LayersActivity["layers"]): LayersActivity["layers"] =>
    Object.fromEntries(
      Object.entries(layers).map(([name, { input, output, ...rest }]) => [
        name,
        { ...rest, input: scaledTraffic(input, s), output: scaledTraffic(output, s) },
      ]),
    );
  const { timesteps, layers, reference } = activity;
  const own = { timesteps, layers: scaled(layers) };
  if (reference === undefined) return own;
  return { ...own, reference: { timesteps: reference.timesteps, layers: scaled(reference.layers) } };
}

function scaledTraffic({ rate, count, isBinary }: Traffic, s: number): Traffic {
  if (!isBinary) return { rate, count, isBinary };
  return { rate: s * rate, count: count === null ? null : s * count, isBinary };
}
