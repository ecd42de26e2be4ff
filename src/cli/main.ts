#!/usr/bin/env node
/** The command `atif`. */

import { reportFailure, runCommandLine } from "./program.js";
import { drained, tolerateClosedPipes } from "./terminal.js";

const argv = process.argv.slice(2);
tolerateClosedPipes();
process.on("uncaughtException", (thrown) => {
  const exitCode = reportFailure(thrown, argv);
  void drained().then(() => process.exit(exitCode));
});
const exitCode = await runCommandLine(argv);
await drained();
process.exit(exitCode);
