import { afterEach, describe, expect, it } from "vitest";
import type { Backend } from "../../src/kernels/backend.js";
import { createWasmBackend } from "../../src/kernels/wasm/backend.js";
import { ThreadPool, TUNING, type PoolExports } from "../../src/kernels/wasm/pool.js";
import type { WorkerTask } from "../../src/kernels/wasm/worker-source.js";
import {
  findStartWorker,
  type StartWorker,
  type WorkerThread,
} from "../../src/kernels/wasm/worker-thread.js";

const CHUNK = 1 << 15;

function realStart(): StartWorker {
  const start = findStartWorker();
  if (start === null) throw new Error("there are no threads here");
  return start;
}

let backend: Backend | undefined;
afterEach(async () => {
  await backend?.setThreads(1);
  backend = undefined;
});

/** y = -x over several chunks, as one thread gives it. */
function expectWorks({ kernels, heap }: Backend): void {
  const n = 9 * CHUNK + 5;
  const [x, y] = [heap.float32(n), heap.float32(n).fill(0)];
  for (let i = 0; i < n; i++) x[i] = i + 1;
  kernels.negate(y, x, n);
  const wrong = y.findIndex((value, i) => value !== -(i + 1));
  expect(wrong).toBe(-1);
  heap.free(x);
  heap.free(y);
}

describe("a pool", () => {
  it("grows and shrinks, and ends the threads it no longer needs", async () => {
    let running = 0;
    const counting: StartWorker = (listener) => {
      running++;
      return realStart()({
        ...listener,
        ended: (reason) => {
          running--;
          listener.ended(reason);
        },
      });
    };
    backend = await createWasmBackend(1, counting);
    expect(running).toBe(0);
    for (const count of [4, 2, 3, 1, 5, 1]) {
      await backend.setThreads(count);
      expect(backend.threads).toBe(count);
      await expect.poll(() => running).toBe(count - 1);
      expectWorks(backend);
    }
  });

  it("stays on one thread where there are no others", async () => {
    backend = await createWasmBackend(4, null);
    expect(backend.threads).toBe(1);
    expectWorks(backend);
  });

  it("stays on one thread where a policy forbids others", async () => {
    backend = await createWasmBackend(4, () => {
      throw new Error("Access to this API has been restricted");
    });
    expect(backend.threads).toBe(1);
    expectWorks(backend);
  });

  it("stays on one thread where the script of a worker is refused later", async () => {
    const ended: boolean[] = [];
    backend = await createWasmBackend(3, (listener) => {
      setTimeout(() => listener.ended("refused"), 1);
      return { send: () => undefined, keepAlive: () => undefined, end: () => void ended.push(true) };
    });
    expect(backend.threads).toBe(1);
    expect(ended).toHaveLength(2);
    expectWorks(backend);
  });

  it("gives each thread a stack as large as the module's own, and room for the rest above it", async () => {
    const tasks: WorkerTask[] = [];
    const blocks: { start: number; bytes: number }[] = [];
    const number = (value: number) => new WebAssembly.Global({ value: "i32" }, value);
    const exports: PoolExports = {
      __stack_pointer: number(81920),
      __tls_size: number(100),
      __tls_align: number(16),
      poolResize: () => undefined,
      poolScratch: () => 256,
    };
    const pool = new ThreadPool({
      module: new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)),
      memory: new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }),
      exports,
      reserve: (bytes) => {
        const start = 1_000_000 * (1 + blocks.length);
        blocks.push({ start, bytes });
        return start;
      },
      start: ({ answered }) => ({
        send: (task) => {
          tasks.push(task);
          setTimeout(() => answered("serving"));
        },
        keepAlive: () => undefined,
        end: () => undefined,
      }),
      cores: 3,
      tuning: TUNING,
    });
    await pool.resize(3);
    expect(tasks).toHaveLength(2);
    tasks.forEach(({ stackTop, tls, scratch }, i) => {
      const { start, bytes } = blocks[i];
      expect(stackTop).toBe(start + 81920);
      expect(tls).toBeGreaterThanOrEqual(stackTop);
      expect(scratch).toBeGreaterThanOrEqual(tls + 100);
      expect(start + bytes).toBeGreaterThanOrEqual(scratch + 4 * 256);
    });
  });

  it("goes on with the threads that did start, and tries again when it is asked again", async () => {
    let started = 0;
    backend = await createWasmBackend(4, (listener) => {
      if (++started === 2) throw new Error("out of memory");
      return realStart()(listener);
    });
    expect(backend.threads).toBe(3);
    expectWorks(backend);
    await backend.setThreads(4);
    expect(backend.threads).toBe(4);
    expectWorks(backend);
  });

  it("stays on fewer threads where a worker cannot make its instance", async () => {
    backend = await createWasmBackend(3, (listener) => {
      const thread = realStart()(listener);
      return { ...thread, send: (task) => thread.send({ ...task, memory: {} as WebAssembly.Memory }) };
    });
    expect(backend.threads).toBe(1);
    expectWorks(backend);
  });

  it("goes on without a thread that died", async () => {
    const threads: WorkerThread[] = [];
    backend = await createWasmBackend(3, (listener) => {
      const thread = realStart()(listener);
      threads.push(thread);
      return thread;
    });
    expect(backend.threads).toBe(3);
    threads[0].end();
    await expect.poll(() => backend?.threads).toBe(2);
    expectWorks(backend);
    await backend.setThreads(3);
    expect(backend.threads).toBe(3);
    expectWorks(backend);
  });

  it("throws where a chunk traps on any thread, and works afterwards", async () => {
    backend = await createWasmBackend(3);
    const { kernels, heap } = backend;
    // All of the memory's last block: the chunks that lie behind the memory's end trap.
    const last = heap.float32(5 * CHUNK);
    const end = new Float32Array(last.buffer, last.buffer.byteLength - 4 * CHUNK);
    for (let round = 0; round < 50; round++)
      for (const chunks of [2, 3, 20])
        expect(() => kernels.negate(end, end, chunks * CHUNK)).toThrow(WebAssembly.RuntimeError);
    heap.free(last);
    expectWorks(backend);
    expect(backend.threads).toBe(3);
  });

  it("works inside a thread of the process too", async () => {
    const { Worker } = await import("node:worker_threads");
    const answer = await new Promise((resolve, reject) => {
      const entry = new URL("../../dist/index.js", import.meta.url).href;
      const worker = new Worker(
        `import(${JSON.stringify(entry)}).then(async ({ init, threads, ones }) => {
           await init({ threads: 3 });
           const n = 300_000;
           require("node:worker_threads").parentPort.postMessage([threads(), ones([n]).sum().item()]);
         });`,
        { eval: true },
      );
      worker.on("message", resolve);
      worker.on("error", reject);
    });
    expect(answer).toEqual([3, 300_000]);
  });
});
