/** What functions of layers are written with: types, roundings, constants, the ends of sums. */

import { shift, type Rounding } from "../integer/arithmetic.js";
import type { ChannelScale, IntegerLayer, WeightedSum } from "../integer/integer-layer.js";
import type { CMap } from "./c-map.js";

export interface CodeOptions {
  /** What names begin with. */
  readonly name: string;
  /** "events": the weights of spikes that came are added, and nothing is done for others. "dense": every product is computed. */
  readonly form: "events" | "dense";
}

export interface LayerCode {
  /** Constant arrays and the function. */
  readonly text: string;
  /** Bytes of constant data. */
  readonly flash: number;
}

/** A layer, the maps that it reads, and the one that it makes. */
export interface Site<L extends IntegerLayer> extends CodeOptions {
  readonly layer: L;
  readonly given: readonly CMap[];
  readonly made: CMap;
}

export const accumulator = ({ long }: IntegerLayer): string => (long === 64 ? "int64_t" : "int32_t");

/** The type of a map's elements. */
export function elementType(name: string, { spike }: CMap): string {
  return spike === null ? `${name}_number` : "uint8_t";
}

/** Element i of a map as a number of an accumulator's type. */
export function element(map: CMap, array: string, i: string, type: string): string {
  return map.spike === null
    ? `(${type})${array}[${i}]`
    : `(${array}[${i}] != 0 ? (${type})${literal(map.spike)} : 0)`;
}

export function literal(value: number): string {
  return value < 0 ? `(${value})` : String(value);
}

/** value 2^-n, rounded. Shifts to the left are products: those of negative numbers are undefined. */
export function shifted(
  value: string,
  n: number,
  rounding: Rounding,
  layer: IntegerLayer,
  name: string,
): string {
  const type = accumulator(layer);
  if (n === 0) return value;
  if (n < 0) return `(${value}) * (${type})${2 ** -n}`;
  const extra = rounding === "floor" ? 0 : rounding === "nearest" ? 2 ** (n - 1) : 2 ** n - 1;
  const sum = extra === 0 ? value : `${value} + ${extra}`;
  return `${down(name, layer)}(${sum}, ${n})`;
}

function down(name: string, layer: IntegerLayer): string {
  return `${name}_down${layer.long === 64 ? "64" : "32"}`;
}

export function stored(value: string, layer: IntegerLayer, name: string, bits = layer.bits): string {
  return `${name}_store${layer.long === 64 ? "64" : "32"}(${value}, ${2 ** (bits - 1)})`;
}

/** An array of constants, a dozen a line. */
export function constants(type: string, array: string, values: ArrayLike<number>): string {
  const lines: string[] = [];
  for (let i = 0; i < values.length; i += 16)
    lines.push(
      "  " + Array.from({ length: Math.min(16, values.length - i) }, (_, j) => values[i + j]).join(", "),
    );
  return `static const ${type} ${array}[${values.length}] = {\n${lines.join(",\n")}\n};\n`;
}

export function heading(layer: IntegerLayer, what: string): string {
  return `/* ${layer.layer.replace(/\*\//g, "")}: ${what} */\n`;
}

export function signature({ layer, given, made, name }: Site<IntegerLayer>, more = ""): string {
  const inputs = given.map((map, k) => `const ${elementType(name, map)} *x${given.length > 1 ? k : ""}`);
  return `static void ${name}_${layer.name}(${inputs.join(", ")}, ${elementType(name, made)} *y${more})\n`;
}

/** What is added to a sum: the bias with the sum's fractional bits, and what rounding adds. */
export function starts(layer: WeightedSum | ChannelScale, count: number): number[] {
  const { bias, biasQ, sumQ, q, rounding } = layer;
  const n = sumQ - q;
  const extra = n <= 0 || rounding === "floor" ? 0 : rounding === "nearest" ? 2 ** (n - 1) : 2 ** n - 1;
  return Array.from({ length: count }, (_, f) => {
    const own = bias === null ? 0 : shift(bias[f], biasQ - sumQ, rounding, 64);
    return own + extra;
  });
}

/** A finished sum, of which `sum` is the C and `start` what is added. */
export function finish(
  layer: WeightedSum | ChannelScale,
  sum: string,
  start: string,
  factor: number,
  name: string,
): string {
  const { weightsQ, inputQ, sumQ, q } = layer;
  const type = accumulator(layer);
  const scale = factor * 2 ** (sumQ - weightsQ - inputQ);
  const whole = `${scale === 1 ? sum : `${sum} * (${type})${literal(scale)}`} + (${type})${start}`;
  const n = sumQ - q;
  const moved =
    n > 0 ? `${down(name, layer)}(${whole}, ${n})` : n < 0 ? `(${whole}) * (${type})${2 ** -n}` : whole;
  return stored(moved, layer, name);
}

/** Bytes of the smallest integers that hold them all. */
export function bytesOf(values: Int32Array): number {
  return values.every((value) => value >= -128 && value <= 127) ? 1 : 2;
}

export const weightType = (values: Int32Array): string => `int${8 * bytesOf(values)}_t`;

/** for (i = 0; i < count; i++) with a statement. */
export function each(count: number, statement: string): string {
  return `{\n  int32_t i;\n  for (i = 0; i < ${count}; i++) ${statement}\n}\n`;
}
