/** The layers of an SCNN, in order, under the names of the reference template. */

import type { LayerSpec } from "../graph/layer-spec.js";
import type { Pair } from "../windows.js";
import { windowedMap } from "../windows.js";
import type { GraphModelOptions } from "./graph-model.js";
import { dimension, product, sides, type Dimension } from "./dimension.js";
import { neuronLayer } from "./neuron-layer.js";
import type { ResolvedSCNNOptions } from "./scnn-options.js";

/** The network as data. @throws ShapeError if a convolution or a pooling does not fit its input */
export function scnnNetwork(options: ResolvedSCNNOptions): GraphModelOptions {
  const { inputShape, outputShape, timesteps, stepMode } = options;
  return { inputShape, outputShape, layers: new SCNNLayers(options).specs, timesteps, stepMode };
}

/** Follows the size of the map, which the first linear layer must know. */
class SCNNLayers {
  readonly specs: LayerSpec[] = [];
  readonly #options: ResolvedSCNNOptions;
  readonly #dimension: Dimension;
  /** Size of the map so far, per axis, and its channels. */
  #map: number[];
  #channels: number;

  constructor(options: ResolvedSCNNOptions) {
    this.#options = options;
    this.#dimension = dimension("SCNN", options.dims);
    this.#map = options.inputShape.slice(0, -1);
    this.#channels = options.inputShape[options.inputShape.length - 1];
    const { filters, prepool, postpool, gsp } = options;
    if (product(prepool) > 1) this.#pool("prepool", "avgPool", prepool);
    filters.forEach((_, i) => this.#stage(i));
    if (product(postpool) > 1) this.#pool("postpool", "avgPool", postpool);
    if (gsp) this.#sumHead();
    else this.#connectedHead();
  }

  #stage(i: number): void {
    const { filters, kernelSizes, paddings, strides, poolSizes, separables } = this.#options;
    const n = i + 1;
    const window = { kernel: kernelSizes[i], stride: strides[i], padding: paddings[i] };
    if (separables[i]) {
      this.#convolution(n, "_dw", { ...window, channels: this.#channels, groups: this.#channels });
      this.#convolution(n, "_pw", { kernel: 1, stride: 1, padding: 0, channels: filters[i], groups: 1 });
    } else {
      this.#convolution(n, "", { ...window, channels: filters[i], groups: 1 });
    }
    this.#dropout(n);
    const pool = poolSizes[i];
    if (product(pool) !== 0) this.#pool(`maxpool${n}`, "maxPool", pool);
  }

  #convolution(
    n: number,
    suffix: string,
    o: { kernel: Pair; stride: Pair; padding: Pair; channels: number; groups: number },
  ): void {
    const { batchNorm, neuron } = this.#options;
    const { channels, groups } = o;
    this.#convolve(`conv${n}${suffix}`, { ...o, bias: !batchNorm, groups });
    if (batchNorm) this.specs.push(this.#dimension.batchNorm(`layers.bn${n}${suffix}`, channels));
    this.specs.push(neuronLayer(`layers.neuron${n}${suffix}`, neuron));
  }

  #convolve(
    name: string,
    o: { kernel: Pair; stride: Pair; padding: Pair; channels: number; groups: number; bias: boolean },
  ): void {
    this.#slide(name, o);
    this.specs.push(this.#dimension.conv(`layers.${name}`, this.#channels, o));
    this.#channels = o.channels;
  }

  #pool(name: string, kind: "avgPool" | "maxPool", kernel: Pair): void {
    this.#slide(name, { kernel, stride: kernel, padding: 0 });
    this.specs.push(this.#dimension[kind](`layers.${name}`, kernel));
  }

  #dropout(n: number): void {
    const p = this.#options.dropouts[n - 1];
    if (p !== 0) this.specs.push({ name: `layers.dropout${n}`, kind: "Dropout", options: { p } });
  }

  #sumHead(): void {
    const { filters, outputShape, neuron } = this.#options;
    const n = filters.length + 1;
    const o = { kernel: 1, stride: 1, padding: 0, channels: outputShape[0], groups: 1, bias: true };
    this.#convolve(`conv${n}`, o);
    this.specs.push(neuronLayer(`layers.neuron${n}`, neuron), { name: "layers.gsp", kind: "GlobalSumPool" });
  }

  #connectedHead(): void {
    const { filters, fcUnits, outputShape, neuron } = this.#options;
    this.specs.push({ name: "layers.flatten", kind: "Flatten", options: { order: "memory" } });
    let inFeatures = this.#map.reduce((size, length) => size * length, this.#channels);
    let flattenedChannels = this.#channels;
    [...fcUnits, outputShape[0]].forEach((outFeatures, i) => {
      const options = { inFeatures, outFeatures, flattenedChannels };
      this.specs.push({ name: `layers.fc${i + 1}`, kind: "Linear", options });
      [inFeatures, flattenedChannels] = [outFeatures, 1];
      if (i === fcUnits.length) return;
      const n = filters.length + i + 1;
      this.specs.push(neuronLayer(`layers.neuron${n}`, neuron));
      this.#dropout(n);
    });
  }

  /** @throws ShapeError if nothing is left of the map */
  #slide(name: string, { kernel, stride, padding }: { kernel: Pair; stride: Pair; padding: Pair }): void {
    const axes = this.#map.length;
    const window = {
      kernel: sides(kernel, axes),
      stride: sides(stride, axes),
      padding: sides(padding, axes),
    };
    this.#map = windowedMap(`SCNN: ${name}`, this.#map, window);
  }
}
