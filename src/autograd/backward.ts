/** The backward pass: walks the tape from a tensor to its leaves, without recursion. */

import { ShapeError, StateError } from "../errors.js";
import { trainingRefused } from "../kernels/training-refused.js";
import { formatShape, sameShape } from "../shapes.js";
import { keep, scope } from "../tensor/scope.js";
import { checkGradient, Tensor } from "../tensor/tensor.js";
import { withGrad } from "./grad-mode.js";
import type { Edge, Node } from "./node.js";

/** Within a pass: what an operation's backward computes is not recorded. */
let passing = false;

/** Is given the operations of a pass, in the order in which they go back. @returns what is told of each that is done */
type PassWatch = (order: readonly Node[]) => ((done: Node) => void) | undefined;

let watch: PassWatch | null = null;

/** Runs work, whose passes are watched. */
export function watchingPasses<R>(by: PassWatch, work: () => R): R {
  const before = watch;
  watch = by;
  try {
    return work();
  } finally {
    watch = before;
  }
}

/** See Tensor.backward. */
export function backward(root: Tensor, grad?: Tensor): void {
  root.checkAlive();
  if (passing && !root.requiresGrad) {
    throw new StateError(
      "backward: it was called within the backward of an operation, where nothing is recorded; expected gradients " +
        "computed by operations alone. Write the derivative out, or call backward() after this pass.",
    );
  }
  if (!root.requiresGrad) {
    throw new StateError(
      "backward: the tensor does not depend on anything that requires a gradient; expected a result computed from a parameter, outside noGrad().",
    );
  }
  if (grad === undefined && root.size !== 1) {
    throw new ShapeError(
      `backward: the tensor has shape ${formatShape(root.shape)}; expected one element, or a gradient of that shape as argument. Call sum() or mean() first.`,
    );
  }
  if (grad !== undefined) checkGradient("backward", grad, root);
  // Before the first gradient is sent, even if what lies behind needed no kernel that is missing.
  if (!root.backend.trains) throw trainingRefused("backward");
  withGrad(false, () => {
    const start = grad === undefined ? Tensor.full(root.shape, 1, root.backend) : grad.alias();
    const before = passing;
    passing = true;
    try {
      new Pass().run(root, keep(start));
    } finally {
      passing = before;
    }
  });
}

class Pass {
  /** dL/doutput per node, owned by the pass until the node has run. */
  readonly #gradients = new Map<Node, (Tensor | null)[]>();

  run(root: Tensor, start: Tensor): void {
    const first: Edge =
      root.node === null ? { leaf: root } : { node: root.node as Node, index: root.outputIndex };
    try {
      this.#send(first, start);
      start.dispose();
      const order = orderFrom(root);
      const tell = watch?.(order);
      for (const node of order) {
        this.#step(node);
        tell?.(node);
      }
    } finally {
      for (const gradients of this.#gradients.values()) gradients.forEach((gradient) => gradient?.dispose());
    }
  }

  #step(node: Node): void {
    const gradients = this.#gradients.get(node);
    if (gradients === undefined) return;
    // The scope frees what the operation's backward made; what is sent on is kept by the receiver.
    scope(() => {
      const results = node.backward(gradients);
      node.edges.forEach((edge, i) => {
        const result = results[i] ?? null;
        if (edge === null || result === null) return;
        if (!sameShape(result.shape, shapeBehind(edge))) {
          throw new ShapeError(
            `backward of ${node.name}: the gradient of input ${i} has shape ${formatShape(result.shape)}; ` +
              `expected ${formatShape(shapeBehind(edge))}.`,
          );
        }
        this.#send(edge, result);
      });
    });
    this.#gradients.delete(node);
    for (const gradient of gradients) gradient?.dispose();
    node.release();
  }

  /** Adds a gradient to what has arrived behind an edge. The tensor given stays the caller's. */
  #send(edge: NonNullable<Edge>, gradient: Tensor): void {
    if ("leaf" in edge) {
      // Nobody can read the gradient of a leaf that is gone.
      if (edge.leaf.disposed) return;
      edge.leaf.grad = accumulate(edge.leaf.grad, gradient, true);
      return;
    }
    let slots = this.#gradients.get(edge.node);
    if (slots === undefined) {
      slots = edge.node.outputShapes.map(() => null);
      this.#gradients.set(edge.node, slots);
    }
    slots[edge.index] = accumulate(slots[edge.index], gradient, false);
  }
}

/** sum + gradient, in place where nobody else sees the memory. The result is owned by the caller. */
function accumulate(sum: Tensor | null, gradient: Tensor, forLeaf: boolean): Tensor {
  if (sum === null) {
    // A leaf's gradient lives on: it must not pin a larger storage, nor change with somebody else's tensor.
    const adoptable = gradient.storage.exclusive && gradient.storage.length === gradient.size;
    return keep(forLeaf && !adoptable ? copyOf(gradient) : gradient.alias());
  }
  if (forLeaf || sum.storage.exclusive) {
    sum.backend.kernels.addScaled(sum.data, gradient.data, 1, sum.size);
    sum.storage.version++;
    return sum;
  }
  const fresh = keep(copyOf(sum));
  sum.dispose();
  fresh.backend.kernels.addScaled(fresh.data, gradient.data, 1, fresh.size);
  return fresh;
}

function copyOf(source: Tensor): Tensor {
  const copy = Tensor.empty(source.shape, source.backend);
  copy.data.set(source.data);
  return copy;
}

function shapeBehind(edge: NonNullable<Edge>): readonly number[] {
  return "leaf" in edge ? edge.leaf.shape : edge.node.outputShapes[edge.index];
}

/** Every node that the gradient reaches, each before the nodes that made its inputs. */
function orderFrom(root: Tensor): Node[] {
  if (root.node === null) return [];
  const start = root.node as Node;
  const seen = new Set<Node>([start]);
  const pending = [start];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const parent of node.parents()) {
      if (!seen.has(parent)) {
        seen.add(parent);
        pending.push(parent);
      }
    }
  }
  return [...seen].sort((a, b) => b.sequence - a.sequence);
}
