/** Scopes: memory that a step made is freed at its end, except what it returns and what modules keep. */

import { StateError } from "../errors.js";

/** What a scope may own. */
export interface Owned {
  dispose(): void;
}

/** A tape node, as far as a scope needs to know it: it can let go of what it saved. */
export interface OwnedNode {
  release(): void;
  /** Nodes that this one's gradient flows on to. */
  parents(): Iterable<OwnedNode>;
}

/** A tensor, as far as a scope needs to know it. */
export interface OwnedTensor extends Owned {
  readonly node: OwnedNode | null;
}

class Frame {
  readonly tensors = new Set<OwnedTensor>();
  readonly nodes = new Set<OwnedNode>();
  /** Tensors that outlive the frame because an object holds them (a neuron's state). */
  readonly kept = new Set<OwnedTensor>();
}

const frames: Frame[] = [];

/** Called by every new tensor. */
export function trackTensor(tensor: OwnedTensor): void {
  frames.at(-1)?.tensors.add(tensor);
}

/** Called by every new tape node. */
export function trackNode(node: OwnedNode): void {
  frames.at(-1)?.nodes.add(node);
}

/** Takes a tensor out of every scope: its holder disposes of it. Returns it. */
export function keep<T extends OwnedTensor>(tensor: T): T {
  for (const frame of frames) frame.tensors.delete(tensor);
  frames.at(-1)?.kept.add(tensor);
  return tensor;
}

/** Gives a kept tensor that its holder has replaced to the current scope, if there is one. */
export function letGo(tensor: OwnedTensor): void {
  const frame = frames.at(-1);
  if (frame === undefined) return;
  for (const outer of frames) outer.kept.delete(tensor);
  frame.tensors.add(tensor);
}

/**
 * Runs fn and frees every tensor that was made inside, except those it returns (alone, or in arrays and plain
 * objects), parameters, gradients of outer tensors and the state that modules hold. What is returned stays
 * differentiable.
 *
 * @throws StateError if fn is asynchronous: other work could run between its parts
 */
export function scope<R>(fn: () => R): R {
  const frame = new Frame();
  frames.push(frame);
  const escaped = new Set<OwnedTensor>();
  try {
    const result = fn();
    if (result instanceof Promise) {
      throw new StateError(
        "scope: the function returned a promise; expected a synchronous function. Await outside of it.",
      );
    }
    collectTensors(result, frame.tensors, escaped);
    return result;
  } finally {
    frames.pop();
    close(frame, escaped);
  }
}

function close(frame: Frame, escaped: Set<OwnedTensor>): void {
  const outer = frames.at(-1);
  const alive = reachableNodes(frame, escaped);
  for (const node of frame.nodes) {
    if (!alive.has(node)) node.release();
    else outer?.nodes.add(node);
  }
  for (const tensor of frame.tensors) {
    if (!escaped.has(tensor)) tensor.dispose();
    else outer?.tensors.add(tensor);
  }
  for (const tensor of frame.kept) outer?.kept.add(tensor);
}

/** Nodes that a gradient can still be asked through: those behind escaping and kept tensors. */
function reachableNodes(frame: Frame, escaped: Set<OwnedTensor>): Set<OwnedNode> {
  const seen = new Set<OwnedNode>();
  const pending: OwnedNode[] = [];
  const visit = (node: OwnedNode | null): void => {
    if (node !== null && frame.nodes.has(node) && !seen.has(node)) {
      seen.add(node);
      pending.push(node);
    }
  };
  for (const tensor of escaped) visit(tensor.node);
  for (const tensor of frame.kept) visit(tensor.node);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const parent of node.parents()) visit(parent);
  }
  return seen;
}

/** Tensors of this frame found in a value made of arrays and plain objects. */
function collectTensors(value: unknown, own: Set<OwnedTensor>, found: Set<OwnedTensor>): void {
  const seen = new Set<object>();
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next !== "object" || next === null || seen.has(next) || ArrayBuffer.isView(next)) continue;
    seen.add(next);
    if (own.has(next as OwnedTensor)) found.add(next as OwnedTensor);
    else if (Array.isArray(next)) pending.push(...(next as unknown[]));
    else if (next instanceof Map) pending.push(...(next as Map<unknown, unknown>).values());
    else if (Object.getPrototypeOf(next) === Object.prototype) pending.push(...Object.values(next));
  }
}
