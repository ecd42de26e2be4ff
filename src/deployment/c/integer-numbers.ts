/** Whole numbers in C. What a layer computes stands in ../integer; here it is written down. */

import { shift, wrap, type Rounding } from "../integer/arithmetic.js";
import type {
  ChannelScale,
  IntegerLayer,
  IntegerProgram,
  NeuronLayer,
  WeightedSum,
  WindowPool,
} from "../integer/integer-layer.js";
import { byInput } from "../outline.js";
import { withOwnNames } from "./c-names.js";
import type { CNetwork, Constants, LayerNumbers, NeuronText, NumberFamily } from "./c-network.js";
import { integerHelpers } from "./integer-helpers.js";

/**
 * @param name what names begin with
 * @param compat as the reference: sums wrap, and means are rounded towards zero
 */
export function integerNetwork(program: IntegerProgram, name: string, compat: boolean): CNetwork {
  const { inputShape } = program;
  const helpers = integerHelpers(name).map((helper) => helper.name.slice(name.length + 1));
  const layers = withOwnNames(program.layers, helpers);
  const numbers = layers.map((layer) => numbersOf(layer, name, compat));
  return { inputShape, layers, numbers, family: familyOf(program) };
}

/** A fraction that so many bits give: "1/64" */
function unit(q: number): string {
  return q >= 0 ? `1/${2 ** q}` : String(2 ** -q);
}

function familyOf({ inputQ, inputBits, inputRounding, layers, width }: IntegerProgram): NumberFamily {
  const last = layers[layers.length - 1];
  const limits = `${-(2 ** (inputBits - 1))} to ${2 ** (inputBits - 1) - 1}`;
  return {
    number: `int${width}_t`,
    bytes: width / 8,
    sum: "int32_t",
    title: `whole numbers of ${width} bits`,
    promise: "No memory is allocated, and no floating point\nis used.",
    literal,
    input: [
      `integers of ${width} bits, SHAPE, channels last, in units of ${unit(inputQ)}:`,
      `a value x is ${inputRounding === "nearest" ? "floor(x * U + 0.5)" : `${inputRounding}(x * U)`} with U = ${2 ** inputQ}, clamped to ${limits}.`,
    ],
    output: `integers in units of ${unit(last.q)}`,
    macros: (NAME) => [
      "/* Fractional bits: an integer i stands for i / 2^bits. */",
      `#define ${NAME}_INPUT_BITS ${literal(inputQ)}`,
      `#define ${NAME}_OUTPUT_BITS ${literal(last.q)}`,
    ],
    helpers: integerHelpers,
    flags: null,
  };
}

export function literal(value: number): string {
  return value < 0 ? `(${value})` : String(value);
}

/** Texts of a layer's arithmetic. */
class Writer {
  readonly #layer: IntegerLayer;
  readonly #name: string;
  readonly #wraps: boolean;

  constructor(layer: IntegerLayer, name: string, wraps: boolean) {
    this.#layer = layer;
    this.#name = name;
    this.#wraps = wraps;
  }

