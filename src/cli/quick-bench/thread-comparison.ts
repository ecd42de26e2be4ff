/** The same work with one thread and with more, by one backend and by others, side by side. */

import type { BackendName } from "../../kernels/backend.js";
import { threads as threadsNow } from "../../kernels/current.js";
import { init } from "../../kernels/select.js";
import type { Comparison } from "./bench-run.js";
import { sameValues, type Check } from "./check.js";
import { ownContestant, type Contestant } from "./timing.js";
import type { Work } from "./work.js";

/** Work whose tensors live in the heap of a backend. */
export interface BackendWork {
  readonly backend: BackendName;
  readonly work: Work;
}

/**
 * The results are the same to the bit with any number of threads and by any of these backends; that is checked first.
 * @param works the one that init() takes by itself first, whose rows go without its name
 * @param counts numbers of threads, 1 first; the kernels are left with any of them, of any of the backends
 */
export function threadComparison(works: readonly BackendWork[], counts: readonly number[]): Comparison {
  const [first, ...more] = works.flatMap(({ backend, work }, i) =>
    counts.map((count) => withThreads(i === 0 ? "atif" : `atif, ${backend}`, backend, count, work.run)),
  );
  const check = async (): Promise<Check[]> => {
    let expected: ReturnType<Work["results"]> | null = null;
    const checks: Check[] = [];
    for (const { backend, work } of works) {
      for (const count of [...counts, 3]) {
        await init({ backend, threads: count });
        const results = work.results();
        if (expected === null) {
          expected = results;
          continue;
        }
        for (const [what, actual] of results) {
          const name = `${what} with ${threadsNow()} ${threadsNow() === 1 ? "thread" : "threads"}`;
          const by = backend === works[0].backend ? name : `${name} by ${backend}`;
          checks.push(sameValues("1 thread", by, actual, expected.get(what) ?? new Float32Array(0)));
        }
      }
    }
    return checks;
  };
  const { name, items } = works[0].work;
  return { name, own: first, limits: more, check, items };
}

function withThreads(name: string, backend: BackendName, count: number, run: () => void): Contestant {
  const contestant = ownContestant(`${name}, ${count} ${count === 1 ? "thread" : "threads"}`, run);
  return {
    ...contestant,
    async time(runs) {
      await init({ backend, threads: count });
      return contestant.time(runs);
    },
  };
}
