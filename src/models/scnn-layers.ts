/** The layers of an SCNN, in order, under the names of the reference template. */

import { ShapeError } from "../errors.js";
import { BatchNorm1d, BatchNorm2d } from "../layers/batch-norm.js";
import { Conv1d, Conv2d } from "../layers/convolution.js";
import { Dropout } from "../layers/dropout.js";
import { Flatten } from "../layers/flatten.js";
import { Linear } from "../layers/linear.js";
import { AvgPool1d, AvgPool2d, GlobalSumPool, MaxPool1d, MaxPool2d } from "../layers/pooling.js";
import { Sequential } from "../layers/sequential.js";
import type { Module } from "../module/module.js";
import { createNeuron } from "../neurons/table.js";
import { windowCount, type Pair } from "../ops/convolution.js";
import { formatShape } from "../shapes.js";
import type { ResolvedSCNNOptions } from "./scnn-options.js";

/** Layer constructors that differ between one and two dimensions. */
interface Dimension {
  conv(
    inC: number,
    outC: number,
    kernel: Pair,
    o: { stride: Pair; padding: Pair; groups?: number; bias: boolean },
  ): Module;
  batchNorm(channels: number): Module;
  maxPool(kernel: Pair): Module;
  avgPool(kernel: Pair): Module;
}

const dimensions: { readonly [D in 1 | 2]: Dimension } = {
  1: {
    conv: (inC, outC, kernel, { stride, padding, ...o }) =>
      new Conv1d(inC, outC, single("kernelSizes", kernel), {
        ...o,
        stride: single("strides", stride),
        padding: single("paddings", padding),
      }),
    batchNorm: (channels) => new BatchNorm1d(channels),
    maxPool: (kernel) => new MaxPool1d(single("poolSizes", kernel)),
    avgPool: (kernel) => new AvgPool1d(single("prepool or postpool", kernel)),
  },
  2: {
    conv: (inC, outC, kernel, o) => new Conv2d(inC, outC, kernel, o),
    batchNorm: (channels) => new BatchNorm2d(channels),
    maxPool: (kernel) => new MaxPool2d(kernel),
    avgPool: (kernel) => new AvgPool2d(kernel),
  },
};

/** @throws ShapeError if a convolution or a pooling does not fit its input */
export function scnnLayers(options: ResolvedSCNNOptions): Sequential {
  return new SCNNBuilder(options).build();
}

class SCNNBuilder {
  readonly #options: ResolvedSCNNOptions;
  readonly #dimension: Dimension;
  readonly #layers: Record<string, Module> = {};
  /** Size of the map so far, per axis, and its channels. */
  #map: number[];
  #channels: number;

  constructor(options: ResolvedSCNNOptions) {
    this.#options = options;
    this.#dimension = dimensions[options.dims];
    this.#map = options.inputShape.slice(0, -1);
    this.#channels = options.inputShape[options.inputShape.length - 1];
  }

  build(): Sequential {
    const { filters, prepool, postpool, gsp } = this.#options;
    if (product(prepool) > 1) this.#add("prepool", this.#dimension.avgPool(prepool), prepool, prepool, 0);
    filters.forEach((_, i) => this.#stage(i));
    if (product(postpool) > 1)
      this.#add("postpool", this.#dimension.avgPool(postpool), postpool, postpool, 0);
    if (gsp) this.#sumHead();
    else this.#connectedHead();
    return new Sequential(this.#layers);
  }

  #stage(i: number): void {
    const { filters, kernelSizes, paddings, strides, poolSizes, dropouts, separables } = this.#options;
    const n = i + 1;
    const geometry = { kernel: kernelSizes[i], stride: strides[i], padding: paddings[i] };
    if (separables[i]) {
      this.#convolution(n, "_dw", { ...geometry, channels: this.#channels, groups: this.#channels });
      this.#convolution(n, "_pw", { kernel: 1, stride: 1, padding: 0, channels: filters[i], groups: 1 });
    } else {
      this.#convolution(n, "", { ...geometry, channels: filters[i], groups: 1 });
    }
    if (dropouts[i] !== 0) this.#layers[`dropout${n}`] = new Dropout(dropouts[i]);
    if (product(poolSizes[i]) !== 0)
      this.#add(`maxpool${n}`, this.#dimension.maxPool(poolSizes[i]), poolSizes[i], poolSizes[i], 0);
  }

  #convolution(
    n: number,
    suffix: string,
    o: { kernel: Pair; stride: Pair; padding: Pair; channels: number; groups: number },
  ): void {
    const { batchNorm } = this.#options;
    const { kernel, stride, padding, channels, groups } = o;
    const conv = this.#dimension.conv(this.#channels, channels, kernel, {
      stride,
      padding,
      groups,
      bias: !batchNorm,
    });
    this.#add(`conv${n}${suffix}`, conv, kernel, stride, padding);
    this.#channels = channels;
    if (batchNorm) this.#layers[`bn${n}${suffix}`] = this.#dimension.batchNorm(channels);
    this.#layers[`neuron${n}${suffix}`] = this.#neuron();
  }

  #sumHead(): void {
    const { filters, outputShape } = this.#options;
    const n = filters.length + 1;
    const conv = this.#dimension.conv(this.#channels, outputShape[0], 1, {
      stride: 1,
      padding: 0,
      bias: true,
    });
    this.#add(`conv${n}`, conv, 1, 1, 0);
    this.#layers[`neuron${n}`] = this.#neuron();
    this.#layers["gsp"] = new GlobalSumPool();
  }

  #connectedHead(): void {
    const { filters, fcUnits, outputShape, dropouts } = this.#options;
    this.#layers["flatten"] = new Flatten({ order: "memory" });
    let features = this.#map.reduce((size, length) => size * length, this.#channels);
    let flattenedChannels = this.#channels;
    fcUnits.forEach((unit, i) => {
      const n = filters.length + i + 1;
      this.#layers[`fc${i + 1}`] = new Linear(features, unit, { flattenedChannels });
      this.#layers[`neuron${n}`] = this.#neuron();
      if (dropouts[n - 1] !== 0) this.#layers[`dropout${n}`] = new Dropout(dropouts[n - 1]);
      [features, flattenedChannels] = [unit, 1];
    });
    this.#layers[`fc${fcUnits.length + 1}`] = new Linear(features, outputShape[0], { flattenedChannels });
  }

  #neuron(): Module {
    return createNeuron(this.#options.neuron, this.#options.stepMode);
  }

  /** Adds a layer that slides a window, and follows the size of the map. */
  #add(name: string, layer: Module, kernel: Pair, stride: Pair, padding: Pair): void {
    const before = this.#map;
    this.#map = before.map((length, axis) =>
      windowCount(length, entry(kernel, axis), entry(stride, axis), entry(padding, axis)),
    );
    if (this.#map.includes(0)) {
      throw new ShapeError(
        `SCNN: ${name} meets a map of ${formatShape(before)} and leaves nothing of it; ` +
          `expected windows that fit. Use smaller kernels or strides, less pooling, or more padding.`,
      );
    }
    this.#layers[name] = layer;
  }
}

function entry(pair: Pair, axis: number): number {
  return typeof pair === "number" ? pair : pair[axis];
}

function product(pair: Pair): number {
  return typeof pair === "number" ? pair : pair[0] * pair[1];
}

function single(name: string, pair: Pair): number {
  if (typeof pair !== "number")
    throw new TypeError(`SCNN: an entry of ${name} is [${pair.join(", ")}]; expected a number: dims is 1.`);
  return pair;
}
