/**
 * atif sweep --redis with two workers: one is killed in the middle, Redis is killed and started again; what comes out is that of
 * the local sweep, to the byte. `node test/clusters/sweep-redis.mjs`, after build:library.
 */

import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./one-node-slurm.mjs";
import { atif, check, lockOf, outcomeOf, runsOf, skip, start, summaryOf, writeSweep } from "./swept.mjs";

if (spawnSync("redis-server", ["--version"]).status !== 0)
  skip("sweeps on Redis", "there is no redis-server");

const folder = mkdtempSync(join(tmpdir(), "atif-redis-"));
const port = await freePort();
const PASSWORD = "s3cr3t/@";
const url = `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`;
const here = { cwd: folder, env: { ...process.env, ATIF_REDIS: url } };
const processes = [];
/** Of the sweep that is tried. */
let queue = "";
let server = startRedis();
try {
  await sameAsHere();
  await givenBack();
  await sharedFolder();
  await nothingLeft();
  await unreachable();
} finally {
  for (const child of processes) child.kill("SIGKILL");
  server.kill("SIGKILL");
  if (process.env.ATIF_KEEP !== "1") rmSync(folder, { recursive: true, force: true });
}

/** Keeps what it holds, as the documents ask for. */
function startRedis() {
  const at = join(folder, "redis");
  mkdirSync(at, { recursive: true });
  const words = ["--port", String(port), "--bind", "127.0.0.1", "--dir", at, "--appendonly", "yes", "--requirepass", PASSWORD, "--save", ""]; // prettier-ignore
  return spawn("redis-server", words, { stdio: "ignore" });
}

function worker(name, ...words) {
  const begun = start(["worker", "--stalled", "4", "--threads", "1", "--out", name, ...words], here);
  processes.push(begun.child);
  return begun;
}

/** A run in the folder of a worker. */
function at(name, run) {
  return join(folder, name, queue, run.slice(run.lastIndexOf("/") + 1));
}

async function sameAsHere() {
  writeSweep(folder, 60);
  const straight = await atif(["sweep", "grid.toml", "--out", "straight", "--jobs", "2", "--quiet"], here);
  check(straight.code === 0, "the sweep runs here", straight.err);

  const root = join(folder, "swept");
  const words = ["sweep", "grid.toml", "--out", "swept", "--redis"];
  const handed = await atif([...words, "--detach", "--json"], here);
  check(
    handed.code === 0 && handed.err === "",
    "it is handed to Redis, which has nothing to warn of",
    handed,
  );
  queue = JSON.parse(handed.out).redis.queue;
  const runs = runsOf(root);

  const one = worker("one");
  await until("a run of the first worker", () => runs.some((run) => lockOf(at("one", run)) !== null && summaryOf(at("one", run)) !== null)); // prettier-ignore
  const status = JSON.parse((await atif(["sweep", "status", "swept", "--json"], here)).out);
  check(status.runs.some(({ state, where }) => state === "running" && /worker/.test(where ?? "")), "sweep status sees it", status); // prettier-ignore
  const orphan = runs.find((run) => lockOf(at("one", run)) !== null);
  one.child.kill("SIGKILL");
  if (orphan !== undefined) process.kill(lockOf(at("one", orphan)).process, "SIGKILL");
  check(orphan !== undefined, "a worker is killed in the middle of a run, and its run with it");

  const waited = start(words, here);
  const two = worker("two");
  await until("a run of the second worker", () => runs.some((run) => lockOf(at("two", run)) !== null));
  server.kill("SIGKILL");
  await until("both to miss Redis", () => [waited, two].every(({ said }) => /is gone/.test(said.err)));
  server = startRedis();
  const ended = await waited.ended;
  check(ended.code === 0, "Redis is killed and started again, and all runs are complete", ended.err);
  check(outcomeOf(root) === outcomeOf(join(folder, "straight")), "table and networks are those of the local sweep"); // prettier-ignore
  check(![ended, two.said, one.said].some(({ out, err }) => `${out}${err}`.includes("s3cr3t")), "nobody prints the password"); // prettier-ignore
  two.child.kill("SIGTERM");
  check((await two.ended).code === 143, "a worker stops when it is asked to");
}

