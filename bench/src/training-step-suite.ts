/** Suite c: one training step of the network, its time and its memory. */

import type { BenchRun, PeerPart } from "./bench-run.js";
import { createNetwork, createOptimizer, cycle, prepareNetwork, trainingStep } from "./network.js";
import type { TrainedNetwork } from "./network.js";
import { compareResults, compareWithTwin, stepResults } from "./network-results.js";
import { measureMemory } from "./memory.js";
import type { SuiteResult } from "./results.js";
import { ownContestant } from "./timing.js";

export async function trainingStepSuite(bench: BenchRun, trained: TrainedNetwork): Promise<SuiteResult> {
  const { files, options, peers } = bench;
  const { trainBatches, sizes, weights } = trained;
  const [first] = trainBatches;
  const network = createNetwork(sizes, weights);
  const optimizer = createOptimizer(network);
  const next = cycle(trainBatches);
  const row = await bench.compare(
    {
      name: `training step, batch ${sizes.batch}`,
      own: ownContestant("atif", () => trainingStep(network, optimizer, next())),
      check: () => compareWithTwin(stepResults, trained, first, options.threads),
      peers: peers
        .filter(({ kinds }) => kinds.has("network"))
        .map((peer): PeerPart => ({
          peer,
          check: async () => {
            await prepareNetwork(bench, peer.process, trained, trainBatches);
            const theirs = await peer.process.results("network", "step", files);
            return compareResults(peer.name, stepResults(trained, first), theirs);
          },
          contestant: () => peer.process.contestant("network", "step"),
        })),
      items: { count: sizes.batch, name: "images" },
    },
    [0, 0.8],
  );
  await bench.say("memory of a training step", 0.8);
  const memory = row.valid ? await measureMemory(bench, trained) : { figures: [], notes: [] };
  return {
    suite: "c",
    title: "one training step",
    rows: [row],
    figures: memory.figures,
    notes: memory.notes,
  };
}
