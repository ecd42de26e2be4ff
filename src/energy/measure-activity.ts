/** How much passes through the layers of a network while it looks at data. */

import { noGrad } from "../autograd/grad-mode.js";
import { checkInteger, checkOptions } from "../checks.js";
import type { Batch } from "../datasets/batch.js";
import type { Dataset } from "../datasets/dataset.js";
import { foldThresholds } from "../deployment/fold-thresholds.js";
import { ShapeError } from "../errors.js";
import type { LayerGraph, LayerNode } from "../graph/layer-graph.js";
import { checkFits, inputOf } from "../measuring/batch-input.js";
import { networkGraph } from "../models/network-graph.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { withMode } from "../module/mode.js";
import { BaseNode } from "../neurons/base-node.js";
import { at, repeat } from "../ops/slice.js";
import { formatShape, sameShape, sizeOf } from "../shapes.js";
import { scope } from "../tensor/scope.js";
import type { Tensor } from "../tensor/tensor.js";
import { averaged, isAdd, isInput, passesSpikes } from "./layer-kinds.js";
import type { LayerTraffic, MeasuredTraffic, NetworkActivity } from "./network-activity.js";
import { referenceActivity } from "./reference-activity.js";
import { Tally } from "./tally.js";

export interface MeasureActivityOptions {
  /** Samples at a time (default 64). */
  readonly batchSize?: number;
}

/**
 * Shows every sample to the model for T time steps, from rest, in evaluation mode, layer by layer, and counts. Modes are given
 * back as they were; the state of the neurons is forgotten.
 *
 * Spikes are events: a value of several spikes, where branches meet or a pooling takes a mean, is as many. What is no sum of
 * spikes of one height is numbers, of which those that are not 0 are counted.
 *
 * @param data samples of the model's input shape, shown at each time step, or of as many time steps as the model has
 * @throws TypeError, RangeError, ShapeError if the data does not fit the model; RangeError for a network with operations
 *   between its layers
 */
export function measureActivity(
  model: SpikingModel,
  data: Dataset,
  options: MeasureActivityOptions = {},
): NetworkActivity<MeasuredTraffic> {
  checkOptions(WHERE, options, ["batchSize"]);
  const meter = new ActivityMeter(model, data);
  const batchSize = checkInteger(`${WHERE}: batchSize`, options.batchSize ?? 64, 1);
  for (const batch of data.batches({ batchSize })) meter.show(batch);
  return meter.activity;
}

const WHERE = "measureActivity";

/** The same batch by batch, for programs that have something else to do between two. */
export class ActivityMeter {
  readonly #model: SpikingModel;
  readonly #graph: LayerGraph;
  readonly #tallies: ReadonlyMap<LayerNode, Tally>;

  /** @throws as measureActivity */
  constructor(model: SpikingModel, data: Dataset) {
    checkFits(WHERE, model, data);
    checkShape(WHERE, model, data);
    // Of channels that fire as high as each does, too, the next weights take up the heights.
    const hasChannels = model.neurons().some(({ learnedThreshold, traits }) => {
      return traits.spikeHeight === "theta" && learnedThreshold !== null && learnedThreshold.size > 1;
    });
    this.#model = hasChannels ? foldThresholds(model).model : model;
    this.#graph = networkGraph(this.#model);
    const { nodes } = this.#graph;
    const foreign = nodes.find((node) => node.module === null && !isInput(node) && !isAdd(node));
    if (foreign !== undefined) {
      throw new RangeError(
        `${WHERE}: between its layers, ${model.constructor.name} has the operation ${foreign.name}, which cannot be counted; ` +
          `expected layers and sums alone. Make it a layer, with defineLayer.`,
      );
    }
    this.#tallies = new Map(nodes.map((node) => [node, new Tally()]));
  }

