/** A network as exporters read it: its layers in an order in which they can be computed, and what keeps it from being written. */

import { checkModel } from "../models/check-model.js";
import { networkGraph } from "../models/network-graph.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { PlainOptions, ResolvedLayerOptions } from "../layers/table.js";
import type { RareLayerOptions } from "../layers/rare/kinds.js";
import type { StateDict } from "../module/state-dict.js";
import type { Module } from "../module/module.js";
import type { BaseNode } from "../neurons/base-node.js";
import type { Shape } from "../shapes.js";
import { show } from "../show.js";
import { featureOrders, type FeatureOrder } from "./channels-first.js";
import type { FidelityNote } from "./fidelity-report.js";
import { equationsOf, isOwnNeuron, type NeuronEquations } from "./neuron-equations.js";

/** Kinds of this library, the rare ones among them, by their options. */
export type OwnLayerOptions = ResolvedLayerOptions & RareLayerOptions;

export type OwnLayerKind = keyof OwnLayerOptions;

export interface OutlineLayer {
  /** Of the node; of a module that is called again, another one than the first time. */
  readonly name: string;
  readonly kind: string;
  /** Empty of a neuron, whose settings are in its equations. */
  readonly options: PlainOptions;
  /** null for an operation that is no layer, such as x.add(y). */
  readonly module: Module | null;
  /** Of the module in the state dict; "" without one. */
  readonly path: string;
  /** Places: 0 is the network's input, i the output of the i-th layer. */
  readonly inputs: readonly number[];
  /** Of one sample in one time step, channels last. */
  readonly shape: Shape;
  readonly inputShapes: readonly Shape[];
  /** Of a neuron. */
  readonly equations: NeuronEquations | null;
  /** Whether it has no neuron upstream: of a still input it gives the same at every time step. */
  readonly isStill: boolean;
}

export interface Outline {
  readonly model: SpikingModel;
  readonly layers: readonly OutlineLayer[];
  /** By layer. */
  readonly orders: readonly FeatureOrder[];
  /** Arrays in PyTorch's names and layouts. */
  readonly state: StateDict;
}

/** What a tool has rows for. */
export interface KnownKinds {
  /** "ONNX" */
  readonly form: string;
  isLayer(kind: string): kind is OwnLayerKind;
}

/**
 * The outline, or why there is none: a note for each layer that cannot be written.
 *
 * @param where what messages begin with
 * @throws TypeError unless it is a model; StateError as networkGraph; RangeError where a weight is not finite
 */
export function outlineOf(
  where: string,
  model: SpikingModel,
  known: KnownKinds,
): Outline | { readonly refused: readonly FidelityNote[] } {
  checkModel(where, model);
  const { nodes } = networkGraph(model);
  const paths = pathsOf(model);
  const refused: FidelityNote[] = [];
  const places = new Map(nodes.map((node, place) => [node, place]));
  const isStill = [true];
  const seen = new Set<Module>();
  const layers = nodes.slice(1).map((node): OutlineLayer => {
    const { name, kind, module, shape } = node;
    const refuse = (what: string, why: string): void => {
      refused.push({ layer: name, what, why, verdict: "unsupported" });
    };
    const isNeuron = module !== null && isOwnNeuron(kind);
    const isLayer = isNeuron || (known.isLayer(kind) && (module !== null || kind === "Add"));
    if (!isLayer) refuse(...unknownKind(kind, module, known.form));
    if (isNeuron && seen.has(module)) {
      refuse(
        `${kind} that is called more than once in a time step`,
        "its potential goes from call to call in an order that a graph does not have; give every place a neuron of its own.",
      );
    }
    if (module !== null) seen.add(module);
    const inputs = node.inputs.map((input) => places.get(input) ?? 0);
    const still = !isNeuron && inputs.every((place) => isStill[place]);
    isStill.push(still);
    return {
      name,
      kind,
      options: isLayer && !isNeuron ? node.options : {},
      module,
      path: module === null ? "" : (paths.get(module) ?? name),
      inputs,
      shape,
      inputShapes: node.inputs.map((input) => input.shape),
      equations: isNeuron ? equationsOf(kind, module as BaseNode) : null,
      isStill: still,
    };
  });
  if (refused.length > 0) return { refused };
  const state = model.stateDict();
  checkFinite(where, state);
  const orders = featureOrders(layers, (kind) => isOwnNeuron(kind) || kind === "Dropout");
  return { model, layers, orders, state };
}

/** A module that is registered in several places has the first of its names. */
function pathsOf(model: SpikingModel): Map<Module, string> {
  const paths = new Map<Module, string>();
  for (const [name, module] of model.namedModules()) if (!paths.has(module)) paths.set(module, name);
  return paths;
}

function unknownKind(kind: string, module: Module | null, form: string): [string, string] {
  if (module === null) {
    return [
      `the operation ${show(kind)} between layers`,
      `there is no rule that writes it to ${form}; expected layers, and x.add(y) of two of them.`,
    ];
  }
  const why =
    `there is no rule that writes it to ${form}; expected layers and neurons of SMLP, SCNN, SResNet and the like: ` +
    "what networks of other tools brought along goes out as NIR, with writeNir.";
  return [`the kind ${show(kind)}`, quantizedAdvice(kind) ?? why];
}

/** null for what has no quantizers */
export function quantizedAdvice(kind: string): string | null {
  return /^Quantized[A-Z]/.test(kind)
    ? "it computes with quantizers: write the network that it was made from, or C with exportC."
    : null;
}

function checkFinite(where: string, state: StateDict): void {
  for (const [name, { data }] of Object.entries(state)) {
    const wrong = data.findIndex((value) => value - value !== 0);
    if (wrong < 0) continue;
    throw new RangeError(
      `${where}: ${show(name)} holds ${data[wrong]} at element ${wrong}; expected finite numbers. The model may have diverged in training.`,
    );
  }
}
