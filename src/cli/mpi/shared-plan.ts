/** What rank 0 is asked to train, told to the others: they read no file of it. */

import type { Experiment } from "../../experiment/description/experiment.js";
import { parseExperiment, writeExperiment } from "../../experiment/description/index.js";
import { planRuns } from "../../experiment/run-plan.js";
import type { Message } from "../../experiment/team.js";
import type { BackendName } from "../../kernels/backend.js";
import { UsageError } from "../exit-codes.js";
import type { TrainPlan } from "../train-plan.js";
import type { MpiTeam } from "./mpi-team.js";
import { usualShards } from "./usual-shards.js";

export interface SharedPlan {
  /** As files have it. */
  readonly experiment: string;
  /** null: whatever is fastest. */
  readonly backend: BackendName | null;
}

/**
 * @param say told what was chosen for the ranks
 * @returns the plan, as all ranks follow it: it says into how many shards batches are cut, so that the folder of the run does
 * @throws UsageError if a run is continued that does not; ConfigError if its batches cannot be
 */
export function sharedPlan(plan: TrainPlan, team: MpiTeam, say: (sentence: string) => void): TrainPlan {
  const followed = withShards(plan, team.communicator.size, say);
  const { experiment, backend } = followed;
  const shared: SharedPlan = { experiment: writeExperiment(experiment), backend: backend ?? null };
  team.send({ kind: "experiment", bytes: new TextEncoder().encode(JSON.stringify(shared)) });
  return followed;
}

/** By the others. */
export function planIn(message: Message): SharedPlan {
  const bytes = message.kind === "experiment" ? message.bytes : new Uint8Array(0);
  return JSON.parse(new TextDecoder().decode(bytes)) as SharedPlan;
}

/**
 * It is a key of the experiment, and not the number of ranks, that decides the bits.
 * @throws UsageError if there are more ranks than shards that were not asked for, too
 */
export function withShards(plan: TrainPlan, ranks: number, say: (sentence: string) => void): TrainPlan {
  const { experiment, resumed } = plan;
  if (plan.runs.every(({ model }) => model.shards !== undefined)) return plan;
  if (resumed !== null) {
    if (resumed.isComplete) return plan;
    throw new UsageError(
      `${resumed.shortPath} was started without shards, and a run continues as it was started; expected batches that ranks can ` +
        "share out. Go on with it in one process, without --ranks, or start a new run.",
    );
  }
  const models = experiment.models.map((model) =>
    model.shards === undefined ? { ...model, shards: usualShards(model.batchSize) } : model,
  );
  const chosen = experiment.models.flatMap(({ shards, batchSize }, index) =>
    shards === undefined ? [{ index, batchSize, shards: usualShards(batchSize) }] : [],
  );
  for (const { index, batchSize, shards } of chosen) {
    if (shards >= ranks) continue;
    throw new UsageError(
      `there are ${ranks} ranks, and batches of ${batchSize} are cut into ${shards} shards where the experiment does not say into how ` +
        `many; expected one for each rank. Say so, as in --set model.${index}.shards=${ranks}, and make batches larger, or start fewer ranks.`,
    );
  }
  const cut: Experiment = { ...experiment, models };
  const numbers = [...new Set(chosen.map(({ shards }) => shards))].join(" and ");
  // What is stored with the run must be read again.
  parseExperiment(writeExperiment(cut), { source: `the experiment, with shards = ${numbers} for the ranks` });
  say(
    `batches are cut into ${numbers} shards, as the experiment says nothing of it: shards = ${numbers} is written into ` +
      "the config.toml of the run, and gives the same bits for any number of ranks",
  );
  return { ...plan, ...planRuns(cut, plan) };
}
