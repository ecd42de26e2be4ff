/** A copy of the model, for "what if": other thresholds, another T, measured on held-out data. */

import {
  createModel,
  evaluate,
  histogram,
  inspectLayers,
  quantizationError,
  staircaseCorners,
  thresholdHealth,
  type ATIF,
  type BaseNode,
  type Dataset,
  type IFNode,
  type LayerInspection,
  type SpikingModel,
} from "atif";
import { axisOf, BINS, type Axis } from "../../elements/staircase-axis.js";
import type { Staircases, WhatIf } from "./protocol.js";
import { shownNames } from "./spiking-layers.js";

/** Of large sets, the first ones: an answer comes while the slider still moves. */
const MOST_SAMPLES = 1000;
/** Mean inputs that are kept of each layer. */
const MOST_INPUTS = 20_000;

export class Probe {
  readonly #model: SpikingModel;
  readonly #data: Dataset;
  /** The range of each layer's histogram, as it was at first: it does not move with the slider. */
  readonly #axes = new Map<string, Axis>();
  /** Of the layers, as they were measured: what-ifs have the same. */
  #neurons: readonly (BaseNode | undefined)[] = [];
  /** Of the last measurement; null before the first. */
  inspections: readonly LayerInspection[] | null = null;

  #names: readonly string[] = [];
  #looking: SpikingModel | null = null;

  constructor(model: SpikingModel, test: Dataset) {
    this.#model = copyOf(model);
    this.#data = test.length > MOST_SAMPLES ? test.subset({ start: 0, end: MOST_SAMPLES }) : test;
  }

  /** @param whatIf null: the model as it is */
  async measure(whatIf: WhatIf | null): Promise<Staircases> {
    if (whatIf !== null) place(this.#model, this.#neurons, this.#inTime(whatIf));
    const { accuracy, spikesPerInference } = await evaluate(this.#model, this.#data);
    const layers = await inspectLayers(this.#model, this.#data, { maxInputs: MOST_INPUTS });
    this.inspections = layers;
    this.#names = layers.map(({ name }) => name);
    this.#neurons = neuronsOf(this.#model, this.#names);
    const shown = shownNames(this.#model);
    return {
      timesteps: this.#model.timesteps,
      samples: this.#data.length,
      accuracy,
      spikesPerInference,
      layers: layers.map((layer, i) => ({
        ...this.#describe(layer, shown(layer.name)),
        isMovable: canMove(this.#neurons[i]),
        isLearned: this.#neurons[i]?.traits.threshold !== "fixed",
      })),
      findings: thresholdHealth(layers),
      isTimeMovable: !this.#data.time,
    };
  }

  /** Another copy, with other thresholds and another T, to look with: what is being measured is left alone. */
  moved(whatIf: WhatIf): SpikingModel {
    this.#looking ??= copyOf(this.#model);
    place(this.#looking, neuronsOf(this.#looking, this.#names), this.#inTime(whatIf));
    return this.#looking;
  }

  /** A sequence has a T of its own. */
  #inTime(whatIf: WhatIf): WhatIf {
    return this.#data.time ? { ...whatIf, timesteps: this.#model.timesteps } : whatIf;
  }

  #describe(
    layer: LayerInspection,
    name: string,
  ): Omit<Staircases["layers"][number], "isMovable" | "isLearned"> {
    const { theta, timesteps, firingRate, neurons, silentNeurons, saturatedNeurons, meanInputs } = layer;
    const axis = this.#axes.get(name) ?? axisOf(meanInputs, theta);
    this.#axes.set(name, axis);
    return {
      name,
      theta,
      firingRate,
      neurons,
      silentNeurons,
      saturatedNeurons,
      unevenness: layer.unevenness,
      corners: staircaseCorners({ theta, timesteps }),
      error: quantizationError(meanInputs, { theta, timesteps }),
      histogram: histogram(meanInputs, { ...axis, bins: BINS }),
    };
  }
}

/** There are neurons with a threshold for each of their channels, or for each of them. */
function canMove(neuron: BaseNode | undefined): boolean {
  if (neuron === undefined || (neuron.learnedThreshold?.size ?? 1) > 1) return false;
  return "setCoeffs" in neuron || "vThreshold" in neuron;
}

/** Of a neuron that learns its threshold, or of one whose threshold is a setting; others stay as they are. */
function setTheta(neuron: BaseNode, theta: number): void {
  if ("setCoeffs" in neuron) (neuron as ATIF).setCoeffs(theta);
  else if ("vThreshold" in neuron) (neuron as IFNode).vThreshold = theta;
}

function copyOf(model: SpikingModel): SpikingModel {
  const copy = createModel(model.architecture).eval();
  copy.loadStateDict(model.stateDict());
  return copy;
}

function neuronsOf(model: SpikingModel, names: readonly string[]): (BaseNode | undefined)[] {
  const neurons = new Map(model.spikingLayers());
  return names.map((name) => neurons.get(name));
}

function place(
  model: SpikingModel,
  neurons: readonly (BaseNode | undefined)[],
  { thetas, timesteps }: WhatIf,
): void {
  model.timesteps = timesteps;
  neurons.forEach((neuron, i) => {
    if (neuron !== undefined && canMove(neuron) && thetas[i] !== neuron.theta) setTheta(neuron, thetas[i]);
  });
}
