/** Calls a kernel on a backend with guard words around every array, and reports what it did to them. */

import type { Backend } from "../../src/kernels/backend.js";
import type { KernelName, Kernels } from "../../src/kernels/contract.js";
import { UNWRITTEN_FLOAT_BITS, UNWRITTEN_INT } from "./arguments.js";
import type { Argument, Case, FloatArgument, IntArgument } from "./arguments.js";

/** Words before and after every array; a multiple of 4, so that offsets are those of the description. */
const GUARD = 64;
const GUARD_BITS = 0x5ac3a5d1;

/** What each array that is written holds after the call, by name. */
export type Outputs = Map<string, Float32Array | Int32Array>;

export interface CallResult {
  readonly outputs: Outputs;
  /** Sentences: a guard word, an input or an element that is not as it should be. */
  readonly violations: string[];
}

export function isArray(argument: Argument): argument is FloatArgument | IntArgument {
  return typeof argument === "object" && argument !== null;
}

/** The 32-bit words of an array: copying them keeps the payload of every NaN. */
export function wordsOf(array: Float32Array | Int32Array): Int32Array {
  return new Int32Array(array.buffer, array.byteOffset, array.length);
}

export function call<Name extends KernelName>(backend: Backend, name: Name, test: Case<Name>): CallResult {
  const placed: Placed[] = [];
  const values = (test.args as readonly Argument[]).map((argument) => {
    if (!isArray(argument)) return argument;
    const place = new Placed(backend, argument);
    placed.push(place);
    return place.view;
  });
  try {
    const kernel = backend.kernels[name] as (...values: unknown[]) => void;
    kernel(...values);
    const outputs: Outputs = new Map();
    for (const { argument, view } of placed)
      if (argument.role !== "input") outputs.set(argument.name, view.slice());
    return { outputs, violations: placed.flatMap((place) => place.violations()) };
  } finally {
    for (const place of placed) place.free();
  }
}

/** An array in the backend's heap, between guard words. */
class Placed {
  readonly argument: FloatArgument | IntArgument;
  readonly view: Float32Array | Int32Array;
  readonly #backend: Backend;
  readonly #block: Float32Array | Int32Array;

  constructor(backend: Backend, argument: FloatArgument | IntArgument) {
    const { data, offset } = argument;
    const size = 2 * GUARD + offset + data.length;
    this.#backend = backend;
    this.argument = argument;
    this.#block = data instanceof Float32Array ? backend.heap.float32(size) : backend.heap.int32(size);
    this.view = this.#block.subarray(GUARD + offset, GUARD + offset + data.length);
    wordsOf(this.#block).fill(GUARD_BITS);
    wordsOf(this.view).set(wordsOf(data));
  }

  violations(): string[] {
    const { name, role, data, offset } = this.argument;
    const found: string[] = [];
    const block = wordsOf(this.#block);
    const first = GUARD + offset;
    const outside = block.findIndex(
      (word, i) => (i < first || i >= first + data.length) && word !== GUARD_BITS,
    );
    if (outside >= 0) found.push(`${name}[${outside - first}] of ${data.length} elements was written`);
    const words = wordsOf(this.view);
    if (role === "input") {
      const before = wordsOf(data);
      const changed = words.findIndex((word, i) => word !== before[i]);
      if (changed >= 0) found.push(`${name}[${changed}], an input, was written`);
    }
    if (role === "output") {
      const unwritten = data instanceof Float32Array ? UNWRITTEN_FLOAT_BITS : UNWRITTEN_INT;
      const missed = words.indexOf(unwritten);
      if (missed >= 0) found.push(`${name}[${missed}] was not written`);
    }
    return found;
  }

  free(): void {
    this.#backend.heap.free(this.#block);
  }
}

/** The same call on plain arrays: what the reference says. */
export function expectedOutputs<Name extends KernelName>(
  kernels: Kernels,
  name: Name,
  test: Case<Name>,
): Outputs {
  const outputs: Outputs = new Map();
  const values = (test.args as readonly Argument[]).map((argument) => {
    if (!isArray(argument)) return argument;
    const copy = argument.data.slice();
    wordsOf(copy).set(wordsOf(argument.data));
    if (argument.role !== "input") outputs.set(argument.name, copy);
    return copy;
  });
  const kernel = kernels[name] as (...values: unknown[]) => void;
  kernel(...values);
  return outputs;
}
