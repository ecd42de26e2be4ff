/** Signals and closed pipes, at moments that a test can name. */

import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { until } from "../until.js";
import { answerOf, atif, MAIN, start, temporaryFolder, writeConfig, type Running } from "./atif.js";

const folder = temporaryFolder();
writeConfig(folder, { epochs: 10_000, batchSize: 16 });

function statusOf(run: string): unknown {
  const path = join(folder, run, "summary.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as { status: unknown }).status : null;
}

function checkpointOf(run: string): Promise<void> {
  return until(`a checkpoint of ${run}`, () => existsSync(join(folder, run, "checkpoint.safetensors")));
}

function training(run: string, ...words: string[]): Running {
  return start(["train", "tiny.toml", "--out", run, ...words], { cwd: folder });
}

describe("a signal", () => {
  it.each([
    ["SIGINT", 130, "; press Ctrl-C again to stop at once"],
    ["SIGTERM", 143, "; send it again to stop at once"],
    ["SIGHUP", 129, ""],
  ] as const)("%s leaves a checkpoint and says how to go on", async (signal, code, again) => {
    const run = `run-${signal}`;
    const { child, ended } = training(run);
    await checkpointOf(run);
    child.kill(signal);
    const { stderr, stdout, ...end } = await ended;
    expect(end).toEqual({ code, signal: null });
    expect(stdout).toBe("");
    const lines = stderr.trimEnd().split("\n");
    expect(lines.slice(-2)).toEqual([
      `stopping with a checkpoint${again}`,
      expect.stringMatching(
        new RegExp(
          `^atif: stopped in epoch \\d+ of 10000; continue with: node .*main\\.js train --resume ${run}$`,
        ),
      ),
    ]);
    expect(statusOf(run)).toBe("interrupted");
    expect(readdirSync(join(folder, run)).sort()).toEqual([
      "checkpoint.safetensors",
      "config.toml",
      "metrics.jsonl",
      "summary.json",
    ]);
  });

  it("is an answer with --json too", async () => {
    const { child, ended } = training("json", "--json");
    await checkpointOf("json");
    child.kill("SIGINT");
    const end = await ended;
    expect(end.code).toBe(130);
    expect(answerOf(end)).toEqual({
      error: expect.stringMatching(/^stopped in epoch \d+ of 10000; continue with: /) as string,
      exitCode: 130,
      folder: "json",
    });
  });

  it("makes the latest run the one that --resume continues", async () => {
    const { child, ended } = start(["train", "tiny.toml"], { cwd: folder });
    await checkpointOf("runs/tiny-1");
    child.kill("SIGINT");
    await ended;
    expect(statusOf("runs/tiny-1")).toBe("interrupted");
    const again = start(["train", "--resume"], { cwd: folder });
    await until("the run to go on", () => statusOf("runs/tiny-1") === "running");
    again.child.kill("SIGINT");
    expect((await again.ended).stderr).toMatch(/train --resume runs\/tiny-1\n$/);
  });

  it("counts once when a parent passes it on, and is the system's again soon after", async () => {
    const script = `import { Interrupt } from ${JSON.stringify(join(MAIN, "..", "interrupt.js"))};
      const interrupt = new Interrupt(() => console.log("stopping"));
      const timer = setInterval(() => {
        if (process.listenerCount("SIGINT") > 0) return;
        clearInterval(timer);
        setInterval(() => {}, 1000);
        console.log("given back");
      }, 10);
      console.log("ready");`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.on("data", (text: Buffer) => (said += text.toString()));
    const ended = new Promise((resolve) => child.on("close", (code, signal) => resolve([code, signal])));
    await until("a process that is ready", () => said === "ready\n");
    child.kill("SIGINT");
    child.kill("SIGINT");
    await until("the signals to be given back", () => said.includes("given back\n"));
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    child.kill("SIGINT");
    expect(await ended).toEqual([null, "SIGINT"]);
    expect(said).toBe("ready\nstopping\ngiven back\n");
  });
});

describe("output", () => {
  it("may be cut off by its reader", async () => {
    for (const words of [
      ["train", "--help"],
      ["train", "tiny.toml", "--epochs", "1", "--out", "cut"],
    ]) {
      const { child, ended } = start(words, { cwd: folder });
      child.stdout?.destroy();
      expect(await ended).toMatchObject({ code: 0, signal: null });
    }
    expect(existsSync(join(folder, "cut", "model.safetensors"))).toBe(true);
  });

  it.skipIf(!existsSync("/dev/full"))("on a full disk is a failure", async () => {
    const child = spawn("sh", ["-c", '"$0" "$1" --help > /dev/full', process.execPath, MAIN], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(1);
    expect(stderr).toBe(
      "atif: cannot write the output of this command: no space is left on the disk; " +
        "expected room for the whole file. Free some, or write to another folder.\n",
    );
  });
});

describe("help", () => {
  const packageFile = fileURLToPath(new URL("../../package.json", import.meta.url));

  it("prints the version of the package", async () => {
    const { version } = JSON.parse(readFileSync(packageFile, "utf8")) as { version: string };
    for (const word of ["--version", "-V"]) {
      expect(await atif([word], { cwd: folder })).toEqual({
        code: 0,
        signal: null,
        stdout: `${version}\n`,
        stderr: "",
      });
    }
  });

  it.each([
    [["--help"], "Usage: atif [options] [command]", "atif train "],
    [["train", "--help"], "Usage: atif train [options] [config]", "atif train --resume"],
    [["eval", "-h"], "Usage: atif eval [options] <model>", "atif eval runs/digits-1 "],
    [["help", "inspect"], "Usage: atif inspect [options] <model>", "atif inspect runs/digits-1"],
  ])("%j has usage and examples", async (words, usage, example) => {
    const ended = await atif(words, { cwd: folder });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout.split("\n")[0]).toBe(usage);
    const [, examples] = ended.stdout.split("\nExamples:\n");
    expect(examples.replaceAll("\n", " \n")).toContain(example);
    for (const line of ended.stdout.split("\n")) expect(line).not.toMatch(/undefined|\s$/);
  });
});
