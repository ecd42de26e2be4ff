/** What ranks but the first do of an experiment: their part of every training and every test. They write and tell nothing. */

import { decodeCheckpoint } from "../formats/checkpoint.js";
import { loadDataset, type DatasetLoader } from "./data.js";
import type { TrainTest } from "../datasets/dataset.js";
import { createTrainer, prepareRun } from "./prepared-run.js";
import type { RunPlan } from "./run-plan.js";
import type { Message, Team } from "./team.js";
import { testRun } from "./test-run.js";

export interface HelpOptions {
  /** loadDataset if it is left out. Called once, and for the runs that are trained alone. */
  readonly load?: DatasetLoader;
  readonly signal: AbortSignal;
  readonly team: Team;
}

/** In step with runAll on rank 0: whatever that sends is received here. @throws as runAll */
export async function helpRuns(
  { experiment, runs, own }: Pick<RunPlan, "experiment" | "runs" | "own">,
  { load: loadAny = loadDataset, signal, team }: HelpOptions,
): Promise<void> {
  let data: Promise<TrainTest> | null = null;
  const load = (): Promise<TrainTest> => (data ??= loadAny(experiment.dataset));
  for (const run of runs) {
    const next = team.receive();
    if (next.kind === "over") break;
    if (next.kind === "skip") continue;
    const { communicator } = team;
    const prepared = await prepareRun(run, { load, warn: () => undefined, own, communicator });
    const stepDone = (): void => {
      if (team.stepDone(false)) team.meet();
    };
    const trainer = createTrainer(prepared, { onBatch: stepDone, onEpoch: stepDone });
    const start = team.receive();
    if (start.kind === "over") break;
    trainer.loadState(stateIn(start));
    const result = await trainer.fit({ signal });
    team.meet();
    if (!result.completed || (await testRun(prepared, {}, signal)) === "stopped") break;
  }
  team.leave();
}

function stateIn(message: Message): ReturnType<typeof decodeCheckpoint>["state"] {
  const bytes = message.kind === "state" ? message.bytes : new Uint8Array(0);
  return decodeCheckpoint(bytes, "the state of rank 0").state;
}
