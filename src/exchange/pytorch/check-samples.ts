/**
 * Samples by which a network elsewhere is held to this one: what it gives at every time step, and how many of its neurons fire.
 * Elsewhere sums have another order; so those samples are taken where no potential lies within rounding of its threshold.
 */

import { noGrad } from "../../autograd/grad-mode.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { withMode } from "../../module/mode.js";
import { observing, type Observation } from "../../neurons/observation.js";
import type { BaseNode } from "../../neurons/base-node.js";
import { at, repeat } from "../../ops/slice.js";
import { Generator } from "../../random/generator.js";
import { sizeOf } from "../../shapes.js";
import { scope } from "../../tensor/scope.js";
import { Tensor } from "../../tensor/tensor.js";

export interface CheckSamples {
  /** [N, ...inputShape], channels last */
  readonly x: Float32Array;
  readonly N: number;
  /** [T, N, classes] */
  readonly logits: Float32Array;
  /** By the name of a layer, spikes of each sample at each time step: [T, N]. */
  readonly spikes: ReadonlyMap<string, BigInt64Array>;
}

/** More would make files large for nothing. */
const MOST = 4;
/** The candidates that they are chosen from. */
const CANDIDATES = 16;

/**
 * The model's state is forgotten.
 *
 * @param given [N, ...inputShape], prepared as for run(): the first 16 are looked at; undefined: drawn from 0 to 1
 */
export function checkSamples(model: SpikingModel, given?: Tensor): CheckSamples {
  return withMode(model, false, () =>
    noGrad(() =>
      scope(() => {
        const each = sizeOf(model.inputShape);
        const candidates = given === undefined ? drawn(CANDIDATES * each) : given.toArray();
        const count = Math.min(CANDIDATES, candidates.length / each);
        const seen = shown(model, candidates.slice(0, count * each), count);
        const best = Array.from({ length: count }, (_, sample) => sample)
          .sort((a, b) => seen.margins[b] - seen.margins[a])
          .slice(0, MOST)
          .sort((a, b) => a - b);
        const x = new Float32Array(best.length * each);
        best.forEach((sample, i) => x.set(candidates.subarray(sample * each, (sample + 1) * each), i * each));
        const { logits, spikes } = shown(model, x, best.length);
        return { x, N: best.length, logits, spikes };
      }),
    ),
  );
}

function drawn(size: number): Float32Array {
  const generator = new Generator(0);
  return Float32Array.from({ length: size }, () => generator.uniform());
}

interface Shown extends Pick<CheckSamples, "logits" | "spikes"> {
  /** For each sample, how close a potential came to its threshold. */
  readonly margins: Float64Array;
}

function shown(model: SpikingModel, values: Float32Array, N: number): Shown {
  const T = model.timesteps;
  const backend = model.parameters()[0]?.backend;
  const x = Tensor.full([N, ...model.inputShape], 0, backend);
  x.data.set(values);
  const layers = model.spikingLayers();
  const logits = new Float32Array(T * N * model.outputShape[0]);
  const margins = new Float64Array(N).fill(Infinity);
  const watches = layers.map(([, neuron]) => new Watch(neuron, T, margins));
  model.reset();
  try {
    observing(
      layers.map(([, neuron]) => neuron),
      (_neuron, place) => ({ potentials: true, seen: (observation) => watches[place].see(observation) }),
      () => {
        if (model.stepMode === "m") logits.set(model.forward(repeat(x, T)).data);
        else for (let t = 0; t < T; t++) logits.set(model.forward(x).data, (t * logits.length) / T);
      },
    );
  } finally {
    model.reset();
  }
  return { margins, logits, spikes: new Map(layers.map(([name], i) => [name, watches[i].spikes])) };
}

/** One neuron layer, step by step. */
class Watch {
  readonly spikes: BigInt64Array;
  readonly #neuron: BaseNode;
  readonly #margins: Float64Array;
  #t = 0;
  #v: Tensor | null = null;

  constructor(neuron: BaseNode, T: number, margins: Float64Array) {
    this.#neuron = neuron;
    this.#margins = margins;
    this.spikes = new BigInt64Array(T * margins.length);
  }

  see({ input, output, potential }: Observation): void {
    if (this.#neuron.stepMode === "s") {
      this.#step(input, output, potential);
      return;
    }
    for (let t = 0; t < output.shape[0]; t++)
      this.#step(at(input, t), at(output, t), potential === null ? null : at(potential, t));
  }

  #step(x: Tensor, y: Tensor, v: Tensor | null): void {
    const neuron = this.#neuron;
    const N = this.#margins.length;
    const before = this.#v ?? Tensor.full(x.shape, neuron.vReset ?? 0, x.backend);
    const u = neuron.charged(x, before).data;
    const spikes = y.data;
    const each = u.length / N;
    for (let i = 0; i < u.length; i++) {
      const sample = Math.floor(i / each);
      this.#margins[sample] = Math.min(this.#margins[sample], Math.abs(u[i] - neuron.theta));
      if (spikes[i] !== 0) this.spikes[this.#t * N + sample]++;
    }
    this.#v = v;
    this.#t++;
  }
}
