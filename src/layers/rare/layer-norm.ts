/**
 * Normalisation of each sample by its own statistics, the same in training and evaluation: over its last axes, channels last.
 * With the whole sample, it is PyTorch's of the same sample channels first; with [C] it normalises the channels of each place.
 */

import { ShapeError } from "../../errors.js";
import { permutedLayout } from "../../module/layout.js";
import { Parameter } from "../../module/parameter.js";
import { layerNorm } from "../../ops/layer-norm.js";
import { close, fix } from "../../schema/fixed.js";
import type { Place } from "../../schema/place.js";
import { readArguments, required, withDefault, type Schema } from "../../schema/schema.js";
import { flag, float32, listOf, whole, type ValueType } from "../../schema/value-types.js";
import { formatShape, sameShape, sizeOf, type Shape } from "../../shapes.js";
import { Tensor } from "../../tensor/tensor.js";
import type { FullLayerRow } from "../layer-row.js";
import { StatelessLayer } from "../stateless-layer.js";
import { addYieldingLayer } from "../table.js";

export interface LayerNormOptions {
  /** Added to the variance (default 1e-5), > 0. */
  eps?: number;
  /** Whether a weight is learned for each element of the shape (default true), and with it the bias. */
  elementwiseAffine?: boolean;
  /** Whether a bias is learned beside the weight (default true). */
  bias?: boolean;
}

export interface LayerNormSpec {
  readonly normalizedShape: Shape;
  readonly eps: number;
  readonly elementwiseAffine: boolean;
  readonly bias: boolean;
}

const axes = listOf(whole(1), 1, 7);

/** One number, or a list of them. */
const shapeType: ValueType<Shape> = {
  expects: "a whole number of at least 1, or a list of them",
  read(value: unknown, place: Place) {
    if (typeof value !== "number" && !Array.isArray(value))
      return place.mistype(value, "a number", this.expects);
    return axes.read(typeof value === "number" ? [value] : value, place);
  },
  write: (shape) => (shape.length === 1 ? shape[0] : [...shape]),
};

const schema: Schema<LayerNormSpec> = {
  fields: {
    normalizedShape: required(shapeType),
    eps: withDefault(float32({ above: 0 }), 1e-5),
    elementwiseAffine: withDefault(flag, true),
    bias: withDefault(flag, true),
  },
};

export class LayerNorm extends StatelessLayer {
  /** Of the shape normalizedShape here, of its axes with channels first in state dicts; starts at 1. null: not learned. */
  readonly weight: Parameter | null;
  /** The same; starts at 0. */
  readonly bias: Parameter | null;
  declare readonly normalizedShape: Shape;
  declare readonly eps: number;
  declare readonly elementwiseAffine: boolean;

  /** @throws TypeError, RangeError */
  constructor(normalizedShape: number | Shape, options: LayerNormOptions = {}) {
    super();
    const { bias, ...given } = readArguments("LayerNorm", { normalizedShape }, options, schema);
    const shape = Object.freeze([...given.normalizedShape]);
    fix<LayerNorm>(this, { ...given, normalizedShape: shape });
    const last = shape.length - 1;
    const order = [last, ...shape.keys()].slice(0, last + 1);
    const layout = () => permutedLayout(shape, order, order.map((axis) => shape[axis])); // prettier-ignore
    const learned = (name: string, value: number): Parameter =>
      this.registerParameter(name, new Parameter(Tensor.full(shape, value)), { layout });
    this.weight = given.elementwiseAffine ? learned("weight", 1) : null;
    this.bias = given.elementwiseAffine && bias ? learned("bias", 0) : null;
    close<LayerNorm>(this, "weight", "bias");
  }

  protected apply(x: Tensor): Tensor {
    checkEnd("LayerNorm", this.normalizedShape, x.shape.slice(1));
    return layerNorm(x, this.normalizedShape, this.weight, this.bias, this.eps);
  }
}

/** @throws ShapeError unless a sample ends in the shape */
function checkEnd(where: string, shape: Shape, sample: Shape): Shape {
  if (sample.length >= shape.length && sameShape(sample.slice(sample.length - shape.length), shape))
    return sample;
  throw new ShapeError(
    `${where} gets ${formatShape(sample)}; expected [..., ${shape.join(", ")}], its normalizedShape, channels last.`,
  );
}

export const layerNormRow: FullLayerRow<LayerNormSpec> = {
  layer: LayerNorm,
  schema,
  inputs: 1,
  scaling: "stays",
  create: ({ normalizedShape, ...options }) => new LayerNorm(normalizedShape, options),
  outputShape: ({ normalizedShape }, [input], where) => checkEnd(where, normalizedShape, input),
  weights: () => 0,
  // A sum and a subtraction for the mean; the squares, and a scale and a shift.
  operations: (_options, _inputs, output) => ({ macs: 2 * sizeOf(output), adds: 2 * sizeOf(output) }),
  options(layer) {
    const { normalizedShape, eps, elementwiseAffine, bias } = layer as LayerNorm;
    // Without weights there is none either way.
    return { normalizedShape, eps, elementwiseAffine, bias: !elementwiseAffine || bias !== null };
  },
};

declare module "../table.js" {
  interface LayerArguments {
    LayerNorm: Pick<LayerNormSpec, "normalizedShape"> & LayerNormOptions;
  }
}

export const layerNormKind = addYieldingLayer("LayerNorm", layerNormRow, false);
