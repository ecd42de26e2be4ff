/** A row of the bench: validated first; what is wrong is refused and never timed. */

import { afterAll, describe, expect, it } from "vitest";
import { BenchRun, type Comparison } from "../../../src/cli/bench/bench-run.js";
import { sameValues } from "../../../src/cli/bench/check.js";
import { PeerError } from "../../../src/cli/bench/peer-process.js";
import type { FoundPeer } from "../../../src/cli/bench/peers.js";
import type { Contestant } from "../../../src/cli/bench/timing.js";
import { wrongResults } from "../../../src/cli/commands/bench.js";
import { failureOf } from "../../../src/cli/exit-codes.js";
import { Interrupt } from "../../../src/cli/interrupt.js";
import { Progress } from "../../../src/cli/progress.js";

const interrupt = new Interrupt();
const silent = new Progress({ write: () => undefined }, { silent: true });
const options = { threads: 1, rounds: 3, quick: true, data: undefined };
const bench = new BenchRun(options, [], silent, interrupt);
afterAll(() => {
  bench.dispose();
  interrupt.dispose();
});

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
const wrong = sameValues("PyTorch", "y", Float32Array.of(1), Float32Array.of(2));
const peer = { name: "PyTorch" } as FoundPeer;

function comparison(changes: Partial<Comparison>): Comparison {
  return { name: "sum", own: contestant("atif", 50), check: () => [right], peers: [], ...changes };
}

describe("a row", () => {
  it("has medians and ratios of contestants that took turns", async () => {
    const order: string[] = [];
    const row = await bench.compare(
      comparison({
        own: contestant("atif", 50, order),
        peers: [
          {
            peer,
            check: () => Promise.resolve([right]),
            contestant: () => contestant("PyTorch", 125, order),
          },
        ],
        limits: [contestant("memory copy", 25, order)],
      }),
      [0, 1],
    );
    expect(row.valid).toBe(true);
    expect(row.checks).toHaveLength(2);
    expect(row.times.map(({ contestant, medianMs }) => [contestant, medianMs])).toEqual([
      ["atif", 50],
      ["memory copy", 25],
      ["PyTorch", 125],
    ]);
    expect(row.ratios).toEqual({ "memory copy": 0.5, PyTorch: 2.5 });
    // A pilot turn each, then the rounds.
    const turn = ["atif", "memory copy", "PyTorch"];
    expect(order).toEqual([...turn, ...turn, ...turn, ...turn]);
  });

  it("with a wrong result is refused: nothing of it is timed", async () => {
    const order: string[] = [];
    const row = await bench.compare(
      comparison({
        own: contestant("atif", 50, order),
        peers: [
          {
            peer,
            check: () => Promise.resolve([wrong]),
            contestant: () => contestant("PyTorch", 125, order),
          },
        ],
      }),
      [0, 1],
    );
    expect(row).toMatchObject({ valid: false, times: [], ratios: {} });
    expect(order).toEqual([]);
    const failure = failureOf(wrongResults([row], { valid: false }));
    expect(failure).toEqual({
      exitCode: 1,
      sentence: "1 of the results are wrong and were not timed: sum.",
      facts: { valid: false },
    });
  });

  it("that nothing has validated is not timed either", async () => {
    const row = await bench.compare(comparison({ check: () => [] }), [0, 1]);
    expect(row).toMatchObject({ valid: false, times: [] });
  });

  it("goes on without a peer that fails, and says why", async () => {
    const row = await bench.compare(
      comparison({
        peers: [
          {
            peer,
            check: () => Promise.reject(new PeerError("RuntimeError: no memory")),
            contestant: () => contestant("PyTorch", 1),
          },
        ],
      }),
      [0, 1],
    );
    expect(row.valid).toBe(true);
    expect(row.times).toHaveLength(1);
    expect(row.notes).toEqual(["PyTorch does not take part: RuntimeError: no memory"]);
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
