/** Suite h: the same training by one process with all threads, and by two ranks with half of them each; the same batch in all. */

import type { TrainedNetwork } from "../../dist/cli/quick-bench/network.js";
import { compareResults } from "../../dist/cli/quick-bench/network-results.js";
import { alone } from "../../dist/parallel/index.js";
import { prepareNetwork } from "./network-peer.js";
import type { PeerPart, PeerRun } from "./peer-run.js";
import type { FoundPeer } from "./peers.js";
import { PYTORCH } from "./pytorch-peer.js";
import { compareBits } from "./same-bits.js";
import type { SuiteResult } from "./suite-result.js";
import { firstBatchAsShown, meanOfHalves, sharedGradients, timeSteps } from "./trainer-work.js";

/** What a gradient of two shards must be; that of a batch is compared with the reference twin in suite c. */
const HALVES = "the mean of both halves";

const ONE_PROCESS = { communicator: null, reduce: "exact" } as const;

export async function ranksSuite(bench: PeerRun, trained: TrainedNetwork): Promise<SuiteResult> {
  const { files, peers, options } = bench;
  const { sizes, trainBatches } = trained;
  const gradients = sharedGradients(trained, alone);
  /** Other batches than the first are timed, and not compared. */
  const shown = [firstBatchAsShown(trained), ...trainBatches.slice(1)];
  const inRanks = (peer: FoundPeer): PeerPart => ({
    peer,
    check: async () => {
      const batches = peer.exact === true ? trainBatches : shown;
      await prepareNetwork(bench, peer.process, trained, batches);
      const theirs = await peer.process.results("network", "step", files);
      return (peer.exact === true ? compareBits : compareResults)(peer.name, await gradients, theirs);
    },
    contestant: () => peer.process.contestant("network", "step"),
  });
  /** What it computes is compared in suite c. */
  const inOneProcess = (peer: FoundPeer): PeerPart => ({
    peer,
    check: async () => {
      await prepareNetwork(bench, peer.process, trained, shown);
      return [];
    },
    contestant: () => peer.process.contestant("network", "step"),
  });
  const row = await bench.compare(
    {
      name: `training by a trainer, batch ${sizes.batch}, ${options.threads} threads in all`,
      own: { name: "atif, 1 process", time: (runs) => timeSteps(trained, runs, ONE_PROCESS) },
      check: async () => compareResults(HALVES, await gradients, meanOfHalves(trained)),
      peers: [
        ...peers.filter(({ kinds }) => kinds.has("ranks")).map(inRanks),
        ...peers.filter(({ name }) => name === PYTORCH).map(inOneProcess),
      ],
      items: { count: sizes.batch, name: "images" },
    },
    [0, 1],
  );
  const notes = [
    "Steps of a trainer, with making the batch and counting spikes; PyTorch's are steps alone.",
    `Ranks cut each batch into as many shards as there are ranks; a batch of one process is whole.`,
  ];
  return { suite: "h", title: "ranks on one machine", rows: [row], figures: [], notes };
}
