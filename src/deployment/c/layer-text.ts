/** What functions of layers are written with, whatever their numbers are. */

import type { LayerPlace } from "../outline.js";
import type { CMap, Constants, LayerNumbers } from "./c-network.js";

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

/** A layer, how its numbers are written, the maps that it reads, and the one that it makes. */
export interface Site<L extends LayerPlace> extends CodeOptions {
  readonly layer: L;
  readonly numbers: LayerNumbers;
  readonly given: readonly CMap[];
  readonly made: CMap;
}

/** The type of a map's elements. */
export function elementType(name: string, { spike }: CMap): string {
  return spike === null ? `${name}_number` : "uint8_t";
}

/** An array of constants, a few in a line. */
export function constants(array: string, { type, values }: Constants): string {
  const lines: string[] = [];
  for (let i = 0; i < values.length; i += 16) lines.push("  " + values.slice(i, i + 16).join(", "));
  return `static const ${type} ${array}[${values.length}] = {\n${lines.join(",\n")}\n};\n`;
}

export function bytesOf(constants: Constants | null): number {
  return constants === null ? 0 : constants.bytes * constants.values.length;
}

export function heading(layer: LayerPlace, what: string): string {
  return `/* ${layer.layer.replace(/\*\//g, "")}: ${what} */\n`;
}

export function signature({ layer, given, made, name }: Site<LayerPlace>, more = ""): string {
  const inputs = given.map((map, k) => `const ${elementType(name, map)} *x${given.length > 1 ? k : ""}`);
  return `static void ${name}_${layer.name}(${inputs.join(", ")}, ${elementType(name, made)} *y${more})\n`;
}

/** for (i = 0; i < count; i++) with a statement. */
export function each(count: number, statement: string): string {
  return `{\n  int32_t i;\n  for (i = 0; i < ${count}; i++) ${statement}\n}\n`;
}
