/** A tensor in integers: i stands for i 2^-q. */

import type { Rounding } from "./arithmetic.js";

export interface FixedPoint {
  /** Fractional bits. */
  readonly q: number;
  /** Bits of an integer, the sign included. */
  readonly bits: number;
  /** Of what is dropped on the way to it. */
  readonly rounding: Rounding;
}
