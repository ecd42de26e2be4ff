#!/usr/bin/env node
/** The command `atif`. */

import type { ExitCode } from "./exit-codes.js";
import { reportFailure, runCommandLine } from "./program.js";
import { drained, watchOutput } from "./terminal.js";

const argv = process.argv.slice(2);

/** Nothing that is still open, such as a worker, keeps a command from ending that has said all it has to say. */
async function end(exitCode: ExitCode): Promise<never> {
  const failure = await drained();
  process.exit(failure === null ? exitCode : reportFailure(failure, []));
}

watchOutput();
process.on("uncaughtException", (thrown) => void end(reportFailure(thrown, argv)));
await end(await runCommandLine(argv));
