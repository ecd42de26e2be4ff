/**
 * Two hosts with a slow and lossy link between them, as two networks of this machine: ranks over Open MPI and TCP give the bits of one
 * process, or the job comes to a clear end: never another result. It wants root. `node test/clusters/two-hosts.mjs`, after build:library.
 *
 * mpirun reaches the other host by what it takes for ssh: a script that runs its words in the other network.
 */

import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./one-node-slurm.mjs";
import { EARLY, learning, mpis, outcomeOfRun, PATIENT, startRanks, writeExperiment } from "./ranked.mjs";
import { check, skip } from "./swept.mjs";

process.env.PATH += ":/usr/sbin:/sbin";
const HOSTS = [
  { name: "atif-host-a", address: "10.78.0.1", end: "atif-a" },
  { name: "atif-host-b", address: "10.78.0.2", end: "atif-b" },
];

const why = whyNoHosts();
if (why !== null) skip("two hosts", why);

const folder = mkdtempSync(join(tmpdir(), "atif-hosts-"));
try {
  connect();
  const experiment = writeExperiment(folder, { epochs: 3 });
  const straight = join(folder, "alone");
  const alone = await startRanks(["train", experiment, "--out", straight], { folder }).ended;
  check(alone.code === 0, "it is trained in one process", alone);
  const meanwhile = writeExperiment(join(folder, "meanwhile"), { epochs: 3, keys: EARLY });
  const straightMeanwhile = join(folder, "alone-meanwhile");
  const second = await startRanks(["train", meanwhile, "--out", straightMeanwhile], { folder }).ended;
  check(second.code === 0, "and with buckets", second);

  shape("tbf", "rate", "1gbit", "burst", "128kb", "latency", "50ms");
  await same("1 Gbit/s", experiment, straight);
  // A queue of a few packets: whatever comes in a burst is lost, and sent again.
  shape("tbf", "rate", "20mbit", "burst", "3200", "limit", "6400");
  await same("packets lost in a short queue", meanwhile, straightMeanwhile);
  check(lost() > 0, `${lost()} of them`);
  shape("tbf", "rate", "1gbit", "burst", "128kb", "latency", "50ms");
  await partition();
} finally {
  disconnect();
  if (process.env.ATIF_KEEP !== "1") rmSync(folder, { recursive: true, force: true });
}

function whyNoHosts() {
  if (!mpis.includes("openmpi")) return "there is no Open MPI (openmpi-bin)";
  if (process.getuid() !== 0) return "it wants root";
  for (const program of ["ip", "tc", "unshare"])
    if (spawnSync(program, ["--help"]).error !== undefined) return `there is no ${program} (iproute2)`;
  disconnect();
  const [{ name }] = HOSTS;
  if (tried("ip", "netns", "add", name) !== null) return "networks of one's own are not permitted here";
  const pair = tried("ip", "-n", name, "link", "add", "atif-x", "type", "veth", "peer", "name", "atif-y");
  const rate = ["rate", "1gbit", "burst", "128kb", "latency", "50ms"];
  const failed = pair ?? tried("tc", "-n", name, "qdisc", "add", "dev", "atif-x", "root", "tbf", ...rate);
  disconnect();
  return failed === null ? null : `a link cannot be shaped here: ${failed}`;
}

/** null: done. */
function tried(program, ...words) {
  const { status, stderr } = spawnSync(program, words, { encoding: "utf8" });
  return status === 0 ? null : `${program} ${words.slice(0, 8).join(" ")}: ${stderr.trim()}`;
}

function must(program, ...words) {
  const failed = tried(program, ...words);
  if (failed !== null) throw new Error(failed);
}

function connect() {
  const [a, b] = HOSTS;
  for (const { name } of HOSTS) must("ip", "netns", "add", name);
  must("ip", "-n", a.name, "link", "add", a.end, "type", "veth", "peer", "name", b.end, "netns", b.name);
  for (const { name, address, end } of HOSTS) {
    must("ip", "-n", name, "addr", "add", `${address}/24`, "dev", end);
    must("ip", "-n", name, "link", "set", end, "up");
    must("ip", "-n", name, "link", "set", "lo", "up");
  }
}

/** With whatever still runs there: a daemon of mpirun that is cut off waits. */
function disconnect() {
  for (const { name } of HOSTS) {
    const { stdout } = spawnSync("ip", ["netns", "pids", name], { encoding: "utf8" });
    for (const pid of stdout.split("\n").filter((each) => each !== "")) spawnSync("kill", ["-KILL", pid]);
    spawnSync("ip", ["netns", "del", name]);
  }
}

