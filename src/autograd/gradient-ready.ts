/** Gradients of leaves that are complete before the backward pass is over, so that something can be done with them meanwhile. */

import type { Tensor } from "../tensor/tensor.js";
import { watchingPasses } from "./backward.js";
import type { Node } from "./node.js";

export interface GradientWatch {
  /** No operation is left that sends a gradient there: `leaf.grad` is what the pass makes it. */
  readonly onReady: (leaf: Tensor) => void;
  /** Between two operations. */
  readonly onStep: () => void;
}

/**
 * Runs work and watches the first backward pass in it; not those within that pass, nor those after it.
 *
 * @param leaves of which `onReady` is told, each once; first of those that the pass does not reach
 */
export function watchingGradients<R>(
  leaves: readonly Tensor[],
  { onReady, onStep }: GradientWatch,
  work: () => R,
): R {
  let isTaken = false;
  return watchingPasses((order) => {
    if (isTaken) return undefined;
    isTaken = true;
    const left = edgesInto(order);
    for (const leaf of leaves) if (!left.has(leaf)) onReady(leaf);
    const watched = new Set(leaves);
    return (done) => {
      for (const leaf of leavesOf(done)) {
        const edges = (left.get(leaf) ?? 0) - 1;
        left.set(leaf, edges);
        if (edges === 0 && watched.has(leaf)) onReady(leaf);
      }
      onStep();
    };
  }, work);
}

/** How many edges of these operations end in each leaf: one that no gradient reaches counts, since it is passed by as well. */
function edgesInto(order: readonly Node[]): Map<Tensor, number> {
  const counts = new Map<Tensor, number>();
  for (const node of order) for (const leaf of leavesOf(node)) counts.set(leaf, (counts.get(leaf) ?? 0) + 1);
  return counts;
}

/** Once for each edge. */
function* leavesOf({ edges }: Node): Iterable<Tensor> {
  for (const edge of edges) if (edge !== null && "leaf" in edge) yield edge.leaf;
}
