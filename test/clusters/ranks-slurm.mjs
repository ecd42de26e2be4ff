/**
 * Ranks under Slurm, on a cluster of one node: srun by hand and --ranks inside a batch script give the bits of one process; a notice
 * before the limit stops them with a checkpoint; a rank that is killed, or that hangs, ends the job.
 * `node test/clusters/ranks-slurm.mjs`, after build:library.
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { againInOwnNetwork, startSlurm, until, whyNoSlurm } from "./one-node-slurm.mjs";
import { learning, mpis, outcomeOfRun, PATIENT, startRanks, writeExperiment } from "./ranked.mjs";
import { check, MAIN, skip, summaryOf } from "./swept.mjs";

/** Its plugin for Open MPI cannot be loaded where a link of libpmix-dev is missing. */
function whyNoPmix() {
  const folders = readdirSync("/usr/lib").map((name) => `/usr/lib/${name}/pmix2/lib`);
  if (!folders.some((name) => existsSync(name))) return null; // not as Debian has it
  const isThere = folders.some((name) => existsSync(join(name, "libpmix.so")));
  return isThere ? null : "srun --mpi=pmix cannot work without libpmix-dev";
}

const why =
  whyNoSlurm() ?? whyNoPmix() ?? (mpis.includes("openmpi") ? null : "there is no Open MPI (openmpi-bin)");
if (why !== null) skip("ranks under Slurm", why);
if (process.argv[2] !== "in-own-network") againInOwnNetwork(fileURLToPath(import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "atif-ranks-slurm-"));
// Open MPI names memory that ranks share by the job: what killed ones have left must not be taken for that of others.
const slurm = await startSlurm(folder, { settings: `FirstJobId=${1 + (Date.now() % 6e7)}` });
const srun = ["srun", "-K1", "--mpi=pmix", "-n", "2", process.execPath, MAIN];
try {
  const experiment = writeExperiment(folder);
  const straight = join(folder, "alone");
  const alone = await startRanks(["train", experiment, "--out", straight], { folder }).ended;
  check(alone.code === 0, "it is trained in one process", alone);

  const byHand = join(folder, "by-hand");
  const words = [...srun, "train", experiment, "--out", byHand];
  const ended = await started(words, PATIENT).ended;
  check(
    ended.code === 0 && outcomeOfRun(byHand) === outcomeOfRun(straight),
    "srun: the bits of one process",
    ended,
  );

  const without = await started(
    ["srun", "-n", "2", process.execPath, MAIN, "train", experiment, "--out", "no"],
    PATIENT,
  ).ended;
  check(without.code !== 0 && /--mpi=pmix/.test(without.err) && !existsSync(join(folder, "no")), "srun without MPI is refused", without); // prettier-ignore

  await batch();
  await fails("is killed", (job) => process.kill(job.pidOf(1), "SIGKILL"));
  await fails("hangs", (job) => job.fail(), "1:hang");
} finally {
  await slurm.stop();
  if (process.env.ATIF_KEEP !== "1") rmSync(folder, { recursive: true, force: true });
}

function started(words, env = {}, kind = "") {
  return startRanks(words, { folder, kind, env: { ...slurm.environment, ...env } });
}

/** --ranks inside an allocation; the notice comes a minute before the limit, and then the job goes on. */
async function batch() {
  const own = join(folder, "batch");
  const experiment = writeExperiment(own, { epochs: 40 });
  const run = join(own, "run");
  writeFileSync(
    join(own, "job.sh"),
    `#!/bin/sh
#SBATCH --ntasks=2
#SBATCH --output=job.log
export ATIF_PATIENCE=60
exec ${process.execPath} ${MAIN} train ${experiment} --out ${run} --ranks 2
`,
  );
  const sbatch = (...more) =>
    spawnSync("sbatch", ["--parsable", ...more, "job.sh"], {
      cwd: own,
      env: slurm.environment,
      encoding: "utf8",
    });
  const { stdout, stderr } = sbatch();
  const job = stdout.trim();
  check(job !== "", "a job is submitted", stderr);
  await learning(run);
  // As --signal=B:USR2@60 does when it is time.
  spawnSync("scancel", ["--batch", "--signal=USR2", job], { env: slurm.environment });
  await until(
    "the job to stop",
    () => summaryOf(run)?.status === "interrupted" && !existsSync(join(run, "run.lock")),
  );
  const log = readFileSync(join(own, "job.log"), "utf8");
  check(/stopping with a checkpoint/.test(log), "a notice before the limit stops it with a checkpoint", log);

  const words = [...srun, "train", "--resume", run];
  const before = readFileSync(join(run, "metrics.jsonl"), "utf8").split("\n").length;
  const again = started(words, PATIENT);
  await learning(run, before + 1);
  const step = spawnSync("squeue", ["--steps", "--noheader", "--format=%i"], {
    env: slurm.environment,
    encoding: "utf8",
  });
  spawnSync("scancel", ["--signal=USR2", step.stdout.trim().split("\n")[0]], { env: slurm.environment });
  const stopped = await again.ended;
  check(
    stopped.code === 143 && summaryOf(run).status === "interrupted",
    "a notice to the ranks does, too",
    stopped,
  );

  const ended = await startRanks(["train", "--resume", run], { folder }).ended;
  const straight = join(own, "straight");
  const alone = await startRanks(["train", experiment, "--out", straight], { folder }).ended;
  check(ended.code === 0 && alone.code === 0 && outcomeOfRun(run) === outcomeOfRun(straight), "and it goes on to the same bits"); // prettier-ignore
}

async function fails(what, fail, kind) {
  const own = join(folder, `failed-${kind ?? "killed"}`);
  const experiment = writeExperiment(own, { epochs: 1_000_000 });
  const run = join(own, "run");
  const job = startRanks([...srun, "train", experiment, "--out", run], {
    folder: own,
    kind,
    env: slurm.environment,
  });
  await learning(run);
  const at = Date.now();
  fail(job);
  const ended = await job.ended;
  const took = ((Date.now() - at) / 1000).toFixed(1);
  check(ended.code !== 0, `srun: a rank that ${what} ends the job in ${took} s, with ${ended.code}`, ended);
}
