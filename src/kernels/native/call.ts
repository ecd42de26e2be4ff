/** From the contract's arguments to the addon's: numbers in an array, and arrays as offsets in the memory. */

import type { AddonContext } from "./addon.js";

export type Argument = Float32Array | Int32Array | number | boolean | null | undefined;

/** A kernel as the contract has it, or what is asked before it. */
export type Call = (...values: Argument[]) => void;

/**
 * A function of a fixed number of parameters, as in ../wasm/call.ts, for the same reasons. What a kernel does not take is
 * written as 0, which it does not read.
 *
 * @param check refuses by throwing
 * @param low an argument as the addon takes it
 * @param count parameters of the kernel, at most 24
 */
export function wrap(
  { values: t, call }: AddonContext,
  number: number,
  count: number,
  check: Call,
  low: (value: Argument) => number,
): Call {
  if (count <= 6) {
    return (a, b, c, d, e, f) => {
      check(a, b, c, d, e, f);
      t[0] = low(a);
      t[1] = low(b);
      t[2] = low(c);
      t[3] = low(d);
      t[4] = low(e);
      t[5] = low(f);
      call(number);
    };
  }
  if (count > 24) throw new RangeError(`wrap: count is ${count}; expected at most 24.`);
  return (a, b, c, d, e, f, g, h, i, j, l, m, n, o, p, q, r, s, u, v, w, x, y, z) => {
    check(a, b, c, d, e, f, g, h, i, j, l, m, n, o, p, q, r, s, u, v, w, x, y, z);
    t[0] = low(a);
    t[1] = low(b);
    t[2] = low(c);
    t[3] = low(d);
    t[4] = low(e);
    t[5] = low(f);
    t[6] = low(g);
    t[7] = low(h);
    t[8] = low(i);
    t[9] = low(j);
    t[10] = low(l);
    t[11] = low(m);
    if (count > 12) {
      t[12] = low(n);
      t[13] = low(o);
      t[14] = low(p);
      t[15] = low(q);
      t[16] = low(r);
      t[17] = low(s);
      t[18] = low(u);
      t[19] = low(v);
      t[20] = low(w);
      t[21] = low(x);
      t[22] = low(y);
      t[23] = low(z);
    }
    call(number);
  };
}
