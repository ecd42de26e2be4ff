/** `atif/parallel`: training shared out over processes. Loaded by those who ask for it. */

export { alone, type Communicator, type Exchange, type Exchanged, type Operation } from "./communicator.js";
export { DataParallel, type DataParallelOptions } from "./data-parallel.js";
export type { ParallelStep, ParallelTraining, StepOptions } from "../training/parallel-training.js";
export type { Overlap, Reduction, ShardOptions } from "../training/shard-options.js";
