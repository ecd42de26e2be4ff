/** Where the spikes of a network go: which spiking layers read which others, and what kind of layer each is. */

import { networkGraph, type LayerNode, type SpikingModel } from "atif";

/** What feeds a spiking layer: the weights that stand before it. */
export type LayerRole = "convolution" | "hidden" | "recurrent" | "other";

/** The network's input, as a source. */
export const FROM_INPUT = -1;

export interface LayerFlow {
  /** Of the spiking layers, by their module. */
  readonly layers: ReadonlyMap<
    LayerNode["module"],
    { readonly role: LayerRole; readonly sources: readonly LayerNode["module"][] }
  >;
  /** The spiking layers that the answer reads; null: the network's input. */
  readonly answer: readonly LayerNode["module"][];
}

/** @param isSpiking whether a module is a spiking layer */
export function layerFlow(
  model: SpikingModel,
  isSpiking: (module: LayerNode["module"]) => boolean,
): LayerFlow {
  const { nodes, output } = networkGraph(model);
  const around = new Map<LayerNode, readonly LayerNode[]>();
  const within = new Set<LayerNode>();
  const layers = new Map<LayerNode["module"], { role: LayerRole; sources: LayerNode["module"][] }>();
  const inputsOf = (node: LayerNode): readonly LayerNode[] => around.get(node) ?? node.inputs;
  /** Backwards from a node, nearest first, without what lies behind a spiking layer. */
  const behind = (node: LayerNode): LayerNode[] => {
    const seen = new Set<LayerNode>();
    const queue = [...inputsOf(node)];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (seen.has(next)) continue;
      seen.add(next);
      if (!isSpiking(next.module)) queue.push(...inputsOf(next));
    }
    return [...seen];
  };
  const sourcesOf = (read: readonly LayerNode[]): LayerNode["module"][] => {
    const found = read
      .filter((node) => isSpiking(node.module) || inputsOf(node).length === 0)
      .map(({ module }) => (isSpiking(module) ? module : null));
    return [...new Set(found)];
  };
  const visit = (node: LayerNode): void => {
    const inside = insideOf(node);
    const starts = inside.filter(({ module }) => module === null);
    // What comes in goes on inside, and what is inside comes out at the end of it.
    starts.forEach((start, i) => around.set(start, node.inputs.slice(i, i + 1)));
    const last = inside.at(-1);
    for (const own of inside) {
      if (own.module === null) continue;
      within.add(own);
      visit(own);
    }
    if (last !== undefined && last.module !== null) around.set(node, [last]);
    if (!isSpiking(node.module)) return;
    const read = behind(node);
    layers.set(node.module, {
      role: within.has(node) ? "recurrent" : roleOf(read),
      sources: sourcesOf(read),
    });
  };
  nodes.forEach(visit);
  const answer = isSpiking(output.module) ? [output.module] : sourcesOf(behind(output));
  return { layers, answer };
}

function insideOf({ module }: LayerNode): readonly LayerNode[] {
  if (module === null || !("inside" in module) || !Array.isArray(module.inside)) return [];
  return module.inside as readonly LayerNode[];
}

function roleOf(read: readonly LayerNode[]): LayerRole {
  for (const { kind } of read) {
    if (kind.includes("Conv")) return "convolution";
    if (kind.includes("Linear")) return "hidden";
  }
  return "other";
}
