/** A program that is this process: from its words to its exit code. */

import type { ExitCode } from "./exit-codes.js";
import { reportFailure } from "./program.js";
import { drained, watchOutput } from "./terminal.js";

/** Runs it and ends the process. @param run reports its own failures */
export async function runProcess(run: (argv: readonly string[]) => Promise<ExitCode>): Promise<never> {
  const argv = process.argv.slice(2);
  watchOutput();
  process.on("uncaughtException", (thrown) => void end(reportFailure(thrown, argv)));
  return await end(await run(argv));
}

/** Nothing that is still open, such as a worker, keeps a command from ending that has said all it has to say. */
async function end(exitCode: ExitCode): Promise<never> {
  const failure = await drained();
  process.exit(failure === null ? exitCode : reportFailure(failure, []));
}
