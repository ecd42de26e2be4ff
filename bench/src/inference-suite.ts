/** Suite d: images per second through the trained network. */

import { createNetwork, type TrainedNetwork } from "../../dist/cli/quick-bench/network.js";
import { compareResults, inferenceResults } from "../../dist/cli/quick-bench/network-results.js";
import { inferenceWork } from "../../dist/cli/quick-bench/network-work.js";
import { ownContestant } from "../../dist/cli/quick-bench/timing.js";
import { StateError, writeOnnx } from "../../dist/index.js";
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
        .filter(({ kinds }) => kinds.has("network") || kinds.has("inference"))
        .map((peer): PeerPart => ({
          peer,
          check: async () => {
            const onnx = peer.kinds.has("inference") ? { onnx: writeNetwork(bench, trained) } : {};
            await prepareNetwork(bench, peer.process, trained, testBatches, onnx);
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

/** @returns the file's path */
function writeNetwork({ files }: PeerRun, { sizes, weights }: TrainedNetwork): string {
  const { bytes, report } = writeOnnx(createNetwork(sizes, weights).eval());
  if (bytes === null || report.verdict !== "exact")
    throw new StateError("bench: the network has no exact form as ONNX.");
  return files.writeBytes("network.onnx", bytes);
}
