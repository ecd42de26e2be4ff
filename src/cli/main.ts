#!/usr/bin/env node
/** The command `atif`. */

import { isMainThread } from "node:worker_threads";
import { computes, runInThread } from "./thread/waiting.js";

if (!isMainThread) {
  const { compute } = await import("./thread/computing.js");
  await compute();
} else if (computes(process.argv.slice(2))) {
  runInThread(process.argv.slice(2), new URL(import.meta.url));
} else {
  const { runCommandLine } = await import("./program.js");
  const { runProcess } = await import("./whole-process.js");
  await runProcess(runCommandLine);
}
