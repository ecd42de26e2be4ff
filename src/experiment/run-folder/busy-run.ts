/** What is said of a run that another process is working on. */

import type { LockHolder } from "../../platform/lock-file.js";
import { shortPath } from "../../platform/paths.js";
import { quote } from "../../show.js";

/** A folder, as the user would write it, and who works on the run in it. */
export interface BusyRun {
  readonly folder: string;
  readonly holder: LockHolder;
}

/** "runs/digits-1 is being run by process 4711 (since 2026-05-03T10:20:30.000Z)" */
export function whoIsBusy({ folder, holder }: BusyRun): string {
  if (holder.state === "unreadable") {
    return `${folder} is locked by ${shortPath(holder.path)}, which cannot be read as a lock`;
  }
  const { host, process } = holder.holder;
  const since = `(since ${holder.since})`;
  switch (holder.state) {
    case "this process":
      return `${folder} is being run by this process already ${since}`;
    case "running":
      return `${folder} is being run by process ${process} ${since}`;
    case "elsewhere":
      return (
        `${folder} is being run by process ${process} of another machine or container, ${quote(host)} ${since}, ` +
        "which cannot be asked from here whether it still is"
      );
  }
}

/** Why none of the runs can be had: at least one. */
export function busySentence(runs: readonly BusyRun[]): string {
  const advice = new Set(runs.map(({ holder }) => adviceFor(holder)));
  return `${runs.map(whoIsBusy).join(", ")}; expected a run that nobody is working on. ${[...advice].join(" ")}`;
}

function adviceFor(holder: LockHolder): string {
  switch (holder.state) {
    case "this process":
      return "Wait until it has ended, or name another folder.";
    case "running":
      return "Wait until it has ended, or stop that process.";
    case "elsewhere":
    case "unreadable":
      return `If nobody is working on it any more, remove ${shortPath(holder.path)} and try again.`;
  }
}
