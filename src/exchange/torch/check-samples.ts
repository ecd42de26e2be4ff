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
  /** [N, ...inputShape], channels last; of samples that change over time [T, N, ...inputShape] */
  readonly x: Float32Array;
  readonly time: boolean;
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
 * @param given [N, ...inputShape], prepared as for run(), or [T, N, ...inputShape], as for runSequence(): the first 16 are looked
 *   at; undefined: drawn from 0 to 1
 */
export function checkSamples(model: SpikingModel, given?: Tensor): CheckSamples {
  const each = sizeOf(model.inputShape);
  const candidates = given === undefined ? drawn(CANDIDATES * each) : given.toArray();
  const time = given !== undefined && given.rank === model.inputShape.length + 2;
  const steps = time ? model.timesteps : 1;
  const N = candidates.length / each / steps;
  const count = Math.min(CANDIDATES, N);
  const chosen = (samples: readonly number[]): Float32Array => {
    const x = new Float32Array(steps * samples.length * each);
    for (let t = 0; t < steps; t++) {
      samples.forEach((sample, i) => {
        const from = (t * N + sample) * each;
        x.set(candidates.subarray(from, from + each), (t * samples.length + i) * each);
      });
    }
    return x;
  };
  return withMode(model, false, () =>
    noGrad(() => {
      const all = Array.from({ length: count }, (_, sample) => sample);
      const margins: number[] = [];
      // A few at a time: all potentials of all layers are looked at.
      for (let from = 0; from < count; from += MOST) {
        const some = all.slice(from, from + MOST);
        margins.push(...shown(model, chosen(some), some.length, time).margins);
      }
      const best = all
        .sort((a, b) => margins[b] - margins[a])
        .slice(0, MOST)
        .sort((a, b) => a - b);
      const x = chosen(best);
      const { logits, spikes } = shown(model, x, best.length, time);
      return { x, time, N: best.length, logits, spikes };
    }),
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

function shown(model: SpikingModel, values: Float32Array, N: number, time: boolean): Shown {
  const T = model.timesteps;
  const layers = model.spikingLayers();
  const neurons = layers.map(([, neuron]) => neuron);
  const logits = new Float32Array(T * N * model.outputShape[0]);
  const margins = new Float64Array(N).fill(Infinity);
  const watches = neurons.map((neuron) => new Watch(neuron, T, margins));
  const input = (): Tensor => {
    const shape = [N, ...model.inputShape];
    const x = Tensor.full(time ? [T, ...shape] : shape, 0, model.parameters()[0]?.backend);
    x.data.set(values);
    return x;
  };
  const call = (x: () => Tensor, t: number): void =>
    scope(() => logits.set(model.forward(x()).data, (t * logits.length) / T));
  scope(() => model.reset());
  try {
    observing(
      neurons,
      (_neuron, place) => ({ potentials: true, seen: (observation) => watches[place].see(observation) }),
      () => {
        if (model.stepMode === "m") call(() => (time ? input() : repeat(input(), T)), 0);
        else for (let t = 0; t < T; t++) call(() => (time ? at(input(), t) : input()), t);
      },
    );
  } finally {
    scope(() => model.reset());
  }
  return { margins, logits, spikes: new Map(layers.map(([name], i) => [name, watches[i].spikes])) };
}

/** One neuron layer, step by step. */
class Watch {
  readonly spikes: BigInt64Array;
  readonly #neuron: BaseNode;
  readonly #margins: Float64Array;
  #t = 0;
  /** Before the next step. */
  #v: Float32Array | null = null;

  constructor(neuron: BaseNode, T: number, margins: Float64Array) {
    this.#neuron = neuron;
    this.#margins = margins;
    this.spikes = new BigInt64Array(T * margins.length);
  }

  see({ input, output, potential }: Observation): void {
    const isWhole = this.#neuron.stepMode === "m";
    const steps = isWhole ? output.shape[0] : 1;
    for (let t = 0; t < steps; t++) {
      const one = (all: Tensor): Tensor => (isWhole ? at(all, t) : all);
      scope(() => this.#step(one(input), one(output), potential === null ? null : one(potential)));
    }
  }

  #step(x: Tensor, y: Tensor, v: Tensor | null): void {
    const neuron = this.#neuron;
    const { theta } = neuron;
    const N = this.#margins.length;
    const before = Tensor.full(x.shape, neuron.vReset ?? 0, x.backend);
    if (this.#v !== null) before.data.set(this.#v);
    const u = neuron.charged(x, before).data;
    const spikes = y.data;
    const each = u.length / N;
    for (let i = 0; i < u.length; i++) {
      const sample = Math.floor(i / each);
      this.#margins[sample] = Math.min(this.#margins[sample], Math.abs(u[i] - theta));
      if (spikes[i] !== 0) this.spikes[this.#t * N + sample]++;
    }
    this.#v = v?.toArray() ?? null;
    this.#t++;
  }
}
