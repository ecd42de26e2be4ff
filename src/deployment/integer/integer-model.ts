/**
 * A trained network in whole numbers, as a device without floating point computes it. This is the one definition of that
 * arithmetic (arithmetic.ts, weighted-sum.ts, pooling.ts, neuron.ts): the C that exportC writes gives the same integers.
 */

import { checkFinite, checkOneOf, checkOptions } from "../../checks.js";
import { ShapeError } from "../../errors.js";
import { checkModel } from "../../models/check-model.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { networkGraph } from "../../models/network-graph.js";
import { counted } from "../../counted.js";
import { activationsRange } from "../../quantization/activations-range.js";
import { quantizersIn } from "../../quantization/calibrate.js";
import type { Quantizer } from "../../quantization/quantizer.js";
import { formatShape, sizeOf, type Shape } from "../../shapes.js";
import { show } from "../../show.js";
import { byInput } from "../outline.js";
import { toInteger, type LongWidth } from "./arithmetic.js";
import { boundsOf, MOST_BITS, widthFor, type Bounds } from "./bounds.js";
import { compile } from "./compile.js";
import { never, type IntegerLayer, type IntegerProgram, type WeightedSum } from "./integer-layer.js";
import { runNeuron } from "./neuron.js";
import { runAdd, runSumPool, runWindowPool } from "./pooling.js";
import { runChannelScale, runWeightedSum } from "./weighted-sum.js";

export interface IntegerModelOptions {
  /** Bits of what is stored (default: 8, or 16 where a quantizer of the model has more); quantizers may have fewer. */
  readonly width?: 8 | 16;
  /** Bits of sums (default 32). */
  readonly longWidth?: LongWidth;
  /** Text of a range file: how many fractional bits each tensor has (default: as the model's own quantizers). */
  readonly ranges?: string;
  /** As the reference's generator computes: sums that wrap, and its defects (docs/differences.md). */
  readonly compat?: "qualia";
}

export class IntegerModel {
  readonly #program: IntegerProgram;
  readonly #compat: boolean;
  /** By place: the network's input, and the output of each layer. */
  readonly #values: Int32Array[];
  /** Of neurons, by place. */
  readonly #potentials = new Map<number, Int32Array>();
  /** Of weighted sums, by place: their weights as runWeightedSum reads them. */
  readonly #turned = new Map<number, Int32Array>();
  /** Neurons that no input can make fire: rounding has taken away what they had. */
  readonly silent: readonly string[];
  /** Neurons that fire without any input: their threshold is rounded to 0. */
  readonly restless: readonly string[];

