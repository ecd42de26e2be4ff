/**
 * In what order the nodes of a graph with circles are computed: depth first from the input, names in order. An edge that
 * closes a circle carries what the step before gave.
 */

import { readersOf, type FlatGraph } from "./flat-graph.js";

/** Nodes that lead to one another, or one node. */
export interface Component {
  /** Indices, in the order in which they are computed. */
  readonly members: readonly number[];
  readonly isCircle: boolean;
}

export interface Order {
  /** Each after those that it reads, but for edges that go back. */
  readonly components: readonly Component[];
  /** Whether an edge carries the value of the step before. */
  goesBack(from: number, to: number): boolean;
}

export function orderOf(graph: FlatGraph): Order {
  const { nodes, input } = graph;
  const byName = (a: number, b: number): number => (nodes[a].name < nodes[b].name ? -1 : 1);
  const readers = readersOf(nodes).map((list) => [...new Set(list)].sort(byName));
  const finished: number[] = [];
  const state = new Array<"open" | "done" | undefined>(nodes.length);
  const back = new Set<number>();
  const pending = [{ node: input, next: 0 }];
  state[input] = "open";
  for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
    const list = readers[top.node];
    if (top.next === list.length) {
      state[top.node] = "done";
      finished.push(top.node);
      pending.pop();
      continue;
    }
    const to = list[top.next++];
    if (state[to] === "open") back.add(top.node * nodes.length + to);
    if (state[to] !== undefined) continue;
    state[to] = "open";
    pending.push({ node: to, next: 0 });
  }
  const order = finished.reverse();
  const position = new Array<number>(nodes.length).fill(0);
  order.forEach((node, i) => (position[node] = i));
  const components = componentsOf(order, readers).map((members): Component => {
    const isCircle = members.length > 1 || readers[members[0]].includes(members[0]);
    return { members: members.sort((a, b) => position[a] - position[b]), isCircle };
  });
  return { components, goesBack: (from, to) => back.has(from * nodes.length + to) };
}

/**
 * Strongly connected components, each after those that lead to it.
 *
 * @source R. Tarjan, "Depth-first search and linear graph algorithms", 1972
 */
function componentsOf(order: readonly number[], readers: readonly (readonly number[])[]): number[][] {
  const index = new Array<number>(readers.length).fill(-1);
  const low = new Array<number>(readers.length).fill(0);
  const isHeld = new Array<boolean>(readers.length).fill(false);
  const held: number[] = [];
  const components: number[][] = [];
  let count = 0;
  const open = (node: number): { node: number; next: number } => {
    index[node] = low[node] = count++;
    held.push(node);
    isHeld[node] = true;
    return { node, next: 0 };
  };
  for (const start of order) {
    if (index[start] >= 0) continue;
    const pending = [open(start)];
    for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
      const { node } = top;
      if (top.next < readers[node].length) {
        const to = readers[node][top.next++];
        if (index[to] < 0) pending.push(open(to));
        else if (isHeld[to]) low[node] = Math.min(low[node], index[to]);
        continue;
      }
      pending.pop();
      const parent = pending.at(-1);
      if (parent !== undefined) low[parent.node] = Math.min(low[parent.node], low[node]);
      if (low[node] !== index[node]) continue;
      const component: number[] = [];
      for (let member = held.pop(); member !== undefined; member = held.pop()) {
        isHeld[member] = false;
        component.push(member);
        if (member === node) break;
      }
      components.push(component);
    }
  }
  return components.reverse();
}
