/** The products of layers that suite b measures: their sizes, their operands, and the kernels that compute them. */

import { Generator, Tensor, tensor } from "../../dist/index.js";
import { sizeOf, type Shape } from "../../dist/shapes.js";
import { packSpikes, spikesOf } from "../../dist/tensor/packed-spikes.js";

export type Operation = "forward" | "weight gradient" | "input gradient";

/** What a spike stands for. */
const THETA = 0.75;

/** A convolution of 3 x 3 with padding 1 (x of rank 4) or a Linear (x of rank 2). */
export interface Product {
  readonly name: string;
  /** [N, H, W, Cin] or [N, in] */
  readonly x: Shape;
  /** [3, 3, Cin, Cout] or [in, out] */
  readonly w: Shape;
  /** [N, H, W, Cout] or [N, out] */
  readonly y: Shape;
}

export function convolution(batch: number, side: number, inputs: number, outputs: number): Product {
  return {
    name: `conv 3x3, ${inputs}->${outputs}, ${side}x${side}, batch ${batch}`,
    x: [batch, side, side, inputs],
    w: [3, 3, inputs, outputs],
    y: [batch, side, side, outputs],
  };
}

export function linearProduct(rows: number, inputs: number, outputs: number): Product {
  return {
    name: `linear ${inputs}->${outputs}, ${rows} rows`,
    x: [rows, inputs],
    w: [inputs, outputs],
    y: [rows, outputs],
  };
}

/** The same with a batch so small that the reference twin computes it in a moment. */
export function fewSamples({ name, x, w, y }: Product, samples: number): Product {
  return { name, x: [samples, ...x.slice(1)], w, y: [samples, ...y.slice(1)] };
}

/** Operands as arrays: x of spikes, w, and g = dL/dy. */
export interface Arrays {
  readonly x: Float32Array;
  readonly w: Float32Array;
  readonly g: Float32Array;
}

/** @param density the fraction of x that is theta; the rest is 0 */
export function randomArrays(product: Product, density: number): Arrays {
  const generator = new Generator(1);
  const draw = (shape: Shape, next: () => number): Float32Array =>
    Float32Array.from({ length: sizeOf(shape) }, next);
  return {
    x: draw(product.x, () => (generator.uniform(0, 1) < density ? THETA : 0)),
    w: draw(product.w, () => generator.uniform(-1, 1)),
    g: draw(product.y, () => generator.uniform(-1, 1)),
  };
}

/** Operands in the memory of the present backend. */
export interface Operands {
  readonly packed: Tensor;
  readonly dense: Tensor;
  readonly w: Tensor;
  readonly g: Tensor;
}

export function createOperands(product: Product, { x, w, g }: Arrays): Operands {
  return {
    packed: packSpikes(tensor(x, product.x), THETA),
    dense: tensor(x, product.x),
    w: tensor(w, product.w),
    g: tensor(g, product.y),
  };
}

export function disposeOperands({ packed, dense, w, g }: Operands): void {
  for (const each of [packed, dense, w, g]) each.dispose();
}

/** By the kernels for bits if x is packed, by the dense ones if not. */
export function compute(operation: Operation, product: Product, x: Tensor, w: Tensor, g: Tensor): Tensor {
  const { kernels } = w.backend;
  const shape = { forward: product.y, "weight gradient": product.w, "input gradient": product.x }[operation];
  const result = Tensor.empty(shape, w.backend);
  const spikes = spikesOf(x);
  const to = result.data;
  if (product.x.length === 2) {
    const [rows, inputs, outputs] = [product.x[0], ...product.w];
    if (operation === "input gradient") {
      kernels.gemm(to, g.data, w.data, rows, inputs, outputs, false, true, false);
    } else if (operation === "forward") {
      if (spikes === null) kernels.gemm(to, x.data, w.data, rows, outputs, inputs, false, false, false);
      else kernels.packedLinearForward(to, spikes.bits, w.data, null, spikes.scale, rows, inputs, outputs);
    } else if (spikes === null) {
      kernels.gemm(to, x.data, g.data, inputs, outputs, rows, true, false, false);
    } else {
      kernels.packedLinearWeightGrad(to, g.data, spikes.bits, spikes.scale, rows, inputs, outputs);
    }
    return result;
  }
  const [N, H, W, Cin] = product.x;
  const sizes = [N, H, W, Cin, product.y[3], 3, 3, 1, 1, 1, 1] as const;
  if (operation === "input gradient") {
    kernels.conv2dInputGrad(to, g.data, w.data, ...sizes, 1);
  } else if (operation === "forward") {
    if (spikes === null) kernels.conv2dForward(to, x.data, w.data, null, ...sizes, 1);
    else kernels.packedConv2dForward(to, spikes.bits, w.data, null, null, null, spikes.scale, ...sizes);
  } else if (spikes === null) {
    kernels.conv2dWeightGrad(to, g.data, x.data, ...sizes, 1);
  } else {
    kernels.packedConv2dWeightGrad(to, g.data, spikes.bits, spikes.scale, ...sizes);
  }
  return result;
}
