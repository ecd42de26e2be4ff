/** Processes, told apart and asked whether they are still running; Node only. A number alone is used again and again. */

import { nodeProcess } from "./host.js";
import { nodeModule } from "./node-module.js";

/** What tells one process from all others. */
export interface ProcessIdentity {
  /** The name of the machine. */
  readonly host: string;
  /** The process id. */
  readonly process: number;
  /** When it was started, in the words of the system; null where it does not tell. */
  readonly started: string | null;
  /** Which start of the machine it belongs to (Linux); null where the system does not tell. */
  readonly boot: string | null;
  /** Where its number counts (Linux: the namespace, one per container); null where there is nothing of the kind. */
  readonly space: string | null;
}

/** What can be known of a process: "elsewhere" is on another machine or in another container, which cannot be asked. */
export type ProcessState = "this process" | "running" | "ended" | "elsewhere";

interface ReadingSystem {
  readFileSync(path: string, encoding: "latin1"): string;
  readlinkSync(path: string): string;
}

/** @throws FileError in a browser */
export function thisProcess(): ProcessIdentity {
  const os = nodeModule<{ hostname(): string }>("node:os");
  const process = nodeProcess()?.pid ?? 0;
  return {
    host: os.hostname(),
    process,
    started: startOf(process),
    boot: orNull(() => reading().readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim()),
    space: orNull(() => reading().readlinkSync("/proc/self/ns/pid")),
  };
}

/** @param own the process that asks; for tests */
export function stateOf(other: ProcessIdentity, own: ProcessIdentity = thisProcess()): ProcessState {
  if (other.host !== own.host || differ(other.space, own.space)) return "elsewhere";
  if (differ(other.boot, own.boot)) return "ended";
  if (other.process === own.process) return differ(other.started, own.started) ? "ended" : "this process";
  return exists(other.process) && !differ(other.started, startOf(other.process)) ? "running" : "ended";
}

/** Both known, and not the same: what is not known tells nothing. */
function differ(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a !== b;
}

function exists(process: number): boolean {
  try {
    nodeProcess()?.kill(process, 0);
  } catch (thrown) {
    // That of another user may not be sent a signal (EPERM), but is there.
    return (thrown as { code?: unknown } | null)?.code !== "ESRCH";
  }
  return !hasEnded(process);
}

/** A process that has ended keeps its number until its parent has asked how it ended. */
function hasEnded(process: number): boolean {
  const state = procStat(process)?.[0];
  return state === "Z" || state === "X";
}

/** @source proc(5): field 22 of /proc/PID/stat, in ticks since the machine was started; ps(1) where there is no /proc */
function startOf(process: number): string | null {
  const platform = nodeProcess()?.platform;
  if (platform === "linux" || platform === "android") return procStat(process)?.[19] ?? null;
  return platform === "win32" ? null : psStart(process);
}

/** The fields behind the name of the program, from the third on; null if they cannot be read. */
function procStat(process: number): string[] | null {
  return orNull(() => {
    const stat = reading().readFileSync(`/proc/${process}/stat`, "latin1");
    // The name is in brackets, and may hold spaces and brackets itself.
    return stat
      .slice(stat.lastIndexOf(")") + 1)
      .trim()
      .split(" ");
  });
}

/** As macOS and the BSDs say it, whatever the language and the time zone of who asks. */
function psStart(process: number): string | null {
  return orNull(() => {
    const { spawnSync } = nodeModule<typeof import("node:child_process")>("node:child_process");
    const asked = spawnSync("ps", ["-o", "lstart=", "-p", String(process)], {
      encoding: "utf8",
      env: { PATH: "/bin:/usr/bin", LC_ALL: "C", TZ: "UTC" },
    });
    const said = asked.status === 0 ? asked.stdout.trim() : "";
    return said === "" ? null : said;
  });
}

function reading(): ReadingSystem {
  return nodeModule<ReadingSystem>("node:fs");
}

function orNull<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
