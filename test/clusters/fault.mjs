/**
 * Loaded into every rank by NODE_OPTIONS (--import): says which process it is, and lets one rank fail when a file is there. In the
 * thread that computes, timers come between batches.
 *
 *   ATIF_TEST_FAULT   a folder: pid-0, pid-1, … are written there; "now" in it is what is waited for
 *   ATIF_TEST_KIND    rank:kind, as in 1:throw
 */

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMainThread } from "node:worker_threads";

const { ATIF_TEST_FAULT: folder, ATIF_TEST_KIND: what = "", ...environment } = process.env;
const rank = environment.OMPI_COMM_WORLD_RANK ?? environment.PMI_RANK ?? environment.PMIX_RANK;

const faults = {
  /** Of the thread that computes. */
  throw: () => {
    throw new Error("something broke");
  },
  hang: () => {
    for (;;);
  },
  leave: () => process.exit(0),
  /** Of the whole process. */
  exit: () => process.exit(0),
};

if (folder !== undefined && rank !== undefined) {
  if (isMainThread) writeFileSync(join(folder, `pid-${rank}`), String(process.pid));
  const [of, kind] = what.split(":");
  if (of === rank && isMainThread === (kind === "exit")) {
    const timer = setInterval(() => {
      if (!existsSync(join(folder, "now"))) return;
      clearInterval(timer);
      faults[kind]();
    }, 10);
    timer.unref();
  }
}
