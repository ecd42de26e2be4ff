import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { BusyRun } from "../../src/experiment/run-folder/busy-run.js";
import { latestUnfinished, RunFolder } from "../../src/experiment/run-folder/run-folder.js";
import { temporaryFolder } from "../cli/atif.js";

const folder = temporaryFolder();

describe("RunFolder", () => {
  it("counts on from the highest number that is taken, by anything", () => {
    const base = join(folder, "counted");
    expect(RunFolder.next(base, "a").path).toBe(join(base, "a-1"));
    mkdirSync(join(base, "a-7"));
    writeFileSync(join(base, "a-8"), "a file");
    for (const other of ["b-20", "a-x", "a-9-9", "a-", "aa-30"]) mkdirSync(join(base, other));
    expect(RunFolder.next(base, "a").path).toBe(join(base, "a-9"));
    expect(RunFolder.next(base, "b").path).toBe(join(base, "b-21"));
    expect(RunFolder.next(base, "a.b").path).toBe(join(base, "a.b-1"));
  });

  it("claims folders that are new, empty, or hold only what a killed process has left", () => {
    const path = join(folder, "x", "y");
    const first = RunFolder.claim(path);
    expect([first.path, first.isHeld]).toEqual([path, true]);
    expect(() => RunFolder.claim(path)).toThrow(`${path} is being run by this process already (since `);
    first.release();
    for (const name of [".model.safetensors.12-3.tmp", ".run.lock.12-3.tmp", "run.lock.0123456789abcdef"])
      writeFileSync(join(path, name), "part");
    const second = RunFolder.claim(path);
    expect(readdirSync(path)).toEqual(["run.lock"]);
    second.release();
    expect(readdirSync(path)).toEqual([]);
    writeFileSync(join(path, ".hidden"), "");
    expect(() => RunFolder.claim(path)).toThrow(
      `${path} is not empty, it holds .hidden; expected a new or empty folder.`,
    );
  });

  it("reads a summary that is damaged as none", () => {
    const run = RunFolder.claim(join(folder, "damaged"));
    expect([run.readSummary(), run.isComplete]).toEqual([null, false]);
    for (const text of ["", "{", "[", "null", "7", '"complete"']) {
      writeFileSync(run.summaryPath, text);
      expect([run.readSummary(), run.isComplete]).toEqual([null, false]);
    }
    run.writeSummary({ status: "complete" });
    expect([run.readSummary(), run.isComplete]).toEqual([{ status: "complete" }, true]);
  });
});

describe("latestUnfinished", () => {
  it("is the one with the newest checkpoint, or configuration, that is not complete", () => {
    const base = join(folder, "many");
    expect(latestUnfinished(base)).toBeNull();
    const make = (name: string, time: number, checkpoint: boolean, status: string): RunFolder => {
      const run = RunFolder.claim(join(base, name));
      run.writeConfig("");
      run.writeSummary({ status });
      if (checkpoint) writeFileSync(run.checkpointPath, "");
      utimesSync(run.configPath, 1, checkpoint ? 1 : time);
      if (checkpoint) utimesSync(run.checkpointPath, time, time);
      run.release();
      return run;
    };
    make("a-1", 100, true, "interrupted");
    make("a-2", 300, true, "running");
    make("a-3", 200, false, "running");
    make("a-4", 400, true, "complete");
    mkdirSync(join(base, "a-5"));
    writeFileSync(join(base, "notes.txt"), "");
    expect(latestUnfinished(base)?.path).toBe(join(base, "a-2"));
    expect(existsSync(join(base, "a-5"))).toBe(true);

    const busy: string[] = [];
    const passOver = ({ folder: name, holder }: BusyRun): unknown => busy.push(`${name} ${holder.state}`);
    const latest = new RunFolder(join(base, "a-2"));
    latest.hold();
    expect(latestUnfinished(base, passOver)?.path).toBe(join(base, "a-3"));
    expect(busy).toEqual([`${join(base, "a-2")} this process`]);
    latest.release();
    expect(latestUnfinished(base, passOver)?.path).toBe(join(base, "a-2"));
    expect(busy).toHaveLength(1);
  });
});
