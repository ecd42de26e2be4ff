/** A network measured on the test data, and what its layers and their quantizers do meanwhile. */

import type { AugmentationPipeline } from "../../datasets/augmentations/pipeline.js";
import type { Dataset } from "../../datasets/dataset.js";
import type { LossSpec } from "../../losses/loss-spec.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import type { BaseNode } from "../../neurons/base-node.js";
import {
  activationsRange,
  parseActivationsRange,
  type ActivationRange,
} from "../../quantization/activations-range.js";
import { quantizersIn } from "../../quantization/calibrate.js";
import { quantizersOf } from "../../quantization/layer-quantizers.js";
import { countingSaturation } from "../../quantization/saturation.js";
import { countLimits, type SaturationCount } from "../../quantization/saturation-count.js";
import type { Grid } from "../../quantization/grid.js";
import type { NeuronObserver, Observation } from "../../neurons/observation.js";
import { sizeOf } from "../../shapes.js";
import type { Quantizer } from "../../quantization/quantizer.js";
import { identifierOf } from "../../graph/layer-graph.js";
import { evaluate, type Evaluation } from "../../training/evaluate.js";

/** What networks are measured on. */
export interface TestSet {
  readonly data: Dataset;
  readonly augmentations?: AugmentationPipeline;
  readonly loss: LossSpec;
}

export interface MeasureOptions {
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
  readonly onBatch?: (done: number, total: number) => void;
}

/** One layer of a network that has neurons or quantizers. */
export interface MeasuredLayer {
  /** As in the state dict: "layers.conv1". */
  readonly name: string;
  /** Of neurons: the threshold that they fire at. */
  readonly theta: number | null;
  /** Fractional bits of its output, and of its weights or its potential; null where there are none. */
  readonly q: number | null;
  readonly weightsQ: number | null;
  /** Share of its outputs, or of its potentials, that lie at the limits of their quantizer; null without one. */
  readonly saturation: number | null;
  /** Of neurons: the share that fires for no sample. */
  readonly silence: number | null;
}

/** A network at one point of its way to integers. */
export interface Stage {
  readonly evaluation: Evaluation;
  readonly layers: readonly MeasuredLayer[];
}

/** @throws as evaluate */
export async function measureStage(
  model: SpikingModel,
  { data, augmentations, loss }: TestSet,
  options: MeasureOptions = {},
): Promise<Stage> {
  const given = { ...options, loss, ...(augmentations === undefined ? {} : { augmentations }) };
  const firing = model.spikingLayers().map(([name, neuron]) => ({ name, neuron, watch: new Watch(neuron) }));
  const ends = firing.map(({ neuron, watch }) => neuron.observe(watch));
  try {
    const { result, counts } = await countingSaturation(model, () => evaluate(model, data, given));
    const watches = new Map(firing.map(({ name, watch }) => [name, watch]));
    return { evaluation: result, layers: layersOf(model, watches, counts) };
  } finally {
    for (const end of ends) end();
  }
}

/** What the neurons of a layer do: which of them have fired, and how many of their potentials lie at the limits. */
class Watch implements NeuronObserver {
  readonly potentials: boolean;
  readonly saturation: SaturationCount = { atLimits: 0, values: 0 };
  readonly #neuron: BaseNode;
  /** Of the potential; null if it is not quantized. */
  readonly #grid: Grid | null;
  #fired: Uint8Array = new Uint8Array(0);

  constructor(neuron: BaseNode) {
    this.#neuron = neuron;
    this.#grid = quantizersOf(neuron).get("quantizer_v")?.grid ?? null;
    this.potentials = this.#grid !== null;
  }

  /** Of all samples, and of all time steps in step mode 'm'. */
  readonly seen = ({ output, potential }: Observation): void => {
    const { shape, data } = output;
    const neurons = sizeOf(shape.slice(this.#neuron.stepMode === "m" ? 2 : 1));
    if (this.#fired.length !== neurons) this.#fired = new Uint8Array(neurons);
    const fired = this.#fired;
    for (let i = 0, neuron = 0; i < data.length; i++) {
      if (data[i] !== 0) fired[neuron] = 1;
      if (++neuron === neurons) neuron = 0;
    }
    if (this.#grid !== null && potential !== null) countLimits(this.saturation, potential, this.#grid);
  };

  get silence(): number {
    const silent = this.#fired.filter((each) => each === 0).length;
    return silent / Math.max(1, this.#fired.length);
  }
}

function layersOf(
  model: SpikingModel,
  watches: ReadonlyMap<string, Watch>,
  counts: ReadonlyMap<Quantizer, SaturationCount>,
): MeasuredLayer[] {
  const neurons = new Map(model.spikingLayers());
  const isQuantized = quantizersIn(model).length > 0;
  const ranges = isQuantized
    ? parseActivationsRange(activationsRange(model))
    : new Map<string, ActivationRange>();
  return model.namedModules().flatMap(([name, module]): MeasuredLayer[] => {
    const quantizers = quantizersOf(module);
    const neuron = neurons.get(name);
    if (neuron === undefined && quantizers.size === 0) return [];
    const range = ranges.get(identifierOf(name));
    const [watch, act] = [watches.get(name), quantizers.get("quantizer_act")];
    const count = watch?.saturation ?? (act === undefined ? undefined : counts.get(act));
    return [
      {
        name,
        theta: neuron?.theta ?? null,
        q: range?.activationQ ?? null,
        weightsQ: range?.weightsQ ?? null,
        saturation: count === undefined || count.values === 0 ? null : count.atLimits / count.values,
        silence: watch?.silence ?? null,
      },
    ];
  });
}
