/**
 * The arguments of a kernel call as plain data: no test runner and no backend is needed to read them, so that
 * the native harness can replay the same cases.
 */

import type { Kernels, KernelName } from "../../src/kernels/contract.js";
import type { Generator } from "../../src/random/generator.js";

/**
 * input: must not change. output: holds UNWRITTEN before the call, every element must be written.
 * inPlace: read and written.
 */
export type Role = "input" | "output" | "inPlace";

interface ArrayArgument<A> {
  readonly name: string;
  readonly role: Role;
  readonly data: A;
  /** Elements from a 16-byte boundary to the first element: 0 to 3. */
  readonly offset: number;
  /** The size of the terms that were summed up, where that is more than the size of the sum (compare.ts). */
  readonly scale: number;
}
export type FloatArgument = ArrayArgument<Float32Array>;
export type IntArgument = ArrayArgument<Int32Array>;
export type Argument = FloatArgument | IntArgument | number | boolean | null;

type ArgumentFor<P> = P extends Float32Array ? FloatArgument : P extends Int32Array ? IntArgument : P;
type ArgumentsFor<Values extends readonly unknown[]> = {
  readonly [Index in keyof Values]: ArgumentFor<Values[Index]>;
};

/** One call: the parameters of the kernel, with arrays described. */
export interface Case<Name extends KernelName> {
  readonly label: string;
  readonly args: ArgumentsFor<Parameters<Kernels[Name]>>;
}

/** "bits", or the largest error over max(|expected|, root mean square of the output, scale), and why not "bits". */
export type Tolerance = "bits" | { readonly relative: number; readonly because: string };

export interface Row<Name extends KernelName> {
  /** Of all float32 outputs. Int32 outputs are always exact. */
  readonly tolerance: Tolerance;
  /** Of single outputs, by name, where they differ from the rest. */
  readonly except?: Readonly<Record<string, Tolerance>>;
  cases(random: Generator): Case<Name>[];
}

/** A NaN that no kernel makes: an output that still holds it was not written. */
export const UNWRITTEN_FLOAT_BITS = 0x7fc0dead;
export const UNWRITTEN_INT = -559038737;

/** Describes arrays, each at an alignment of its own. */
export class Arrays {
  readonly #random: Generator;

  constructor(random: Generator) {
    this.#random = random;
  }

  input(name: string, data: Float32Array): FloatArgument {
    return this.#describe(name, "input", data, 0);
  }

  inPlace(name: string, data: Float32Array): FloatArgument {
    return this.#describe(name, "inPlace", data, 0);
  }

  output(name: string, length: number, scale = 0): FloatArgument {
    const bits = new Int32Array(length).fill(UNWRITTEN_FLOAT_BITS);
    return this.#describe(name, "output", new Float32Array(bits.buffer), scale);
  }

  indices(name: string, data: ArrayLike<number>): IntArgument {
    return this.#describe(name, "input", Int32Array.from(data), 0);
  }

  indexOutput(name: string, length: number): IntArgument {
    return this.#describe(name, "output", new Int32Array(length).fill(UNWRITTEN_INT), 0);
  }

  #describe<A>(name: string, role: Role, data: A, scale: number): ArrayArgument<A> {
    return { name, role, data, offset: this.#random.integer(4), scale };
  }
}
