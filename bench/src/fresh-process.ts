/** Programs that are run once, in a process of their own, for what they print. */

import { spawn } from "node:child_process";

/** @returns what it printed @throws Error with what it said if it failed, or could not be started */
export async function outputOf(
  command: string,
  words: readonly string[],
  options: { readonly input?: string; readonly cwd?: string; readonly shell?: boolean } = {},
): Promise<string> {
  const { input = "", cwd, shell = false } = options;
  const child = spawn(command, words, { stdio: ["pipe", "pipe", "pipe"], cwd, shell });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  // A program that ends without reading its input is no failure.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0) throw new Error(stderr.trim() || `${command} ended with code ${code}`);
  return stdout;
}
