/**
 * A time step of a neuron as nodes of ONNX, operation by operation as neurons/atif-unroll.ts and neurons/lif-unroll.ts state it:
 *
 *   Add (v, x) -> u;  GreaterOrEqual (u, theta) -> fires;  Cast -> z
 *   Mul (z, theta) -> s;  Sub (u, s) -> v     soft reset
 *   Where (fires, r, u) -> v                  hard reset
 */

import type { NeuronEquations } from "../neuron-equations.js";
import type { LayerPlace } from "./layer-nodes.js";

const FLOAT = 1;

export interface NeuronPlace extends Pick<LayerPlace, "graph" | "node" | "array"> {
  /** The threshold [1], or [C, 1, 1], by its name in the graph. */
  readonly threshold: string;
  /** sigmoid(w) [], where the leak is learned. */
  readonly rate: string | null;
  /** What the potential after the step is called; null: anything. */
  readonly potential: string | null;
}

export interface NeuronValues {
  readonly y: string;
  readonly v: string;
}

/** @param v the potential before, or one number for all */
export function neuronNodes(
  equations: NeuronEquations,
  { x, v }: { readonly x: string; readonly v: string },
  place: NeuronPlace,
): NeuronValues {
  const { graph, node, threshold, potential } = place;
  const { spikeHeight, reset } = equations;
  const u = charged(equations, x, v, place);
  const fires = node("GreaterOrEqual", [u, threshold]);
  const z = node("Cast", [fires], { to: FLOAT });
  const last = (op: string, inputs: readonly string[]): string =>
    potential === null ? node(op, inputs) : graph.nodeTo(op, inputs, potential);
  if (reset !== null) return { y: z, v: last("Where", [fires, graph.constant([], [reset]), u]) };
  const s = node("Mul", [z, threshold]);
  return { y: spikeHeight === "theta" ? s : z, v: last("Sub", [u, s]) };
}

/** u of x and the potential before. */
function charged(
  { leak, decaysInput, reset }: NeuronEquations,
  x: string,
  v: string,
  { graph, node, rate }: NeuronPlace,
): string {
  if (leak === null) return node("Add", [v, x]);
  const number = (value: number): string => graph.constant([], [value]);
  const r = reset ?? 0;
  const above = r === 0 ? v : node("Sub", [v, number(r)]);
  const leaked = (value: string): string =>
    "tau" in leak ? node("Div", [value, number(leak.tau)]) : node("Mul", [value, rate ?? number(0)]);
  if (decaysInput) return node("Add", [v, leaked(node("Sub", [x, above]))]);
  if (r !== 0) return node("Add", [node("Sub", [v, leaked(above)]), x]);
  const kept = "tau" in leak ? number(1 - 1 / leak.tau) : node("Sub", [number(1), rate ?? number(0)]);
  return node("Add", [node("Mul", [v, kept]), x]);
}
