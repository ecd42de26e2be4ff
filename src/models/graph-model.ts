/** A model from plain data: a list of layers, each with what it reads. */

import { checkOptions } from "../checks.js";
import { groupedBy } from "../graph/group.js";
import { graphOf, specsOf, type LayerGraph, type LayerNode } from "../graph/layer-graph.js";
import {
  checkOutput,
  planLayers,
  type AnyLayerSpec,
  type LayerSpec,
  type Plan,
} from "../graph/layer-spec.js";
import { Runner } from "../graph/run.js";
import type { PlainOptions } from "../layers/table.js";
import type { Module, StepMode } from "../module/module.js";
import { plainCopy, sameData } from "../schema/plain-copy.js";
import type { Shape } from "../shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkModelShapes, checkStepMode } from "./model-shapes.js";
import { SpikingModel } from "./spiking-model.js";
import { type Architecture } from "./architecture.js";
import { withPreprocessing } from "./traced-architecture.js";

export interface GraphModelOptions {
  /** Channels last, without batch and time: [H, W, C], [S, C] or [F]. */
  readonly inputShape: Shape;
  /** [classes] */
  readonly outputShape: Shape;
  /** The one that no other reads is the output. */
  readonly layers: readonly (LayerSpec | AnyLayerSpec)[];
  /** T */
  readonly timesteps: number;
  /** Default 's'. */
  readonly stepMode?: StepMode;
}

const optionNames = ["inputShape", "outputShape", "layers", "timesteps", "stepMode"];

/** The layers of a network in the order in which they are computed, before one is made. @throws as GraphModel */
export function planGraphModel(where: string, options: GraphModelOptions): Plan {
  checkOptions(where, options ?? null, optionNames);
  const { inputShape, outputShape, layers, stepMode = "s" } = options;
  checkModelShapes(where, inputShape, outputShape);
  checkStepMode(where, stepMode);
  const plan = planLayers(where, [...inputShape], layers);
  checkOutput(where, plan, outputShape);
  return plan;
}

/**
 * @example
 *   new GraphModel({
 *     inputShape: [64], outputShape: [10], timesteps: 4,
 *     layers: [
 *       { name: "fc1", kind: "Linear", options: { inFeatures: 64, outFeatures: 32 } },
 *       { name: "neuron1", kind: "ATIF" },
 *       { name: "fc2", kind: "Linear", options: { inFeatures: 32, outFeatures: 10 } },
 *     ],
 *   });
 */
export class GraphModel extends SpikingModel {
  readonly #plan: Plan;
  readonly #graph: LayerGraph;
  readonly #runner: Runner;
  /** Options of the layers when they were made; null where they are no plain data. */
  readonly #made: readonly (PlainOptions | null)[];

  /**
   * @param where what messages begin with: the class that was asked for
   * @throws TypeError, RangeError for options that make no network; ShapeError where layers do not fit one another
   */
  constructor(options: GraphModelOptions, where = "GraphModel") {
    const plan = planGraphModel(where, options);
    const { inputShape, outputShape, timesteps, stepMode = "s" } = options;
    super(inputShape, outputShape, timesteps, stepMode);
    this.#plan = plan;
    const layers = new Array<Module>(plan.layers.length);
    const hold = groupedBy((name, layer) => this.registerChild(name, layer));
    // In the order of the list: it is that of the state dict, and of what is drawn at random.
    for (const place of plan.places) {
      const { name, row, options: own } = plan.layers[place - 1];
      hold(name, (layers[place - 1] = row.create(own, stepMode)));
    }
    this.#graph = graphOf(this.inputShape, plan.layers, layers);
    this.#made = this.#graph.nodes.map(plainOptionsOf);
    this.#runner = new Runner(plan.layers.map(({ inputs }, i) => ({ layer: layers[i], inputs })));
  }

  /** Its layers, and what each of them reads. */
  get graph(): LayerGraph {
    return this.#graph;
  }

  /** @throws TypeError for a layer with a setting that no option has */
  override get architecture(): Architecture {
    return this.#listed();
  }

  #listed(): Architecture {
    const { inputShape, outputShape, timesteps, stepMode } = this;
    const layers = specsOf(this.#graph, this.#plan.places);
    return withPreprocessing(this, {
      kind: "GraphModel",
      options: { inputShape: [...inputShape], outputShape: [...outputShape], layers, timesteps, stepMode },
    });
  }

  /** The options of a template, if its layers are still as they say; layers that were changed are listed one by one. */
  protected templateArchitecture(kind: string, options: object): Architecture {
    const { timesteps, stepMode } = this;
    if (!this.#graph.nodes.every((node, i) => sameData(node.options, this.#made[i]))) return this.#listed();
    const plain = plainCopy(kind, { ...options, timesteps, stepMode });
    return withPreprocessing(this, { kind, options: plain });
  }

  protected override network(x: Tensor): Tensor {
    return this.#runner.forward(x);
  }

  protected override sumOverTime(x: Tensor): Tensor {
    return this.#runner.sumOverTime(x, this.timesteps, this.stepMode);
  }
}

function plainOptionsOf(node: LayerNode): PlainOptions | null {
  try {
    return node.options;
  } catch {
    return null;
  }
}
