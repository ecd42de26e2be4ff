/** What native kernels do to the process and to its threads, each of which may use the library: on the built entry for Node. */

import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { findAddon } from "../../src/kernels/native/find-addon.js";

const entry = new URL("../../dist/node.js", import.meta.url).href;

/** Runs a module that has the library as `atif`, and gives what it printed. */
function run(script: string, environment: Readonly<Record<string, string>> = {}): string {
  const source = `import * as atif from ${JSON.stringify(entry)};
    import { Worker } from "node:worker_threads";
    /* A worker with a module that has the library, too. */
    const worker = (text) => new Worker(
      new URL("data:text/javascript," + encodeURIComponent(
        'import { parentPort } from "node:worker_threads"; import * as atif from ${JSON.stringify(entry)};' + text)));
    const ended = (worker) => new Promise((resolve, reject) => {
      const messages = [];
      worker.on("message", (message) => messages.push(message));
      worker.on("error", reject);
      worker.on("exit", (code) => resolve({ code, messages }));
    });
    const work = ${work};
    ${script}`;
  const { status, signal, stdout, stderr, error } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", source],
    {
      encoding: "utf8",
      timeout: 110_000,
      env: { ...process.env, NODE_OPTIONS: "", ATIF_BACKEND: "", ...environment },
    },
  );
  if (error !== undefined) throw error;
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
  return stdout.trim();
}

/** Products on several threads, with shared scratch; the sum tells if another's numbers came between. */
const work = `(rounds, seed) => {
  let total = 0;
  for (let i = 0; i < rounds; i++)
    total += atif.scope(() => {
      const a = atif.tensor(Float32Array.from({ length: 300 * 200 }, (_, j) => Math.sin(seed + j)), [300, 200]);
      const b = atif.tensor(Float32Array.from({ length: 200 * 100 }, (_, j) => Math.cos(seed * j)), [200, 100]);
      return a.matmul(b).exp().sum().item();
    });
  return total;
}`;

describe("a process with native kernels", () => {
  it("takes them by itself, and says so", () => {
    const { addon } = findAddon();
    expect(JSON.parse(run("await atif.init(); console.log(JSON.stringify(atif.backend()));"))).toEqual({
      name: "native",
      instructionSet: addon?.sets[0],
      whyNotNative: null,
    });
  });

  it("takes them for initInference(), without those for training", () => {
    const printed = run(`
      await atif.initInference({ threads: 2 });
      console.log(atif.backend().name, atif.threads());
      try { new atif.SGD([new atif.Parameter(atif.ones([2]))], { lr: 1 }); atif.ones([2]).backend.kernels.sgdStep(); }
      catch (error) { console.log(error.message); }
      const before = atif.ones([3]);
      await atif.init({ threads: 1 });
      console.log(atif.backend().name, before.add(1).toArray().join());
    `);
    expect(printed.split("\n")).toEqual([
      "native 2",
      "sgdStep: initInference() loaded the kernels that run a network, not those that train one; " +
        "call init() instead, before tensors and models are made.",
      "native 2,2,2",
    ]);
  });

  it.each([
    ["ATIF_BACKEND", { ATIF_BACKEND: "wasm" }, "", "the environment variable ATIF_BACKEND is wasm"],
    ["an option", {}, '{ backend: "wasm" }', "init() was told to take another backend"],
  ])("does without where %s says so, and tells why", (_, environment, options, why) => {
    const printed = run(
      `await atif.init(${options}); console.log(JSON.stringify(atif.backend()));`,
      environment,
    );
    expect(JSON.parse(printed)).toEqual({ name: "wasm", instructionSet: null, whyNotNative: why });
  });

  it("takes the instruction set that the environment names, and no other", () => {
    for (const set of findAddon().addon?.sets ?? [])
      expect(
        run("await atif.init(); console.log(atif.backend().instructionSet);", { ATIF_INSTRUCTION_SET: set }),
      ).toBe(set);
    expect(
      run("await atif.init().catch((error) => console.log(error.name, error.message));", {
        ATIF_INSTRUCTION_SET: "avx",
      }),
    ).toMatch(/^RangeError init: the environment variable ATIF_INSTRUCTION_SET is "avx"; expected /);
  });

  it("ends by itself, at once when it is told to, and with its threads at work", () => {
    expect(run("await atif.init({ threads: 3 }); work(2, 1); console.log(atif.threads());")).toBe("3");
    expect(
      run('await atif.init({ threads: 8 }); work(2, 1); console.log("done"); process.exit(); work(2, 1);'),
    ).toBe("done");
    expect(
      run(`await atif.init({ threads: 4 }); process.on("exit", () => { work(1, 1); console.log("last"); });`),
    ).toBe("last");
  });

  it("computes in several threads of Node at once, each with a pool of its own", () => {
    const printed = run(`
      const text = 'await atif.init({ threads: 2 }); const work = ' + work +
        '; parentPort.postMessage([atif.backend().name, work(60, SEED)]);';
      const seeds = [1, 2, 3];
      const workers = seeds.map((seed) => ended(worker(text.replace("SEED", seed))));
      await atif.init({ threads: 2 });
      const here = work(60, 4);
      const there = await Promise.all(workers);
      const again = [...seeds, 4].map((seed) => work(60, seed));
      const all = [...there.map(({ code, messages: [[name, sum]] }) => { if (code !== 0 || name !== "native") throw name; return sum; }), here];
      console.log(JSON.stringify(all) === JSON.stringify(again), new Set(all).size);
    `);
    expect(printed).toBe("true 4");
  });

  it("outlives workers that end, exit and are terminated while they compute", () => {
    const printed = run(`
      await atif.init({ threads: 2 });
      const expected = work(1, 5);
      const forever = 'await atif.init({ threads: 3 }); const work = ' + work + '; parentPort.postMessage(0); for (;;) work(1, 2);';
      for (let i = 0; i < 5; i++) {
        const killed = worker(forever);
        await new Promise((resolve) => killed.once("message", resolve));
        await killed.terminate();
        const left = await ended(worker('await atif.init({ threads: 3 }); process.exit(7);'));
        if (left.code !== 7) throw left.code;
        if (work(1, 5) !== expected) throw "other numbers";
      }
      console.log("same");
    `);
    expect(printed).toBe("same");
  });

  it("holds no more threads, files and memory after 200 loads and ends", () => {
    const printed = run(`
      import { readdirSync, readFileSync } from "node:fs";
      const count = (folder) => { try { return readdirSync(folder).length; } catch { return 0; } };
      const resident = () => process.memoryUsage.rss() / 2 ** 20;
      const once = () => ended(worker(
        'await atif.init({ threads: 3 }); const work = ' + work + '; parentPort.postMessage(work(1, 1));'));
      let sum;
      const many = async (n) => {
        for (let i = 0; i < n; i++) {
          const { code, messages } = await once();
          sum ??= messages[0];
          if (code !== 0 || messages[0] !== sum) throw new Error("worker " + i + " ended with " + code);
        }
      };
      await many(20);
      const [threads, files, memory] = [count("/proc/self/task"), count("/proc/self/fd"), resident()];
      await many(180);
      console.log(count("/proc/self/task") - threads <= 0, count("/proc/self/fd") - files <= 0, resident() - memory < 200);
    `);
    expect(printed).toBe("true true true");
  });
});
