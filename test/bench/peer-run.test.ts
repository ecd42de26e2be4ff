/** A row beside peers: what a peer finds wrong is refused and never timed; a peer that fails is left out. */

import { afterAll, describe, expect, it } from "vitest";
import { PeerError } from "../../bench/src/peer-process.js";
import { PeerRun, type PeerComparison } from "../../bench/src/peer-run.js";
import type { FoundPeer } from "../../bench/src/peers.js";
import { Interrupt } from "../../dist/cli/interrupt.js";
import { Progress } from "../../dist/cli/progress.js";
import { sameValues } from "../../dist/cli/quick-bench/check.js";
import type { Contestant } from "../../dist/cli/quick-bench/timing.js";

const interrupt = new Interrupt();
const silent = new Progress({ write: () => undefined }, { silent: true });
const options = { threads: 1, rounds: 3, quick: true, data: undefined };
const bench = new PeerRun(options, [], silent, interrupt);
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

function comparison(changes: Partial<PeerComparison>): PeerComparison {
  return { name: "sum", own: contestant("atif", 50), check: () => [right], peers: [], ...changes };
}

describe("a row beside a peer", () => {
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

  it("whose result the peer does not have is refused: nothing of it is timed", async () => {
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
  });

  it("that this library has not validated is not timed either, whatever the peer says", async () => {
    const row = await bench.compare(comparison({ check: () => [{ ...right, passed: false }] }), [0, 1]);
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
});
