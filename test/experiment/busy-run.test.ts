/** A run has one process that works on it: others are told so, whatever they are about to do. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { busySentence } from "../../src/experiment/run-folder/busy-run.js";
import {
  ConfigError,
  init,
  loadDigits,
  parseExperiment,
  runExperiment,
  type ExperimentResult,
  type RunExperimentOptions,
  type TrainTest,
} from "../../src/index.js";
import { thisProcess } from "../../src/platform/processes.js";
import { configText, temporaryFolder } from "../cli/atif.js";

const folder = temporaryFolder();
const at = (...path: string[]): string => join(folder, ...path);
const { experiment } = parseExperiment(configText());
const twice = parseExperiment(configText({ epochs: 1 }).replace("last_run = 1", "last_run = 2")).experiment;

beforeAll(() => init());

/** Of a process that has ended, or of who else. */
function lock(path: string, changes: object = { started: "1", boot: "an earlier one" }): void {
  const since = "2026-01-02T03:04:05.678Z";
  const text = JSON.stringify({ ...thisProcess(), since, token: "0123456789abcdef", ...changes });
  writeFileSync(join(path, "run.lock"), text);
}

const ofAnother = { host: "node7", process: 4711 };
const running = { process: process.ppid, started: null };

async function refusal(options: RunExperimentOptions, source = experiment): Promise<string> {
  try {
    await runExperiment(source, options);
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.message;
    throw thrown;
  }
  throw new Error("nothing was refused");
}

/** A run that was stopped in its second epoch. */
async function interrupted(out: string, source = experiment): Promise<void> {
  const stop = new AbortController();
  const onBatch = ({ batch }: { batch: number }): void => void (batch === 2 && stop.abort());
  const results = await runExperiment(source, { out, signal: stop.signal, callbacks: { onBatch } });
  expect(results.at(-1)?.interrupted).toBe(true);
}

/** All files, by their paths. */
function contentOf(path: string): Map<string, string> {
  const names = readdirSync(path, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => /\.\w+$/.test(name));
  return new Map(files.map((name) => [name, readFileSync(join(path, name), "latin1")]));
}

describe("a run", () => {
  it("is locked from before its first file until it ends, however that is", async () => {
    const out = at("ends");
    const locks: boolean[] = [];
    const note = (): void => void locks.push(existsSync(join(out, "run.lock")));
    const failing = { onStart: note, onEpoch: () => Promise.reject(new Error("as asked")) };
    await expect(runExperiment(experiment, { out, callbacks: failing })).rejects.toThrow("as asked");
    expect(existsSync(join(out, "run.lock"))).toBe(false);

    const stop = new AbortController();
    const stopping = { onStart: note, onBatch: () => stop.abort() };
    await runExperiment(experiment, { out, resume: true, signal: stop.signal, callbacks: stopping });
    expect(existsSync(join(out, "run.lock"))).toBe(false);

    const other = { overrides: [["model.0.batch_size", 7]] } as const;
    expect(await refusal({ out, resume: true, ...other })).toContain("was started with");
    expect(existsSync(join(out, "run.lock"))).toBe(false);

    const checkpoint = readFileSync(join(out, "checkpoint.safetensors"));
    writeFileSync(join(out, "checkpoint.safetensors"), checkpoint.subarray(0, 100));
    await expect(runExperiment(experiment, { out, resume: true })).rejects.toThrow("checkpoint.safetensors");
    expect(existsSync(join(out, "run.lock"))).toBe(false);

    writeFileSync(join(out, "checkpoint.safetensors"), checkpoint);
    const whole = { onStart: note, onEpoch: note, onTest: note };
    await runExperiment(experiment, { out, resume: true, callbacks: whole });
    expect(existsSync(join(out, "run.lock"))).toBe(false);
    expect(locks).toEqual(locks.map(() => true));
    expect(locks.length).toBeGreaterThan(5);
  });

  it("that is begun or continued twice at once is one run", async () => {
    // At hand: while the data of one are unpacked, another may begin and end.
    const data = await loadDigits();
    const load = (): Promise<TrainTest> => Promise.resolve(data);
    for (const [name, resume] of [
      ["begun", false],
      ["begun or continued", true],
      ["continued", true],
    ] as const) {
      const out = at(name);
      if (name === "continued") await interrupted(out);
      const settled = await Promise.allSettled(
        [1, 2, 3].map(() => runExperiment(experiment, { out, resume, load })),
      );
      const refused = settled.flatMap((each) => (each.status === "rejected" ? [String(each.reason)] : []));
      expect(refused, name).toEqual(
        Array(2).fill(
          expect.stringMatching(
            /^ConfigError: .* is being run by this process already \(since 20[^ ]*Z\); expected a run that nobody is working on\. Wait until it has ended, or name another folder\.$/,
          ),
        ),
      );
      const done = settled.flatMap((each) => (each.status === "fulfilled" ? each.value : []));
      expect(done[0].history.map(({ epoch }) => epoch)).toEqual([1, 2]);
      const lines = readFileSync(join(out, "metrics.jsonl"), "utf8").trimEnd().split("\n");
      expect(lines.map((line) => (JSON.parse(line) as { epoch: number }).epoch)).toEqual([1, 2]);
    }
  });

  it("that somebody else has begun and ended meanwhile is not begun over it", async () => {
    const out = at("meanwhile");
    const nested: ExperimentResult[] = [];
    const load = async (): Promise<TrainTest> => {
      nested.push(...(await runExperiment(experiment, { out })));
      return loadDigits();
    };
    expect(await refusal({ out, load })).toMatch(/ holds a run already; expected a new or empty folder\. /);
    expect(nested[0].history).toHaveLength(2);
    expect(contentOf(out).get("summary.json")).toContain('"complete"');
  });

  it("that is complete is not touched: by a resume, by a lock of whom it may be, by one that comes late", async () => {
    const out = at("finished");
    await runExperiment(experiment, { out });
    lock(out, running);
    const before = contentOf(out);
    const [again] = await runExperiment(experiment, { out, resume: true });
    expect([again.history.length, again.interrupted]).toEqual([2, false]);
    expect(contentOf(out)).toEqual(before);
    expect(await refusal({ out })).toContain(
      `is being run by process ${process.ppid} (since 2026-01-02T03:04:05.678Z);`,
    );
    expect(contentOf(out)).toEqual(before);
  });

  it("of a process that was killed is taken over", async () => {
    const out = at("killed");
    await interrupted(out);
    lock(out);
    const [result] = await runExperiment(experiment, { out, resume: true });
    expect(result.history).toHaveLength(2);
    expect(readdirSync(out).sort()).toEqual([
      "config.toml",
      "metrics.jsonl",
      "model.safetensors",
      "summary.json",
    ]);
    mkdirSync(at("killed early"));
    lock(at("killed early"));
    await runExperiment(experiment, { out: at("killed early") });
    expect(readdirSync(at("killed early"))).toEqual(readdirSync(out));
  });

  it("of another machine, or with a lock that is none, is left alone, and says how to go on", async () => {
    const out = at("elsewhere");
    await interrupted(out);
    lock(out, ofAnother);
    const before = contentOf(out);
    const file = join(out, "run.lock");
    expect(await refusal({ out, resume: true })).toBe(
      `${out} is being run by process 4711 of another machine or container, "node7" (since 2026-01-02T03:04:05.678Z), which ` +
        `cannot be asked from here whether it still is; expected a run that nobody is working on. If nobody is working on ` +
        `it any more, remove ${file} and try again.`,
    );
    expect(contentOf(out)).toEqual(before);
    writeFileSync(file, "mine!");
    expect(await refusal({ out, resume: true })).toBe(
      `${out} is locked by ${file}, which cannot be read as a lock; expected a run that nobody is working on. If nobody is ` +
        `working on it any more, remove ${file} and try again.`,
    );
  });
});

