/** A fresh process that takes a few training steps and says how much memory they took. Its input is one JSON line. */

import { readFileSync } from "node:fs";
import { createOptimizer, trainingStep } from "../../dist/cli/quick-bench/network.js";
import { init, loadModel, memory, resetPeakMemory, SCNN } from "../../dist/index.js";
import { residentBytes, resetPeakResident } from "./resident.js";

export interface MemoryRequest {
  readonly threads: number;
  readonly model: string;
  readonly images: { readonly file: string; readonly shape: readonly number[] };
  readonly labels: { readonly file: string };
  readonly steps: number;
}

export interface MemoryAnswer {
  /** After init(), before the network is made. */
  readonly idleResidentBytes: number;
  readonly peakResidentBytes: number;
  /** Of the tensor heap, as memory() gives it. */
  readonly heapPeakBytes: number;
  readonly heapLiveBytes: number;
}

const request = JSON.parse(readFileSync(0, "utf8")) as MemoryRequest;
await init({ threads: request.threads });
const read = (file: string): ArrayBuffer => Uint8Array.from(readFileSync(file)).buffer;
resetPeakMemory();
resetPeakResident();
const idle = residentBytes().now;

const network = await loadModel(request.model);
if (!(network instanceof SCNN)) throw new TypeError(`${request.model} holds no SCNN; expected one.`);
network.train();
const optimizer = createOptimizer(network);
const batch = {
  x: new Float32Array(read(request.images.file)),
  shape: request.images.shape,
  labels: new Int32Array(read(request.labels.file)),
};
for (let step = 0; step < request.steps; step++) trainingStep(network, optimizer, batch);

const { peakBytes, liveBytes } = memory();
const answer: MemoryAnswer = {
  idleResidentBytes: idle,
  peakResidentBytes: residentBytes().peak,
  heapPeakBytes: peakBytes,
  heapLiveBytes: liveBytes,
};
process.stdout.write(`${JSON.stringify(answer)}\n`);
// A pool of threads, if it is still open, is not waited for.
process.exit(0);
