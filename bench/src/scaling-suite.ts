/** Suite f: a training step, inference and the neuron with more and more threads. */

import { availableParallelism } from "node:os";
import { init, threads as threadsNow } from "../../kernels/select.js";
import type { BenchRun } from "./bench-run.js";
import { sameValues, type Check } from "./check.js";
import {
  classify,
  createNetwork,
  createOptimizer,
  cycle,
  trainingStep,
  type TrainedNetwork,
} from "./network.js";
import { inferenceResults, stepResults } from "./network-results.js";
import { neuronWork } from "./neuron-suite.js";
import type { Row, SuiteResult } from "./results.js";
import type { Work } from "./work.js";
import { ownContestant, type Contestant } from "./timing.js";

const THREADS = [1, 2, 4, 8] as const;

export async function scalingSuite(bench: BenchRun, trained: TrainedNetwork): Promise<SuiteResult> {
  const cores = availableParallelism();
  const { threads } = bench.options;
  const counts = THREADS.filter((count) => count <= Math.max(cores, threads));
  const works = [
    () => stepWork(trained),
    () => inferenceWork(trained),
    () => neuronWork(bench.options.quick),
  ];
  const rows: Row[] = [];
  try {
    for (const [i, make] of works.entries()) {
      const work = make();
      try {
        const at = [i / works.length, (i + 1) / works.length] as const;
        rows.push(await compareThreads(bench, work, counts, at));
      } finally {
        work.dispose?.();
      }
    }
  } finally {
    await init({ threads });
  }
  const notes = [`This machine has ${cores} ${cores === 1 ? "core" : "cores"}.`];
  const most = counts[counts.length - 1];
  if (most > cores) notes.push(`${most} threads are more than it has cores: they take turns.`);
  return { suite: "f", title: "scaling with threads", rows, figures: [], notes };
}

/** The results are the same to the bit with any number of threads; that is checked first. */
async function compareThreads(
  bench: BenchRun,
  { name, run, results, items }: Work,
  counts: readonly number[],
  at: readonly [number, number],
): Promise<Row> {
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
  return bench.compare({ name, own: first, limits: more, peers: [], check, items }, at);
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

function stepWork(trained: TrainedNetwork): Work {
  const { sizes, weights, trainBatches } = trained;
  const network = createNetwork(sizes, weights);
  const optimizer = createOptimizer(network);
  const next = cycle(trainBatches);
  return {
    name: `training step, batch ${sizes.batch}`,
    run: () => void trainingStep(network, optimizer, next()),
    results: () => stepResults(trained, trainBatches[0]),
    items: { count: sizes.batch, name: "images" },
  };
}

function inferenceWork(trained: TrainedNetwork): Work {
  const { sizes, weights, testBatches } = trained;
  const network = createNetwork(sizes, weights);
  network.eval();
  const next = cycle(testBatches);
  return {
    name: `inference, batch ${sizes.batch}`,
    run: () => void classify(network, next()),
    results: () => inferenceResults(trained, testBatches[0]),
    items: { count: sizes.batch, name: "images" },
  };
}
