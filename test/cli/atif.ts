/** Runs the built command line in a process of its own. */

import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

export const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export interface Ended {
  /** null if a signal ended it */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface RunOptions {
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** The script to run; the command line if it is left out. */
  readonly script?: string;
  /** A file for it to read; nothing if it is left out. */
  readonly input?: string;
}

/** Starts `atif`, or another script, with these words. */
export function start(
  words: readonly string[],
  { cwd, environment, script = MAIN, input }: RunOptions,
): Running {
  const child = spawn(process.execPath, [script, ...words], {
    cwd,
    env: { PATH: process.env.PATH, ...environment },
    stdio: [input === undefined ? "ignore" : openSync(input, "r"), "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

export function atif(words: readonly string[], options: RunOptions): Promise<Ended> {
  return start(words, options).ended;
}

/** A folder that is removed when the file's tests are over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "atif-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface ConfigChanges {
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly dataset?: string;
  /** More sections, before the model. */
  readonly sections?: string;
  readonly model?: string;
  readonly framework?: string;
  readonly bench?: string;
}

export const SMALL_SMLP = `kind = "SMLP"
[model.params]
units = [16]
timesteps = 2
neuron = { kind = "ATIF", params = { step_mode = "m" } }
`;

/** Every kind of layer that a run meets: convolution, batch norm, pooling, dropout, linear. */
export const SMALL_SCNN = `kind = "SCNN"
[model.params]
filters = [4]
kernel_sizes = [3]
paddings = [1]
strides = [1]
pool_sizes = [2]
dropouts = 0.1
fc_units = [8]
batch_norm = true
dims = 2
timesteps = 2
neuron = { kind = "ATIF", params = { step_mode = "m" } }
`;

export function configText({
  epochs = 2,
  batchSize = 64,
  dataset = 'kind = "Digits"',
  sections = "",
  model = SMALL_SMLP,
  framework = "",
  bench = "",
}: ConfigChanges = {}): string {
  return `[bench]
name = "tiny"
seed = 5
first_run = 1
last_run = 1
${bench}
[learningframework]
kind = "SpikingJellyMultiStep"
${framework}
[dataset]
${dataset}
[[preprocessing]]
kind = "Class2BinMatrix"
${sections}
[model_template]
epochs = ${epochs}
batch_size = ${batchSize}
[model_template.optimizer]
kind = "Adam"
params = { lr = 0.01 }
[[model]]
name = "net"
${model}`;
}

/** Writes a configuration into the folder; returns its name. */
export function writeConfig(folder: string, changes: ConfigChanges = {}, name = "tiny.toml"): string {
  writeFileSync(join(folder, name), configText(changes));
  return name;
}

/** The one JSON object of a --json answer. */
export function answerOf(ended: Ended): Record<string, unknown> {
  return JSON.parse(ended.stdout) as Record<string, unknown>;
}
