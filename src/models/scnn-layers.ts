/** The layers of an SCNN, in order, under the names of the reference template. */

import { ShapeError } from "../errors.js";
import { BatchNorm1d, BatchNorm2d } from "../layers/batch-norm.js";
import { Conv1d, Conv2d } from "../layers/convolution.js";
import { Dropout } from "../layers/dropout.js";
import { Flatten } from "../layers/flatten.js";
import { Linear } from "../layers/linear.js";
import { GlobalSumPool } from "../layers/global-sum-pool.js";
import { AvgPool1d, AvgPool2d, MaxPool1d, MaxPool2d } from "../layers/pooling.js";
import { Sequential } from "../layers/sequential.js";
import type { Module } from "../module/module.js";
import { createNeuron } from "../neurons/table.js";
import { windowCount, type Pair } from "../windows.js";
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
  const { layers } = new SCNNPlan(options);
  return new Sequential(Object.fromEntries([...layers].map(([name, create]) => [name, create()])));
}

/** Weights of all convolutions and linear layers, counted before any is made. @throws ShapeError as scnnLayers */
export function scnnWeightCount(options: ResolvedSCNNOptions): number {
  return new SCNNPlan(options).weights;
}

/** Follows the size of the map through the network; nothing is made before all of it fits. */
class SCNNPlan {
  readonly layers = new Map<string, () => Module>();
  weights = 0;
  readonly #options: ResolvedSCNNOptions;
  readonly #dimension: Dimension;
  /** Size of the map so far, per axis, and its channels. */
  #map: number[];
  #channels: number;

  constructor(options: ResolvedSCNNOptions) {
    this.#options = options;
    this.#dimension = dimensions[options.dims];
    this.#map = options.inputShape.slice(0, -1);
    this.#channels = options.inputShape[options.inputShape.length - 1];
    const { filters, prepool, postpool, gsp } = options;
    const { avgPool } = this.#dimension;
    if (product(prepool) > 1) this.#slide("prepool", () => avgPool(prepool), prepool, prepool, 0);
    filters.forEach((_, i) => this.#stage(i));
    if (product(postpool) > 1) this.#slide("postpool", () => avgPool(postpool), postpool, postpool, 0);
    if (gsp) this.#sumHead();
    else this.#connectedHead();
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
    if (dropouts[i] !== 0) this.layers.set(`dropout${n}`, () => new Dropout(dropouts[i]));
    const pool = poolSizes[i];
    if (product(pool) !== 0) this.#slide(`maxpool${n}`, () => this.#dimension.maxPool(pool), pool, pool, 0);
  }

  #convolution(
    n: number,
    suffix: string,
    o: { kernel: Pair; stride: Pair; padding: Pair; channels: number; groups: number },
  ): void {
    const { batchNorm } = this.#options;
    const { kernel, stride, padding, channels, groups } = o;
    const before = this.#channels;
    const window = { stride, padding, groups, bias: !batchNorm };
    const create = (): Module => this.#dimension.conv(before, channels, kernel, window);
    this.#slide(`conv${n}${suffix}`, create, kernel, stride, padding);
    this.weights += area(kernel, this.#options.dims) * (before / groups) * channels;
    this.#channels = channels;
    if (batchNorm) this.layers.set(`bn${n}${suffix}`, () => this.#dimension.batchNorm(channels));
    this.layers.set(`neuron${n}${suffix}`, () => this.#neuron());
  }

  #sumHead(): void {
    const { filters, outputShape } = this.#options;
    const n = filters.length + 1;
    const before = this.#channels;
    const window = { stride: 1, padding: 0, bias: true };
    this.#slide(`conv${n}`, () => this.#dimension.conv(before, outputShape[0], 1, window), 1, 1, 0);
    this.weights += before * outputShape[0];
    this.layers.set(`neuron${n}`, () => this.#neuron());
    this.layers.set("gsp", () => new GlobalSumPool());
  }

  #connectedHead(): void {
    const { filters, fcUnits, outputShape, dropouts } = this.#options;
    this.layers.set("flatten", () => new Flatten({ order: "memory" }));
    let features = this.#map.reduce((size, length) => size * length, this.#channels);
    let flattenedChannels = this.#channels;
    [...fcUnits, outputShape[0]].forEach((unit, i) => {
      const [inFeatures, options] = [features, { flattenedChannels }];
      this.layers.set(`fc${i + 1}`, () => new Linear(inFeatures, unit, options));
      this.weights += inFeatures * unit;
      [features, flattenedChannels] = [unit, 1];
      if (i === fcUnits.length) return;
      const n = filters.length + i + 1;
      this.layers.set(`neuron${n}`, () => this.#neuron());
      if (dropouts[n - 1] !== 0) this.layers.set(`dropout${n}`, () => new Dropout(dropouts[n - 1]));
    });
  }

  #neuron(): Module {
    return createNeuron(this.#options.neuron, this.#options.stepMode);
  }

  /** Adds a layer that slides a window, and follows the size of the map. */
  #slide(name: string, create: () => Module, kernel: Pair, stride: Pair, padding: Pair): void {
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
    this.layers.set(name, create);
  }
}

function entry(pair: Pair, axis: number): number {
  return typeof pair === "number" ? pair : pair[axis];
}

function product(pair: Pair): number {
  return typeof pair === "number" ? pair : pair[0] * pair[1];
}

/** Elements of a window with this entry in each of dims axes. */
function area(kernel: Pair, dims: 1 | 2): number {
  return typeof kernel === "number" ? kernel ** dims : kernel[0] * kernel[1];
}

function single(name: string, pair: Pair): number {
  if (typeof pair !== "number")
    throw new TypeError(`SCNN: an entry of ${name} is [${pair.join(", ")}]; expected a number: dims is 1.`);
  return pair;
}
