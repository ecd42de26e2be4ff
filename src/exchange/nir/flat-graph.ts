/**
 * A graph without graphs inside: nodes in a list, each with what it reads. What leads to no output is left out; the ends of
 * inner graphs are gone, but where several edges meet: there is a junction, which adds.
 */

import { FormatError } from "../../errors.js";
import { quote } from "../../show.js";
import type { FidelityNote } from "../fidelity-report.js";
import type { StateEntry } from "../../module/state-dict.js";
import type { Shape } from "../../shapes.js";
import { noMetadata, type AnyNirNode, type NirGraph, type NirMetadata } from "./nir-graph.js";

/** A neuron of this library that nodes of NIR were recognised as. */
export interface KnownNeuron {
  readonly type: "Known";
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly state: Readonly<Record<string, StateEntry>>;
  /** Of a sample, channels first. */
  readonly shape: Shape;
}

export interface FlatNode {
  /** With the names of the graphs around: "encoder.if1". */
  readonly name: string;
  /** null: a junction, which adds what comes in. */
  readonly node: AnyNirNode | KnownNeuron | null;
  readonly metadata: NirMetadata;
  /** Indices of what it reads. */
  inputs: number[];
}

export interface FlatGraph {
  readonly nodes: readonly FlatNode[];
  /** Indices. */
  readonly input: number;
  readonly output: number;
}

interface Ends {
  readonly input: number;
  readonly output: number;
}

/** @throws FormatError unless each graph has one Input and one Output, and the output reads the input */
export function flatten(graph: NirGraph, notes: FidelityNote[]): FlatGraph {
  const nodes: FlatNode[] = [];
  const { input, output } = unfold(graph, "", nodes, notes);
  const needed = reachable([output], (i) => nodes[i].inputs);
  const readers = readersOf(nodes);
  const fed = reachable([input], (i) => readers[i]);
  if (!fed.has(output))
    throw new FormatError("nothing leads from the input to the output; expected edges between them.");
  const hungry = [...needed].find((i) => !fed.has(i));
  if (hungry !== undefined) {
    throw new FormatError(
      `node ${quote(nodes[hungry].name)} is read and gets nothing from the input; expected an edge into it.`,
    );
  }
  const idle = nodes.filter((_, i) => !needed.has(i) && i !== input).map(({ name }) => name);
  if (idle.length > 0) {
    const shown = idle.slice(0, 5).join(", ") + (idle.length > 5 ? ` and ${idle.length - 5} more` : "");
    notes.push({
      layer: null,
      what: "left out",
      why: `nothing leads from ${shown} to the output`,
      verdict: "exact",
    });
  }
  return compacted(nodes, needed, { input, output });
}

/** Appends the nodes of a graph and of those inside. */
function unfold(graph: NirGraph, path: string, nodes: FlatNode[], notes: FidelityNote[]): Ends {
  const where = path === "" ? "the graph" : `the graph "${path}"`;
  const places = new Map<string, Ends>();
  const found: Record<"Input" | "Output", number[]> = { Input: [], Output: [] };
  for (const [name, node] of graph.nodes) {
    const full = path === "" ? name : `${path}.${name}`;
    if (node.type === "NIRGraph") {
      places.set(name, unfold(node, full, nodes, notes));
      continue;
    }
    const isEnd = node.type === "Input" || node.type === "Output";
    if (isEnd) found[node.type as "Input"].push(nodes.length);
    const isKept = !isEnd || path === "";
    places.set(name, { input: nodes.length, output: nodes.length });
    nodes.push({
      name: full,
      node: isKept ? node : null,
      metadata: isKept ? node.metadata : noMetadata,
      inputs: [],
    });
  }
  for (const [type, { length }] of Object.entries(found)) {
    if (length === 1) continue;
    throw new FormatError(`${where} has ${length} nodes of the type ${type}; expected one.`);
  }
  addEdges(graph, where, places, nodes, notes);
  return { input: found.Input[0], output: found.Output[0] };
}

function addEdges(
  graph: NirGraph,
  where: string,
  places: ReadonlyMap<string, Ends>,
  nodes: FlatNode[],
  notes: FidelityNote[],
): void {
  const seen = new Set<string>();
  let twice = 0;
  for (const [from, to] of graph.edges) {
    if (graph.nodes.get(to)?.type === "Input" || graph.nodes.get(from)?.type === "Output") {
      const end =
        graph.nodes.get(to)?.type === "Input"
          ? `into its input, ${quote(to)}`
          : `out of its output, ${quote(from)}`;
      throw new FormatError(`${where} has an edge ${end}; expected none.`);
    }
    const key = JSON.stringify([from, to]);
    if (seen.has(key)) twice++;
    else nodes[(places.get(to) as Ends).input].inputs.push((places.get(from) as Ends).output);
    seen.add(key);
  }
  if (twice === 0) return;
  const why = `${where} lists ${twice === 1 ? "an edge" : `${twice} edges`} twice; tools count each once`;
  notes.push({ layer: null, what: "edges counted once", why, verdict: "exact" });
}

export function readersOf(nodes: readonly FlatNode[]): number[][] {
  const readers = nodes.map((): number[] => []);
  nodes.forEach(({ inputs }, i) => {
    for (const from of inputs) readers[from].push(i);
  });
  return readers;
}

function reachable(from: readonly number[], next: (i: number) => readonly number[]): Set<number> {
  const seen = new Set(from);
  for (const i of seen) for (const j of next(i)) seen.add(j);
  return seen;
}

/** Without nodes that are not needed, and without junctions of one edge. */
function compacted(
  nodes: readonly FlatNode[],
  needed: ReadonlySet<number>,
  { input, output }: Ends,
): FlatGraph {
  const isThrough = (i: number): boolean => nodes[i].node === null && nodes[i].inputs.length === 1;
  /** What a junction of one edge stands for. Each is reached from the input, so that it is no circle of such. */
  const behind = (i: number): number => {
    let at = i;
    while (isThrough(at)) at = nodes[at].inputs[0];
    return at;
  };
  const kept = [...needed].filter((i) => !isThrough(i)).sort((a, b) => a - b);
  const places = new Map(kept.map((i, place) => [i, place]));
  const placeOf = (i: number): number => places.get(behind(i)) as number;
  return {
    nodes: kept.map((i) => ({ ...nodes[i], inputs: nodes[i].inputs.map(placeOf) })),
    input: placeOf(input),
    output: placeOf(output),
  };
}
