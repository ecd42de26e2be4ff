/**
 * Slurm with one node, for tests: munged with a random key, a controller and a daemon in a network of their own, so that nothing
 * outside is touched or asked. It wants root.
 */

import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const HOST = "atif-node";
const ADDRESS = "10.77.0.1";
const PROGRAMS = [
  "munged",
  "slurmctld",
  "slurmd",
  "sbatch",
  "squeue",
  "scancel",
  "scontrol",
  "sinfo",
  "unshare",
  "ip",
];

/** Why there can be none here; null if there can. */
export function whyNoSlurm() {
  const path = `${process.env.PATH}:/usr/sbin:/sbin`;
  const missing = PROGRAMS.filter(
    (name) => !path.split(":").some((folder) => existsSync(join(folder, name))),
  );
  if (missing.length > 0) return `there is no ${missing.join(", no ")} (slurm-wlm, munge, iproute2)`;
  if (process.getuid() !== 0) return "it wants root";
  if (spawnSync("unshare", ["--net", "true"]).status !== 0)
    return "networks of one's own are not permitted here";
  return null;
}

/** Runs a script of Node once more in a network of its own, and ends as it does. */
export function againInOwnNetwork(script) {
  const words = ["--net", "--uts", process.execPath, script, "in-own-network"];
  process.exit(spawnSync("unshare", words, { stdio: "inherit" }).status ?? 1);
}

/** In a network of its own. @returns what ends it; environment has what its commands need */
export async function startSlurm(folder, { settings = "" } = {}) {
  process.env.PATH += ":/usr/sbin:/sbin";
  run("ip", ["link", "set", "lo", "up"]);
  run("ip", ["addr", "add", `${ADDRESS}/32`, "dev", "lo"]);
  run("hostname", [HOST]);
  const at = (...names) => join(folder, ...names);
  for (const name of ["munge", "state", "spool"]) mkdirSync(at(name), { recursive: true });
  const user = idsOf("munge");
  // What stands above it must not be anybody's to write.
  for (const path of [folder, at("munge")]) chmodSync(path, 0o755);
  chownSync(at("munge"), user.uid, user.gid);
  writeFileSync(at("munge", "key"), randomBytes(128), { mode: 0o600 });
  chownSync(at("munge", "key"), user.uid, user.gid);
  const socket = at("munge", "socket");
  const daemons = [
    spawn("munged", ["--foreground", `--socket=${socket}`, `--key-file=${at("munge", "key")}`, `--pid-file=${at("munge", "pid")}`, `--seed-file=${at("munge", "seed")}`, `--log-file=${at("munge", "log")}`], { ...user, stdio: "ignore" }), // prettier-ignore
  ];
  await until("munged", () => existsSync(socket));
  writeFileSync(at("cgroup.conf"), "CgroupAutomount=no\n");
  writeFileSync(
    at("slurm.conf"),
    `ClusterName=atif
SlurmctldHost=${HOST}(${ADDRESS})
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=${socket}
CryptoType=crypto/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
StateSaveLocation=${at("state")}
SlurmdSpoolDir=${at("spool")}
SlurmctldPidFile=${at("ctld.pid")}
SlurmdPidFile=${at("d.pid")}
SlurmctldLogFile=${at("ctld.log")}
SlurmdLogFile=${at("d.log")}
SchedulerParameters=sched_interval=1,batch_sched_delay=0
${settings}
NodeName=${HOST} NodeAddr=${ADDRESS} CPUs=2 State=UNKNOWN
PartitionName=all Nodes=${HOST} Default=YES MaxTime=INFINITE State=UP
`,
  );
  const environment = { ...process.env, SLURM_CONF: at("slurm.conf") };
  const options = { env: environment, stdio: ["ignore", "ignore", openSync(at("daemons.log"), "a")] };
  daemons.push(spawn("slurmctld", ["-c", "-D"], options), spawn("slurmd", ["-c", "-D"], options));
  await until("an idle node", () => {
    const asked = spawnSync("sinfo", ["--noheader", "--format=%T"], { env: environment, encoding: "utf8" });
    return asked.stdout.trim() === "idle";
  }).catch((thrown) => {
    for (const name of ["ctld.log", "d.log", "daemons.log"])
      if (existsSync(at(name))) process.stderr.write(readFileSync(at(name), "utf8").slice(-2000));
    throw thrown;
  });
  const ended = daemons.map((daemon) => new Promise((resolve) => daemon.on("close", resolve)));
  const stop = async () => {
    for (const daemon of daemons) daemon.kill("SIGTERM");
    await Promise.race([Promise.all(ended), new Promise((resolve) => setTimeout(resolve, 10_000))]);
  };
  return { environment, stop };
}

function run(program, words) {
  const { status, stderr } = spawnSync(program, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${words.join(" ")}: ${stderr}`);
}

function idsOf(name) {
  const [, , uid, gid] = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((line) => line.startsWith(`${name}:`))
    .split(":");
  return { uid: Number(uid), gid: Number(gid) };
}

/** Resolves as soon as it is so. */
export async function until(what, isSo, longest = 60_000) {
  for (const end = Date.now() + longest; !(await isSo());) {
    if (Date.now() > end) throw new Error(`waited ${longest / 1000} s for ${what}; it did not come.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