/** Both ways. */
function shape(...discipline) {
  for (const { name, end } of HOSTS)
    must("tc", "-n", name, "qdisc", "replace", "dev", end, "root", ...discipline);
}

/** Packets that the link has dropped. */
function lost() {
  return HOSTS.reduce((sum, { name, end }) => {
    const { stdout } = spawnSync("tc", ["-s", "-n", name, "qdisc", "show", "dev", end], { encoding: "utf8" });
    return sum + Number(/dropped (\d+)/.exec(stdout)?.[1] ?? 0);
  }, 0);
}

/** One rank on each host. @param own folder */
function overLink(own, train, env = {}) {
  const [a] = HOSTS;
  // "host command…", as mpirun calls ssh; each network has a name of its own.
  const shell = join(folder, "shell.sh");
  const cases = HOSTS.map(
    ({ name, address }) =>
      `${address}) exec ip netns exec ${name} unshare --uts sh -c 'hostname ${name}; exec sh -c "$0"' "$*" ;;`,
  );
  writeFileSync(
    shell,
    `#!/bin/sh\nwhile [ "\${1#-}" != "$1" ]; do shift; done\nhost=$1; shift\ncase $host in\n${cases.join("\n")}\nesac\n`,
  );
  chmodSync(shell, 0o755);
  const mca = {
    plm_rsh_agent: shell,
    btl: "self,tcp",
    pml: "ob1",
    btl_tcp_if_include: "10.78.0.0/24",
    oob_tcp_if_include: "10.78.0.0/24",
  };
  const settings = Object.entries(mca).flatMap(([name, value]) => ["--mca", name, value]);
  const hosts = HOSTS.map(({ address }) => address).join(",");
  const words = ["--host", hosts, ...settings, "-x", "NODE_OPTIONS"].join(" ");
  // In the first host.
  const launcher = join(folder, "mpirun.sh");
  const inHost = `hostname ${a.name}; exec mpirun.openmpi ${words} "$@"`;
  writeFileSync(
    launcher,
    `#!/bin/sh\nexec ip netns exec ${a.name} unshare --uts sh -c '${inHost}' sh "$@"\n`,
  );
  chmodSync(launcher, 0o755);
  const started = { ATIF_MPI: "openmpi", ATIF_MPIRUN: launcher, ...env };
  return startRanks([...train, "--ranks", "2"], { folder: own, env: started });
}

async function same(what, experiment, straight) {
  const own = join(folder, what.replace(/\W+/g, "-"));
  const run = join(own, "run");
  const ended = await overLink(own, ["train", experiment, "--out", run], PATIENT).ended;
  check(ended.code === 0 && outcomeOfRun(run) === outcomeOfRun(straight), `two hosts, ${what}: the bits of one process`, ended); // prettier-ignore
}

/** The link goes down in the middle: both ends of the job see it and end. What was learned is gone on with in one process. */
async function partition() {
  const own = join(folder, "partition");
  const experiment = writeExperiment(own, { epochs: 40, keys: EARLY });
  const run = join(own, "run");
  // Unless it is told otherwise, a rank waits for as long as another host may stand still.
  const job = overLink(own, ["train", experiment, "--out", run], { ATIF_PATIENCE: "2.5" });
  await learning(run);
  const [a] = HOSTS;
  const at = Date.now();
  must("ip", "-n", a.name, "link", "set", a.end, "down");
  const ended = await job.ended;
  const took = ((Date.now() - at) / 1000).toFixed(1);
  check(
    ended.code !== 0 && /^atif: rank \d.*--resume/m.test(ended.err),
    `two hosts, the link goes down: the job ends in ${took} s`,
    ended.err,
  );
  await until("the rank of the other host to end", () => !existsSync(`/proc/${job.pidOf(1)}`));
  check(true, "on both hosts");
  const again = await startRanks(["train", "--resume", run], { folder: own }).ended;
  const straight = join(own, "straight");
  const alone = await startRanks(["train", experiment, "--out", straight], { folder: own }).ended;
  check(again.code === 0 && alone.code === 0 && outcomeOfRun(run) === outcomeOfRun(straight), "and the run goes on to the same bits"); // prettier-ignore
}