  get #wide(): "32" | "64" {
    return this.#layer.long === 64 ? "64" : "32";
  }

  /** Of sums. Those that wrap have no sign: there it is defined. */
  get type(): string {
    return `${this.#wraps ? "u" : ""}int${this.#wide}_t`;
  }

  /** What has a sign, as the sums have it: where they wrap, by its bits. */
  cast(value: string): string {
    return this.#wraps ? `${this.#name}_bits${this.#wide}(${value})` : `(${this.type})${value}`;
  }

  /** A constant as the sums have it. */
  number(value: number): string {
    return `(${this.type})${literal(this.#wraps ? wrap(value, this.#layer.long) : value)}`;
  }

  /** A sum as a number with a sign. */
  signed(value: string): string {
    return this.#wraps ? `${this.#name}_wrap${this.#layer.long}(${value})` : value;
  }

  /** value 2^-n, rounded. Shifts to the left are products: those of negative numbers are undefined. */
  shifted(value: string, n: number, rounding: Rounding): string {
    if (n === 0) return value;
    if (n < 0) return `(${value}) * ${this.number(2 ** -n)}`;
    if (this.#wraps) {
      const half = BigInt.asUintN(Number(this.#wide), BigInt(2 ** (n - 1)));
      const moved = this.signed(rounding === "nearest" ? `${value} + ${half}u` : value);
      return this.cast(rounding === "ceil" ? this.#by("up", moved, n) : this.down(moved, n));
    }
    const extra = rounding === "floor" ? 0 : rounding === "nearest" ? 2 ** (n - 1) : 2 ** n - 1;
    return this.down(extra === 0 ? value : `${value} + ${extra}`, n);
  }

  down(value: string, n: number): string {
    return this.#by("down", value, n);
  }

  /** Of a number with so many bits, no more are left to drop. */
  #by(way: "down" | "up", value: string, n: number): string {
    return `${this.#name}_${way}${this.#wide}(${value}, ${Math.min(n, Number(this.#wide) - 1)})`;
  }

  stored(value: string, bits = this.#layer.bits): string {
    return `${this.#name}_store${this.#wide}(${this.signed(value)}, ${2 ** (bits - 1)})`;
  }

  quotient(value: string, by: number): string {
    return `${this.#name}_quotient${this.#wide}(${value}, (${this.type})${by})`;
  }
}

function numbersOf(layer: IntegerLayer, name: string, compat: boolean): LayerNumbers {
  const to = new Writer(layer, name, compat);
  const { type } = to;
  const { inputQ, q, rounding } = layer;
  const ends =
    layer.kind === "weightedSum" || layer.kind === "channelScale" ? sumNumbers(layer, to, compat) : null;
  const rescaled = (total: string): string => to.stored(to.shifted(total, inputQ - q, rounding));
  const cast = (value: string): string => to.cast(value);
  return {
    type,
    zero: "0",
    lowest: compat ? to.number(-(2 ** 15)) : `INT${layer.long === 64 ? "64" : "32"}_MIN`,
    passes: (spike) => passed(layer, spike),
    cast,
    weight: cast,
    scale: compat ? cast : (value) => value,
    element: ({ spike }, array, i) =>
      spike === null ? cast(`${array}[${i}]`) : `(${array}[${i}] != 0 ? ${cast(literal(spike))} : 0)`,
    larger: (a, b) => `${to.signed(a)} > ${to.signed(b)}`,
    weights: ends?.weights ?? null,
    start: ends?.start ?? null,
    finish: ends?.finish ?? ((sum) => sum),
    largest: rescaled,
    total: rescaled,
    mean: (total) => (layer.kind === "averagePool" ? meanOf(layer, to, compat, total) : total),
    sum: (parts) => {
      const qs = layer.kind === "add" ? layer.inputQs : parts.map(() => inputQ);
      const a = Math.max(...qs);
      const terms = parts.map((part, k) => to.shifted(part, qs[k] - a, rounding));
      return to.stored(to.shifted(terms.join(" + "), a - q, rounding));
    },
    neuron: layer.kind === "neuron" ? neuronText(layer, to, name, compat) : null,
  };
}

/** As runWindowPool() and runAdd() round and saturate. */
function passed({ inputQ, q, rounding, long, bits }: IntegerLayer, spike: number): number {
  const half = 2 ** (bits - 1);
  return Math.max(-half, Math.min(half - 1, shift(spike, inputQ - q, rounding, long)));
}

/** Of integers, in the smallest type that holds them all. */
function small(values: Int32Array): Constants {
  const bytes = values.every((value) => value >= -128 && value <= 127) ? 1 : 2;
  return { type: `int${8 * bytes}_t`, bytes, values: Array.from(values, String) };
}

function sumNumbers(
  layer: WeightedSum | ChannelScale,
  to: Writer,
  compat: boolean,
): Pick<LayerNumbers, "weights" | "start" | "finish"> {
  const { weights, bias, biasQ, weightsQ, inputQ, sumQ, q, rounding, long } = layer;
  const isSum = layer.kind === "weightedSum";
  const n = sumQ - q;
  // What rounding adds is in the numbers that sums start from; where sums wrap, a ceiling cannot be had so.
  const extra = n <= 0 || rounding === "floor" ? 0 : rounding === "nearest" ? 2 ** (n - 1) : 2 ** n - 1;
  const isCeiling = compat && n > 0 && rounding === "ceil";
  const count = isSum ? layer.output[2] : weights.length;
  const starts = Array.from({ length: count }, (_, f) => {
    const own = bias === null ? 0 : shift(bias[f], biasQ - sumQ, rounding, long);
    const start = own + (isCeiling ? 0 : extra);
    return compat ? wrap(start, long) : start;
  });
  return {
    weights: small(isSum ? byInput(weights, count) : weights),
    start: {
      type: `int${long === 64 ? "64" : "32"}_t`,
      bytes: long === 64 ? 8 : 4,
      values: starts.map(String),
    },
    finish: (sum, start, factor) => {
      const scale = factor * 2 ** (sumQ - weightsQ - inputQ);
      const scaled = scale === 1 ? sum : `${sum} * ${to.number(scale)}`;
      const whole = `${scaled} + ${to.cast(start ?? "0")}`;
      if (n <= 0) return to.stored(n < 0 ? `(${whole}) * ${to.number(2 ** -n)}` : whole);
      if (isCeiling) return to.stored(to.shifted(whole, n, rounding));
      const moved = to.down(to.signed(whole), n);
      return to.stored(compat ? to.cast(moved) : moved);
    },
  };
}

/** total 2^-n / count, rounded once, as divide() in ../integer/pooling.ts; of the reference, divided towards zero, then shifted. */
function meanOf(
  { kernel, inputQ, q, rounding }: WindowPool,
  to: Writer,
  compat: boolean,
  total: string,
): string {
  const n = inputQ - q;
  const count = kernel[0] * kernel[1];
  if (compat) return to.stored(to.shifted(to.cast(`${to.signed(total)} / ${count}`), n, rounding));
  const above = 2 ** Math.max(0, -n);
  const below = count * 2 ** Math.max(0, n);
  if (rounding === "floor") return to.stored(to.quotient(`${total} * ${to.number(above)}`, below));
  if (rounding === "ceil")
    return to.stored(to.quotient(`${total} * ${to.number(above)} + ${below - 1}`, below));
  return to.stored(to.quotient(`${total} * ${to.number(2 * above)} + ${below}`, 2 * below));
}

function neuronText(layer: NeuronLayer, to: Writer, name: string, compat: boolean): NeuronText {
  const { inputQ, potentialQ, potentialBits, potentialRounding, chargeQ, threshold, reset, leak } = layer;
  const { decaysInput, leakShift, rounding, long } = layer;
  const t = Math.max(inputQ, potentialQ);
  const theta = compat
    ? to.number(shift(threshold, potentialQ - chargeQ, rounding, long))
    : literal(shift(threshold, potentialQ - chargeQ, rounding, long));
  const wide = (value: string, q: number, into: number): string => to.shifted(value, q - into, rounding);
  const r = shift(reset ?? 0, potentialQ - t, rounding, long);
  const above = r === 0 ? "before" : `(before - ${compat ? to.number(r) : literal(r)})`;
  const leaking = (value: string): string =>
    to.shifted(`${value} * ${to.number(leak ?? 0)}`, leakShift ?? t + potentialQ - chargeQ, rounding);
  const [from, whole] = [wide("before", t, chargeQ), wide("input", t, chargeQ)];
  const back = (value: string): string =>
    to.stored(to.shifted(value, chargeQ - potentialQ, potentialRounding), potentialBits);
  return {
    before: wide(to.cast("v[i]"), potentialQ, t),
    input: (element) => wide(element, inputQ, t),
    charge:
      leak === null
        ? `${from} + ${whole}`
        : decaysInput
          ? `${from} + ${leaking(`(input - ${above})`)}`
          : `${from} - ${leaking(above)} + ${whole}`,
    fires: compat ? `${to.signed(`u - ${theta}`)} >= 0` : `u >= ${theta}`,
    after: reset === null ? back(`u - ${theta}`) : `(${name}_number)${literal(reset)}`,
    kept: back("u"),
    initial: String(layer.initial),
  };
}
