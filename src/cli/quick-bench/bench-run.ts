/** One run of the bench: its options, and how a row comes about. */

import type { Interrupt } from "../interrupt.js";
import type { Progress } from "../progress.js";
import type { Check } from "./check.js";
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

export interface Comparison {
  readonly name: string;
  readonly own: Contestant;
  /** With the reference twin, or with laws that the result obeys. */
  check(): Promise<readonly Check[]> | readonly Check[];
  /** Timed beside it, without a result to compare: a copy of memory. */
  readonly limits?: readonly Contestant[];
  readonly items?: Row["items"];
}

/** What was found of a comparison before anything is timed. */
export interface Findings {
  readonly checks: readonly Check[];
  readonly contestants: readonly Contestant[];
  readonly notes: readonly string[];
}

/** Turns of each contestant, if the user names no number. */
export const ROUNDS = { full: 9, quick: 2 } as const;

const TURN_MS = { full: 150, quick: 10 } as const;

const STOPPED = "stopped before the bench was complete; nothing was written.";

/** @typeParam C what a row is made of, where there is more than this library to compare */
export class BenchRun<C extends Comparison = Comparison> {
  readonly #progress: Progress;
  readonly #interrupt: Interrupt;
  /** Of the whole run: where the current part begins, and its share. */
  #begin = 0;
  #share = 1;

  constructor(
    readonly options: BenchOptions,
    progress: Progress,
    interrupt: Interrupt,
  ) {
    this.#progress = progress;
    this.#interrupt = interrupt;
  }

  /** @param share of the run that the work from here on is */
  enter(begin: number, share: number): void {
    [this.#begin, this.#share] = [begin, share];
  }

  /**
   * Says what is being done, and lets Ctrl-C be seen.
   * @param fraction of the current part
   * @throws InterruptedError
   */
  async say(label: string, fraction: number): Promise<void> {
    this.#progress.update(label, this.#begin + this.#share * fraction);
    await this.#interrupt.check(STOPPED);
  }

  /**
   * Validates, then times in turns. A row with a wrong result has no times.
   * @param at fractions of the current part that this row begins and ends with
   */
  async compare(comparison: C, at: readonly [number, number]): Promise<Row> {
    const [row] = await this.compareAll(comparison.name, [comparison], at);
    return row;
  }

  /**
   * Rows whose contestants all take turns, so that rows can be compared with each other. A contestant that several rows
   * name, the same object, is timed once for all of them.
   */
  async compareAll(label: string, comparisons: readonly C[], at: readonly [number, number]): Promise<Row[]> {
    const [begin, end] = at;
    const validated: (Findings & { readonly comparison: C; readonly valid: boolean })[] = [];
    for (const comparison of comparisons) {
      const findings = await this.validate(comparison, begin);
      const { checks } = findings;
      const valid = checks.length > 0 && checks.every(({ passed }) => passed);
      validated.push({ ...findings, comparison, valid });
    }
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

  /** @param at fraction of the current part */
  protected async validate(comparison: C, at: number): Promise<Findings> {
    const { name, own, limits = [] } = comparison;
    await this.say(`${name}: validating`, at);
    return { checks: await comparison.check(), contestants: [own, ...limits], notes: [] };
  }
}
