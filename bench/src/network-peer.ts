/** The network, given to a peer. */

import { ALPHA, LEARNING_RATE, TIMESTEPS, type TrainedNetwork } from "../../dist/cli/quick-bench/network.js";
import type { PeerRun } from "./peer-run.js";
import type { FoundPeer } from "./peers.js";

/** Gives a peer the network's weights and these batches. @param more that a peer is told besides */
export async function prepareNetwork(
  { files }: PeerRun,
  process: FoundPeer["process"],
  { weights, sizes }: TrainedNetwork,
  batches: TrainedNetwork["trainBatches"],
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const images = batches.map(({ x }) => x);
  const labels = batches.map((batch) => batch.labels);
  await process.ask("prepare", {
    kind: "network",
    folder: files.folder,
    timesteps: TIMESTEPS,
    alpha: ALPHA,
    lr: LEARNING_RATE,
    sizes,
    weights: Object.fromEntries(
      Object.entries(weights).map(([name, { data, shape }]) => [name, files.write(data, shape)]),
    ),
    // One channel: channels first and channels last are the same.
    images: files.write(joined(images, Float32Array), [batches.length, sizes.batch, 1, 28, 28]),
    labels: files.write(joined(labels, Int32Array), [batches.length, sizes.batch]),
    ...more,
  });
}

function joined<A extends Float32Array | Int32Array>(
  parts: readonly A[],
  Kind: new (length: number) => A,
): A {
  const all = new Kind(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
