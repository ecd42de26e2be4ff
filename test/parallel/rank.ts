/** A thread that is one rank: it computes what it is sent. */

import { parentPort, workerData } from "node:worker_threads";
import { init } from "../../src/kernels/select.js";
import { sharedMemoryCommunicator } from "./shared-memory-communicator.js";
import { run, type Task } from "./tasks.js";
import { runInTeam, type TeamTask } from "./team.js";

const rank = workerData as number;

export interface Order {
  readonly task: Task | TeamTask;
  readonly size: number;
  readonly memory: SharedArrayBuffer;
  readonly order: "forwards" | "backwards";
}

await init({ backend: "wasm", threads: 1 });
parentPort?.on("message", ({ task, size, memory, order }: Order) => {
  const communicator = sharedMemoryCommunicator(memory, rank, size, order);
  void ("experiment" in task ? runInTeam(task, communicator) : run(task, communicator)).then(
    (outcome) => parentPort?.postMessage(outcome),
    (error: unknown) => parentPort?.postMessage({ failed: String(error) }),
  );
});
parentPort?.postMessage("ready");
