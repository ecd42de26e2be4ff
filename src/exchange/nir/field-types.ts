/** What a field of a node may be: how it is read from an array of a file, and written. */

import { FormatError } from "../../errors.js";
import { formatShape, sizeOf, type Shape } from "../../shapes.js";
import { show } from "../../show.js";
import type { Hdf5Dataset } from "../hdf5/tree.js";
import type { Hdf5Content } from "../hdf5/write-hdf5.js";
import type { NirArray, NirPadding } from "./nir-graph.js";

export interface FieldType<T> {
  /** @param where what messages call it. @throws FormatError */
  read(found: Hdf5Dataset, where: string): T;
  /** null: it is left out. */
  write(value: T): Hdf5Content | null;
  /** What it is where a file leaves it out; without it, it may not be left out. */
  readonly absent?: { readonly value: T };
}

/** Of a map, or a list of features. */
const MOST_ELEMENTS = 2 ** 31 - 1;

function fail(where: string, found: Hdf5Dataset, expected: string): never {
  const shown = found.shape.length === 0 ? show(found.values[0]) : `of shape ${formatShape(found.shape)}`;
  throw new FormatError(`${where} is ${shown}; expected ${expected}.`);
}

/** Numbers that float32 can hold. */
export function floats(isPositive = false): FieldType<NirArray> {
  return {
    read(found, where) {
      const { shape, values, type } = found;
      if (type === "text") fail(where, found, "numbers");
      const array = { shape, values: values as Float64Array };
      const wrong = array.values.findIndex((value) => !Number.isFinite(Math.fround(value)));
      if (wrong >= 0) {
        throw new FormatError(
          `${where} holds ${array.values[wrong]} at element ${wrong}; expected finite numbers that float32 can hold.`,
        );
      }
      const low = isPositive ? array.values.findIndex((value) => !(Math.fround(value) > 0)) : -1;
      if (low >= 0) {
        throw new FormatError(
          `${where} holds ${array.values[low]} at element ${low}; expected numbers above 0.`,
        );
      }
      return array;
    },
    write: ({ shape, values }) => ({ type: "float32", shape, values }),
  };
}

/** One number, or as many as there are axes; one stands for all axes. */
export function whole(axes: number, low: number): FieldType<readonly number[]> {
  return {
    read(found, where) {
      const values = wholes(found, where, low);
      if (values.length === 1) return new Array<number>(axes).fill(values[0]);
      if (values.length !== axes || found.shape.length > 1) {
        fail(where, found, axes === 1 ? "one number" : `one number or ${axes}`);
      }
      return values;
    },
    write: (values) => ({ type: "int64", shape: axes === 1 ? [] : [axes], values }),
  };
}

export function wholeNumber(low: number): FieldType<number> {
  return {
    read(found, where) {
      const values = wholes(found, where, low);
      return values.length === 1 ? values[0] : fail(where, found, "one number");
    },
    write: (value) => ({ type: "int64", shape: [], values: [value] }),
  };
}

function wholes(found: Hdf5Dataset, where: string, low: number): number[] {
  if (found.type === "text") fail(where, found, "whole numbers");
  const values = Array.from(found.values as Float64Array);
  const wrong = values.find((value) => !Number.isSafeInteger(value) || value < low);
  if (wrong !== undefined) {
    throw new FormatError(`${where} holds ${wrong}; expected whole numbers of at least ${low}.`);
  }
  return values;
}

export function paddings(axes: number): FieldType<NirPadding> {
  const numbers = whole(axes, 0);
  return {
    read(found, where) {
      if (found.type !== "text") return numbers.read(found, where);
      const [word] = found.values;
      if (word !== "same" && word !== "valid") fail(where, found, 'numbers, "same" or "valid"');
      return word;
    },
    write: (value) =>
      typeof value === "string" ? { type: "text", shape: [], values: [value] } : numbers.write(value),
  };
}

/** A list of lengths. @param axes how many; undefined: one or more */
export function lengths(axes?: number): FieldType<Shape | null> {
  return {
    read(found, where) {
      const values = wholes(found, where, 1);
      const fits = axes === undefined ? values.length >= 1 && values.length <= 8 : values.length === axes;
      if (!fits || found.shape.length > 1 || sizeOf(values) > MOST_ELEMENTS) {
        const count = axes === undefined ? "1 to 8 lengths" : axes === 1 ? "one length" : `${axes} lengths`;
        throw new FormatError(
          `${where} is ${show(values)}; expected ${count}, of at most ${MOST_ELEMENTS} elements in all.`,
        );
      }
      return values;
    },
    write: (value) =>
      value === null ? null : { type: "int64", shape: axes === 1 ? [] : [value.length], values: value },
    absent: { value: null },
  };
}

export function optional<T>(type: FieldType<T>): FieldType<T | null> {
  return {
    read: (found, where) => type.read(found, where),
    write: (value) => (value === null ? null : type.write(value)),
    absent: { value: null },
  };
}
