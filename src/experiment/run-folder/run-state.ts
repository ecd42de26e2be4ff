/** What has become of a run, told from its folder. */

import { messageOf } from "../../errors.js";
import type { RunFolder } from "./run-folder.js";

/** "died": it says that it is running, but no process is at work. */
export type RunState = "not begun" | "running" | "died" | "interrupted" | "failed" | "complete";

/** Where a folder can tell whether a process is at work on it. */
interface Held {
  holder?(): object | null;
}

export function runState(folder: RunFolder): RunState {
  const status = folder.readSummary()?.status;
  if (status === "complete" || status === "interrupted" || status === "failed") return status;
  if (isHeld(folder)) return "running";
  return status === "running" ? "died" : "not begun";
}

function isHeld(folder: RunFolder & Held): boolean {
  return (folder.holder?.() ?? null) !== null;
}

/** Follows "the run in runs/digits-1 ". */
export function stateInWords(folder: RunFolder): string {
  switch (runState(folder)) {
    case "not begun":
      return "is not complete";
    case "running":
      return "is under way";
    case "died":
      return "is not complete, and its process is gone without a word: it was killed, or could not write";
    case "interrupted":
      return "was interrupted";
    case "failed":
      return `failed${reasonOf(folder)}`;
    case "complete":
      return "is complete";
  }
}

function reasonOf(folder: RunFolder): string {
  const error: unknown = folder.readSummary()?.error;
  // What came; what was expected and what to try was said when it failed.
  return typeof error === "string" && error !== "" ? ` (${error.split("; ")[0]})` : "";
}

/** Says in summary.json that the run failed, if it says that it is running. Nothing is thrown: the disk may be full. */
export function markFailed(folder: RunFolder, thrown: unknown): void {
  const summary = folder.readSummary();
  if (summary?.status !== "running") return;
  try {
    folder.writeSummary({ ...summary, status: "failed", error: messageOf(thrown) });
  } catch {
    // Then it goes on saying "running", and readers find no process at work.
  }
}
