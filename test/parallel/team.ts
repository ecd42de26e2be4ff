/** All runs of an experiment by ranks that are threads: what `atif train` does in each of them, without MPI. */

import { MpiTeam, type TeamCommunicator } from "../../src/cli/mpi/mpi-team.js";
import { parseExperiment } from "../../src/experiment/description/index.js";
import { helpRuns } from "../../src/experiment/help-runs.js";
import { runAll } from "../../src/experiment/run-all.js";
import { RunFolder } from "../../src/experiment/run-folder/run-folder.js";
import { planRuns } from "../../src/experiment/run-plan.js";
import type { Communicator } from "../../src/parallel/communicator.js";
import { stripes } from "../training/tiny.js";

export interface TeamTask {
  /** As files have it. */
  readonly experiment: string;
  /** Of all runs. */
  readonly folder: string;
}

const data = { train: stripes(20), test: stripes(17, 2) };

/** @param communicator null: one process alone */
export async function runInTeam(
  { experiment: text, folder }: TeamTask,
  communicator: Communicator | null,
): Promise<"done"> {
  const { experiment } = parseExperiment(text);
  const load = (): Promise<typeof data> => Promise.resolve(data);
  const team = communicator === null ? null : new MpiTeam(patient(communicator));
  if (team === null || team.isFirst) {
    const plan = planRuns(experiment, { resumed: null, claim: () => RunFolder.claim(folder) });
    const options = { load, warn: () => undefined, begin: () => ({}), ...(team === null ? {} : { team }) };
    for await (const outcome of runAll(plan, options))
      if (outcome.status !== "complete") throw new Error(`a run is ${outcome.status}`);
  } else {
    const plan = planRuns(experiment, { resumed: null, claim: null });
    await helpRuns(plan, { load, signal: new AbortController().signal, team });
  }
  return "done";
}

/** One that has time. */
function patient(communicator: Communicator): TeamCommunicator {
  let isOver = false;
  const nothing = (): void => undefined;
  const meet = (): void => communicator.barrier();
  return {
    ...communicator,
    meet,
    meetAtLast: meet,
    beginTraining: nothing,
    stepDone: nothing,
    apart: nothing,
    finalize: () => {
      meet();
      isOver = true;
    },
    get isOver() {
      return isOver;
    },
  };
}
