/**
 * Where the layers of a network stand in a picture of it: those that can be computed at the same time in one row, from top to
 * bottom; branches in columns beside one another. An edge that passes rows goes in a lane beside the boxes that it passes.
 */

import type { LayerGraph, LayerNode } from "../graph/layer-graph.js";

export interface Placed {
  readonly node: LayerNode;
  /** 0 is the row of the input. */
  readonly row: number;
  readonly column: number;
}

export interface Edge {
  readonly from: Placed;
  readonly to: Placed;
  /** null: straight to the next row. Else the lane to the right of the boxes, 0 is the nearest. */
  readonly lane: number | null;
}

export interface GraphLayout {
  readonly placed: readonly Placed[];
  readonly edges: readonly Edge[];
  readonly rows: number;
  readonly columns: number;
  readonly lanes: number;
}

export function layoutOf({ nodes }: LayerGraph): GraphLayout {
  const places = new Map<LayerNode, Placed>();
  const taken = new Set<string>();
  for (const node of nodes) {
    const before = node.inputs.map((input) => placeOf(places, input));
    const row = before.reduce((most, { row }) => Math.max(most, row + 1), 0);
    // Below what it reads if that place is free, so that a chain is a straight line.
    let column = before.reduce((least, place) => Math.min(least, place.column), Infinity);
    if (column === Infinity) column = 0;
    while (taken.has(`${row} ${column}`)) column++;
    taken.add(`${row} ${column}`);
    places.set(node, { node, row, column });
  }
  const placed = [...places.values()];
  const edges = inLanes(
    placed.flatMap((to) => to.node.inputs.map((input) => ({ from: placeOf(places, input), to }))),
  );
  return {
    placed,
    edges,
    rows: Math.max(...placed.map(({ row }) => row)) + 1,
    columns: Math.max(...placed.map(({ column }) => column)) + 1,
    lanes: Math.max(0, ...edges.map(({ lane }) => (lane ?? -1) + 1)),
  };
}

function placeOf(places: ReadonlyMap<LayerNode, Placed>, node: LayerNode): Placed {
  const place = places.get(node);
  if (place === undefined) throw new RangeError(`plotGraph: ${node.name} is read before it is computed.`);
  return place;
}

/** Short ones next to the boxes; those that are side by side over some rows have lanes of their own. */
function inLanes(edges: readonly Omit<Edge, "lane">[]): Edge[] {
  const lanes: { readonly top: number; readonly bottom: number }[][] = [];
  const laneOf = new Map<Omit<Edge, "lane">, number>();
  const long = edges.filter(({ from, to }) => to.row - from.row > 1);
  for (const edge of [...long].sort((a, b) => a.to.row - a.from.row - (b.to.row - b.from.row))) {
    const [top, bottom] = [edge.from.row, edge.to.row];
    const isFree = (lane: (typeof lanes)[number]): boolean =>
      lane.every((other) => other.bottom <= top || other.top >= bottom);
    let lane = lanes.findIndex(isFree);
    if (lane < 0) lane = lanes.push([]) - 1;
    lanes[lane].push({ top, bottom });
    laneOf.set(edge, lane);
  }
  return edges.map((edge) => ({ ...edge, lane: laneOf.get(edge) ?? null }));
}
