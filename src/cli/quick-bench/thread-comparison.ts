/** The same work with one thread and with more, side by side. */

import { threads as threadsNow } from "../../kernels/current.js";
import { init } from "../../kernels/select.js";
import type { Comparison } from "./bench-run.js";
import { sameValues, type Check } from "./check.js";
import { ownContestant, type Contestant } from "./timing.js";
import type { Work } from "./work.js";

/**
 * The results are the same to the bit with any number of threads; that is checked first.
 * @param counts numbers of threads, 1 first; the kernels are left with any of them
 */
export function threadComparison({ name, run, results, items }: Work, counts: readonly number[]): Comparison {
  const [first, ...more] = counts.map((count) => withThreads(count, run));
  const check = async (): Promise<Check[]> => {
    await init({ threads: counts[0] });
    const expected = results();
    const checks: Check[] = [];
    for (const count of [...counts.slice(1), 3]) {
      await init({ threads: count });
      for (const [what, actual] of results()) {
        const name = `${what} with ${threadsNow()} threads`;
        checks.push(sameValues("1 thread", name, actual, expected.get(what) ?? new Float32Array(0)));
      }
    }
    return checks;
  };
  return { name, own: first, limits: more, check, items };
}

function withThreads(count: number, run: () => void): Contestant {
  const contestant = ownContestant(`atif, ${count} ${count === 1 ? "thread" : "threads"}`, run);
  return {
    ...contestant,
    async time(runs) {
      await init({ threads: count });
      return contestant.time(runs);
    },
  };
}