/** A worker that stops gives its run back with its checkpoint; another one goes on, where it was. */
async function givenBack() {
  // Long enough to be going on whenever somebody looks.
  writeSweep(folder, 20_000, "\n");
  const root = join(folder, "given");
  const words = ["sweep", "grid.toml", "--out", "given", "--redis"];
  queue = JSON.parse((await atif([...words, "--detach", "--json"], here)).out).redis.queue;
  const runs = runsOf(root);
  const three = worker("three");
  await until("a run", () =>
    runs.some((run) => summaryOf(at("three", run)) !== null && lockOf(at("three", run)) !== null),
  );
  three.child.kill("SIGTERM");
  const ended = await three.ended;
  const stopped = runs.filter((run) => summaryOf(at("three", run))?.status === "interrupted");
  check(
    ended.code === 143 && stopped.length === 1,
    "a worker that is stopped leaves a checkpoint",
    ended.err,
  );
  const four = worker("four");
  await until("another worker that goes on with it", () => four.said.err.includes(`${stopped[0].slice(root.length + 1)}: begun`)); // prettier-ignore
  await until("the checkpoint there", () => summaryOf(at("four", stopped[0])) !== null);
  check(true, "and another one goes on with it");
  const collecting = start(words, here);
  await until("it to wait", () => /waiting|running/.test(collecting.said.err));
  collecting.child.kill("SIGINT");
  await until("the question", () => /press Ctrl-C again to cancel them too/.test(collecting.said.err));
  // Input, not patience: signals within SAME_SIGNAL_MS (src/cli/signals.ts) are one Ctrl-C.
  await new Promise((resolve) => setTimeout(resolve, 400));
  collecting.child.kill("SIGINT");
  const cancelledNow = await collecting.ended;
  check(cancelledNow.code === 130 && /cancelled: 0 of 4 runs/.test(cancelledNow.err), "Ctrl-C twice cancels", cancelledNow); // prettier-ignore
  await until("the worker to stop", () => /is over, or was cancelled/.test(four.said.err));
  four.child.kill("SIGTERM");
  await four.ended;
}

/** With a folder that workers see, runs are made in it. */
async function sharedFolder() {
  writeSweep(folder, 2);
  const five = worker("five", "--jobs", "2");
  const ended = await atif(["sweep", "grid.toml", "--out", "shared", "--redis", "--shared"], here);
  check(ended.code === 0, "a shared folder is used", ended.err);
  const straight = await atif(["sweep", "grid.toml", "--out", "short", "--jobs", "2", "--quiet"], here);
  check(straight.code === 0 && outcomeOf(join(folder, "shared")) === outcomeOf(join(folder, "short")), "to the same bits"); // prettier-ignore
  five.child.kill("SIGTERM");
  await five.ended;
}

async function nothingLeft() {
  // Nothing is left of what has ended. A worker that looked for lost runs just before its queue ended leaves a note of when, which
  // Redis forgets by itself.
  const left = () => {
    const keys = spawnSync("redis-cli", ["-p", String(port), "-a", PASSWORD, "--no-auth-warning", "keys", "atif*"], { encoding: "utf8" }); // prettier-ignore
    return keys.stdout.split("\n").filter((key) => key !== "" && !key.endsWith(":meta"));
  };
  await until("no note of when workers looked", () => !left().some((key) => key.endsWith(":stalled-check")));
  check(left().length === 0, "nothing is left in Redis but settings of queues", left());
}

async function unreachable() {
  const nowhere = `redis://:hidden@127.0.0.1:1`;
  const ended = await atif(["worker", "--redis", nowhere], here);
  check(ended.code === 1 && /Redis at redis:\/\/:\*\*\*@127\.0\.0\.1:1 does not answer/.test(ended.err) && !ended.err.includes("hidden"), "a Redis that is not there is told in a sentence", ended); // prettier-ignore
  const wrong = await atif(["worker", "--redis", `redis://:hidden@127.0.0.1:${port}`], here);
  check(wrong.code === 1 && /refuses: /.test(wrong.err) && !wrong.err.includes("hidden"), "so is one that wants another password", wrong); // prettier-ignore
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port: found } = probe.address();
      probe.close(() => resolve(found));
    });
  });
}
