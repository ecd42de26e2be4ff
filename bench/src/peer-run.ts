/** A run of the bench beside peers, each of which is validated as this library is. */

import {
  BenchRun,
  type BenchOptions,
  type Comparison,
  type Findings,
} from "../../dist/cli/quick-bench/bench-run.js";
import type { Check } from "../../dist/cli/quick-bench/check.js";
import type { Contestant } from "../../dist/cli/quick-bench/timing.js";
import type { Interrupt } from "../../dist/cli/interrupt.js";
import type { Progress } from "../../dist/cli/progress.js";
import { ArrayFiles } from "./array-files.js";
import { PeerError } from "./peer-process.js";
import type { FoundPeer } from "./peers.js";

/** A peer's part in a row. */
export interface PeerPart {
  readonly peer: FoundPeer;
  /** Computes the same as atif and compares. */
  check(): Promise<readonly Check[]>;
  contestant(): Contestant;
}

export interface PeerComparison extends Comparison {
  readonly peers: readonly PeerPart[];
}

export class PeerRun extends BenchRun<PeerComparison> {
  readonly files = new ArrayFiles();

  constructor(
    options: BenchOptions,
    readonly peers: readonly FoundPeer[],
    progress: Progress,
    interrupt: Interrupt,
  ) {
    super(options, progress, interrupt);
  }

  /** A peer that fails does not take part; one whose result is wrong makes the row wrong. */
  protected override async validate(comparison: PeerComparison, at: number): Promise<Findings> {
    const own = await super.validate(comparison, at);
    const [checks, contestants, notes] = [[...own.checks], [...own.contestants], [...own.notes]];
    for (const { peer, check, contestant } of comparison.peers) {
      await this.say(`${comparison.name}: validating with ${peer.name}`, at);
      try {
        checks.push(...(await check()));
        contestants.push(contestant());
      } catch (error) {
        if (!(error instanceof PeerError)) throw error;
        notes.push(`${peer.name} does not take part: ${error.message}`);
      }
    }
    return { checks, contestants, notes };
  }

  dispose(): void {
    for (const { process } of this.peers) process.close();
    this.files.dispose();
  }
}
