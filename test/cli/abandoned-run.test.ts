/** A run whose lock is that of another machine: taken over if that gives no sign of life, and left alone otherwise. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { takeOverAbandoned } from "../../src/cli/abandoned-run.js";
import { beatPath, Heartbeat, readBeat, readLock } from "../../src/cli/thread/heartbeat.js";
import { isEmptyFolder, RunFolder } from "../../src/experiment/run-folder/run-folder.js";

let path = "";
let said: string[] = [];
const TOKEN = "0123456789abcdef";
const lock = (): string => join(path, "run.lock");

/** Of a process whose number nobody has here; on this machine it would be known to have ended. */
function heldBy(host: string): void {
  const since = "2026-05-03T10:20:30.000Z";
  const written = { host, process: 2 ** 30, started: null, boot: null, space: null, since, token: TOKEN };
  writeFileSync(lock(), JSON.stringify(written));
}

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "atif-held-"));
  said = [];
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

const take = (patience = 0): Promise<void> =>
  takeOverAbandoned(new RunFolder(path), { say: (sentence) => said.push(sentence), patience });

describe("a run of another machine", () => {
  it("is taken over when its signs of life have stopped", async () => {
    heldBy("another-box");
    writeFileSync(beatPath(lock(), TOKEN), "7");
    await take(30);
    expect(said).toEqual([
      expect.stringMatching(
        /is held by process \d+ of another-box; watching for 0\.03 s whether it is still there$/,
      ),
      "it gives no sign of life; taking the run over",
    ]);
    const folder = new RunFolder(path);
    folder.hold();
    // Nothing is left of the dead one.
    expect(readdirSync(path)).toEqual(["run.lock"]);
    folder.release();
  });

  it("is left alone while it gives signs of life", async () => {
    heldBy("another-box");
    let beats = 0;
    const beating = setInterval(() => writeFileSync(beatPath(lock(), TOKEN), String(++beats)), 5);
    writeFileSync(beatPath(lock(), TOKEN), "0");
    await take(200);
    clearInterval(beating);
    expect(said).toHaveLength(1);
    expect(readLock(lock())?.token).toBe(TOKEN);
    expect(() => new RunFolder(path).hold()).toThrow(/of another machine or container, "another-box"/);
  });

  it("is left alone when it has never given any: that tells nothing", async () => {
    heldBy("another-box");
    await take();
    expect([said, existsSync(lock())]).toEqual([[], true]);
  });

  it("of this machine is no matter of signs: its process is asked", async () => {
    heldBy(hostname());
    writeFileSync(beatPath(lock(), TOKEN), "7");
    await take();
    expect(said).toEqual([]);
    new RunFolder(path).hold();
    expect(readLock(lock())?.process).toBe(process.pid);
  });
});

describe("signs of life", () => {
  it("grow while the lock is this process's, are no content of the folder, and go with it", () => {
    let lost = 0;
    const heart = new Heartbeat(lock(), () => lost++, 1e6);
    expect(readdirSync(path)).toEqual([]);
    const folder = new RunFolder(path);
    folder.hold();
    heart.beat();
    const beat = beatPath(lock(), readLock(lock())?.token ?? "");
    expect(readBeat(beat)).toBe("1");
    heart.beat();
    expect(readBeat(beat)).toBe("2");
    expect(isEmptyFolder(path)).toBe(true);
    folder.release();
    heart.beat();
    heart.stop();
    expect([readdirSync(path), lost]).toEqual([[], 0]);
  });

  it("end when another process has taken the run", () => {
    const folder = new RunFolder(path);
    folder.hold();
    let lost = 0;
    const heart = new Heartbeat(lock(), () => lost++, 1e6);
    heldBy("another-box");
    heart.beat();
    heart.beat();
    expect(lost).toBe(1);
    // What is somebody else's stays.
    folder.release();
    expect(readFileSync(lock(), "utf8")).toContain("another-box");
  });
});
