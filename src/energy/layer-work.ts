/** A row of an estimate before it has prices: a layer, what passes through it, and its work. */

import type { Traffic, TotalTraffic } from "./network-activity.js";
import type { Work } from "./work.js";

/** Driven by spikes, with numbers as in a network without spikes, or with numbers that drive spiking neurons. */
export type Arithmetic = "spiking" | "formal" | "hybrid";

/** What passed through; null where nothing was measured. */
export interface PassedThrough {
  readonly inputRate: number | null;
  readonly outputRate: number | null;
  readonly inputCount: number | null;
  readonly outputCount: number | null;
  readonly inputIsBinary: boolean;
  readonly outputIsBinary: boolean;
  readonly arithmetic: Arithmetic;
}

export interface LayerWork extends PassedThrough {
  readonly name: string;
  /** The neuron whose resets and leaks are counted here; null: none. */
  readonly neuron: string | null;
  readonly work: Work;
}

export interface NetworkWork {
  readonly layers: readonly LayerWork[];
  readonly total: PassedThrough;
}

export function passed(input: Traffic | null, output: Traffic | null, arithmetic: Arithmetic): PassedThrough {
  return {
    inputRate: input?.rate ?? null,
    outputRate: output?.rate ?? null,
    inputCount: input?.count ?? null,
    outputCount: output?.count ?? null,
    inputIsBinary: input?.isBinary ?? false,
    outputIsBinary: output?.isBinary ?? false,
    arithmetic,
  };
}

export function passedInAll(
  total: TotalTraffic | null,
  flags: Pick<PassedThrough, "inputIsBinary" | "outputIsBinary" | "arithmetic">,
): PassedThrough {
  const unknown = { inputRate: null, outputRate: null, inputCount: null, outputCount: null };
  return { ...(total ?? unknown), ...flags };
}

/** Of parts that are computed each in its way. */
export function commonArithmetic(parts: readonly Arithmetic[]): Arithmetic {
  const kinds = new Set(parts);
  return kinds.size === 1 ? parts[0] : "hybrid";
}
