/** Two ranks of this library over MPI, and of PyTorch over gloo, each with half of the threads, as contestants beside one process. */

import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { findLauncher } from "../../dist/cli/mpi/launch-ranks.js";
import { STARTED } from "../../dist/cli/mpi/launched.js";
import { launcherCommand } from "../../dist/cli/mpi/launcher-command.js";
import { PeerProcess } from "./peer-process.js";
import type { FoundPeer, MissingPeer } from "./peers.js";
import { SHARDS } from "./trainer-work.js";

const SERVER = fileURLToPath(new URL("./ranks-server.js", import.meta.url));

export const TWO_RANKS = `atif, ${SHARDS} ranks`;

/** Nobody is in a hurry between two turns. */
const ENVIRONMENT = { [STARTED]: String(SHARDS), ATIF_PATIENCE: "0" };

export async function findRanks(threads: number): Promise<FoundPeer | MissingPeer> {
  const missing = { name: TWO_RANKS, install: "apt install openmpi-bin, or mpich; npm install koffi" };
  let start: () => PeerProcess;
  try {
    const machine = { isRoot: process.getuid?.() === 0, cores: availableParallelism() };
    const environment = { ...process.env, ...ENVIRONMENT };
    const [program, ...words] = launcherCommand(
      findLauncher(environment),
      SHARDS,
      [process.execPath, SERVER],
      environment,
      machine,
    );
    start = () => new PeerProcess(TWO_RANKS, program, words, ENVIRONMENT);
  } catch (error) {
    return { ...missing, missing: error instanceof Error ? error.message : String(error) };
  }
  const child = start();
  try {
    const { version, mpi } = await child.ask("hello", { threads });
    return {
      name: TWO_RANKS,
      version: `${String(version)} over ${String(mpi)}`,
      kinds: new Set(["ranks"]),
      exact: true,
      note: undefined,
      process: child,
      restart: start,
    };
  } catch (error) {
    child.close();
    return { ...missing, missing: error instanceof Error ? error.message : String(error) };
  }
}
