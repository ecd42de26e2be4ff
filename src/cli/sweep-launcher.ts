/** Starts one job of a sweep: in a process of its own here. A queue or a cluster is another launcher. */

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { StopSignal } from "./signals.js";

/** What is to be run: `atif` with these words. */
export interface JobCommand {
  /** The folder of its run. */
  readonly folder: string;
  readonly words: readonly string[];
}

export interface JobEnd {
  /** null if it was killed. */
  readonly code: number | null;
  /** The last thing that it complained of. */
  readonly complaint: string | null;
}

export interface RunningJob {
  readonly ended: Promise<JobEnd>;
  /** Asks it to stop with a checkpoint. */
  stop(signal: StopSignal): void;
}

/** @param onProgress told what the job says of how far it is */
export type JobLauncher = (command: JobCommand, onProgress: (line: string) => void) => RunningJob;

/** Beside the folder of this file, as built. */
const MAIN = new URL("../cli/main.js", import.meta.url);

/** This program with other words, in absolute paths. */
export function commandLineOf(words: readonly string[]): string[] {
  return [process.execPath, ...process.execArgv, fileURLToPath(MAIN), ...words];
}

/** The end of what a process has said that is kept. */
const MOST_KEPT = 4096;

export const launchProcess: JobLauncher = ({ words }, onProgress) => {
  const [node, ...all] = commandLineOf(words);
  const child = spawn(node, all, {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let rest = "";
  let complaint: string | null = null;
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    const lines = `${rest}${text}`.split("\n");
    rest = (lines.pop() ?? "").slice(-MOST_KEPT);
    for (const line of lines) {
      const said = /^atif: (?!warning: )(.*)$/.exec(line)?.[1];
      if (said !== undefined) complaint = said;
      else if (!line.startsWith("atif: ")) onProgress(line);
    }
  });
  const ended = new Promise<JobEnd>((resolve) => {
    child.on("error", (error) => resolve({ code: null, complaint: error.message }));
    child.on("close", (code) => resolve({ code, complaint }));
  });
  return { ended, stop: (signal) => void child.kill(signal) };
};