describe("several runs", () => {
  it("are locked together, and the one that is worked on by itself", async () => {
    const out = at("together");
    const seen: string[][] = [];
    const held = (): unknown =>
      seen.push([...contentOf(out).keys()].filter((name) => name.endsWith("run.lock")));
    const one = { ...twice, bench: { ...twice.bench, lastRun: 1 } };
    const onEpoch = async (_: unknown, { run }: { run: number }): Promise<void> => {
      held();
      expect(await refusal({ out, resume: true }, twice)).toContain(
        `${out} is being run by this process already`,
      );
      // The run that is worked on; the one before is complete.
      const alone = { ...one, bench: { ...one.bench, seed: 4 + run, firstRun: run, lastRun: run } };
      const inner = { out: join(out, `net-${run}`), resume: true };
      expect(await refusal(inner, alone)).toContain(`net-${run} is being run by this process already`);
    };
    await runExperiment(twice, { out, callbacks: { onEpoch } });
    expect(seen).toEqual([
      ["net-1/run.lock", "run.lock"],
      ["net-2/run.lock", "run.lock"],
    ]);
    held();
    expect(seen[2]).toEqual([]);
  });

  it("stop where somebody works on one of them, and go on when that is complete", async () => {
    const out = at("one of them");
    await interrupted(out, twice);
    expect([...contentOf(out).keys()].filter((name) => name.endsWith("run.lock"))).toEqual([]);
    lock(join(out, "net-1"), running);
    expect(await refusal({ out, resume: true }, twice)).toContain(
      `net-1 is being run by process ${process.ppid} `,
    );
    expect(existsSync(join(out, "run.lock"))).toBe(false);
    lock(join(out, "net-1"));
    expect(await runExperiment(twice, { out, resume: true })).toHaveLength(2);
    expect([...contentOf(out).keys()].filter((name) => name.endsWith("run.lock"))).toEqual([]);

    const before = contentOf(out);
    lock(out, running);
    expect(await runExperiment(twice, { out, resume: true })).toHaveLength(2);
    for (const [name, text] of before) expect(contentOf(out).get(name), name).toBe(text);
  });
});

it("all that are busy are named, each advice once", () => {
  const holder = { ...thisProcess(), process: 7 };
  const since = "2026-01-02T03:04:05.678Z";
  const busy = (name: string) =>
    ({ folder: name, holder: { state: "running", holder, since, path: `${name}/run.lock` } }) as const;
  expect(busySentence([busy("a"), busy("b")])).toBe(
    `a is being run by process 7 (since ${since}), b is being run by process 7 (since ${since}); expected a run that nobody ` +
      "is working on. Wait until it has ended, or stop that process.",
  );
});
