/**
 * What ranks do when one of them fails, on each MPI: the job ends soon, with one sentence and a code that is not 0; and what stops it
 * leaves a checkpoint. `node test/clusters/rank-failures.mjs`, after build:library.
 */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EARLY, learning, mpirun, mpis, startRanks, writeExperiment } from "./ranked.mjs";
import { check, skip, summaryOf } from "./swept.mjs";

if (mpis.length === 0) skip("failures of ranks", "there is no mpirun (openmpi-bin, mpich)");

/** Seconds: 5 on a machine with nothing else to do. Each failure says how long it took. */
const MOST = 30;

const folder = mkdtempSync(join(tmpdir(), "atif-failures-"));
const only = process.argv[2];
let count = 0;
try {
  for (const mpi of mpis) {
    await fails(mpi, "throws", { kind: "1:throw", says: /something broke/, code: 1 });
    await fails(mpi, "hangs", {
      kind: "1:hang",
      keys: EARLY,
      says: /rank \d (hangs|has (waited|been))/,
      code: 1,
    });
    await fails(mpi, "ends with 0", {
      kind: "1:exit",
      says: /rank 1 ended before the others were done/,
      code: 1,
    });
    await fails(mpi, "ends its thread", {
      kind: "1:leave",
      keys: EARLY,
      says: /rank 1 ended before the others were done/,
      code: 1,
    });
    await fails(mpi, "is killed", { signal: "SIGKILL", says: /rank .*(signal 9|killed)/, code: 1 });
    await fails(mpi, "is killed meanwhile", {
      signal: "SIGKILL",
      keys: EARLY,
      says: /rank .*(signal 9|killed)/,
      code: 1,
    });
    await fails(mpi, "is stopped", { signal: "SIGSTOP", says: /rank 0 has (waited|been)/, code: 1 });
    await fails(mpi, "is stopped, the first", {
      signal: "SIGSTOP",
      rank: 0,
      keys: EARLY,
      says: /rank 1 has (waited|been)/,
      code: 1,
    });
    await diverges(mpi);
    for (const to of ["launcher", "rank", "mpirun"]) await stops(mpi, to);
  }
  await refusals();
} finally {
  if (process.env.ATIF_KEEP !== "1") rmSync(folder, { recursive: true, force: true });
}

/** Lines that are for users: no progress, nothing of the launcher's. */
function sentences(text) {
  return text.split("\n").filter((line) => line.startsWith("atif: ") && !line.startsWith("atif: warning"));
}

function begin(mpi, { kind = "", keys = "", words = [] } = {}) {
  const own = join(folder, `${mpi}-${++count}`);
  const run = join(own, "run");
  const experiment = writeExperiment(own, { epochs: 1_000_000, keys });
  const train = ["train", experiment, "--out", run, "--ranks", "2", ...words];
  return { ...startRanks(train, { folder: own, kind, env: { ATIF_MPI: mpi } }), run };
}

/** @param keys EARLY: while exchanges are under way */
async function fails(mpi, what, { kind = "", keys = "", signal, rank = 1, says, code }) {
  if (only !== undefined && !what.startsWith(only)) return;
  const job = begin(mpi, { kind, keys });
  await learning(job.run);
  const at = Date.now();
  if (signal === undefined) job.fail();
  else process.kill(job.pidOf(rank), signal);
  const ended = await within(job, `${mpi}: a rank ${what}`);
  const took = ((Date.now() - at) / 1000).toFixed(1);
  const said = sentences(ended.err);
  check(
    said.length === 1 && says.test(said[0]),
    `${mpi}: a rank that ${what} ends the job in ${took} s: ${said[0]}`,
    ended.err,
  );
  check(ended.code === code, `with ${code}`, ended.code);
}

async function within(job, what) {
  const ended = await Promise.race([
    job.ended,
    new Promise((resolve) => setTimeout(resolve, 1000 * MOST).unref()),
  ]);
  if (ended !== undefined) return ended;
  job.child.kill("SIGKILL");
  throw new Error(`${what}: the job has not ended within ${MOST} s. ${job.said.err}`);
}

async function diverges(mpi) {
  if (only !== undefined && !"diverges".startsWith(only)) return;
  const own = join(folder, `${mpi}-nan`);
  const experiment = writeExperiment(own, { epochs: 50, lr: 1e30 });
  const words = ["train", experiment, "--out", join(own, "run"), "--json", "--ranks", "2"];
  const ended = await startRanks(words, { folder: own, env: { ATIF_MPI: mpi } }).ended;
  const said = sentences(ended.err);
  check(
    said.length === 1 && /not finite|NaN|Infinity/.test(said[0]),
    `${mpi}: numbers that are lost: ${said[0]}`,
    ended.err,
  );
  const answer = JSON.parse(ended.out);
  check(answer.exitCode === 1 && answer.folder.endsWith("run"), "with one object of JSON", ended.out);
  check(summaryOf(join(own, "run")).status === "failed", "and the folder says so");
}

async function stops(mpi, to) {
  if (only !== undefined && !"stops".startsWith(only)) return;
  const job = begin(mpi, { words: ["--json"] });
  await learning(job.run);
  const at = Date.now();
  if (to === "launcher") job.child.kill("SIGTERM");
  else process.kill(to === "rank" ? job.pidOf(1) : parentOf(job.pidOf(0), mpi), "SIGTERM");
  const ended = await within(job, `${mpi}: SIGTERM to ${to}`);
  const took = ((Date.now() - at) / 1000).toFixed(1);
  check(ended.code === 143, `${mpi}: SIGTERM to the ${to} stops it in ${took} s`, ended);
  check(summaryOf(job.run).status === "interrupted", "with a checkpoint", summaryOf(job.run));
  check(JSON.parse(ended.out).exitCode === 143, "and one object of JSON", ended.out);
}

/** The process that mpirun is. */
function parentOf(pid, mpi) {
  const parent = (of) => Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${of}/stat`, "utf8"))[1]);
  // MPICH has a proxy in between.
  return mpi === "openmpi" ? parent(pid) : parent(parent(pid));
}

/** What cannot work is said, once, and nothing is written. */
async function refusals() {
  if (only !== undefined && !"refusals".startsWith(only)) return;
  const own = join(folder, "refused");
  const experiment = writeExperiment(own);
  const [mpi] = mpis;
  const tooMany = startRanks(["train", experiment, "--ranks", "7", "--out", "run"], {
    folder: own,
    env: { ATIF_MPI: mpi },
  });
  const many = await tooMany.ended;
  check(
    many.code === 2 && /shards is 6 for 7 processes/.test(sentences(many.err)[0]),
    "more ranks than shards",
    many,
  );
  const other = mpi === "openmpi" ? "mpich" : "openmpi";
  if (!mpis.includes(other)) return;
  const words = mpirun(mpi, 2, ["train", experiment, "--out", "run"]);
  const wrong = await startRanks(words, { folder: own, env: { ATIF_MPI: other } }).ended;
  const said = sentences(wrong.err);
  check(
    wrong.code !== 0 && said.length === 1 && /Set ATIF_MPI/.test(said[0]),
    "the library of another MPI",
    wrong.err,
  );
}
