/** The quantizers of a layer with weights: of its input, its output, and its weights and biases. */

import type { Tensor } from "../tensor/tensor.js";
import { fitsFloat, weightedSums, type WeightedMap } from "./exact-sums.js";
import { isExact, tensorOnGrid, withGradientOf } from "./exact-values.js";
import { quantizerOf, type QuantizedSettings } from "./layer-quantizers.js";
import type { Quantizer } from "./quantizer.js";

export class WeightQuantizers {
  readonly #input: Quantizer;
  readonly #act: Quantizer;
  readonly #w: Quantizer;
  /** null: the biases share that of the weights. */
  readonly #bias: Quantizer | null;
  readonly #followsWeights: boolean;
  /** Storages and versions of the weights whose ranges are known. */
  #known: readonly unknown[] = [];

  /** @param register makes a quantizer part of the layer */
  constructor(settings: QuantizedSettings, register: (name: string, quantizer: Quantizer) => Quantizer) {
    this.#followsWeights = settings.compat === undefined;
    this.#input = register("quantizer_input", quantizerOf("input", settings));
    this.#act = register("quantizer_act", quantizerOf("act", settings));
    this.#w = register("quantizer_w", quantizerOf("w", settings));
    const isApart = settings.quantParams.bias !== undefined;
    this.#bias = isApart ? register("quantizer_bias", quantizerOf("bias", settings)) : null;
  }

  /** Qa(op(Qi(x), Qw(W, b))); in evaluation, of sums that are exact. */
  weighted(
    x: Tensor,
    [weight, bias]: readonly [Tensor, Tensor | null],
    map: (x: Tensor) => WeightedMap,
    op: (x: Tensor, weight: Tensor, bias: Tensor | null) => Tensor,
  ): Tensor {
    const [w, b] = this.weights(weight, bias);
    return this.around(
      x,
      (input) => op(input, w, b),
      (input, sum) => (fitsFloat(input, w, b) ? sum.data : weightedSums(map(input), input, w, b, sum.size)),
    );
  }

  /** Qa(op(Qi(x))). @param exactly what op(Qi(x)) is in evaluation, of what float32 gives */
  around(
    x: Tensor,
    op: (x: Tensor) => Tensor,
    exactly: (x: Tensor, float: Tensor) => ArrayLike<number>,
  ): Tensor {
    const input = this.#input.forward(x);
    const float = op(input);
    const grid = isExact(this.#input, this.#act, this.#w, this.#bias) ? this.#act.grid : null;
    if (grid === null) return this.#act.forward(float);
    const exact = this.#act.counted(tensorOnGrid(exactly(input, float), float.shape, grid, x));
    return withGradientOf(() => this.#act.forward(float), exact);
  }

  /** Quantized weights and biases. In evaluation the ranges are those of the present ones, too: they may have been loaded. */
  weights(weight: Tensor, bias: Tensor | null): readonly [Tensor, Tensor | null] {
    if (!this.#w.training) this.observe(weight, bias);
    if (bias === null) return [this.#w.forward(weight), null];
    if (this.#bias === null) return this.#w.forward(weight, bias);
    return [this.#w.forward(weight), this.#bias.forward(bias)];
  }

  /** Makes the ranges those of these weights; of the reference, nothing. */
  observe(weight: Tensor, bias: Tensor | null): void {
    if (!this.#followsWeights) return;
    const present = [weight, bias].flatMap((each) =>
      each === null ? [] : [each.storage, each.storage.version],
    );
    if (present.length === this.#known.length && present.every((each, i) => each === this.#known[i])) return;
    this.#known = present;
    if (bias === null) this.#w.observe(weight);
    else if (this.#bias === null) this.#w.observe(weight, bias);
    else {
      this.#w.observe(weight);
      this.#bias.observe(bias);
    }
  }
}
