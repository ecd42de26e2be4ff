/** What has become of a run, told from its folder. */

import { messageOf } from "../../errors.js";
import { RunFolder } from "./run-folder.js";

/** Says in summary.json that the run failed, if it says that it is running. Nothing is thrown: the disk may be full. */
export function markFailed(path: string, thrown: unknown): void {
  const folder = new RunFolder(path);
  const summary = folder.readSummary();
  if (summary?.status !== "running") return;
  try {
    folder.writeSummary({ ...summary, status: "failed", error: messageOf(thrown) });
  } catch {
    // Then it goes on saying "running", and readers find no process at work.
  }
}