  show(batch: Batch): void {
    showBatch(this.#model, this.#graph, this.#tallies, batch);
  }

  /** Of what was shown so far. */
  get activity(): NetworkActivity<MeasuredTraffic> {
    const { timesteps, stepMode } = this.#model;
    return {
      timesteps,
      layers: layersOf(this.#graph, this.#tallies, timesteps),
      reference: referenceActivity(this.#graph, this.#tallies, timesteps, stepMode),
    };
  }
}

function checkShape(where: string, model: SpikingModel, data: Dataset): void {
  const { frameShape: sampleShape, name } = data;
  // A network of neurons without a map takes samples of any shape with as many values.
  const isFlat = sampleShape.length === 1 && sampleShape[0] === sizeOf(model.inputShape);
  if (isFlat || sameShape(sampleShape, model.inputShape)) return;
  throw new ShapeError(
    `${where}: samples of "${name}" are ${formatShape(sampleShape)}; expected ${formatShape(model.inputShape)}, as the model takes them.`,
  );
}

function showBatch(
  model: SpikingModel,
  graph: LayerGraph,
  tallies: ReadonlyMap<LayerNode, Tally>,
  batch: Batch,
): void {
  const { timesteps: T, stepMode, inputShape } = model;
  const [samples] = batch.shape;
  const time = batch.time === true;
  try {
    withMode(model, false, () =>
      scope(() =>
        noGrad(() => {
          model.reset();
          const x = inputOf(model, { ...batch, shape: [samples, ...(time ? [T] : []), ...inputShape] });
          if (stepMode === "m") return void showOnce(graph, tallies, time ? x : repeat(x, T), T * samples);
          for (let t = 0; t < T; t++)
            scope(() => void showOnce(graph, tallies, time ? at(x, t) : x, samples));
        }),
      ),
    );
  } finally {
    scope(() => model.reset());
  }
}

/** Computes every layer, and counts what it gives. @param samples of x, each counted once in every time step */
function showOnce(
  graph: LayerGraph,
  tallies: ReadonlyMap<LayerNode, Tally>,
  x: Tensor,
  samples: number,
): void {
  const outputs = new Map<LayerNode, Tensor>();
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((from) => outputs.get(from) ?? x);
    const y = isInput(node) ? x : outputOf(node, inputs);
    outputs.set(node, y);
    tallies.get(node)?.add(y.data, samples);
  }
}

function outputOf({ module }: LayerNode, [first, ...others]: readonly Tensor[]): Tensor {
  return module?.forward(first, ...others) ?? others.reduce((total, other) => total.add(other), first);
}

/** By layer: what it reads is what those before it gave. */
function layersOf(
  { nodes }: LayerGraph,
  tallies: ReadonlyMap<LayerNode, Tally>,
  T: number,
): Record<string, LayerTraffic<MeasuredTraffic>> {
  const units = new Map<LayerNode, number | null>();
  const layers: [string, LayerTraffic<MeasuredTraffic>][] = [];
  for (const node of nodes) {
    const tally = tallies.get(node) as Tally;
    const given = node.inputs.map((from) => units.get(from) ?? null);
    const unit = unitOf(node, given, tally);
    units.set(node, unit);
    if (isInput(node)) continue;
    const read = node.inputs.map((from) => tallies.get(from) as Tally);
    const common = sameUnit(given);
    const input = Tally.joined(read).traffic(T, common, common !== null);
    layers.push([node.name, { input, output: tally.traffic(T, unit, unit !== null) }]);
  }
  return Object.fromEntries(layers);
}

/** What an event is worth where the output is a sum of spikes of one height; null where it is numbers. */
function unitOf(node: LayerNode, given: readonly (number | null)[], { height }: Tally): number | null {
  const { module } = node;
  if (module instanceof BaseNode || isInput(node)) {
    const silent = module instanceof BaseNode ? module.spikeHeight : 1;
    const unit = height === undefined ? silent : height;
    return unit !== null && unit > 0 ? unit : null;
  }
  if (isAdd(node)) return sameUnit(given);
  if (!passesSpikes(node) || given[0] === null) return null;
  return given[0] / averaged(node);
}

function sameUnit([first, ...others]: readonly (number | null)[]): number | null {
  return others.every((other) => other === first) ? first : null;
}
