/** A row of the bench: validated first; what is wrong is refused and never timed. */

import { afterAll, describe, expect, it } from "vitest";
import { failureOf } from "../../../src/cli/exit-codes.js";
import { Interrupt } from "../../../src/cli/interrupt.js";
import { Progress } from "../../../src/cli/progress.js";
import { BenchRun, type Comparison } from "../../../src/cli/quick-bench/bench-run.js";
import { sameValues } from "../../../src/cli/quick-bench/check.js";
import type { Contestant } from "../../../src/cli/quick-bench/timing.js";
import { refuseWrong } from "../../../src/cli/quick-bench/wrong-results.js";

const interrupt = new Interrupt();
const silent = new Progress({ write: () => undefined }, { silent: true });
const options = { threads: 1, rounds: 3, quick: true, data: undefined };
const bench = new BenchRun(options, silent, interrupt);
afterAll(() => interrupt.dispose());

/** Says that each run took so long, and in which order it was called. */
function contestant(name: string, ms: number, order: string[] = []): Contestant {
  return {
    name,
    time: (runs) => {
      order.push(name);
      return Promise.resolve(new Array<number>(runs).fill(ms));
    },
  };
}

const right = sameValues("the reference twin", "y", Float32Array.of(1), Float32Array.of(1));
const wrong = sameValues("the reference twin", "y", Float32Array.of(1), Float32Array.of(2));

function comparison(changes: Partial<Comparison>): Comparison {
  return { name: "sum", own: contestant("atif", 50), check: () => [right], ...changes };
}

function thrownBy(run: () => void): unknown {
  try {
    run();
  } catch (thrown) {
    return thrown;
  }
  throw new Error("nothing was thrown");
}

describe("a row", () => {
  it("has medians and ratios of contestants that took turns", async () => {
    const order: string[] = [];
    const row = await bench.compare(
      comparison({
        own: contestant("atif", 50, order),
        limits: [contestant("memory copy", 25, order)],
      }),
      [0, 1],
    );
    expect(row.valid).toBe(true);
    expect(row.checks).toEqual([right]);
    expect(row.times.map(({ contestant, medianMs }) => [contestant, medianMs])).toEqual([
      ["atif", 50],
      ["memory copy", 25],
    ]);
    expect(row.ratios).toEqual({ "memory copy": 0.5 });
    // A pilot turn each, then the rounds.
    const turn = ["atif", "memory copy"];
    expect(order).toEqual([...turn, ...turn, ...turn, ...turn]);
  });

  it("with a wrong result is refused: nothing of it is timed, and the command fails", async () => {
    const order: string[] = [];
    const row = await bench.compare(
      comparison({ own: contestant("atif", 50, order), check: () => [right, wrong] }),
      [0, 1],
    );
    expect(row).toMatchObject({ valid: false, times: [], ratios: {} });
    expect(order).toEqual([]);
    const refused = (): void => refuseWrong([{ ...row, name: "right", valid: true }, row], { valid: false });
    expect(failureOf(thrownBy(refused))).toEqual({
      exitCode: 1,
      sentence: "1 of the results are wrong and were not timed: sum.",
      facts: { valid: false },
    });
    expect(() => refuseWrong([{ ...row, valid: true }], {})).not.toThrow();
  });

  it("that nothing has validated is not timed either", async () => {
    const row = await bench.compare(comparison({ check: () => [] }), [0, 1]);
    expect(row).toMatchObject({ valid: false, times: [] });
  });

  it("shares its contestants with the rows it is compared with", async () => {
    const order: string[] = [];
    const dense = contestant("dense", 60, order);
    const rows = await bench.compareAll(
      "product",
      [
        comparison({ name: "5 %", own: contestant("few", 10, order), limits: [dense] }),
        comparison({ name: "40 %", own: contestant("many", 40, order), limits: [dense] }),
        comparison({ name: "wrong", own: contestant("never", 1, order), check: () => [wrong] }),
      ],
      [0, 1],
    );
    const turn = ["few", "dense", "many"];
    expect(order).toEqual([...turn, ...turn, ...turn, ...turn]);
    expect(rows.map(({ valid, ratios }) => [valid, ratios])).toEqual([
      [true, { dense: 6 }],
      [true, { dense: 1.5 }],
      [false, {}],
    ]);
  });
});
