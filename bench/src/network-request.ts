/** The network that a peer is given, as a process of this library takes it from a request. */

import { readFileSync } from "node:fs";
import type { TrainedNetwork } from "../../dist/cli/quick-bench/network.js";
import type { ArrayFile } from "./array-files.js";

export interface NetworkRequest {
  readonly weights: Readonly<Record<string, ArrayFile>>;
  /** [batches, N, 1, 28, 28]; of one channel, channels first and channels last are the same. */
  readonly images: ArrayFile;
  /** [batches, N] */
  readonly labels: ArrayFile;
  readonly sizes: TrainedNetwork["sizes"];
}

export function trainedNetwork({ sizes, weights, images, labels }: NetworkRequest): TrainedNetwork {
  const [count, batch] = images.shape;
  const [pixels, classes] = [floats(images), new Int32Array(bytes(labels))];
  const size = pixels.length / count;
  const batches = Array.from({ length: count }, (_, i) => ({
    x: pixels.subarray(i * size, (i + 1) * size),
    shape: [batch, 28, 28, 1],
    labels: classes.subarray(i * batch, (i + 1) * batch),
  }));
  const loaded = Object.entries(weights).map(([name, array]) => [
    name,
    { data: floats(array), shape: [...array.shape] },
  ]);
  return {
    sizes,
    weights: Object.fromEntries(loaded) as TrainedNetwork["weights"],
    trainBatches: batches,
    testBatches: batches,
    facts: { data: "", trainingSteps: 0, accuracy: 0, firingRates: {} },
  };
}

export function floats(array: ArrayFile): Float32Array {
  return new Float32Array(bytes(array));
}

function bytes({ file }: ArrayFile): ArrayBuffer {
  return Uint8Array.from(readFileSync(file)).buffer;
}
