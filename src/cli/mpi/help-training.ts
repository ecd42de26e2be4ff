/** atif train as a rank that helps: it says nothing and writes nothing. */

import { parseExperiment } from "../../experiment/description/index.js";
import { loadDataset } from "../../experiment/data.js";
import { helpRuns } from "../../experiment/help-runs.js";
import { planRuns } from "../../experiment/run-plan.js";
import { initCompute, type ComputeArguments } from "../compute-arguments.js";
import { checkDataFolder } from "../data-folder.js";
import { Interrupt } from "../interrupt.js";
import type { MpiTeam } from "./mpi-team.js";
import { planIn } from "./shared-plan.js";

export async function helpTraining(args: ComputeArguments, team: MpiTeam): Promise<void> {
  const interrupt = new Interrupt();
  try {
    const { experiment: text, backend } = planIn(team.receive());
    const { experiment } = parseExperiment(text, { source: "the experiment of rank 0", lenient: true });
    await initCompute(backend === null ? args : { ...args, backend });
    await helpRuns(planRuns(experiment, { resumed: null, claim: null }), {
      load: (dataset) => {
        checkDataFolder(dataset);
        return loadDataset(dataset);
      },
      signal: interrupt.signal,
      team,
    });
  } finally {
    interrupt.dispose();
  }
}
