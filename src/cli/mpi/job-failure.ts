/** Why a job of ranks has not ended well, in one sentence, with the code of one process that ended so. */

import { RunFolder } from "../../experiment/run-folder/run-folder.js";
import { runState } from "../../experiment/run-folder/run-state.js";
import { shortPath } from "../../platform/paths.js";
import { spellCommand } from "../command-line.js";
import { ExitCode, exitCodeOfSignal, RanksFailure } from "../exit-codes.js";
import type { StopSignal } from "../signals.js";
import type { LauncherKind } from "./launcher-command.js";
import type { RankOutput } from "./rank-output.js";

export interface EndedJob {
  readonly kind: LauncherKind;
  /** What was started: mpirun, srun. */
  readonly program: string;
  readonly ranks: number;
  readonly code: number | null;
  readonly signal: string | null;
  /** What came from stderr and from stdout. */
  readonly errors: RankOutput;
  readonly output: RankOutput;
  /** The JSON object of rank 0, if it has printed one. */
  readonly answer: string;
  /** What it was asked to stop by. */
  readonly received: StopSignal | null;
}

export function failureOfJob(job: EndedJob): RanksFailure {
  const { errors, code, received, ranks } = job;
  const folder = errors.folder === null ? null : new RunFolder(errors.folder);
  const facts = { ...(folder === null ? {} : { folder: folder.path }), ...factsIn(job.answer) };
  const resume =
    folder === null
      ? null
      : spellCommand(["train", "--resume", shortPath(folder.path), "--ranks", String(ranks)]);
  const goOn = resume === null ? "" : ` To go on from the last checkpoint: ${resume}`;
  if (errors.complaint !== null) {
    const exitCode = exitCodeIn(errors.first ?? errors.other ?? code);
    // Where it was stopped, or cannot be obeyed, that is all there is to say.
    const isSaid = exitCode !== ExitCode.failed || errors.complaint.includes("--resume");
    return new RanksFailure(`${errors.complaint}${isSaid ? "" : goOn}`, exitCode, facts);
  }
  // mpirun that is sent a signal does not wait for what ranks say of it: the folder tells.
  if (received !== null || (folder !== null && runState(folder) === "interrupted")) {
    const sentence = resume === null ? "stopped; nothing was written." : `stopped; continue with: ${resume}`;
    return new RanksFailure(sentence, exitCodeOfSignal(received ?? "SIGTERM"), facts);
  }
  return new RanksFailure(`${reasonOf(job)}${goOn}`, ExitCode.failed, facts);
}

function reasonOf({ kind, program, ranks, code, signal, errors, output }: EndedJob): string {
  const isStep = kind === "srun";
  const death = errors.noise.ofDeath(isStep) ?? output.noise.ofDeath(isStep);
  const said = (errors.noise.text || output.noise.text || "it said nothing").replace(/\.$/, "");
  const ended = `${program} ended by ${signal ?? `code ${code}`}: ${said}`;
  if (death !== null || errors.hasBegun || output.hasBegun) {
    return `${death ?? ended}, and the job with it; expected all ranks to end together.`;
  }
  const other = isStep
    ? `a number that the allocation has room for, or ATIF_MPIRUN=mpirun`
    : "ATIF_MPIRUN with the path of another";
  return `${ranks} ranks could not be started: ${ended}; expected it to start them. Try ${program} -n ${ranks} hostname, ${other}.`;
}

/** What stands beside the error in the object of rank 0. */
function factsIn(answer: string): Readonly<Record<string, unknown>> {
  try {
    const { error: _, exitCode: __, ...facts } = JSON.parse(answer) as Record<string, unknown>;
    return facts;
  } catch {
    return {};
  }
}

/** As one process would end; launchers have codes of their own. */
function exitCodeIn(code: number | null): ExitCode {
  return Object.values(ExitCode).find((each) => each === code && each !== ExitCode.ok) ?? ExitCode.failed;
}
