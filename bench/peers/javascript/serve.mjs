/**
 * A JavaScript library as a peer of the bench: a process that answers requests, one JSON object per line, until its
 * input ends. The requests are those of ../pytorch/serve.py: products, or inference with a network.
 */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { readArray, writeArrays } from "./arrays.mjs";
import { createJaxJs } from "./jax-js.mjs";
import { createOnnxRuntime } from "./onnxruntime.mjs";
import { createTfjs } from "./tfjs.mjs";

const LIBRARIES = {
  tfjs: { package: "@tensorflow/tfjs", create: createTfjs },
  "jax-js": { package: "@jax-js/jax", create: createJaxJs },
  "onnxruntime-node": { package: "onnxruntime-node", create: createOnnxRuntime },
};

/**
 * @param {keyof typeof LIBRARIES} name
 * @param {{ load(name: string): Promise<object>, locate(name: string): string }} user imports and finds packages
 *   where the user's own code would
 */
export async function serve(name, user) {
  // The last line of output may only be an answer: what libraries print goes to stderr.
  console.log = console.info = console.debug = console.error;
  // Ctrl-C is for the bench, which ends this process by closing its input.
  process.on("SIGINT", () => undefined);
  let library = null;
  let prepared = null;
  const product = async ({ x, w, gradient }) => {
    const operands = [x, w, gradient].map((array) => ({ data: readArray(array), shape: array.shape }));
    const made = await library.product(...operands);
    const results = async (which) => ({ result: await made.result(which) });
    return { run: (which) => made.run(which), results, dispose: () => made.dispose() };
  };
  const actions = {
    async hello({ threads }) {
      library = await LIBRARIES[name].create(user, threads);
      return { version: versionOf(user.locate(LIBRARIES[name].package)), note: library.note };
    },
    async prepare(request) {
      await prepared?.work.dispose();
      const make = request.kind === "network" ? library.network : product;
      prepared = { folder: request.folder, work: await make(request) };
    },
    async results({ case: which }) {
      return writeArrays(name, prepared.folder, await prepared.work.results(which));
    },
    async time({ case: which, runs }) {
      await prepared.work.run(which);
      const ms = [];
      for (let i = 0; i < runs; i++) {
        const start = performance.now();
        await prepared.work.run(which);
        ms.push(performance.now() - start);
      }
      return { ms };
    },
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    let answer;
    try {
      answer = { result: (await actions[request.do](request)) ?? null };
    } catch (error) {
      // The bench says what went wrong with this peer and goes on without it.
      answer = { error: String(error?.message ?? error).split("\n")[0] };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

/** Of the package that this file belongs to. */
function versionOf(url) {
  for (let folder = dirname(fileURLToPath(url)); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      if (version !== undefined) return version;
    } catch {
      // The description is further up.
    }
  }
  return "of unknown version";
}
