/** A node of the tape: one operation that was run, what it saved, and where its gradient goes. */

import { StateError } from "../errors.js";
import type { Shape } from "../shapes.js";
import { Storage } from "../tensor/storage.js";
import { Tensor, type GraphNode } from "../tensor/tensor.js";
import { gradEnabled } from "./grad-mode.js";

/** Where the gradient of one input goes: on to the node that made it, or into a leaf. */
export type Edge = { readonly node: Node; readonly index: number } | { readonly leaf: Tensor } | null;

/** What an operation may save: a tensor, indices, or nothing in that place. */
export type Savable = Tensor | Storage<Int32Array> | null;

/** What backward sees of its node. */
export interface Saved {
  /** The i-th saved tensor, without history. @throws StateError if it was changed in place since */
  readonly tensor: (i: number) => Tensor;
  /** As tensor(), or null where null was saved. */
  readonly optional: (i: number) => Tensor | null;
  readonly indices: (i: number) => Int32Array;
  /** Per input: whether anybody wants its gradient. */
  readonly needs: readonly boolean[];
}

/** dL/doutputs (null: zero) to dL/dinputs (null: none). It owns nothing it is given. */
export type Backward = (gradients: readonly (Tensor | null)[], saved: Saved) => readonly (Tensor | null)[];

interface SavedValue {
  readonly storage: Storage<Float32Array> | Storage<Int32Array>;
  readonly version: number;
  readonly shape: Shape;
  readonly offset: number;
}

let sequence = 0;

export class Node implements GraphNode, Saved {
  readonly name: string;
  /** Later nodes have larger numbers: an order in which every node comes after its inputs. */
  readonly sequence = sequence++;
  readonly edges: readonly Edge[];
  readonly outputShapes: readonly Shape[];
  readonly needs: readonly boolean[];
  readonly #backward: Backward;
  #saved: readonly (SavedValue | null)[] | null;
  /** Tensors it made and inputs of later nodes: while there are any, a gradient can be asked through it. */
  #users: number;

  constructor(
    name: string,
    inputs: readonly Tensor[],
    outputs: readonly Tensor[],
    saved: readonly Savable[],
    backward: Backward,
  ) {
    this.name = name;
    this.edges = inputs.map(edgeTo);
    this.needs = this.edges.map((edge) => edge !== null);
    this.outputShapes = outputs.map((output) => output.shape);
    this.#backward = backward;
    this.#saved = saved.map(saveValue);
    this.#users = outputs.length;
    for (const parent of this.parents()) parent.#users++;
  }

  /** @throws StateError if the graph was freed */
  backward(gradients: readonly (Tensor | null)[]): readonly (Tensor | null)[] {
    if (this.#saved === null) this.#throwFreed();
    return this.#backward(gradients, this);
  }

  // Arrow functions, so that a backward may take them apart: ({ needs, tensor }) => …
  readonly tensor = (i: number): Tensor => {
    const made = this.optional(i);
    if (made === null) throw new StateError(`backward of ${this.name}: nothing was saved in place ${i}.`);
    return made;
  };

  readonly optional = (i: number): Tensor | null => {
    const value = this.#value(i);
    if (value === null) return null;
    return new Tensor(value.storage.retain() as Storage, value.shape, value.offset);
  };

  readonly indices = (i: number): Int32Array => this.#value(i)?.storage.array as Int32Array;

  /** Gives back what was saved: no gradient can be asked through this node any more. */
  release(): void {
    for (const value of this.#saved ?? []) value?.storage.release();
    this.#saved = null;
  }

  drop(): void {
    const pending: Node[] = [this];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (--node.#users > 0) continue;
      node.release();
      for (const parent of node.parents()) pending.push(parent);
    }
  }

  /** Once per input that a node made. */
  *parents(): Iterable<Node> {
    for (const edge of this.edges) {
      if (edge !== null && "node" in edge) yield edge.node;
    }
  }

  #value(i: number): SavedValue | null {
    if (this.#saved === null) this.#throwFreed();
    const value = this.#saved[i] ?? null;
    if (value !== null && value.storage.version !== value.version) {
      throw new StateError(
        `backward of ${this.name}: a tensor it needs was changed in place after the forward pass ` +
          `(by an optimizer step, setCoeffs or loadStateDict); call backward() before changing it.`,
      );
    }
    return value;
  }

  #throwFreed(): never {
    throw new StateError(
      `backward through ${this.name} a second time: its graph was freed by the first backward() or by the end of a scope. ` +
        `Run the forward pass again; if a neuron carries state from before, call reset() or detach() on it first.`,
    );
  }
}

function edgeTo(input: Tensor): Edge {
  if (input.node !== null) return { node: input.node as Node, index: input.outputIndex };
  return input.requiresGrad ? { leaf: input } : null;
}

function saveValue(value: Savable): SavedValue | null {
  if (value === null) return null;
  if (value instanceof Storage)
    return { storage: value.retain(), version: value.version, shape: [], offset: 0 };
  return {
    storage: value.storage.retain(),
    version: value.storage.version,
    shape: value.shape,
    offset: value.offset,
  };
}

/**
 * Puts an operation on the tape: its outputs become differentiable with respect to its inputs. Does nothing
 * under noGrad, or if no input requires a gradient.
 *
 * @param saved retained until backward has run or every tensor computed from the outputs is gone
 */
export function record(
  name: string,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  saved: readonly Savable[],
  backward: Backward,
): void {
  if (!needsRecording(inputs)) return;
  const node = new Node(name, inputs, outputs, saved, backward);
  outputs.forEach((output, i) => {
    output.node = node;
    output.outputIndex = i;
  });
}

/** Whether record() would put an operation on these inputs on the tape. */
export function needsRecording(inputs: readonly Tensor[]): boolean {
  return gradEnabled() && inputs.some((input) => input.requiresGrad);
}
