/** What rank 0 is asked to train, told to the others: they read no file of it. */

import { writeExperiment } from "../../experiment/description/index.js";
import type { Message } from "../../experiment/team.js";
import type { BackendName } from "../../kernels/backend.js";
import type { TrainPlan } from "../train-plan.js";
import type { MpiTeam } from "./mpi-team.js";

export interface SharedPlan {
  /** As files have it. */
  readonly experiment: string;
  /** null: whatever is fastest. */
  readonly backend: BackendName | null;
}

/** @param say told what was chosen for the ranks. @returns the plan, as all ranks follow it */
export function sharedPlan(plan: TrainPlan, team: MpiTeam, say: (sentence: string) => void): TrainPlan {
  void say;
  const shared: SharedPlan = { experiment: writeExperiment(plan.experiment), backend: plan.backend ?? null };
  team.send({ kind: "experiment", bytes: new TextEncoder().encode(JSON.stringify(shared)) });
  return plan;
}

/** By the others. */
export function planIn(message: Message): SharedPlan {
  const bytes = message.kind === "experiment" ? message.bytes : new Uint8Array(0);
  return JSON.parse(new TextDecoder().decode(bytes)) as SharedPlan;
}
