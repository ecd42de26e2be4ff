/** The loops in which quantization spends its time, in TypeScript and compiled (kernels/apart/rounding.c), to the same bits. */

import { addressOf, apartKernels, isInMemory } from "../kernels/apart.js";
import type { Backend } from "../kernels/backend.js";
import { roundingBase64 } from "./rounding-binary.js";
import { floorsOf, type Grid } from "./grid.js";

const { floor, fround } = Math;

/** Of a potential that decays to r by a share k: v - (v - r) k + x, or v + (x - (v - r)) k where the input decays with it. */
export interface Leak {
  readonly k: number;
  readonly r: number;
  readonly decaysInput: boolean;
}

/** One time step of neurons that all have the same constants. */
export interface RoundedNeuron {
  /** null: u = v + x. */
  readonly leak: Leak | null;
  readonly theta: number;
  /** What is given where it fires. */
  readonly spike: number;
  /** null: soft reset, u - theta. */
  readonly vReset: number | null;
  /** Of the potential. */
  readonly grid: Grid;
}

export interface RoundingLoops {
  /** y = x on the grid, in float32. */
  round(y: Float32Array, x: Float32Array, grid: Grid): void;
  /** The largest |x|, 0 of nothing; NaN if one is. */
  largest(x: Float32Array): number;
  /** How many are at most `low`, or at least `high`. */
  countOutside(x: Float32Array, low: number, high: number): number;
  /**
   * u of the leak, z = [u - theta >= 0], y = z spike, and the potential that is left on its grid; exact, and rounded once.
   *
   * @param v as many as x, or one for all
   */
  fire(y: Float32Array, after: Float32Array, x: Float32Array, v: Float32Array, neuron: RoundedNeuron): void;
}

/** u of a number and a potential. */
export function chargeOf(leak: Leak | null): (x: number, v: number) => number {
  if (leak === null) return (x, v) => v + x;
  const { k, r, decaysInput } = leak;
  return decaysInput ? (x, v) => v + (x - (v - r)) * k : (x, v) => v - (v - r) * k + x;
}

/** For backends without a memory of WebAssembly; and what the compiled ones are held to. */
export const plainRoundingLoops: RoundingLoops = {
  round(y, x, grid) {
    const { divisor, shift, low, high } = floorsOf(grid);
    for (let i = 0; i < x.length; i++) {
      const r = floor(fround(fround(x[i] / divisor) + shift));
      y[i] = (r < low ? low : r > high ? high : r) * divisor;
    }
  },

  largest(x) {
    let most = 0;
    for (let i = 0; i < x.length; i++) {
      const size = Math.abs(x[i]);
      if (size <= most) continue;
      if (Number.isNaN(size)) return NaN;
      most = size;
    }
    return most;
  },

  countOutside(x, low, high) {
    let count = 0;
    for (let i = 0; i < x.length; i++) if (x[i] <= low || x[i] >= high) count++;
    return count;
  },

  fire(y, after, x, v, { leak, theta, spike, vReset, grid }) {
    const charge = chargeOf(leak);
    const { divisor, shift, low, high } = floorsOf(grid);
    const stride = strideOf(v);
    for (let i = 0; i < x.length; i++) {
      const u = charge(x[i], v[i * stride]);
      const over = u - theta;
      const fires = over >= 0;
      y[i] = fires ? spike : 0;
      const r = floor((fires ? (vReset ?? over) : u) / divisor + shift);
      // + 0: never -0
      after[i] = (r < low ? low : r > high ? high : r) * divisor + 0;
    }
  },
};

const strideOf = (v: Float32Array): number => (v.length === 1 ? 0 : 1);

/** kernels/apart/rounding.c */
interface Compiled {
  roundFloats(y: number, x: number, n: number, divisor: number, shift: number, low: number, high: number): void; // prettier-ignore
  largestSize(x: number, n: number): number;
  countOutside(x: number, n: number, low: number, high: number): number;
  fireRounded(
    ...args: [
      ...arrays: [y: number, after: number, x: number, v: number, n: number, stride: number],
      ...charge: [charge: number, k: number, r: number],
      ...firing: [theta: number, spike: number, vReset: number],
      ...grid: [divisor: number, shift: number, low: number, high: number],
    ]
  ): void;
}

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);

const compiled = apartKernels<Compiled>(roundingBase64);
const made = new WeakMap<Backend, RoundingLoops>();

/** Arrays may lie elsewhere: the plain loops then. */
export function roundingLoopsOf(backend: Backend): RoundingLoops {
  let loops = made.get(backend);
  if (loops === undefined) {
    const functions = compiled(backend);
    loops = functions === null ? plainRoundingLoops : compiledLoops(functions);
    made.set(backend, loops);
  }
  return loops;
}

function compiledLoops({ roundFloats, largestSize, countOutside, fireRounded }: Compiled): RoundingLoops {
  const at = addressOf;
  const plain = plainRoundingLoops;
  return {
    round(y, x, grid) {
      const { divisor, shift, low, high } = floorsOf(grid);
      // The loop has float32 numbers.
      const isFloat = [divisor, low, high].every((each) => Object.is(fround(each), each));
      if (!isFloat || ![y, x].every(isInMemory)) plain.round(y, x, grid);
      else roundFloats(at(y), at(x), x.length, divisor, shift, low, high);
    },
    largest(x) {
      if (!isInMemory(x)) return plain.largest(x);
      bits[0] = largestSize(at(x), x.length);
      return float[0];
    },
    countOutside: (x, low, high) =>
      isInMemory(x) ? countOutside(at(x), x.length, low, high) : plain.countOutside(x, low, high),
    fire(y, after, x, v, neuron) {
      if (![y, after, x, v].every(isInMemory)) {
        plain.fire(y, after, x, v, neuron);
        return;
      }
      const { leak, theta, spike, vReset, grid } = neuron;
      const { divisor, shift, low, high } = floorsOf(grid);
      const charge = leak === null ? 0 : leak.decaysInput ? 2 : 1;
      const constants = [theta, spike, vReset ?? NaN, divisor, shift, low, high] as const;
      const addresses = [at(y), at(after), at(x), at(v)] as const;
      fireRounded(...addresses, x.length, strideOf(v), charge, leak?.k ?? 0, leak?.r ?? 0, ...constants);
    },
  };
}
