/**
 * Ranks over each MPI that is here give the bits of one process; a job that is killed goes on with another number of ranks, and with the
 * other MPI, to the same bits. `node test/clusters/ranks.mjs`, after build:library.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  EARLY,
  learning,
  mpirun,
  mpis,
  outcomeOfRun,
  PATIENT,
  startRanks,
  writeExperiment,
} from "./ranked.mjs";
import { until } from "./one-node-slurm.mjs";
import { check, skip } from "./swept.mjs";

if (mpis.length === 0) skip("training by ranks", "there is no mpirun (openmpi-bin, mpich)");
if (mpis.length === 1)
  process.stderr.write(`######## SKIPPED: ranks on another MPI than ${mpis[0]}. ########\n`);

/** Epochs of a run that is killed and stopped on the way. */
const LONG = 60;

const folder = mkdtempSync(join(tmpdir(), "atif-ranks-"));
try {
  const experiment = writeExperiment(folder, { epochs: 3 });
  const alone = await trained(["train", experiment], "alone");
  // Many buckets, whose exchange is under way at once.
  const meanwhile = writeExperiment(join(folder, "meanwhile"), { epochs: 3, keys: EARLY });
  const aloneMeanwhile = await trained(["train", meanwhile], "alone-meanwhile");
  const long = writeExperiment(join(folder, "long"), { epochs: LONG, keys: EARLY });
  const undisturbed = await trained(["train", long], "undisturbed");
  for (const mpi of mpis) {
    for (const [ranks, of, expected] of [
      [2, experiment, alone],
      [2, meanwhile, aloneMeanwhile],
      [3, meanwhile, aloneMeanwhile],
    ]) {
      const name = `${mpi}-${ranks}${of === meanwhile ? "-meanwhile" : ""}`;
      const seen = await trained(["train", of, "--ranks", String(ranks)], name, { ATIF_MPI: mpi });
      check(seen === expected, `${name} ranks give the bits of one process`, [seen, expected]);
    }
    const words = mpirun(mpi, 2, ["train", experiment, "--out", `by-hand-${mpi}`]);
    const byHand = await startRanks(words, { folder, env: PATIENT }).ended;
    check(
      byHand.code === 0 && outcomeOfRun(join(folder, `by-hand-${mpi}`)) === alone,
      `${mpi}: mpirun by hand`,
      byHand,
    );
    await killed(mpi, undisturbed);
  }
  await withoutShards();
} finally {
  if (process.env.ATIF_KEEP !== "1") rmSync(folder, { recursive: true, force: true });
}

/** @returns what came out */
async function trained(words, name, env = {}) {
  const run = join(folder, name);
  const ended = await startRanks([...words, "--out", run], { folder, env: { ...PATIENT, ...env } }).ended;
  check(ended.code === 0, `${name} is trained`, ended);
  return outcomeOfRun(run);
}

/** 2 ranks, of which one is killed; then 3 of the other MPI, which are stopped; then one process. */
async function killed(mpi, undisturbed) {
  const own = join(folder, `killed-${mpi}`);
  const experiment = writeExperiment(own, { epochs: LONG, keys: EARLY });
  const run = join(own, "run");
  const first = startRanks(["train", experiment, "--out", run, "--ranks", "2"], {
    folder: own,
    env: { ...PATIENT, ATIF_MPI: mpi },
  });
  await learning(run);
  process.kill(first.pidOf(1), "SIGKILL");
  const died = await first.ended;
  check(
    died.code === 1 && /train --resume/.test(died.err),
    `${mpi}: a rank that is killed ends the job`,
    died,
  );
  const other = mpis.find((each) => each !== mpi) ?? mpi;
  const second = startRanks(["train", "--resume", run, "--ranks", "3"], {
    folder: own,
    env: { ...PATIENT, ATIF_MPI: other },
  });
  // It may be done before its next checkpoint.
  await until(`${other} goes on`, () => second.said.err.includes("going on with"));
  second.child.kill("SIGTERM");
  const stopped = await second.ended;
  check(stopped.code === 143, `it goes on as 3 ranks of ${other}, and is stopped`, stopped);
  const third = await startRanks(["train", "--resume", run], { folder: own }).ended;
  check(third.code === 0, "and goes on in one process", third);
  check(outcomeOfRun(run) === undisturbed, "to the bits of a run that was not disturbed");
}

/** An experiment that says nothing of shards is cut into so many as its batches allow, and its folder says so. */
async function withoutShards() {
  const [mpi] = mpis;
  const own = join(folder, "usual");
  const experiment = writeExperiment(own, { epochs: 1, shards: null });
  const run = join(own, "run");
  const words = ["train", experiment, "--out", run, "--ranks", "2"];
  const ended = await startRanks(words, { folder: own, env: { ...PATIENT, ATIF_MPI: mpi } }).ended;
  check(
    ended.code === 0 && /shards = 4 is written/.test(ended.err),
    "shards that nobody asked for are said",
    ended,
  );
  const again = await startRanks(["train", join(run, "config.toml"), "--out", join(own, "again")], {
    folder: own,
  }).ended;
  check(
    again.code === 0 && outcomeOfRun(join(own, "again")) === outcomeOfRun(run),
    "and the file of the run repeats it",
  );
}
