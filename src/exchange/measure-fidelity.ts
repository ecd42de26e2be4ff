/** Two models that should be the same, shown the same samples: how many spikes differ, and how far apart their logits are. */

import { checkInteger, checkOptions } from "../checks.js";
import { noGrad } from "../autograd/grad-mode.js";
import type { Batch } from "../datasets/batch.js";
import type { Dataset } from "../datasets/dataset.js";
import { ShapeError } from "../errors.js";
import { checkFits, inputOf } from "../measuring/batch-input.js";
import { withMode } from "../module/mode.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { BaseNode } from "../neurons/base-node.js";
import { observing } from "../neurons/observation.js";
import { formatShape, sizeOf } from "../shapes.js";
import { scope } from "../tensor/scope.js";
import type { Tensor } from "../tensor/tensor.js";
import type { MeasuredFidelity } from "./fidelity-report.js";

export interface MeasureFidelityOptions {
  /** How many of the data's samples are shown, from the first on (default 64). */
  samples?: number;
}

const BATCH = 16;

/**
 * Shows samples to both, for as many time steps as the first one has, in evaluation. Layers that spike are compared where both
 * have one of the same name and size; inside a layer with feedback, by the end of the name. Their states are forgotten; nothing
 * else changes.
 *
 * @param model what prepares the samples. @param other takes the prepared ones
 * @throws TypeError, RangeError for data that do not fit; ShapeError for models that do not take and give the same
 */
export function measureFidelity(
  model: SpikingModel,
  other: SpikingModel,
  data: Dataset,
  options: MeasureFidelityOptions = {},
): MeasuredFidelity {
  const where = "measureFidelity";
  checkOptions(where, options ?? null, ["samples"]);
  const most = checkInteger(`${where}: samples`, options.samples ?? 64, 1);
  checkFits(where, model, data);
  checkSameEnds(where, model, other);
  const shown = data.length > most ? data.subset({ start: 0, end: most }) : data;
  const total = new Comparison(pairsOf(model, other));
  const before = other.timesteps;
  other.timesteps = model.timesteps;
  try {
    withMode(model, false, () =>
      withMode(other, false, () => {
        for (const batch of shown.batches({ batchSize: BATCH })) total.add(model, other, batch);
      }),
    );
  } finally {
    other.timesteps = before;
    scope(() => {
      model.reset();
      other.reset();
    });
  }
  return total.measured(shown.length, model.timesteps);
}

function checkSameEnds(where: string, model: SpikingModel, other: SpikingModel): void {
  const [a, b] = [model, other].map(({ inputShape, outputShape }) => [sizeOf(inputShape), outputShape[0]]);
  if (a[0] === b[0] && a[1] === b[1]) return;
  const shapes = [model, other].map(
    ({ inputShape, outputShape }) => `${formatShape(inputShape)} to ${formatShape(outputShape)}`,
  );
  throw new ShapeError(
    `${where}: the models are ${shapes.join(" and ")}; expected two that take and give the same.`,
  );
}

type NamedNeuron = readonly [string, BaseNode];

/** Neurons of both, by name. */
function pairsOf(model: SpikingModel, other: SpikingModel): [BaseNode, BaseNode][] {
  const others = other.spikingLayers();
  return model.spikingLayers().flatMap(([name, neuron]): [BaseNode, BaseNode][] => {
    const found =
      others.find(([each]) => each === name) ??
      others.find(([each]) => each.endsWith(`.${name}`) || name.endsWith(`.${each}`)) ??
      onlyOne(model.spikingLayers(), others, name);
    return found === undefined ? [] : [[neuron, found[1]]];
  });
}

/** Where what is around a layer was renamed: the one of the same last name, if there is one in each of both. */
function onlyOne(
  own: readonly NamedNeuron[],
  others: readonly NamedNeuron[],
  name: string,
): NamedNeuron | undefined {
  const last = lastOf(name);
  const [a, b] = [own, others].map((each) => each.filter(([one]) => lastOf(one) === last));
  return a.length === 1 && b.length === 1 ? b[0] : undefined;
}

const lastOf = (name: string): string => name.slice(name.lastIndexOf(".") + 1);

class Comparison {
  readonly #pairs: readonly (readonly [BaseNode, BaseNode])[];
  #spikes = 0;
  #differing = 0;
  #drift = 0;
  #otherClass = 0;

  constructor(pairs: readonly (readonly [BaseNode, BaseNode])[]) {
    this.#pairs = pairs;
  }

  add(model: SpikingModel, other: SpikingModel, batch: Batch): void {
    noGrad(() =>
      scope(() => {
        const x = inputOf(model, batch);
        const time = batch.time === true;
        const same = x.reshape([...x.shape.slice(0, time ? 2 : 1), ...other.inputShape]);
        const [a, b] = [
          shownTo(
            model,
            x,
            time,
            this.#pairs.map(([neuron]) => neuron),
          ),
          shownTo(
            other,
            same,
            time,
            this.#pairs.map(([, neuron]) => neuron),
          ),
        ];
        a.spikes.forEach((own, i) => this.#compare(own, b.spikes[i]));
        this.#compareLogits(a.logits, b.logits);
      }),
    );
  }

  #compare(own: readonly Uint8Array[], others: readonly Uint8Array[]): void {
    const [a, b] = [joined(own), joined(others)];
    if (a.length !== b.length) return;
    this.#spikes += a.length;
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) this.#differing++;
  }

  #compareLogits(a: Tensor, b: Tensor): void {
    const [own, others] = [a.data, b.data];
    for (let i = 0; i < own.length; i++) this.#drift = Math.max(this.#drift, Math.abs(own[i] - others[i]));
    const answers = b.argmax();
    a.argmax().forEach((answer, i) => {
      if (answer !== answers[i]) this.#otherClass++;
    });
  }

  measured(samples: number, timesteps: number): MeasuredFidelity {
    const [spikes, differing] = [this.#spikes, this.#differing];
    return {
      samples,
      timesteps,
      spikes,
      differing,
      differingShare: spikes === 0 ? 0 : differing / spikes,
      logitDrift: this.#drift,
      otherClass: this.#otherClass,
    };
  }
}

interface Shown {
  readonly logits: Tensor;
  /** By neuron, what it gave at each call: 1 where it fired. */
  readonly spikes: readonly (readonly Uint8Array[])[];
}

function shownTo(model: SpikingModel, x: Tensor, time: boolean, neurons: readonly BaseNode[]): Shown {
  const spikes = neurons.map((): Uint8Array[] => []);
  const logits = observing(
    neurons,
    (_neuron, place) => ({
      seen: ({ output }) => spikes[place].push(Uint8Array.from(output.data, (y) => (y === 0 ? 0 : 1))),
    }),
    () => (time ? model.runSequence(x) : model.run(x)),
  );
  return { logits, spikes };
}

/** Steps one after the other, whether they came in one call or in several. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
