/** The widest number of a layer, what rounding adds included. */

import { describe, expect, it } from "vitest";
import { roundings, type Rounding } from "../../src/deployment/integer/arithmetic.js";
import { boundsOf, widthFor } from "../../src/deployment/integer/bounds.js";
import type { IntegerProgram } from "../../src/deployment/integer/integer-layer.js";

/** Sums of one number of 8 bits, of which n bits are dropped. */
function dropping(n: number, rounding: Rounding): IntegerProgram {
  const base = { name: "pool", layer: "pool", inputs: [0], shape: [1], q: 0, bits: 8, long: 32 } as const;
  return {
    inputShape: [1],
    inputQ: n,
    inputBits: 8,
    layers: [{ ...base, kind: "sumPool", rounding, inputQ: n, count: 1 }],
  } as unknown as IntegerProgram;
}

describe("boundsOf", () => {
  it.each(roundings.map((rounding) => [rounding] as const))(
    "counts what is added to round: %s",
    (rounding) => {
      // 127 and what is added: nothing, half of 2^n, or all of it but 1.
      const added = { floor: 0, nearest: 2 ** 30, ceil: 2 ** 31 - 1 }[rounding];
      const fits = 127 + added < 2 ** 31;
      const bounds = boundsOf(dropping(31, rounding));
      expect(bounds.overflows.map(({ most }) => most)).toEqual(fits ? [] : [127 + added]);
      expect(widthFor(bounds)).toBe(fits ? 32 : 64);
    },
  );
});
