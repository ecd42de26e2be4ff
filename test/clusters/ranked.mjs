/** What tests of ranks share: a training that takes seconds, launchers, and what has come out. */

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MAIN, summaryOf } from "./swept.mjs";
import { until } from "./one-node-slurm.mjs";

const FAULT = fileURLToPath(new URL("fault.mjs", import.meta.url));

/** Machines of tests have fewer cores than ranks, and other things to do. */
export const PATIENT = { ATIF_PATIENCE: "60" };

const LAUNCHERS = { openmpi: "mpirun.openmpi", mpich: "mpirun.mpich" };

/** Those whose mpirun is here. */
export const mpis = Object.keys(LAUNCHERS).filter(
  (mpi) => spawnSync(LAUNCHERS[mpi], ["--version"]).error === undefined,
);

/** As users type it. */
export function mpirun(mpi, ranks, words) {
  const own =
    mpi === "openmpi" ? ["--oversubscribe", ...(process.getuid() === 0 ? ["--allow-run-as-root"] : [])] : [];
  return [LAUNCHERS[mpi], ...own, "-n", String(ranks), process.execPath, MAIN, ...words];
}

/** Gradients are exchanged while others are computed, in as many parts as there are. */
export const EARLY = "overlap = true\nbucket_cap_mb = 1e-6";

/** A network with batch norm, dropout and a validation set: all that must be the same whoever computes it. */
export function writeExperiment(
  folder,
  { epochs = 2, lr = 0.003, limit = 96, shards = 6, keys = "", more = "" } = {},
) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "small.toml");
  writeFileSync(
    path,
    `[bench]
name = "small"
seed = 7
first_run = 1
last_run = 1
[learningframework]
kind = "SpikingJellyMultiStep"
[dataset]
kind = "Digits"
[[preprocessing]]
kind = "DatasetLimit"
params = { samples = ${limit} }
[[preprocessing]]
kind = "DatasetSplitter"
params = { dest = "valid", ratio = 0.2 }
[[preprocessing]]
kind = "Class2BinMatrix"
[[data_augmentation]]
kind = "GaussianNoise"
params = { sigma = 0.1 }
[model_template]
epochs = ${epochs}
batch_size = 24
${shards === null ? "" : `shards = ${shards}`}
${keys}
[model_template.optimizer]
kind = "Adam"
params = { lr = ${lr} }
[[model]]
name = "net"
kind = "SCNN"
[model.params]
timesteps = 2
dims = 2
batch_norm = true
filters = [4, 8]
kernel_sizes = [3, 3]
paddings = [1, 1]
strides = [1, 1]
pool_sizes = [2, 2]
dropouts = 0.1
fc_units = []
neuron = { kind = "ATIF", params = { step_mode = "m" } }
${more}
`,
  );
  return path;
}

/** Of a run that is complete: the network, and every figure that is no time. */
export function outcomeOfRun(run) {
  const digest = createHash("sha256")
    .update(readFileSync(join(run, "model.safetensors")))
    .digest("hex");
  const { seconds: _, ...summary } = summaryOf(run);
  const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").trim().split("\n");
  const metrics = lines.map((line) => ({ ...JSON.parse(line), seconds: 0, samplesPerSecond: 0 }));
  return JSON.stringify({ digest, summary, metrics });
}

/** Starts `atif` with words, or a launcher with its own. @param kind "1:throw": what fails when fail() is called */
export function startRanks(words, { folder, env = {}, kind = "" }) {
  mkdirSync(folder, { recursive: true });
  const fault = { ATIF_TEST_FAULT: folder, ATIF_TEST_KIND: kind, NODE_OPTIONS: `--import ${FAULT}` };
  const [program, ...rest] = words[0] === "train" ? [process.execPath, MAIN, ...words] : words;
  const options = {
    cwd: folder,
    env: { ...process.env, ...fault, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  };
  const child = spawn(program, rest, options);
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (said.out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (said.err += text));
  const ended = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...said }));
  });
  return {
    child,
    ended,
    said,
    pidOf: (rank) => Number(readFileSync(join(folder, `pid-${rank}`), "utf8")),
    fail: () => writeFileSync(join(folder, "now"), ""),
  };
}

/** Resolves when a run has learned for two epochs, and is not writing. @param lines of its metrics, and one for their end */
export async function learning(run, lines = 3) {
  const at = (name) => (existsSync(join(run, name)) ? statSync(join(run, name)).mtimeMs : 0);
  await until(`two epochs in ${run}`, () => {
    const written = at("metrics.jsonl");
    if (written === 0 || at("checkpoint.safetensors") < written) return false;
    return readFileSync(join(run, "metrics.jsonl"), "utf8").split("\n").length >= lines;
  });
}
