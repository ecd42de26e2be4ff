/** Peak memory of training steps, each side in a fresh process. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createNetwork, type TrainedNetwork } from "../../dist/cli/quick-bench/network.js";
import type { Figure } from "../../dist/cli/quick-bench/results.js";
import { MEMORY_STEPS, peakFigure } from "../../dist/cli/quick-bench/training-memory.js";
import { saveModel } from "../../dist/index.js";
import type { PeerRun } from "./peer-run.js";
import { outputOf } from "./fresh-process.js";
import type { MemoryAnswer, MemoryRequest } from "./memory-process.js";
import { prepareNetwork } from "./network-peer.js";
import { PeerError } from "./peer-process.js";
import type { FoundPeer } from "./peers.js";

const PROGRAM = fileURLToPath(new URL("./memory-process.js", import.meta.url));

export interface MemoryResult {
  readonly figures: readonly Figure[];
  readonly notes: readonly string[];
}

export async function measureMemory(bench: PeerRun, trained: TrainedNetwork): Promise<MemoryResult> {
  const own = await ownMemory(bench, trained);
  const figures: Figure[] = [
    peakFigure(own.heapPeakBytes, own.heapLiveBytes),
    {
      name: "atif, resident peak above idle",
      value: own.peakResidentBytes - own.idleResidentBytes,
      unit: "bytes",
      note: `idle after init(): ${own.idleResidentBytes} bytes`,
    },
  ];
  const notes: string[] = [];
  for (const peer of bench.peers.filter(({ kinds }) => kinds.has("network"))) {
    try {
      figures.push(await peerMemory(bench, trained, peer));
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
      notes.push(`${peer.name}: no memory was measured: ${error.message}`);
    }
  }
  return { figures, notes };
}

async function ownMemory(
  { files, options }: PeerRun,
  { trainBatches, sizes, weights }: TrainedNetwork,
): Promise<MemoryAnswer> {
  const model = join(files.folder, "network.safetensors");
  await saveModel(model, createNetwork(sizes, weights));
  const [{ x, shape, labels }] = trainBatches;
  const request: MemoryRequest = {
    threads: options.threads,
    model,
    images: files.write(x, shape),
    labels: files.write(labels, labels.length === 0 ? [0] : [labels.length]),
    steps: MEMORY_STEPS,
  };
  const input = JSON.stringify(request);
  return JSON.parse(await outputOf(process.execPath, [PROGRAM], { input })) as MemoryAnswer;
}

async function peerMemory(bench: PeerRun, trained: TrainedNetwork, peer: FoundPeer): Promise<Figure> {
  const process = peer.restart();
  try {
    const idle = await process.ask("hello", { threads: bench.options.threads });
    await prepareNetwork(bench, process, trained, trained.trainBatches.slice(0, 1));
    await process.ask("time", { kind: "network", case: "step", runs: MEMORY_STEPS - 1 });
    const { peakBytes } = await process.ask("memory");
    if (typeof peakBytes !== "number" || typeof idle.residentBytes !== "number") {
      throw new PeerError("this system does not say how much memory a process takes");
    }
    return {
      name: `${peer.name}, resident peak above idle`,
      value: peakBytes - idle.residentBytes,
      unit: "bytes",
      note: `idle after import: ${idle.residentBytes} bytes`,
    };
  } finally {
    process.close();
  }
}
