/** What makes a process that a launcher of MPI has started one rank of a training. */

import { availableParallelism, cpus } from "node:os";
import { workerData } from "node:worker_threads";
import type { Given } from "../thread/messages.js";
import { MpiCommunicator } from "./communicator.js";
import { threadsOfRank, type Environment, type Launched } from "./launched.js";
import { MpiTeam } from "./mpi-team.js";
import { Patience } from "./patience.js";
import { Pulse, pulseMemory } from "./pulse.js";

/** @throws UsageError if MPI cannot be loaded, or is not that of the launcher */
export async function joinRanks(
  launched: Launched,
  environment: Environment,
): Promise<MpiTeam<MpiCommunicator>> {
  const { pulse } = (workerData ?? {}) as Partial<Given>;
  try {
    const communicator = await MpiCommunicator.join(launched, environment, {
      pulse: new Pulse(pulse ?? pulseMemory()),
      patience: Patience.of(environment, launched),
      cores: availableParallelism(),
    });
    return new MpiTeam(communicator);
  } catch (thrown) {
    // What all find, such as the library of another MPI, rank 0 says: the others are ended meanwhile.
    if (launched.rank > 0) await new Promise((resolve) => setTimeout(resolve, UNTIL_ENDED_MS));
    throw thrown;
  }
}

/** mpirun of Open MPI takes a second to end processes that have not joined. */
const UNTIL_ENDED_MS = 1500;

/** Of this machine. */
export function threadsHere(launched: Launched): number {
  return threadsOfRank(launched, availableParallelism(), cpus().length);
}
