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
    const { name, own, items } = comparison;
    const [begin, end] = at;
    await this.say(`${name}: validating`, begin);
    const checks = [...(await comparison.check())];
    const contestants = [own, ...(comparison.limits ?? [])];
    const notes: string[] = [];
    for (const { peer, check, contestant } of comparison.peers) {
      await this.say(`${name}: validating with ${peer.name}`, begin);
      try {
        checks.push(...(await check()));
        contestants.push(contestant());
      } catch (error) {
        if (!(error instanceof PeerError)) throw error;
        notes.push(`${peer.name} does not take part: ${error.message}`);
      }
    }
    const valid = checks.length > 0 && checks.every(({ passed }) => passed);
    const times = valid
      ? await alternate(contestants, this.options.rounds, (done, total) =>
          this.say(name, begin + ((end - begin) * done) / total),
        )
      : [];
    const ratios = Object.fromEntries(
      times.slice(1).map(({ contestant, medianMs }) => [contestant, medianMs / times[0].medianMs]),
    );
    return { name, checks, valid, times, ratios, notes, ...(items === undefined ? {} : { items }) };
  }

  dispose(): void {
    for (const { process } of this.peers) process.close();
    this.files.dispose();
  }
}
