/**
 * A run whose lock is that of a process on another machine, which may have died with it: it is watched for a while, and taken over
 * if it gives no sign of life (thread/heartbeat.ts). No clocks are compared: machines that share a disk do not share one.
 */

import type { RunFolder } from "../experiment/run-folder/run-folder.js";
import { removeFile } from "../platform/folders.js";
import { LockFile } from "../platform/lock-file.js";
import { beatPath, readBeat, readLock } from "./thread/heartbeat.js";

/** Many beats: networks and their disks have pauses. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 500;

export interface Watching {
  readonly say: (sentence: string) => void;
  /** Ends the watch: the run is left as it is. */
  readonly signal?: AbortSignal;
  /** Milliseconds without a sign of life; for tests. */
  readonly patience?: number;
}

/** Leaves alone what is held by this machine, and by who has never given a sign of life: `hold` says what is to be said. */
export async function takeOverAbandoned(folder: RunFolder, watching: Watching): Promise<void> {
  const { say, signal, patience = PATIENCE_MS } = watching;
  const holder = folder.holder();
  if (holder?.state !== "elsewhere") return;
  const { path } = holder;
  const lock = readLock(path);
  const first = lock === null ? null : readBeat(beatPath(path, lock.token));
  if (lock === null || first === null) return;
  say(
    `${folder.shortPath} is held by process ${lock.process} of ${lock.host}; watching for ${patience / 1000} s whether it is still there`,
  );
  for (const end = Date.now() + patience; Date.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_MS, patience)));
    if (signal?.aborted === true || readLock(path)?.token !== lock.token) return;
    if (readBeat(beatPath(path, lock.token)) !== first) return;
  }
  if (remove(path, lock.token)) say(`it gives no sign of life; taking the run over`);
}

/** As a dead lock of this machine is succeeded: only who has the lock of that name may remove it. */
function remove(path: string, token: string): boolean {
  const succession = LockFile.take(`${path}.${token}`);
  if (!(succession instanceof LockFile)) return false;
  try {
    if (readLock(path)?.token !== token) return false;
    removeFile(path);
    return true;
  } finally {
    succession.release();
  }
}
