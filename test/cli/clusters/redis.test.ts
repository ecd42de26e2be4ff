/** Sweeps through Redis, as far as they can be told without one: addresses, names, files on their way, what is shown. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { redisAddress, withoutSecrets } from "../../../src/cli/clusters/redis-address.js";
import { connectRedis, warningsOf } from "../../../src/cli/clusters/redis-client.js";
import { readRedisRecord, writeRedisRecord } from "../../../src/cli/clusters/redis-record.js";
import { scheduledByRedis } from "../../../src/cli/clusters/redis-status.js";
import { checkRun, digestOfFiles, packRun, unpackRun } from "../../../src/cli/clusters/run-files.js";
import { jobId, queueName, readRunJob } from "../../../src/cli/clusters/sweep-queue.js";
import { epochsDone } from "../../../src/cli/part-done.js";
import { RunFolder } from "../../../src/experiment/run-folder/run-folder.js";
import { encodeSafetensors } from "../../../src/formats/safetensors.js";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "atif-redis-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the address of a Redis", () => {
  it.each([
    ["redis://box:6379", "redis://box:6379"],
    ["redis://box", "redis://box"],
    ["rediss://me:s3cret@box:6380/2?family=6", "rediss://me:***@box:6380/2"],
    ["redis://:s3cret@box/", "redis://:***@box"],
    ["redis://[::1]:7000", "redis://[::1]:7000"],
  ])("%s is shown as %s", (url, shown) => {
    expect(redisAddress(url)).toEqual({ url, shown });
    expect(redisAddress(true, { ATIF_REDIS: url })).toEqual({ url, shown });
  });

  it.each<[string | true, RegExp]>([
    ["http://s3cret@box", /^--redis is no address of a Redis; expected redis:\/\/host:6379/],
    ["s3cret", /^--redis is no address/],
    ["redis://:s3cret@", /^--redis is no address/],
    [true, /^--redis has no address, and ATIF_REDIS is not set/],
  ])("%s is refused, and not repeated", (given, message) => {
    const refuse = (): unknown => redisAddress(given, {});
    expect(refuse).toThrow(message);
    expect(refuse).not.toThrow(/s3cret/);
  });

  it("is taken out of what clients say, with passwords in every spelling", () => {
    const address = redisAddress("redis://me:p%40ss%2F@box:1");
    const said = withoutSecrets("no p@ss/ and p%40ss%2F at redis://me:p%40ss%2F@box:1 box", address);
    expect(said).toBe("no *** and *** at *** box");
  });

  it("that nobody answers at is told in a sentence, in time", async () => {
    await expect(connectRedis(redisAddress("redis://:s3cret@127.0.0.1:1"), undefined, 300)).rejects.toThrow(
      /^Redis at redis:\/\/:\*\*\*@127\.0\.0\.1:1 does not answer: .*; expected one that does\. Start one: redis-server --appendonly yes/,
    );
  });

  it("is warned of where it may lose what it holds", () => {
    expect(warningsOf("redis://box", "noeviction", "yes")).toEqual([]);
    expect(warningsOf("redis://box", null, null)).toEqual([]);
    expect(warningsOf("redis://box", "allkeys-lru", "no")).toEqual([
      expect.stringContaining("maxmemory-policy allkeys-lru"),
      expect.stringContaining("appendonly no"),
    ]);
  });
});

describe("jobs", () => {
  const job = { folder: "a=1_net_seed-1-0f0f0f0f", config: "x", words: ["--backend", "wasm"], shared: null };

  it("are called after the plan and everything in it", () => {
    const name = queueName("my grid", [{ folder: "a", config: "x" }]);
    expect(name).toMatch(/^my-grid-[0-9a-f]{16}$/);
    expect(queueName("my grid", [{ folder: "a", config: "x" }])).toBe(name);
    const others = [
      queueName("my grid", [{ folder: "a", config: "y" }]),
      queueName("my grid", [{ folder: "b", config: "x" }]),
      queueName("my-grid", [{ folder: "a", config: "x" }]),
    ];
    expect(new Set([name, ...others]).size).toBe(4);
    // BullMQ wants no colons.
    expect(jobId(name, job.folder)).toBe(`${job.folder}-${name.slice(-16)}`);
    expect(`${name}${jobId(name, job.folder)}`).not.toContain(":");
  });

  it.each<[object | null, boolean]>([
    [{}, true],
    [{ shared: "/shared/runs/grid" }, true],
    [{ shared: "runs/grid" }, false],
    [{ folder: ".." }, false],
    [{ folder: "a/b" }, false],
    [{ folder: "" }, false],
    [{ words: "--backend" }, false],
    [{ config: 1 }, false],
    [null, false],
  ])("with %j are taken: %s", (more, isTaken) => {
    const read = readRunJob(more === null ? null : { ...job, ...more });
    expect(read).toEqual(isTaken ? { ...job, ...more } : null);
  });

  it("are shown with who works on them", () => {
    const of = (name: string): { data: typeof job } => ({ data: { ...job, folder: name } });
    const at = { host: "box", process: 7, line: "epoch  3/15, 18 %, loss 0.2" };
    const shown = scheduledByRedis(
      [
        { ...of("a"), progress: at },
        { ...of("b"), progress: {} },
      ],
      [of("c")],
      [of("d")],
    );
    expect(Object.fromEntries(shown)).toEqual({
      a: { state: "running", where: "worker 7 on box", epoch: 2 },
      b: { state: "running", where: "a worker", epoch: null },
      c: { state: "queued", where: "in Redis" },
      d: { state: "done", where: "in Redis, to be fetched" },
    });
    expect(epochsDone("epoch  3/15  loss 0.2")).toBe(3);
    expect(epochsDone("testing 3/7, 42 %")).toBeNull();
  });

  it("are remembered in the folder of the sweep, without a password", () => {
    expect(readRedisRecord(folder)).toBeNull();
    writeRedisRecord(folder, { queue: "q", server: "redis://box" });
    expect(readRedisRecord(folder)).toEqual({ queue: "q", server: "redis://box" });
    writeFileSync(join(folder, "redis.json"), "{");
    expect(readRedisRecord(folder)).toBeNull();
  });
});

describe("the files of a run on their way", () => {
  const CONFIG = "experiment = 1\n";
  const model = encodeSafetensors([["w", { shape: [1], data: new Float32Array([3]) }]], {});
  const sent = (more: Readonly<Record<string, string | Uint8Array>> = {}): Map<string, Uint8Array> => {
    const files = {
      "config.toml": CONFIG,
      "summary.json": '{"status":"complete"}',
      "model.safetensors": model,
      ...more,
    };
    const bytes = (each: string | Uint8Array): Uint8Array =>
      typeof each === "string" ? new TextEncoder().encode(each) : each;
    return new Map(Object.entries(files).map(([name, each]) => [name, bytes(each)]));
  };

  it("are all but locks and temporary files, and arrive as they were", () => {
    const from = join(folder, "from");
    mkdirSync(join(from, "net_fused"), { recursive: true });
    for (const [name, bytes] of sent({ "net_fused/model.safetensors": model }))
      writeFileSync(join(from, name), bytes);
    for (const name of ["run.lock", ".summary.json.1-1.tmp", "run.lock.0123456789abcdef"])
      writeFileSync(join(from, name), "x");
    const files = packRun(from);
    expect([...files.keys()].sort()).toEqual(
      ["config.toml", "model.safetensors", "net_fused/model.safetensors", "summary.json"].sort(),
    );
    checkRun(files, digestOfFiles(files), CONFIG);
    const to = join(folder, "to");
    mkdirSync(to);
    // What was begun here, and is not needed any more.
    writeFileSync(join(to, "checkpoint.safetensors"), "old");
    unpackRun(to, files);
    expect(new RunFolder(to).isComplete).toBe(true);
    expect(readFileSync(join(to, "net_fused", "model.safetensors"))).toEqual(Buffer.from(model));
    expect([existsSync(join(to, "checkpoint.safetensors")), existsSync(join(to, "run.lock"))]).toEqual([
      false,
      false,
    ]);
    // What is complete stays as it is.
    unpackRun(to, sent({ "metrics.jsonl": "other" }));
    expect(existsSync(join(to, "metrics.jsonl"))).toBe(false);
    expect(() => packRun(from, 10)).toThrow(/are more than 10 bytes or 256 files; .*--shared/);
  });

  it("do not go where somebody works", () => {
    const busy = new RunFolder(folder);
    busy.hold();
    expect(() => unpackRun(folder, sent())).toThrow(/is being run by this process already/);
    expect(existsSync(join(folder, "model.safetensors"))).toBe(false);
    busy.release();
  });

  it.each<[Record<string, string | Uint8Array>, string]>([
    [{ "../up": "x" }, "has a file that runs do not have"],
    [{ "/etc/x": "x" }, "has a file that runs do not have"],
    [{ ".hidden": "x" }, "has a file that runs do not have"],
    [{ "run.lock": "x" }, "has a file that runs do not have"],
    [{ "a/b/c/d": "x" }, "has a file that runs do not have"],
    [{ "config.toml": "experiment = 2\n" }, "is of another experiment"],
    [{ "model.safetensors": model.slice(0, -1) }, "model.safetensors"],
    [{ "summary.json": "{" }, "does not say what has become of it"],
  ])("are refused, %#", (more, problem) => {
    const files = sent(more);
    expect(() => checkRun(files, digestOfFiles(files), CONFIG)).toThrow(problem);
  });

  it("are refused when a byte has changed", () => {
    const files = sent();
    const digest = digestOfFiles(files);
    files.set("metrics.jsonl", new Uint8Array(1));
    expect(() => checkRun(files, digest, CONFIG)).toThrow("is damaged");
  });
});
