/** Suite d: images per second through the trained network. */

import type { TrainedNetwork } from "../../dist/cli/quick-bench/network.js";
import { compareResults, inferenceResults } from "../../dist/cli/quick-bench/network-results.js";
import { inferenceWork } from "../../dist/cli/quick-bench/network-work.js";
import { ownContestant } from "../../dist/cli/quick-bench/timing.js";
import { prepareNetwork } from "./network-peer.js";
import type { PeerPart, PeerRun } from "./peer-run.js";
import { compareBits } from "./same-bits.js";
import type { SuiteResult } from "./suite-result.js";

export async function inferenceSuite(bench: PeerRun, trained: TrainedNetwork): Promise<SuiteResult> {
  const { files, options, peers } = bench;
  const { testBatches } = trained;
  const { name, run, check, items } = inferenceWork(trained);
  const row = await bench.compare(
    {
      name,
      own: ownContestant("atif", run),
      check: () => check(options.threads),
      peers: peers
        .filter(({ kinds }) => kinds.has("network"))
        .map((peer): PeerPart => ({
          peer,
          check: async () => {
            await prepareNetwork(bench, peer.process, trained, testBatches);
            const theirs = await peer.process.results("network", "inference", files);
            const compare = peer.exact === true ? compareBits : compareResults;
            return compare(peer.name, inferenceResults(trained, testBatches[0]), theirs);
          },
          contestant: () => peer.process.contestant("network", "inference"),
        })),
      items,
    },
    [0, 1],
  );
  return { suite: "d", title: "inference", rows: [row], figures: [], notes: [] };
}
