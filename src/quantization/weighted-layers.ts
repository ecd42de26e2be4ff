/** Linear and convolution layers that compute with quantized inputs, weights and outputs: y = Qa(op(Qi(x), Qw(W, b))). */

import {
  Conv1d,
  conv1dRow,
  Conv2d,
  conv2dRow,
  type Conv1dSpec,
  type Conv2dSpec,
} from "../layers/convolution.js";
import { Linear, linearRow, type LinearSpec } from "../layers/linear.js";
import { addDerivedLayer } from "../layers/table.js";
import { conv1d, conv2d } from "../ops/convolution.js";
import { linear } from "../ops/matmul.js";
import type { Tensor } from "../tensor/tensor.js";
import { applyOnce, type QuantizedSettings } from "./layer-quantizers.js";
import { quantizedRow } from "./quantized-row.js";
import { WeightQuantizers } from "./weight-quantizers.js";

export class QuantizedLinear extends Linear {
  readonly #settings: QuantizedSettings;
  readonly #quantizers: WeightQuantizers;

  constructor({ inFeatures, outFeatures, ...options }: LinearSpec, settings: QuantizedSettings) {
    super(inFeatures, outFeatures, options);
    this.#settings = settings;
    this.#quantizers = new WeightQuantizers(settings, (name, each) => this.registerChild(name, each));
  }

  get settings(): QuantizedSettings {
    return this.#settings;
  }

  override applyStill(x: Tensor, T: number): Tensor {
    return applyOnce(this, T, () => this.apply(x));
  }

  observeWeights(): void {
    this.#quantizers.observe(this.weight, this.bias);
  }

  protected override apply(x: Tensor): Tensor {
    const [weight, bias] = this.#quantizers.weights(this.weight, this.bias);
    return this.#quantizers.around(x, (input) => linear(input, weight, bias));
  }
}

export class QuantizedConv2d extends Conv2d {
  readonly #settings: QuantizedSettings;
  readonly #quantizers: WeightQuantizers;

  constructor({ inChannels, outChannels, kernelSize, ...options }: Conv2dSpec, settings: QuantizedSettings) {
    super(inChannels, outChannels, kernelSize, options);
    this.#settings = settings;
    this.#quantizers = new WeightQuantizers(settings, (name, each) => this.registerChild(name, each));
  }

  get settings(): QuantizedSettings {
    return this.#settings;
  }

  override applyStill(x: Tensor, T: number): Tensor {
    return applyOnce(this, T, () => this.apply(x));
  }

  observeWeights(): void {
    this.#quantizers.observe(this.weight, this.bias);
  }

  protected override apply(x: Tensor): Tensor {
    const { stride, padding, groups } = this;
    const [weight, bias] = this.#quantizers.weights(this.weight, this.bias);
    return this.#quantizers.around(x, (input) => conv2d(input, weight, bias, { stride, padding, groups }));
  }
}

export class QuantizedConv1d extends Conv1d {
  readonly #settings: QuantizedSettings;
  readonly #quantizers: WeightQuantizers;

  constructor({ inChannels, outChannels, kernelSize, ...options }: Conv1dSpec, settings: QuantizedSettings) {
    super(inChannels, outChannels, kernelSize, options);
    this.#settings = settings;
    this.#quantizers = new WeightQuantizers(settings, (name, each) => this.registerChild(name, each));
  }

  get settings(): QuantizedSettings {
    return this.#settings;
  }

  override applyStill(x: Tensor, T: number): Tensor {
    return applyOnce(this, T, () => this.apply(x));
  }

  observeWeights(): void {
    this.#quantizers.observe(this.weight, this.bias);
  }

  protected override apply(x: Tensor): Tensor {
    const { stride, padding, groups } = this;
    const [weight, bias] = this.#quantizers.weights(this.weight, this.bias);
    return this.#quantizers.around(x, (input) => conv1d(input, weight, bias, { stride, padding, groups }));
  }
}

/** Their kinds. */
export const weightedKinds = [
  addDerivedLayer(
    "QuantizedLinear",
    quantizedRow(linearRow, QuantizedLinear, (options, settings) => new QuantizedLinear(options, settings)),
  ),
  addDerivedLayer(
    "QuantizedConv1d",
    quantizedRow(conv1dRow, QuantizedConv1d, (options, settings) => new QuantizedConv1d(options, settings)),
  ),
  addDerivedLayer(
    "QuantizedConv2d",
    quantizedRow(conv2dRow, QuantizedConv2d, (options, settings) => new QuantizedConv2d(options, settings)),
  ),
];
