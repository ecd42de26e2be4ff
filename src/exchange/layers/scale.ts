/** Scale of NIR: y = x scale, elementwise. */

import { addYieldingLayer } from "../../layers/table.js";
import { StatelessLayer } from "../../layers/stateless-layer.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import { sizeOf } from "../../shapes.js";
import type { Tensor } from "../../tensor/tensor.js";
import {
  checkArrayShape,
  holdArrays,
  learnField,
  shapeField,
  type ArrayOptions,
  type ArraySettings,
} from "../neuron-arrays.js";
import { arrayValue } from "../neurons/euler-node.js";
import { potentialRow } from "./potential-layer.js";

export interface ScaleOptions extends ArrayOptions<"scale"> {
  /** What the array scale begins as (default 1). */
  scale?: number;
}

type ScaleSettings = ArraySettings<"scale"> & { readonly scale: number };

const schema: Schema<ScaleSettings> = {
  fields: { scale: withDefault(arrayValue, 1), shape: shapeField, learn: learnField(["scale"]) },
};

export class Scale extends StatelessLayer {
  readonly #settings: ScaleSettings;
  readonly #scale: Tensor;

  /** @throws TypeError, RangeError */
  constructor(options: ScaleOptions = {}) {
    super();
    this.#settings = readOptions("Scale", options, schema);
    const { scale: value, shape, learn } = this.#settings;
    const { scale } = holdArrays(
      {
        parameter: (name, parameter, slot) => this.registerParameter(name, parameter, slot),
        buffer: (name, buffer, slot) => this.registerBuffer(name, buffer, slot),
      },
      { scale: { value, shape, isLearned: learn.includes("scale") } },
    );
    this.#scale = scale;
  }

  /** Of the shape `shape`. */
  get scale(): Tensor {
    return this.#scale;
  }

  /** The options that make it again; the factors are in its state dict. */
  presentOptions(): ScaleSettings {
    const { scale, shape, learn } = this.#settings;
    return { scale, shape: [...shape], learn: [...learn] };
  }

  protected apply(x: Tensor): Tensor {
    checkArrayShape("Scale", this.#scale.shape, x.shape.slice(1));
    return x.mul(this.#scale);
  }
}

export const scaleKind = addYieldingLayer<ScaleSettings>("Scale", {
  layer: Scale,
  schema,
  scaling: "passes",
  create: (options) => new Scale(options),
  ...potentialRow<ScaleSettings>(0),
  operations: (_options, _inputs, output) => ({ macs: sizeOf(output), adds: 0 }),
  options: (layer) => (layer as Scale).presentOptions(),
});
