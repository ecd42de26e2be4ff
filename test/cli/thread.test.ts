/** A thread that never waits, and the one that hears signals for it. */

import { join } from "node:path";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadCheckpoint } from "../../src/formats/checkpoint.js";
import { computes } from "../../src/cli/thread/waiting.js";
import { until } from "../until.js";
import { MAIN, start, temporaryFolder, writeConfig, type Running } from "./atif.js";

const folder = temporaryFolder();

/** The thread says which signal it sees, without ever coming to wait; it ends by itself when it is told to. */
const busy = join(folder, "busy.mjs");
writeFileSync(
  busy,
  `import { isMainThread, parentPort, workerData } from "node:worker_threads";
   import { runInThread } from ${JSON.stringify(join(MAIN, "..", "thread", "waiting.js"))};
   if (isMainThread) runInThread(process.argv.slice(2), new URL(import.meta.url));
   else {
     const { seen, argv } = workerData;
     const say = (text) => parentPort.postMessage({ stream: "out", text: text + "\\n" });
     parentPort.postMessage({ listen: { SIGHUP: "hung up", SIGINT: "again?", SIGTERM: "terminated" } });
     say("ready");
     let last = 0;
     for (;;) {
       const signal = Atomics.load(seen, 0);
       if (signal !== last) say("seen " + signal);
       last = signal;
       if (signal !== 0 && argv[0] === "ends") break;
     }
     parentPort.postMessage({ end: 129 });
   }`,
);

interface Heard extends Running {
  readonly said: () => string;
}

function running(...words: string[]): Heard {
  const { child, ended } = start(words, { cwd: folder, script: busy });
  let said = "";
  child.stdout?.on("data", (text: string) => (said += text));
  child.stderr?.on("data", (text: string) => (said += text));
  return { child, ended, said: () => said };
}

describe("a thread that never waits", () => {
  it.each([
    ["SIGINT", 2, "again?"],
    ["SIGTERM", 15, "terminated"],
  ] as const)(
    "sees %s, which is answered at once, and ends by the second one",
    async (signal, number, answer) => {
      const { child, ended, said } = running();
      await until("a thread", () => said().includes("ready\n"));
      child.kill(signal);
      await until("the answer", () => said().includes(`${answer}\n`) && said().includes(`seen ${number}\n`));
      // Those that come within a moment of the first are the same, passed on by a parent.
      await until("the end", () => {
        child.kill(signal);
        return child.exitCode !== null || child.signalCode !== null;
      });
      expect(await ended).toMatchObject({ code: null, signal, stderr: `${answer}\n` });
    },
  );

  it("is not ended by a terminal that says more than once that it is gone", async () => {
    const { child, ended, said } = running();
    await until("a thread", () => said().includes("ready\n"));
    child.kill("SIGHUP");
    await until("the answer", () => said().includes("hung up\n"));
    child.kill("SIGHUP");
    child.kill("SIGHUP");
    await until("the end by another one", () => {
      child.kill("SIGTERM");
      return child.exitCode !== null || child.signalCode !== null;
    });
    expect(await ended).toMatchObject({ code: null, signal: "SIGTERM" });
  });

  it("ends with the code that it says, when all that it printed is out", async () => {
    const { child, ended, said } = running("ends");
    await until("a thread", () => said().includes("ready\n"));
    child.kill("SIGHUP");
    expect(await ended).toEqual({
      code: 129,
      signal: null,
      stdout: "ready\nseen 1\n",
      stderr: "hung up\n",
    });
  });

  it("is for commands that compute, not for their help", () => {
    expect([["train"], ["eval", "x"], ["inspect", "x"]].map(computes)).toEqual([true, true, true]);
    expect([["bench"], ["train", "--help"], ["eval", "-h"], ["help", "train"], []].map(computes)).toEqual(
      Array.from({ length: 5 }, () => false),
    );
  });
});

describe("a batch that takes minutes", () => {
  const layers = Array.from({ length: 20 }, () => 512);
  writeConfig(folder, {
    batchSize: 1437,
    epochs: 1,
    model: `kind = "SMLP"
[model.params]
units = ${JSON.stringify(layers)}
timesteps = 8
neuron = { kind = "ATIF", params = { step_mode = "m" } }
`,
  });

  it("is given up by the first Ctrl-C, and leaves the state from before", async () => {
    const { child, ended } = start(["train", "tiny.toml", "--backend", "reference", "--out", "slow"], {
      cwd: folder,
    });
    let said = "";
    child.stderr?.on("data", (text: string) => (said += text));
    await until("a run", () => said !== "" || child.exitCode !== null || isThere("slow"));
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/^stopping with a checkpoint; .*\natif: stopped in epoch 1 of 1; continue with: /);
    const { state } = await loadCheckpoint(join(folder, "slow", "checkpoint.safetensors"));
    expect(state).toMatchObject({ epoch: 0, batch: 0, history: [] });
  });

  function isThere(run: string): boolean {
    try {
      return statusOf(run) === "running" && existsSync(join(folder, run, "checkpoint.safetensors"));
    } catch {
      return false;
    }
  }

  function statusOf(run: string): unknown {
    return (JSON.parse(readFileSync(join(folder, run, "summary.json"), "utf8")) as { status: unknown })
      .status;
  }
});
