/** Names spiking layers that have gone wrong, and what to try. */

import { isList } from "../checks.js";
import { show } from "../show.js";
import type { LayerReport } from "../measuring/layer-report.js";

export type HealthProblem = "silent" | "mostly silent" | "saturated" | "theta near zero";

export interface HealthFinding {
  /** "layers.neuron1" */
  readonly layer: string;
  readonly problem: HealthProblem;
  /** What is wrong, in a sentence with the figure. */
  readonly sentence: string;
  /** What to try, in a sentence. */
  readonly advice: string;
}

/** What is looked at: a LayerReport, or a LayerInspection, which also knows silent neurons. */
export type HealthFacts = Pick<LayerReport, "name" | "theta" | "thetas" | "firingRate" | "neurons"> & {
  readonly silentNeurons?: number;
};

/** Fewer spikes than this per neuron and step carry next to nothing on. */
export const SILENT_RATE = 0.001;
/** Share of neurons without a spike in all samples. */
export const SILENT_SHARE = 0.5;
/** More spikes than this per neuron and step tell inputs hardly apart. */
export const SATURATED_RATE = 0.9;
/** Ten times the default floor (minThreshold) at which optimizers hold theta. */
export const SMALL_THETA = 0.01;

/**
 * One finding per layer and problem, in the order of the layers; an empty list if all are well.
 *
 * @param layers of an epoch, an evaluation or inspectLayers()
 */
export function thresholdHealth(layers: readonly HealthFacts[]): HealthFinding[] {
  if (!isList(layers)) {
    throw new TypeError(`thresholdHealth: layers is ${show(layers)}; expected the layers of an evaluation.`);
  }
  return layers.flatMap(findings);
}

function findings({
  name,
  theta,
  thetas,
  firingRate,
  neurons,
  silentNeurons = 0,
}: HealthFacts): HealthFinding[] {
  const found: HealthFinding[] = [];
  const add = (problem: HealthProblem, sentence: string, advice: string): void =>
    void found.push({ layer: name, problem, sentence, advice });
  const silentShare = neurons === 0 ? 0 : silentNeurons / neurons;
  if (firingRate < SILENT_RATE) {
    add(
      "silent",
      `It fires in ${percent(firingRate)} of its steps: the layers after it see next to nothing.`,
      `Its input does not reach theta = ${theta.toPrecision(3)}. Start with a lower theta, or add batch normalization before it.`,
    );
  } else if (silentShare > SILENT_SHARE) {
    add(
      "mostly silent",
      `${silentNeurons} of its ${neurons} neurons never fire.`,
      "They cost memory and do nothing. Use fewer neurons or channels, a lower theta to start with, or a lower learning rate.",
    );
  }
  if (firingRate > SATURATED_RATE) {
    add(
      "saturated",
      `It fires in ${percent(firingRate)} of its steps: almost every input is clipped to theta, and looks the same.`,
      "Start with a higher theta, or lower the learning rate; more time steps do not help a layer that always fires.",
    );
  }
  const least = thetas?.min ?? theta;
  if (least < SMALL_THETA) {
    add(
      "theta near zero",
      `${thetas === undefined ? "Its theta" : "The least of its thetas"} is ${least.toPrecision(2)}: its spikes carry almost nothing, and its potential grows without limit.`,
      "Lower the learning rate, start with a higher theta, or raise the floor (minThreshold).",
    );
  }
  return found;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}
