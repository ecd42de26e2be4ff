/** Times of contestants that take turns, so that a busy moment of the machine hits all of them. */

import { breathe } from "../interrupt.js";

/** One way to compute something: this library, or a peer. */
export interface Contestant {
  readonly name: string;
  /** Milliseconds of each of that many runs, after one that is not counted. */
  time(runs: number): Promise<readonly number[]>;
}

export interface Timed {
  readonly contestant: string;
  readonly medianMs: number;
  readonly bestMs: number;
  /** Median of every round. */
  readonly roundsMs: readonly number[];
}

const MOST_RUNS = 100;
/** Of a turn, before the next: the threads of whoever was timed go to sleep. */
const PAUSE = 1 / 6;

/** A contestant that takes longer than this over all rounds sits the later ones out. */
const MOST_MS = 20_000;
const LEAST_ROUNDS = 2;

/**
 * @param turnMs a turn lasts about this long: short runs are repeated
 * @param onTurn told before each turn; may throw to stop
 */
export async function alternate(
  contestants: readonly Contestant[],
  rounds: number,
  turnMs: number,
  onTurn: (done: number, total: number) => Promise<void>,
): Promise<Timed[]> {
  const total = contestants.length * (rounds + 1);
  let done = 0;
  const turn = async (contestant: Contestant, runs: number): Promise<readonly number[]> => {
    await onTurn(done++, total);
    await new Promise((resolve) => setTimeout(resolve, PAUSE * turnMs));
    return contestant.time(runs);
  };
  const runs: number[] = [];
  const turns: number[] = [];
  for (const contestant of contestants) {
    const pilot = Math.min(...(await turn(contestant, 1)));
    const count = Math.max(1, Math.min(MOST_RUNS, Math.round(turnMs / pilot)));
    runs.push(count);
    // The run that is not counted takes its time too.
    turns.push(Math.max(LEAST_ROUNDS, Math.floor(MOST_MS / ((count + 1) * pilot))));
  }
  const times = contestants.map((): (readonly number[])[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, contestant] of contestants.entries()) {
      if (round < turns[i]) times[i].push(await turn(contestant, runs[i]));
    }
  }
  return contestants.map(({ name }, i) => ({
    contestant: name,
    medianMs: median(times[i].flat()),
    bestMs: Math.min(...times[i].flat()),
    roundsMs: times[i].map(median),
  }));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Something computed in this process. @param before not timed, before every run */
export function ownContestant(name: string, run: () => unknown, before?: () => void): Contestant {
  return {
    name,
    async time(runs) {
      const times: number[] = [];
      for (let i = -1; i < runs; i++) {
        before?.();
        const start = performance.now();
        run();
        if (i >= 0) times.push(performance.now() - start);
        await breathe();
      }
      return times;
    },
  };
}
