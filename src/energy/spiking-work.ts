/**
 * Layers that are driven by events. With
 *
 *   a, b       events per value and time step that come in and that the neuron behind gives
 *   r = a T    of spikes; of numbers a S, S the times that they are computed: 1 for a still input, T behind a neuron
 *   fan        outputs that an event reaches: windows x Cout / groups, or Cout
 *   N          neurons behind, of which b T N spikes are reset
 *
 *   spikes     ACC = r Nin fan + T Nout + b T N            MAC = T N if the neuron leaks
 *   numbers    ACC = S Nout + b T N                        MAC = Nout K Cin / groups r + T N if it leaks
 *   addresses  ACC = r Nin K (convolution), r Nin Cout (linear)      MAC = 2 r Nin (convolution)
 *   potentials a T Nin K Cout / groups + T Nout, read and written
 *   weights    r Nin K Cout / groups      biases  T Nout      FIFO  r Nin read, b T N written
 */

import { noWork, type Access, type Work } from "./work.js";
import type { Geometry } from "./layer-kinds.js";
import type { Traffic } from "./network-activity.js";

/** The neurons that a layer drives. */
export interface Driven {
  readonly neurons: number;
  /** Events per neuron and time step. */
  readonly rate: number;
  readonly leaks: boolean;
}

export interface Drive {
  readonly input: Traffic;
  /** null: none behind it. */
  readonly driven: Driven | null;
  readonly T: number;
  /** Times that numbers are computed. */
  readonly steps: number;
  readonly hasBias: boolean;
}

export function spikingSynapses(geometry: Geometry, { input, driven, T, steps, hasBias }: Drive): Work {
  const { isConvolution, inputs, outputs, inChannels, outChannels, groups, kernel, windows } = geometry;
  const { rate, isBinary } = input;
  const r = rate * (isBinary ? T : steps);
  const reached = (outChannels * kernel) / groups;
  const { resets, leaked } = behind(driven, T);
  const synapses: Pick<Work, "macs" | "accs"> = isBinary
    ? { macs: leaked, accs: (r * inputs * windows * outChannels) / groups + T * outputs + resets }
    : {
        macs: ((outputs * kernel * inChannels) / groups) * r + leaked,
        accs: steps * outputs + resets,
      };
  const touched = rate * T * inputs * reached + T * outputs;
  return {
    ...synapses,
    addressMacs: isConvolution ? 2 * r * inputs : 0,
    addressAccs: r * inputs * (isConvolution ? kernel : outChannels),
    accesses: [
      ...fifo(r * inputs, resets),
      { memory: "weights", reads: r * inputs * reached, writes: 0, words: geometry.weights },
      { memory: "biases", reads: hasBias ? T * outputs : 0, writes: 0, words: outChannels },
      { memory: "potentials", reads: touched, writes: touched, words: outputs },
    ],
  };
}

/** Neurons that no weights lead to: each event goes to one of them. */
export function membrane(driven: Driven, { input, T, steps }: Pick<Drive, "input" | "T" | "steps">): Work {
  const { neurons } = driven;
  const { resets, leaked } = behind(driven, T);
  const charged = input.rate * T * neurons;
  const touched = charged + T * neurons;
  return {
    ...noWork,
    macs: leaked,
    accs: charged + T * neurons + resets,
    accesses: [
      ...fifo(input.isBinary ? charged : input.rate * steps * neurons, resets),
      { memory: "potentials", reads: touched, writes: touched, words: neurons },
    ],
  };
}

/** Events that come in and go out. */
function fifo(reads: number, writes: number): Access[] {
  return [{ memory: "io", reads, writes, words: "fifo" }];
}

function behind(driven: Driven | null, T: number): { resets: number; leaked: number } {
  if (driven === null) return { resets: 0, leaked: 0 };
  const { neurons, rate, leaks } = driven;
  return { resets: rate * T * neurons, leaked: leaks ? T * neurons : 0 };
}

/**
 * The same as the reference computes it: without groups; the addresses of a linear layer without the number of its inputs; of
 * numbers one time step, with a leak that happens once and costs a multiplication alone in energy.
 *
 * @param purpose its estimate of energy and its count of operations differ in the weights that numbers read, and in that leak
 */
export function referenceSynapses(
  geometry: Geometry,
  { input, driven, T, hasBias }: Drive,
  purpose: "energy" | "operations",
): Work {
  const { isConvolution, inputs, outputs, inChannels, outChannels, kernel, windows } = geometry;
  const { rate, isBinary } = input;
  const A = rate * T;
  const r = isBinary ? A : rate;
  const resets = driven === null ? 0 : driven.rate * T * outputs;
  const leaked = driven?.leaks === true ? outputs : 0;
  const macs = outputs * inChannels * kernel * rate;
  const synapses: Pick<Work, "macs" | "accs" | "muls"> = isBinary
    ? { macs: T * leaked, accs: A * inputs * windows * outChannels + T * outputs + resets }
    : { macs, muls: leaked, accs: outputs + resets };
  const touched = A * inputs * outChannels * kernel + T * outputs;
  const weightReads = (purpose === "energy" ? r : A) * inputs * outChannels * kernel;
  return {
    ...synapses,
    addressMacs: isConvolution ? 2 * r * inputs : 0,
    addressAccs: isConvolution ? r * inputs * kernel : r * outChannels,
    accesses: [
      ...fifo(r * inputs, resets),
      { memory: "weights", reads: weightReads, writes: 0, words: geometry.weights },
      { memory: "biases", reads: hasBias ? T * outputs : 0, writes: 0, words: outChannels },
      { memory: "potentials", reads: touched, writes: touched, words: outputs },
    ],
  };
}
