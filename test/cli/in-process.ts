/** Runs the command line in the process of the tests, where what a process is does not matter: a tenth of the time. */

import { runCommandLine } from "../../src/cli/program.js";
import { printTo } from "../../src/cli/terminal.js";
import type { Ended, RunOptions } from "./atif.js";

type Here = Pick<RunOptions, "cwd" | "environment">;

/** The end of the last one: there is one working directory, and one place to print to. */
let last: Promise<unknown> = Promise.resolve();

/** What `atif` with these words prints and how it ends, by the code of src/. One runs at a time. */
export function atifHere(words: readonly string[], options: Here): Promise<Ended> {
  const ended = last.then(() => run(words, options));
  last = ended.catch(() => undefined);
  return ended;
}

async function run(words: readonly string[], { cwd, environment = {} }: Here): Promise<Ended> {
  const [folder, own] = [process.cwd(), { ...process.env }];
  let [stdout, stderr] = ["", ""];
  printTo({ write: (text) => (stdout += text) }, { write: (text) => (stderr += text) });
  process.chdir(cwd);
  Object.assign(process.env, environment);
  try {
    const code = await runCommandLine(words);
    return { code, signal: null, stdout, stderr };
  } finally {
    for (const name of Object.keys(environment)) {
      if (own[name] === undefined) delete process.env[name];
      else process.env[name] = own[name];
    }
    process.chdir(folder);
    printTo(process.stdout, process.stderr);
  }
}
