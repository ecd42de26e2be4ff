/** Suite d: images per second through the trained network. */

import type { BenchRun, PeerPart } from "./bench-run.js";
import { classify, createNetwork, cycle, prepareNetwork, type TrainedNetwork } from "./network.js";
import { compareResults, compareWithTwin, inferenceResults } from "./network-results.js";
import type { SuiteResult } from "./results.js";
import { ownContestant } from "./timing.js";

export async function inferenceSuite(bench: BenchRun, trained: TrainedNetwork): Promise<SuiteResult> {
  const { files, options, peers } = bench;
  const { testBatches, sizes, weights } = trained;
  const [first] = testBatches;
  const network = createNetwork(sizes, weights);
  network.eval();
  const next = cycle(testBatches);
  const row = await bench.compare(
    {
      name: `inference, batch ${sizes.batch}`,
      own: ownContestant("atif", () => classify(network, next())),
      check: () => compareWithTwin(inferenceResults, trained, first, options.threads),
      peers: peers
        .filter(({ kinds }) => kinds.has("network"))
        .map((peer): PeerPart => ({
          peer,
          check: async () => {
            await prepareNetwork(bench, peer.process, trained, testBatches);
            const theirs = await peer.process.results("network", "inference", files);
            return compareResults(peer.name, inferenceResults(trained, first), theirs);
          },
          contestant: () => peer.process.contestant("network", "inference"),
        })),
      items: { count: sizes.batch, name: "images" },
    },
    [0, 1],
  );
  return { suite: "d", title: "inference", rows: [row], figures: [], notes: [] };
}
