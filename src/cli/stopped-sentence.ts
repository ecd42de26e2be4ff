/** What is said when a training was interrupted: where, and how to go on. */

import type { RunOutcome } from "../experiment/run-all.js";
import { trainedEpochs } from "../experiment/training.js";
import { resumeCommand } from "./resume-command.js";

export type Stopped = Extract<RunOutcome, { readonly status: "stopped" | "not begun" }>;

export function stoppedSentence(outcome: Stopped): string {
  const { root } = outcome;
  if (outcome.status === "stopped")
    return `${whereStopped(outcome)}; continue with: ${resumeCommand(root?.shortPath ?? null)}`;
  return root === null
    ? "stopped before the training began; nothing was written."
    : `stopped before the training went on; continue with: ${resumeCommand(root.shortPath)}`;
}

function whereStopped({ result, run, stoppedIn }: Extract<Stopped, { readonly status: "stopped" }>): string {
  const epochs = trainedEpochs(run.model);
  if (stoppedIn !== null) return `stopped in ${stoppedIn}, after the training`;
  return result.epochs < epochs
    ? `stopped in epoch ${result.epochs + 1} of ${epochs}`
    : "stopped before the network was tested";
}
