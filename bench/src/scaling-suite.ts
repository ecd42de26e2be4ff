/** Suite f: a training step, inference and the neuron with more and more threads. */

import { availableParallelism } from "node:os";
import type { TrainedNetwork } from "../../dist/cli/quick-bench/network.js";
import { inferenceWork, trainingWork } from "../../dist/cli/quick-bench/network-work.js";
import { neuronWork } from "../../dist/cli/quick-bench/neuron-work.js";
import type { Row } from "../../dist/cli/quick-bench/results.js";
import { threadComparison } from "../../dist/cli/quick-bench/thread-comparison.js";
import { computeBackend } from "../../dist/cli/compute-arguments.js";
import { init } from "../../dist/index.js";
import type { PeerRun } from "./peer-run.js";
import type { SuiteResult } from "./suite-result.js";

const THREADS = [1, 2, 4, 8] as const;

export async function scalingSuite(bench: PeerRun, trained: TrainedNetwork): Promise<SuiteResult> {
  const cores = availableParallelism();
  const { threads } = bench.options;
  const counts = THREADS.filter((count) => count <= Math.max(cores, threads));
  const works = [
    () => trainingWork(trained),
    () => inferenceWork(trained),
    () => neuronWork(bench.options.quick),
  ];
  const backend = computeBackend().name;
  const rows: Row[] = [];
  try {
    for (const [i, make] of works.entries()) {
      const work = make();
      try {
        const at = [i / works.length, (i + 1) / works.length] as const;
        rows.push(await bench.compare({ ...threadComparison([{ backend, work }], counts), peers: [] }, at));
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