  /**
   * @param model a quantized one, or with `ranges` any
   * @throws TypeError for a layer without a form in whole numbers, and for quantizers whose steps are no powers of two;
   *   StateError for quantizers without a range; FormatError for ranges that do not fit the network;
   *   RangeError naming the layer whose sums could leave longWidth bits
   */
  constructor(model: SpikingModel, options: IntegerModelOptions = {}) {
    const where = "IntegerModel";
    checkOptions(where, options ?? null, ["width", "longWidth", "ranges", "compat"]);
    checkModel(where, model);
    const quantizers = quantizersIn(model);
    const { compat, width = quantizers.length === 0 ? undefined : widthOf(quantizers) } = options;
    if (compat !== undefined) checkOneOf(`${where}: compat`, compat, ["qualia"]);
    const knowsRanges = compat !== undefined && quantizers.length > 0;
    const ranges = options.ranges ?? (knowsRanges ? activationsRange(model) : undefined);
    this.#compat = compat === "qualia";
    const long = options.longWidth ?? (this.#compat && width === 8 ? 16 : 32);
    checkOneOf(`${where}: longWidth`, String(checkFinite(`${where}: longWidth`, long)), ["16", "32", "64"]);
    if (typeof ranges !== "string" && (ranges !== undefined || quantizers.length === 0)) {
      throw new TypeError(
        `${where}: ranges is ${show(ranges)}; expected the text of a range file. ` +
          `A model that quantizeModel() made needs none: its quantizers know their ranges.`,
      );
    }
    checkOneOf(`${where}: width`, String(checkFinite(`${where}: width`, width)), ["8", "16"]);
    const settings = { width: width as 8 | 16, long, ranges, compat: this.#compat };
    this.#program = compile(where, networkGraph(model), settings);
    const bounds = boundsOf(this.#program);
    if (!this.#compat) checkOverflow(where, bounds, long);
    this.silent = bounds.silent.map(({ layer }) => layer);
    this.restless = bounds.restless.map(({ layer }) => layer);
    const { layers, inputShape } = this.#program;
    this.#values = [inputShape, ...layers.map(({ shape }) => shape)].map(
      (shape) => new Int32Array(sizeOf(shape)),
    );
    layers.forEach((layer, i) => {
      if (layer.kind === "neuron") this.#potentials.set(i, new Int32Array(sizeOf(layer.shape)));
      if (layer.kind === "weightedSum") this.#turned.set(i, turnedOf(layer));
    });
    this.reset();
  }

  /** What it computes, as data. */
  get program(): IntegerProgram {
    return this.#program;
  }

  /** Sets all potentials to where they begin. */
  reset(): void {
    for (const [i, v] of this.#potentials) {
      const layer = this.#program.layers[i];
      if (layer.kind === "neuron") v.fill(layer.initial);
    }
  }

  /**
   * The integers for values of the network's input; what is beyond the largest becomes the largest.
   *
   * @throws TypeError unless they are an array of numbers; RangeError for NaN
   */
  quantizeInput(x: ArrayLike<number>): Int32Array {
    const where = "IntegerModel.quantizeInput";
    checkNumbers(where, x);
    const { inputQ, inputRounding, inputBits } = this.#program;
    return Int32Array.from(x, (value, i) => {
      if (typeof value !== "number" || Number.isNaN(value)) throw notNumber(`${where}: element ${i}`, value);
      return toInteger(value, inputQ, inputRounding, inputBits);
    });
  }

  /**
   * One time step.
   *
   * @param x integers, channels last, as quantizeInput gives them
   * @returns those of the output; a copy
   * @throws TypeError unless it is an array; ShapeError unless as many as the network has inputs; RangeError for one that is no
   *   integer of its width
   */
  step(x: ArrayLike<number>): Int32Array {
    checkNumbers("IntegerModel.step", x);
    const [input] = this.#values;
    const { inputShape, inputBits, layers } = this.#program;
    if (x.length !== input.length) {
      throw new ShapeError(
        `IntegerModel.step: ${x.length} numbers; expected ${input.length}, ${formatShape(inputShape)}.`,
      );
    }
    const half = 2 ** (inputBits - 1);
    for (let i = 0; i < x.length; i++) {
      if (!Number.isInteger(x[i]) || x[i] < -half || x[i] >= half) {
        throw new RangeError(
          `IntegerModel.step: element ${i} is ${show(x[i])}; expected integers from ${-half} to ${half - 1}, as quantizeInput gives them.`,
        );
      }
      input[i] = x[i];
    }
    layers.forEach((layer, i) => this.#run(layer, i));
    return this.#values[layers.length].slice();
  }

  /**
   * A sample that changes over time, from rest: one input for each time step. `maps` are then those of the last.
   *
   * @param x integers [T, ...inputShape], as quantizeInput gives them; T is how many there are
   * @returns for each output the sum over the time steps: the largest is the class
   * @throws ShapeError unless they make one or more whole inputs; else as step
   */
  runSequence(x: ArrayLike<number>): Float64Array {
    const where = "IntegerModel.runSequence";
    checkNumbers(where, x);
    const { inputShape } = this.#program;
    const size = sizeOf(inputShape);
    if (x.length === 0 || x.length % size !== 0) {
      throw new ShapeError(
        `${where}: ${x.length} numbers; expected ${size} for each time step, ${show(["T", ...inputShape])}.`,
      );
    }
    this.reset();
    const sums = new Float64Array(this.#values[this.#program.layers.length].length);
    for (let start = 0; start < x.length; start += size) {
      const shown = Array.from({ length: size }, (_, i) => x[start + i]);
      this.step(shown).forEach((value, i) => (sums[i] += value));
    }
    return sums;
  }

  #run(layer: IntegerLayer, i: number): void {
    const inputs = layer.inputs.map((place) => this.#values[place]);
    const [x] = inputs;
    const y = this.#values[i + 1];
    switch (layer.kind) {
      case "weightedSum":
        return runWeightedSum(layer, this.#turned.get(i) ?? turnedOf(layer), x, y);
      case "channelScale":
        return runChannelScale(layer, x, y);
      case "maxPool":
      case "averagePool":
        return runWindowPool(layer, x, y, this.#compat);
      case "sumPool":
        return runSumPool(layer, x, y);
      case "add":
        return runAdd(layer, inputs, y);
      case "neuron":
        return runNeuron(layer, x, this.#potentials.get(i) ?? new Int32Array(x.length), y);
      case "channelsFirst":
        return toChannelsFirst(layer.from, x, y);
      case "view":
        return y.set(x);
      default:
        return never(layer);
    }
  }

  /** Of the last step, the integers of each layer by its graph name, and of the "input"; copies, channels last. */
  get maps(): Record<string, Int32Array> {
    const maps = this.#program.layers.map(({ name }, i) => [name, this.#values[i + 1].slice()] as const);
    return Object.fromEntries([["input", this.#values[0].slice()], ...maps]);
  }

  /** By graph name and array: layers_conv1_kernel [out, ky, kx, in], layers_conv1_bias, layers_neuron1_v_threshold, … */
  get weights(): Record<string, Int32Array> {
    return Object.fromEntries(this.#program.layers.flatMap((layer) => arraysOf(layer)));
  }
}

/** @throws TypeError for what has no elements: a Tensor has them in its data */
function checkNumbers(where: string, x: unknown): void {
  if (typeof x === "object" && x !== null && "length" in x && typeof x.length === "number") return;
  throw new TypeError(
    `${where}: x is ${show(x)}; expected numbers, such as a Float32Array. Of a tensor, take tensor.toArray().`,
  );
}

function notNumber(where: string, value: unknown): TypeError | RangeError {
  const Kind = typeof value === "number" ? RangeError : TypeError;
  return new Kind(`${where} is ${show(value)}; expected a number. Look at the computation that gave it.`);
}

/** Enough for all quantizers. */
function widthOf(quantizers: readonly Quantizer[]): 8 | 16 {
  return quantizers.some(({ bits, quantEnable }) => quantEnable && bits > 8) ? 16 : 8;
}

function checkOverflow(where: string, bounds: Bounds, long: LongWidth): void {
  const [first] = bounds.overflows;
  if (first === undefined) return;
  const enough = widthFor(bounds);
  const room = Math.min(long, MOST_BITS);
  const others = bounds.overflows.length - 1;
  throw new RangeError(
    `${where}: sums of ${first.layer.layer} can come to ${first.most}, and ${room} bits hold ${-(2 ** (room - 1))} to ${2 ** (room - 1) - 1}` +
      `${others === 0 ? "" : ` (and of ${counted(others, "other layer")})`}; expected sums that fit. ` +
      (enough === null
        ? "Quantize with fewer bits, or fewer fractional bits (forceQ)."
        : `Give longWidth: ${enough}, or quantize with fewer bits.`),
  );
}

const turnedOf = ({ weights, output }: WeightedSum): Int32Array => byInput(weights, output[2]);

function toChannelsFirst(shape: Shape, x: Int32Array, y: Int32Array): void {
  const C = shape[shape.length - 1];
  const places = x.length / C;
  for (let place = 0; place < places; place++)
    for (let c = 0; c < C; c++) y[c * places + place] = x[place * C + c];
}

function arraysOf(layer: IntegerLayer): [string, Int32Array][] {
  const { name } = layer;
  if (layer.kind === "weightedSum" || layer.kind === "channelScale") {
    const kernel: [string, Int32Array] = [`${name}_kernel`, layer.weights.slice()];
    return layer.bias === null ? [kernel] : [kernel, [`${name}_bias`, layer.bias.slice()]];
  }
  if (layer.kind !== "neuron") return [];
  const { threshold, reset, leak } = layer;
  const numbers = { v_threshold: threshold, v_reset: reset, reciprocal_tau: leak };
  return Object.entries(numbers).flatMap(([array, value]) =>
    value === null ? [] : [[`${name}_${array}`, Int32Array.of(value)] as [string, Int32Array]],
  );
}
