/** Suite c: one training step of the network, its time and its memory. */

import type { TrainedNetwork } from "../../dist/cli/quick-bench/network.js";
import { compareResults, stepResults } from "../../dist/cli/quick-bench/network-results.js";
import { trainingWork } from "../../dist/cli/quick-bench/network-work.js";
import { ownContestant } from "../../dist/cli/quick-bench/timing.js";
import { measureMemory } from "./memory.js";
import { prepareNetwork } from "./network-peer.js";
import type { PeerPart, PeerRun } from "./peer-run.js";
import { compareBits } from "./same-bits.js";
import type { SuiteResult } from "./suite-result.js";

export async function trainingStepSuite(bench: PeerRun, trained: TrainedNetwork): Promise<SuiteResult> {
  const { files, options, peers } = bench;
  const { trainBatches } = trained;
  const { name, run, check, items } = trainingWork(trained);
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
            await prepareNetwork(bench, peer.process, trained, trainBatches);
            const theirs = await peer.process.results("network", "step", files);
            const compare = peer.exact === true ? compareBits : compareResults;
            return compare(peer.name, stepResults(trained, trainBatches[0]), theirs);
          },
          contestant: () => peer.process.contestant("network", "step"),
        })),
      items,
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
