/** The contract suite must see wrong kernels: each kernel is spoilt in several ways, and must be refused. */

import { describe, expect, it } from "vitest";
import type { Backend } from "../../src/kernels/backend.js";
import type { KernelName } from "../../src/kernels/contract.js";
import { createReferenceBackend } from "../../src/kernels/reference/backend.js";
import type { Argument, Case, Tolerance } from "./arguments.js";
import { expectedOutputs, isArray, wordsOf } from "./call.js";
import { casesOf, kernelNames, table } from "./cases.js";
import { check } from "./check.js";
import { difference } from "./compare.js";

const reference = await createReferenceBackend(1);

type Values = (Float32Array | Int32Array | number | boolean | null)[];

/** A backend whose kernel `name` is the reference's, spoilt. */
function spoilt(
  name: KernelName,
  spoil: (right: (...values: Values) => void, values: Values) => void,
): Backend {
  const right = reference.kernels[name] as unknown as (...values: Values) => void;
  const wrong = (...values: Values): void => spoil(right, values);
  return { ...reference, kernels: { ...reference.kernels, [name]: wrong } };
}

/** The largest case of at most 2000 elements an array, whose arrays have elements and whose outputs are finite. */
function fullCase(name: KernelName): Case<KernelName> {
  const sizes = (test: Case<KernelName>): number[] =>
    (test.args as readonly Argument[]).filter(isArray).map(({ data }) => data.length);
  const fit = casesOf(name).filter((test) => {
    if (sizes(test).some((size) => size === 0 || size > 2000)) return false;
    const outputs = [...expectedOutputs(reference.kernels, name, test).values()];
    return outputs.every((output) => output.some(Number.isFinite));
  });
  const total = (test: Case<KernelName>): number => sizes(test).reduce((sum, size) => sum + size, 0);
  return fit.reduce((best, test) => (total(test) > total(best) ? test : best));
}

/** Positions of the arrays with this role among the arguments. */
function positions(test: Case<KernelName>, written: boolean): number[] {
  return (test.args as readonly Argument[]).flatMap((argument, i) =>
    isArray(argument) && (argument.role !== "input") === written ? [i] : [],
  );
}

function arrayAt(values: Values, position: number): Float32Array | Int32Array {
  const value = values[position];
  if (typeof value !== "object" || value === null) throw new Error(`argument ${position} is no array`);
  return value;
}

function scaleOf(test: Case<KernelName>, position: number): number {
  const argument = (test.args as readonly Argument[])[position];
  return isArray(argument) ? argument.scale : 0;
}

function toleranceOf(name: KernelName, test: Case<KernelName>, position: number): Tolerance {
  const argument = (test.args as readonly Argument[])[position];
  return (isArray(argument) ? table[name].except?.[argument.name] : undefined) ?? table[name].tolerance;
}

function largest(output: Float32Array, scale: number): number {
  return output.reduce((most, value) => Math.max(most, Math.abs(value)), scale);
}

const refused = (backend: Backend, name: KernelName, test: Case<KernelName>): string[] =>
  check(backend, name, table[name], test);

describe.each(kernelNames)("a spoilt %s is refused", (name) => {
  const test = fullCase(name);

  it("when it does nothing", () => {
    expect(
      refused(
        spoilt(name, () => undefined),
        name,
        test,
      ),
    ).not.toEqual([]);
  });

  it("when one element of one output is wrong", () => {
    for (const position of positions(test, true)) {
      const backend = spoilt(name, (right, values) => {
        right(...values);
        const output = arrayAt(values, position);
        const last = output.findLastIndex(Number.isFinite);
        // one unit in the last place where bits count; 0.1 % of the largest term where sums are reordered
        if (toleranceOf(name, test, position) === "bits" || output instanceof Int32Array)
          wordsOf(output)[last] ^= 1;
        else output[last] += 1e-3 * largest(output, scaleOf(test, position));
      });
      expect(refused(backend, name, test)).not.toEqual([]);
    }
  });

  it("when it writes before or behind an array", () => {
    for (const position of [...positions(test, true), ...positions(test, false)]) {
      for (const side of ["before", "behind"]) {
        const backend = spoilt(name, (right, values) => {
          right(...values);
          const { buffer, byteOffset, byteLength } = arrayAt(values, position);
          new Int32Array(buffer, side === "before" ? byteOffset - 4 : byteOffset + byteLength, 1)[0] = 0;
        });
        expect(refused(backend, name, test)).toEqual([
          expect.stringMatching(
            side === "before" ? /\[-1\] of \d+ elements was written/ : /elements was written/,
          ),
        ]);
      }
    }
  });

  it("when it writes into an input", () => {
    for (const position of positions(test, false)) {
      const backend = spoilt(name, (right, values) => {
        right(...values);
        wordsOf(arrayAt(values, position))[0] ^= 1;
      });
      expect(refused(backend, name, test)).toEqual([expect.stringContaining("[0], an input, was written")]);
    }
  });
});

describe("difference", () => {
  const floats = (...values: number[]): Float32Array => Float32Array.from(values);
  const close = { relative: 1e-5, because: "" };

  it("in bits tells the signs of zero apart, and takes any NaN for NaN", () => {
    expect(difference(floats(-0), floats(0), "bits", 0)).toBe(
      "[0] is -0 (0x80000000); expected 0 (0x00000000)",
    );
    expect(difference(floats(NaN), new Float32Array(Int32Array.of(-1).buffer), "bits", 0)).toBeNull();
    expect(difference(floats(1), floats(1 + 2 ** -23), "bits", 0)).not.toBeNull();
  });

  it("with a tolerance takes NaN and infinities only for themselves", () => {
    expect(difference(floats(1, NaN), floats(1, 2), close, 0)).toContain("[1] is NaN; expected 2");
    expect(difference(floats(1, 2), floats(1, NaN), close, 0)).toContain("[1] is 2; expected NaN");
    expect(difference(floats(1e38), floats(Infinity), close, 0)).not.toBeNull();
    expect(difference(floats(-Infinity), floats(Infinity), close, 0)).not.toBeNull();
    expect(difference(floats(Infinity, NaN), floats(Infinity, NaN), close, 0)).toBeNull();
  });

  it("measures the error by the element, the whole output or the terms, whichever is largest", () => {
    expect(difference(floats(100, 1.0005), floats(100, 1), close, 0)).toBeNull();
    expect(difference(floats(100, 1.002), floats(100, 1), close, 0)).not.toBeNull();
    expect(difference(floats(1e-4), floats(0), close, 0)).not.toBeNull();
    expect(difference(floats(1e-4), floats(0), close, 20)).toBeNull();
  });
});
