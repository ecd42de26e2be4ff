/** A thread that is one rank: it computes what it is sent. */

import { parentPort, workerData } from "node:worker_threads";
import { init } from "../../src/kernels/select.js";
import { sharedMemoryCommunicator } from "./shared-memory-communicator.js";
import { run, type Task } from "./tasks.js";

const rank = workerData as number;

export interface Order {
  readonly task: Task;
  readonly size: number;
  readonly memory: SharedArrayBuffer;
  readonly order: "forwards" | "backwards";
}

await init({ backend: "wasm", threads: 1 });
parentPort?.on("message", ({ task, size, memory, order }: Order) => {
  void run(task, sharedMemoryCommunicator(memory, rank, size, order)).then(
    (outcome) => parentPort?.postMessage(outcome),
    (error: unknown) => parentPort?.postMessage({ failed: String(error) }),
  );
});
parentPort?.postMessage("ready");
