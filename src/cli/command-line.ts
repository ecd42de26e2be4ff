/** Command lines as the user would type them: for hints about what to run next. */

import { basename } from "node:path";
import { shortPath } from "../platform/paths.js";

/** The facts of this process that decide how the program is called. */
export interface Invocation {
  /** process.argv[1] */
  readonly script: string | undefined;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function currentInvocation(): Invocation {
  return { script: process.argv[1], cwd: process.cwd(), environment: process.env };
}

/** "atif train --resume runs/digits-1", or with npx or node in front if that is how this process was started. */
export function spellCommand(words: readonly string[], invocation = currentInvocation()): string {
  return [program(invocation), ...words.map(quote)].join(" ");
}

function program({ script, cwd, environment }: Invocation): string {
  if (script === undefined || environment.npm_command === "exec")
    return script === undefined ? "atif" : "npx atif";
  return /^atif(\.cmd)?$/.test(basename(script)) ? "atif" : `node ${quote(shortPath(script, cwd))}`;
}

function quote(word: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
