#!/usr/bin/env node
/** The command `atif`. */

import { isMainThread } from "node:worker_threads";
import { computes, runInThread } from "./thread/waiting.js";

const argv = process.argv.slice(2);

if (!isMainThread) {
  const { compute } = await import("./thread/computing.js");
  await compute();
} else if (!computes(argv) || !runInThread(argv, new URL(import.meta.url))) {
  const { runCommandLine } = await import("./program.js");
  const { runProcess } = await import("./whole-process.js");
  await runProcess(runCommandLine);
}
