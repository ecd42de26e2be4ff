/**
 * atif sweep --slurm on a cluster of one node: runs that are killed, stopped before the limit of their time, that fail by their
 * own fault; what comes out is that of the local sweep, to the byte. `node test/clusters/sweep-slurm.mjs`, after build:library.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { againInOwnNetwork, startSlurm, until, whyNoSlurm } from "./one-node-slurm.mjs";
import { atif, check, lockOf, outcomeOf, runsOf, skip, start, summaryOf, writeSweep } from "./swept.mjs";

const why = whyNoSlurm();
if (why !== null) skip("sweeps on Slurm", why);
if (process.argv[2] !== "in-own-network") againInOwnNetwork(fileURLToPath(import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "atif-slurm-"));
const slurm = await startSlurm(folder, { settings: "MaxArraySize=3\nMinJobAge=300" });
const here = { cwd: folder, env: slurm.environment };
try {
  await sameAsHere();
  await cancelled();
  await ownFault();
} finally {
  await slurm.stop();
  if (process.env.ATIF_KEEP !== "1") rmSync(folder, { recursive: true, force: true });
}

/** Four runs in two arrays, as three tasks are the most; one is killed, all are stopped once by the notice before their limit. */
async function sameAsHere() {
  writeSweep(folder, 40);
  const straight = await atif(["sweep", "grid.toml", "--out", "straight", "--jobs", "2", "--quiet"], here);
  check(straight.code === 0, "the sweep runs here", straight.err);

  const root = join(folder, "swept");
  const words = ["sweep", "grid.toml", "--out", "swept", "--slurm"];
  const detached = await atif([...words, "--detach", "--json"], here);
  const { waiting, slurm: jobs } = JSON.parse(detached.out);
  check(detached.code === 0 && waiting === 4 && jobs.jobs.length === 2, "four runs are two arrays", detached);
  const runs = runsOf(root);
  await until("a run", () =>
    runs.some((run) => lockOf(run) !== null && summaryOf(run)?.status === "running"),
  );
  const status = JSON.parse((await atif(["sweep", "status", "swept", "--json"], here)).out);
  check(status.runs.length === 4 && status.counts.running >= 1, "sweep status sees them", status.counts);
  check(/^Slurm \d+_\d on atif-node$/.test(status.runs.find(({ state }) => state === "running").where), "and where", status.runs); // prettier-ignore

  // The same command waits for what was submitted, and submits what is missing.
  const waited = start(words, here);
  const victim = runs.find((run) => lockOf(run) !== null);
  if (victim !== undefined) process.kill(lockOf(victim).process, "SIGKILL");
  const ended = await waited.ended;
  check(ended.code === 0, "a run that was killed is submitted again, and all are complete", ended.err);
  check(
    /submitted before, and are waited for/.test(ended.err),
    "what was submitted is not submitted twice",
    ended.err,
  );
  check(outcomeOf(root) === outcomeOf(join(folder, "straight")), "table and networks are those of the local sweep"); // prettier-ignore
  const script = readFileSync(join(root, "slurm", "run.sh"), "utf8");
  check(script.includes("#SBATCH --signal=B:TERM@30") && script.includes(process.execPath), "the script can be read"); // prettier-ignore
}

/** The first Ctrl-C asks, the second cancels; runs leave checkpoints, and go on with the same command. */
async function cancelled() {
  writeSweep(folder, 2000);
  const root = join(folder, "long");
  const words = ["sweep", "grid.toml", "--out", "long", "--slurm"];
  const begun = start(words, here);
  await until("the plan", () => /submitted/.test(begun.said.err));
  const runs = runsOf(root);
  await until("two runs", () => runs.filter((run) => summaryOf(run)?.status === "running").length === 2);
  begun.child.kill("SIGINT");
  await until("the question", () => /press Ctrl-C again to cancel them too/.test(begun.said.err));
  // Input, not patience: signals within SAME_SIGNAL_MS (src/cli/signals.ts) are one Ctrl-C.
  await new Promise((resolve) => setTimeout(resolve, 400));
  begun.child.kill("SIGINT");
  const ended = await begun.ended;
  check(ended.code === 130 && /cancelled, and each run leaves a checkpoint/.test(ended.err), "Ctrl-C twice cancels", ended); // prettier-ignore
  await until(
    "checkpoints",
    () => runs.filter((run) => summaryOf(run)?.status === "interrupted").length === 2,
  );
  check(true, "with checkpoints");
}

/** A run that diverges says so, and is not tried again and again; the others are complete. */
async function ownFault() {
  writeSweep(folder, 1);
  writeFileSync(
    join(folder, "grid.toml"),
    '[sweep]\nexperiment = "tiny.toml"\n[grid]\nmodel.0.optimizer.params.lr = [0.01, 1e30]\n',
  );
  const ended = await atif(["sweep", "grid.toml", "--out", "faulty", "--slurm"], here);
  check(
    ended.code === 1 && /1 run of 2 failed, and 1 is complete/.test(ended.err),
    "a divergence is told",
    ended,
  );
  check(ended.err.match(/submitted/g).length === 1, "and not submitted again", ended.err);
}
