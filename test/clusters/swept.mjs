/** What tests of sweeps over machines share: a sweep of four tiny runs, the command line, and what has come out. */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** Says loudly that nothing is tried, and ends well; with ATIF_REQUIRE_CLUSTERS=1, badly. */
export function skip(what, why) {
  process.stderr.write(`######## SKIPPED: ${what}: ${why}. ########\n`);
  process.exit(process.env.ATIF_REQUIRE_CLUSTERS === "1" ? 1 : 0);
}

export function check(isSo, what, seen = "") {
  if (isSo) {
    process.stdout.write(`  ok  ${what}\n`);
    return;
  }
  throw new Error(`${what}: it is not so. ${typeof seen === "string" ? seen : JSON.stringify(seen)}`);
}

/** Writes a sweep of two settings and two seeds. @param epochs of each run: some take a second */
export function writeSweep(folder, epochs, more = "") {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "tiny.toml"),
    `[bench]
name = "tiny"
seed = 5
first_run = 1
last_run = 1
[learningframework]
kind = "SpikingJellyMultiStep"
[dataset]
kind = "Digits"
[[preprocessing]]
kind = "Class2BinMatrix"
[model_template]
epochs = ${epochs}
batch_size = 64
[model_template.optimizer]
kind = "Adam"
params = { lr = 0.01 }
[[model]]
name = "net"
kind = "SMLP"
[model.params]
units = [16]
timesteps = 2
neuron = { kind = "ATIF", params = { step_mode = "m" } }
`,
  );
  writeFileSync(
    join(folder, "grid.toml"),
    `[sweep]
experiment = "tiny.toml"
seeds = [1, 2]
[grid]
model.0.params.timesteps = [1, 2]
${more}`,
  );
}

/** Starts `atif` with these words. */
export function start(words, { cwd, env = process.env }) {
  const child = spawn(process.execPath, [MAIN, ...words], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (said.out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (said.err += text));
  const ended = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...said }));
  });
  return { child, ended, said };
}

export const atif = (words, options) => start(words, options).ended;

/** The folders of runs, in the order of the plan. */
export function runsOf(root) {
  return JSON.parse(readFileSync(join(root, "plan.json"), "utf8")).jobs.map(({ folder }) =>
    join(root, folder),
  );
}

export function summaryOf(run) {
  const path = join(run, "summary.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null;
}

/** What must be the same wherever and however a sweep was run: the table and all networks, to the byte. */
export function outcomeOf(root) {
  const digest = (path) => createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 16);
  const files = ["results.json", "results.csv", "results.svg"].map((name) => join(root, name));
  const runs = runsOf(root).flatMap((run) =>
    ["config.toml", "model.safetensors"].map((name) => join(run, name)),
  );
  return [...files, ...runs].map((path) => `${path.slice(root.length + 1)} ${digest(path)}`).join("\n");
}

/** Names in the folder of a run of whoever works on it. */
export function lockOf(run) {
  const path = join(run, "run.lock");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null;
}

export const leftIn = (run) => readdirSync(run);
export const folderOf = (path) => dirname(path);
