/** The layers of a graph, in a list: those of a circle inside one layer with feedback. */

import { INPUT } from "../../graph/layer-graph.js";
import type { FidelityNote } from "../fidelity-report.js";
import { recurrentKind } from "../../graph/recurrent/recurrent.js";
import { channelsLast } from "./become-layers.js";
import type { DraftedGraph, LayerDraft } from "./draft-layers.js";
import { readersOf, type FlatGraph } from "./flat-graph.js";
import type { Component, Order } from "./order.js";

/** In an order in which they can be computed. The last one is the output; empty: the input is. */
export interface ClosedLayers {
  readonly layers: readonly LayerDraft[];
  /** Name of the layer whose output is the network's, or "input". */
  readonly output: string;
}

export function closeCircles(
  graph: FlatGraph,
  order: Order,
  drafted: DraftedGraph,
  notes: FidelityNote[],
): ClosedLayers {
  const { drafts, names } = drafted;
  const readers = readersOf(graph.nodes);
  const layers: LayerDraft[] = [];
  /** Names of values as the layers outside of circles know them. */
  const known = new Map<string, string>();
  const nameOf = (value: string): string => known.get(value) ?? value;
  const { components } = order;
  for (let i = 0; i < components.length; i++) {
    if (!components[i].isCircle) {
      const [member] = components[i].members;
      for (const draft of drafts[member].layers) layers.push({ ...draft, inputs: draft.inputs.map(nameOf) });
      continue;
    }
    const region = regionFrom(components, i, graph, readers);
    i = region.last;
    const { members, output } = region;
    const value = drafts[output].value;
    const recurrent = recurrentLayer(graph, drafted, members, value, nameOf);
    const { prefix, inside } = recurrent;
    const name = prefix === null ? names.take("recurrent1") : names.takeGroup(prefix, inside);
    layers.push({ ...recurrent.layer, name });
    known.set(value, name);
    for (const member of members) {
      for (const from of drafts[member].fedBack) {
        const why = `the edge from ${graph.nodes[from].name} to ${graph.nodes[member].name} closes a circle: it carries what the step before gave`;
        notes.push({ layer: name, what: "feedback", why, verdict: "exact" });
      }
    }
  }
  return { layers, output: nameOf(drafts[graph.output].value) };
}

interface Region {
  readonly members: readonly number[];
  /** Index of the node whose value is read outside. */
  readonly output: number;
  /** Index of the last component. */
  readonly last: number;
}

/** A circle and as many components behind it as make one value go out. */
function regionFrom(
  components: readonly Component[],
  first: number,
  graph: FlatGraph,
  readers: readonly (readonly number[])[],
): Region {
  const members = new Set<number>();
  for (let last = first; ; last++) {
    for (const member of components[last].members) members.add(member);
    const outputs = [...members].filter(
      (member) => member === graph.output || readers[member].some((reader) => !members.has(reader)),
    );
    // The output alone is read by nobody: with it, at the latest, there is one.
    if (outputs.length === 1) return { members: [...members], output: outputs[0], last };
  }
}

interface RecurrentDraft {
  readonly layer: Omit<LayerDraft, "name">;
  /** What the names of all layers inside begin with: "rec" of "rec.n1" and "rec.w". */
  readonly prefix: string | null;
  readonly inside: readonly string[];
}

function recurrentLayer(
  graph: FlatGraph,
  { drafts }: DraftedGraph,
  members: readonly number[],
  value: string,
  nameOf: (value: string) => string,
): RecurrentDraft {
  const inside = members.flatMap((member) => drafts[member].layers);
  const own = new Set(inside.map(({ name }) => name));
  const shapes = new Map(drafts.map((draft) => [draft.value, channelsLast(draft.shape)]));
  const outside = [...new Set(inside.flatMap(({ inputs }) => inputs.filter((name) => !own.has(name))))];
  const prefix = sharedPrefix([...own], graph.nodes.length);
  const short = (name: string): string => (prefix === null ? name : name.slice(prefix.length + 1));
  const inner = (name: string): string => {
    if (own.has(name)) return short(name);
    const place = outside.indexOf(name);
    return place === 0 ? INPUT : `${INPUT}${place + 1}`;
  };
  const feedback = members.flatMap((member) => {
    const [first] = drafts[member].layers;
    return drafts[member].fedBack.map((from) => ({ from: inner(drafts[from].value), to: inner(first.name) }));
  });
  const state = inside.flatMap(({ name, state: arrays }) =>
    Object.entries(arrays).map(([array, entry]) => [`${short(name)}.${array}`, entry] as const),
  );
  return {
    prefix,
    inside: [...own],
    layer: {
      kind: recurrentKind,
      options: {
        inputs: outside.map((name) => shapes.get(name) ?? []),
        layers: inside.map(({ name, kind, options, inputs }) => ({
          name: short(name),
          kind,
          options,
          inputs: inputs.map(inner),
        })),
        feedback,
        output: inner(value),
      },
      inputs: outside.map(nameOf),
      state: Object.fromEntries(state),
    },
  };
}

function sharedPrefix(names: readonly string[], nodes: number): string | null {
  const [first] = names;
  const dot = first.indexOf(".");
  if (dot <= 0 || nodes <= names.length) return null;
  const prefix = first.slice(0, dot + 1);
  return names.every((name) => name.startsWith(prefix)) ? first.slice(0, dot) : null;
}
