/** One run of the bench: its options, its peers, and how a row comes about. */

import type { Interrupt } from "../interrupt.js";
import type { Progress } from "../progress.js";
import { ArrayFiles } from "./array-files.js";
import type { Check } from "./check.js";
import { PeerError } from "./peer-process.js";
import type { FoundPeer } from "./peers.js";
import type { Row } from "./results.js";
import { alternate, type Contestant } from "./timing.js";

export interface BenchOptions {
  readonly threads: number;
  readonly rounds: number;
  /** Small sizes: to see that everything works, not to compare. */
  readonly quick: boolean;
  /** Folder with Fashion-MNIST, if it was named. */
  readonly data: string | undefined;
}

/** A peer's part in a row. */
export interface PeerPart {
  readonly peer: FoundPeer;
  /** Computes the same as atif and compares. */
  check(): Promise<readonly Check[]>;
  contestant(): Contestant;
}

export interface Comparison {
  readonly name: string;
  readonly own: Contestant;
  /** With the reference twin, or with laws that the result obeys. */
  check(): Promise<readonly Check[]> | readonly Check[];
  readonly peers: readonly PeerPart[];
  /** Timed beside the others, without a result to compare: a copy of memory. */
  readonly limits?: readonly Contestant[];
  readonly items?: Row["items"];
}

interface Validated {
  readonly comparison: Comparison;
  readonly checks: readonly Check[];
  readonly valid: boolean;
  readonly contestants: readonly Contestant[];
  readonly notes: readonly string[];
}

const TURN_MS = { full: 150, quick: 10 } as const;

const STOPPED = "stopped before the bench was complete; nothing was written.";

export class BenchRun {
  readonly files = new ArrayFiles();
  readonly #progress: Progress;
  readonly #interrupt: Interrupt;
  /** Of the whole run: where the current suite begins, and its share. */
  #begin = 0;
  #share = 1;

  constructor(
    readonly options: BenchOptions,
    readonly peers: readonly FoundPeer[],
    progress: Progress,
    interrupt: Interrupt,
  ) {
    this.#progress = progress;
    this.#interrupt = interrupt;
  }

  /** @param part of the run that the work from here on is */
  enter(begin: number, share: number): void {
    [this.#begin, this.#share] = [begin, share];
  }

  /**
   * Says what is being done, and lets Ctrl-C be seen.
   * @param fraction of the current suite
   * @throws InterruptedError
   */
  async say(label: string, fraction: number): Promise<void> {
    this.#progress.update(label, this.#begin + this.#share * fraction);
    await this.#interrupt.check(STOPPED);
  }

  peer(name: string): FoundPeer | undefined {
    return this.peers.find((peer) => peer.name === name);
  }

  /**
   * Validates, then times in turns. A row with a wrong result has no times.
   * @param at fractions of the current suite that this row begins and ends with
   */
  async compare(comparison: Comparison, at: readonly [number, number]): Promise<Row> {
    const [row] = await this.compareAll(comparison.name, [comparison], at);
    return row;
  }

  /**
   * Rows whose contestants all take turns, so that rows can be compared with each other. A contestant that several rows
   * name, the same object, is timed once for all of them.
   */
  async compareAll(
    label: string,
    comparisons: readonly Comparison[],
    at: readonly [number, number],
  ): Promise<Row[]> {
    const [begin, end] = at;
    const validated: Validated[] = [];
    for (const comparison of comparisons) validated.push(await this.#validate(comparison, begin));
    const contestants = [
      ...new Set(validated.filter(({ valid }) => valid).flatMap((row) => row.contestants)),
    ];
    const { rounds, quick } = this.options;
    const timed = await alternate(contestants, rounds, quick ? TURN_MS.quick : TURN_MS.full, (done, total) =>
      this.say(label, begin + ((end - begin) * done) / total),
    );
    const timesOf = new Map(contestants.map((contestant, i) => [contestant, timed[i]]));
    return validated.map(({ comparison, checks, valid, contestants, notes }) => {
      const times = valid ? contestants.flatMap((contestant) => timesOf.get(contestant) ?? []) : [];
      const ratios = Object.fromEntries(
        times.slice(1).map(({ contestant, medianMs }) => [contestant, medianMs / times[0].medianMs]),
      );
      const { name, items } = comparison;
      return { name, checks, valid, times, ratios, notes, ...(items === undefined ? {} : { items }) };
    });
  }

  async #validate(comparison: Comparison, at: number): Promise<Validated> {
    const { name, own, limits = [] } = comparison;
    await this.say(`${name}: validating`, at);
    const checks = [...(await comparison.check())];
    const contestants = [own, ...limits];
    const notes: string[] = [];
    for (const { peer, check, contestant } of comparison.peers) {
      await this.say(`${name}: validating with ${peer.name}`, at);
      try {
        checks.push(...(await check()));
        contestants.push(contestant());
      } catch (error) {
        if (!(error instanceof PeerError)) throw error;
        notes.push(`${peer.name} does not take part: ${error.message}`);
      }
    }
    const valid = checks.length > 0 && checks.every(({ passed }) => passed);
    return { comparison, checks, valid, contestants, notes };
  }

  dispose(): void {
    for (const { process } of this.peers) process.close();
    this.files.dispose();
  }
}
