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
import type { WeightedMap } from "./exact-sums.js";
import { applyOnce, type QuantizedSettings } from "./layer-quantizers.js";
import { quantizedRow } from "./quantized-row.js";
import { WeightQuantizers } from "./weight-quantizers.js";

/** A linear layer as a window of one place over C channels. */
function pointwise(C: number): WeightedMap {
  return { input: [1, 1, C], kernel: [1, 1], stride: [1, 1], padding: [0, 0], groups: 1 };
}

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
    const { weight, bias, inFeatures } = this;
    return this.#quantizers.weighted(x, [weight, bias], () => pointwise(inFeatures), linear);
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
    const { weight, bias, kernelSize: kernel, stride, padding, dilation, groups } = this;
    return this.#quantizers.weighted(
      x,
      [weight, bias],
      ({ shape: [, H, W, C] }) => ({ input: [H, W, C], kernel, stride, padding, dilation, groups }),
      (input, w, b) => conv2d(input, w, b, { stride, padding, dilation, groups }),
    );
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
    const { weight, bias, kernelSize, stride, padding, dilation, groups } = this;
    return this.#quantizers.weighted(
      x,
      [weight, bias],
      ({ shape: [, S, C] }) => ({
        input: [1, S, C], kernel: [1, kernelSize], stride: [1, stride], padding: [0, padding],
        dilation: [1, dilation], groups,
      }),
      (input, w, b) => conv1d(input, w, b, { stride, padding, dilation, groups }),
    ); // prettier-ignore
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
