/** What a network computes, layer by layer, as lines of Python. */

import { identifierOf } from "../../graph/layer-graph.js";
import type { BaseNode } from "../../neurons/base-node.js";
import { isOwnNeuron } from "../neuron-equations.js";
import type { Outline, OutlineLayer, OwnLayerKind } from "../outline.js";
import { layerSource, type LayerSource } from "./layer-source.js";
import { reached, type ModuleTree } from "./module-tree.js";
import { neuronMade } from "./neuron-source.js";
import { isIdentifier } from "./python-text.js";

/** Words of the methods around. */
const TAKEN = ["x", "xs", "self", "T", "N", "torch", "nn", "layers", "block", "over_time", "shown"];

/**
 * Adds the layers to a tree of modules.
 *
 * @returns lines from `x` to `x`, without their indentation
 */
export function forwardLines(outline: Outline, tree: ModuleTree, overTime: boolean): string[] {
  const { layers, orders } = outline;
  const isRead = readLater(layers);
  const taken = new Set(TAKEN);
  const lines: string[] = isRead[0] ? ["shown = x"] : [];
  const values = [isRead[0] ? "shown" : "x"];
  let block = "";
  layers.forEach((layer, i) => {
    const { module, result } = sourceOf(layer, orders[i]);
    if (module !== null) tree.add(layer.path, module);
    const names = layer.path.split(".");
    const prefix = module === null ? "" : names.slice(0, -1).join(".");
    if (prefix.includes(".") && prefix !== block) {
      lines.push("", `block = ${reached(names.slice(0, -1))}`);
      block = prefix;
    }
    const inputs = layer.inputs.map((place) => values[place]);
    const name = prefix.includes(".") ? `block[${JSON.stringify(names[names.length - 1])}]` : reached(names);
    const isKeeping = layer.equations !== null || layer.kind === "Dropout";
    const given = overTime && isKeeping ? `over_time(${name}, ${inputs[0]}, T)` : result(inputs, name);
    const value = isRead[i + 1] ? unique(identifierOf(layer.name), taken) : "x";
    if (value !== given) lines.push(`${value} = ${given}`);
    values.push(value);
  });
  const last = values[values.length - 1];
  return last === "x" ? lines : [...lines, `x = ${last}`];
}

/** By place: whether it must have a name of its own, because somebody else than the next layer alone reads it. */
function readLater(layers: readonly OutlineLayer[]): boolean[] {
  return Array.from({ length: layers.length + 1 }, (_, place) => {
    const readers = layers.flatMap(({ inputs }, i) => inputs.filter((each) => each === place).map(() => i));
    return readers.some((i) => i !== place) || readers.length > 1;
  });
}

function sourceOf(
  { kind, module, options, inputShapes, equations }: OutlineLayer,
  order: Outline["orders"][number],
): LayerSource {
  if (equations !== null && isOwnNeuron(kind)) {
    return {
      module: neuronMade(kind, module as BaseNode, equations),
      result: ([x], layer) => `${layer}(${x})`,
    };
  }
  return layerSource(kind as OwnLayerKind, options, inputShapes[0], order);
}

function unique(wished: string, taken: Set<string>): string {
  const base = isIdentifier(wished) ? wished : `y_${wished}`;
  let name = base;
  for (let count = 1; taken.has(name); count++) name = `${base}_${count}`;
  taken.add(name);
  return name;
}
