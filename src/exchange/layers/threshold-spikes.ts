/** Threshold of NIR: y = [x > threshold], 1 or 0, without a state; its gradient is that of a surrogate. */

import { addYieldingLayer } from "../../layers/table.js";
import { StatelessLayer } from "../../layers/stateless-layer.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import { oneOf } from "../../schema/value-types.js";
import type { Surrogate } from "../../surrogates/surrogate.js";
import type { Tensor } from "../../tensor/tensor.js";
import { fireAt, type Compare } from "../firing.js";
import {
  surrogateFields,
  surrogateOf,
  type NamedSurrogateOptions,
  type NamedSurrogateSettings,
} from "../named-surrogate.js";
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

export interface ThresholdSpikesOptions extends ArrayOptions<"threshold">, NamedSurrogateOptions {
  /** What the array threshold begins as (default 1). */
  threshold?: number;
  /** '>' (default) or '>=': whether a value at the threshold gives a spike. */
  compare?: Compare;
}

type ThresholdSpikesSettings = ArraySettings<"threshold"> &
  NamedSurrogateSettings &
  Required<Pick<ThresholdSpikesOptions, "threshold" | "compare">>;

const schema: Schema<ThresholdSpikesSettings> = {
  fields: {
    threshold: withDefault(arrayValue, 1),
    compare: withDefault(oneOf([">", ">="]), ">"),
    ...surrogateFields("sigmoid", 4),
    shape: shapeField,
    learn: learnField(["threshold"]),
  },
};

export class ThresholdSpikes extends StatelessLayer {
  readonly #settings: ThresholdSpikesSettings;
  readonly #surrogate: Surrogate;
  readonly #threshold: Tensor;

  /** @throws TypeError, RangeError */
  constructor(options: ThresholdSpikesOptions = {}) {
    super();
    this.#settings = readOptions("ThresholdSpikes", options, schema);
    this.#surrogate = surrogateOf(this.#settings);
    const { threshold: value, shape, learn } = this.#settings;
    const { threshold } = holdArrays(
      {
        parameter: (name, parameter, slot) => this.registerParameter(name, parameter, slot),
        buffer: (name, buffer, slot) => this.registerBuffer(name, buffer, slot),
      },
      { threshold: { value, shape, isLearned: learn.includes("threshold") } },
    );
    this.#threshold = threshold;
  }

  /** Of the shape `shape`. */
  get threshold(): Tensor {
    return this.#threshold;
  }

  /** The options that make it again; the threshold is in its state dict. */
  presentOptions(): ThresholdSpikesSettings {
    const { shape, learn, ...settings } = this.#settings;
    return { ...settings, shape: [...shape], learn: [...learn] };
  }

  protected apply(x: Tensor): Tensor {
    checkArrayShape("ThresholdSpikes", this.#threshold.shape, x.shape.slice(1));
    return fireAt(this.#surrogate, x.sub(this.#threshold), this.#settings.compare);
  }
}

export const thresholdSpikesKind = addYieldingLayer<ThresholdSpikesSettings>("ThresholdSpikes", {
  layer: ThresholdSpikes,
  schema,
  create: (options) => new ThresholdSpikes(options),
  ...potentialRow<ThresholdSpikesSettings>(1),
  options: (layer) => (layer as ThresholdSpikes).presentOptions(),
});
