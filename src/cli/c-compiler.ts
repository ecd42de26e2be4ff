/** The C compiler of this machine, and what it makes. */

import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { printable } from "../show.js";
import { FoundFailure, UsageError } from "./exit-codes.js";

/** In this order. */
const USUAL: readonly string[] = ["cc", "gcc", "clang"];

/**
 * @param asked a name, or a path
 * @param path where programs are looked for: PATH
 * @returns what can be run
 * @throws UsageError if there is none
 */
export function findCompiler(asked: string | undefined, path = process.env.PATH ?? ""): string {
  const names = asked === undefined ? USUAL : [asked];
  for (const name of names) {
    const found = findProgram(name, path);
    if (found !== null) return found;
  }
  throw new UsageError(
    asked === undefined
      ? `there is no C compiler; expected one of ${USUAL.join(", ")} on the PATH. Install one, or name it with --cc.`
      : `there is no compiler ${JSON.stringify(asked)}; expected a program on the PATH, or a path, as in --cc gcc.`,
  );
}

function findProgram(name: string, path: string): string | null {
  if (/[/\\]/.test(name)) return isProgram(name) ? name : null;
  const suffixes = process.platform === "win32" ? [".exe", ""] : [""];
  for (const folder of path.split(delimiter).filter((each) => each !== "")) {
    for (const suffix of suffixes) {
      const candidate = join(folder, name + suffix);
      if (isProgram(candidate)) return candidate;
    }
  }
  return null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export interface Ended {
  readonly code: number | null;
  /** What ended it; null if it ended by itself. */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * Runs a program to its end.
 * @throws the signal's reason if it is aborted: the program is ended then
 */
export async function runProgram(
  program: string,
  words: readonly string[],
  input: Uint8Array,
  signal: AbortSignal,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Ended> {
  signal.throwIfAborted();
  const child = spawn(program, words, { stdio: ["pipe", "pipe", "pipe"], env: environment });
  const stop = (): void => void child.kill();
  signal.addEventListener("abort", stop);
  try {
    const ended = await new Promise<Ended>((resolve, reject) => {
      const parts: Buffer[] = [];
      let stderr = "";
      child.stdout.on("data", (part: Buffer) => parts.push(part));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text.slice(0, MOST_SAID)));
      // It may have ended before it has read all.
      child.stdin.on("error", () => undefined);
      child.stdin.end(input);
      child.on("error", reject);
      child.on("close", (code, by) => resolve({ code, signal: by, stdout: Buffer.concat(parts), stderr }));
    });
    signal.throwIfAborted();
    return ended;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

const MOST_SAID = 10_000;

/**
 * Compiles files to a program.
 *
 * @param folder where the compiler keeps what it needs on the way: if it is ended, that stays
 * @throws FoundFailure with what the compiler has said first
 */
export async function compile(
  compiler: string,
  words: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const environment = { ...process.env, TMPDIR: folder, TMP: folder, TEMP: folder };
  const { code, stderr } = await runProgram(compiler, words, new Uint8Array(0), signal, environment);
  if (code === 0) return;
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const said = lines.find((line) => line.includes("error")) ?? lines.at(0) ?? "it says nothing";
  throw new FoundFailure(
    `${compiler} did not compile the exported code: ${printable(said)}; expected C99 as atif export writes it. ` +
      "Export it again, or name another compiler with --cc.",
    {},
  );
}
