/** `atif/parallel`: training shared out over processes. Loaded by those who ask for it. */

export { alone, type Communicator, type Exchanged } from "./communicator.js";
export { DataParallel, type DataParallelOptions } from "./data-parallel.js";
export type { ParallelStep, ParallelTraining } from "../training/parallel-training.js";
export type { Reduction, ShardOptions } from "../training/shard-options.js";
