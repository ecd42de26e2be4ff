/**
 * How an array is laid out in a PyTorch state dict and how it is laid out here. A layout is a permutation of
 * axes between two ways of looking at the same elements; only state dicts use it.
 */

import { sizeOf, stridesOf, type Shape } from "../shapes.js";

export interface Layout {
  /** The shape in PyTorch. */
  readonly foreign: Shape;
  toForeign(own: Float32Array): Float32Array;
  toOwn(foreign: ArrayLike<number>): Float32Array;
}

/** The same on both sides. */
export function sameLayout(shape: Shape): Layout {
  return {
    foreign: shape,
    toForeign: (own) => Float32Array.from(own),
    toOwn: (foreign) => Float32Array.from(foreign),
  };
}

/**
 * @param own the elements here, seen with these axes
 * @param axes foreign axis i is own axis axes[i]
 * @param foreign the shape in PyTorch: the permuted axes, some of them perhaps joined
 */
export function permutedLayout(own: Shape, axes: readonly number[], foreign: Shape): Layout {
  const strides = stridesOf(own);
  const permutedShape = axes.map((axis) => own[axis]);
  const permutedStrides = axes.map((axis) => strides[axis]);
  const ownIndex = (visit: (foreignIndex: number, ownIndex: number) => void): void => {
    const position = permutedShape.map(() => 0);
    let from = 0;
    const size = sizeOf(own);
    for (let to = 0; to < size; to++) {
      visit(to, from);
      for (let axis = position.length - 1; axis >= 0; axis--) {
        from += permutedStrides[axis];
        if (++position[axis] < permutedShape[axis]) break;
        from -= permutedStrides[axis] * permutedShape[axis];
        position[axis] = 0;
      }
    }
  };
  return {
    foreign,
    toForeign: (values) => {
      const out = new Float32Array(values.length);
      ownIndex((to, from) => (out[to] = values[from]));
      return out;
    },
    toOwn: (values) => {
      const out = new Float32Array(values.length);
      ownIndex((to, from) => (out[from] = values[to]));
      return out;
    },
  };
}
