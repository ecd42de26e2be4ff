/** A class of somebody's own as plain data: the layers that were seen when it ran. */

import { specsOf, type LayerGraph, type LayerNode } from "../graph/layer-graph.js";
import { kindOfLayer, layerKinds } from "../layers/table.js";
import type { Module, StepMode } from "../module/module.js";
import type { PreprocessingSpec } from "../preprocessing/table.js";
import type { Shape } from "../shapes.js";
import type { Architecture } from "./architecture.js";

interface Described extends Module {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly timesteps: number;
  readonly stepMode: StepMode;
}

/** An architecture with what is done to samples before the network sees them. */
export function withPreprocessing(
  { preprocessing }: { readonly preprocessing: readonly PreprocessingSpec[] },
  architecture: Architecture,
): Architecture {
  return preprocessing.length === 0 ? architecture : { ...architecture, preprocessing };
}

/** @throws TypeError naming the part that no table knows */
export function tracedArchitecture(model: Described, graph: LayerGraph): Architecture {
  const where = model.constructor.name;
  const used = new Set<Module>();
  for (const node of graph.nodes.slice(1)) checkKnown(where, node, used);
  const { inputShape, outputShape, timesteps, stepMode } = model;
  const layers = specsOf(graph, inOrderOfRegistration(model, graph));
  return {
    kind: "GraphModel",
    options: { inputShape: [...inputShape], outputShape: [...outputShape], layers, timesteps, stepMode },
  };
}

function checkKnown(where: string, { name, kind, module }: LayerNode, used: Set<Module>): void {
  if (module === null) {
    if (kind === "Add") return;
    throw new TypeError(
      `${where}: the operation ${name} between its layers is no layer, so it cannot be described as data; ` +
        `expected layers, and x.add(y) of two of the same shape. Put it into a layer and give that to defineLayer.`,
    );
  }
  if (kindOfLayer(module) === null) {
    throw new TypeError(
      `${where}: ${name} is a ${kind}, which no table knows, so it cannot be described as data; ` +
        `expected one of ${layerKinds().join(", ")}. Make it known with defineLayer or defineNeuron.`,
    );
  }
  if (used.has(module) && module.namedParameters().length > 0) {
    throw new TypeError(
      `${where}: the layer ${name} is used twice, and its weights would become two; expected a layer of its own at each place.`,
    );
  }
  used.add(module);
}

/** That of the state dict; what has no layer comes last. */
function inOrderOfRegistration(model: Module, { nodes }: LayerGraph): number[] {
  const order = new Map(model.namedModules().map(([, module], i) => [module, i]));
  const placeOf = ({ module }: LayerNode): number =>
    module === null ? Infinity : (order.get(module) ?? Infinity);
  const places = nodes.map((_, place) => place).slice(1);
  return places.sort((a, b) => compare(placeOf(nodes[a]), placeOf(nodes[b])) || a - b);
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
