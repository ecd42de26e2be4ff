/** A process is told from a later one that has its number, and from those that cannot be asked. */

import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { describe, expect, it, vi } from "vitest";
import { stateOf, thisProcess, type ProcessIdentity } from "../../src/platform/processes.js";
import { until } from "../until.js";

const own = thisProcess();
const onLinux = existsSync("/proc/self/stat");

function stateWith(changes: Partial<ProcessIdentity>): string {
  return stateOf({ ...own, ...changes });
}

describe("thisProcess", () => {
  it("is named by its machine, its number and its start", () => {
    expect([own.host, own.process]).toEqual([hostname(), process.pid]);
    expect(own.started).not.toBe("");
    expect(thisProcess()).toEqual(own);
  });

  it.skipIf(!onLinux)("has the ticks of its start, behind a name that may hold brackets and spaces", () => {
    const stat = readFileSync(`/proc/${process.pid}/stat`, "latin1");
    // Field 22 where no name is in the way: fields count from 1, and the name is the second.
    const [, fields] = /^\d+ \(.*\) (.*)$/s.exec(stat) ?? ["", ""];
    expect(own.started).toBe(fields.split(" ")[22 - 3]);
    expect(own.started).toMatch(/^\d+$/);
  });
});

describe("stateOf", () => {
  it("knows itself, and that an earlier process of its number has ended", () => {
    expect(stateOf(own)).toBe("this process");
    expect(stateWith({ started: "1" })).toBe(own.started === null ? "this process" : "ended");
  });

  it("takes what is not known as the same", () => {
    expect(stateWith({ started: null, boot: null, space: null })).toBe("this process");
    expect(stateWith({ process: process.ppid, started: null })).toBe("running");
  });

  it("cannot ask other machines and other containers, whatever their numbers", () => {
    for (const process of [own.process, 2 ** 30]) {
      expect(stateWith({ host: `not-${own.host}`, process })).toBe("elsewhere");
      expect(stateWith({ host: `not-${own.host}`, process, boot: "another" })).toBe("elsewhere");
      if (own.space !== null) expect(stateWith({ space: "pid:[1]", process })).toBe("elsewhere");
    }
  });

  it("is over with all processes when their machine was started anew", () => {
    if (own.boot !== null) expect(stateWith({ boot: "another" })).toBe("ended");
    expect(stateOf({ ...own, boot: "a", started: null }, { ...own, boot: "b" })).toBe("ended");
  });

  it("sees a process running, and ended", async () => {
    const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: "pipe" });
    const identity = { ...own, process: child.pid ?? 0, started: null };
    await until("a process", () => child.pid !== undefined);
    expect(stateOf(identity)).toBe("running");
    if (own.started !== null) expect(stateOf({ ...identity, started: "1" })).toBe("ended");
    const closed = new Promise((resolve) => child.on("close", resolve));
    child.kill("SIGKILL");
    await closed;
    expect(stateOf(identity)).toBe("ended");
  });

  it("sees one of another user running, which may not be sent a signal", () => {
    const kill = vi.spyOn(process, "kill").mockImplementation(() => {
      throw Object.assign(new Error("not permitted"), { code: "EPERM" });
    });
    expect(stateWith({ process: process.ppid, started: null })).toBe("running");
    kill.mockRestore();
  });

  it.skipIf(!onLinux)("sees that one has ended whose parent has not asked for it", async () => {
    // The shell becomes another program, which does not know that it has a child; only then the child ends.
    const child = 'while [ "$(cat /proc/$PPID/comm)" = sh ]; do :; done';
    const script = `sh -c '${child}' & echo $!; exec sleep 1000`;
    const parent = spawn("sh", ["-c", script], { stdio: "pipe" });
    let said = "";
    parent.stdout.on("data", (text: Buffer) => (said += text.toString()));
    await until("the number of the child", () => said.endsWith("\n"));
    const identity = { ...own, process: Number(said), started: null };
    await until("its end", () => / \(.*\) Z /.test(readFileSync(`/proc/${identity.process}/stat`, "latin1")));
    expect(spawnSync("kill", ["-0", String(identity.process)]).status).toBe(0);
    expect(stateOf(identity)).toBe("ended");
    parent.kill("SIGKILL");
  });
});
