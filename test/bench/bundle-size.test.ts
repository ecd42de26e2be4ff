/** What a page loads: sizes do not depend on the machine, so that bounds can be asserted. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { describe, expect, it } from "vitest";
import { build, type Rollup } from "vite";
import { bundleOf, CORE_NAMES, LOAD_AND_RUN_NAMES, measureBundle } from "../../bench/src/bundle-size.js";
import * as library from "../../src/index.js";
import { decodeModel, init, noGrad, tensor } from "../../src/index.js";
import { temporaryFolder } from "../cli/atif.js";

const folder = temporaryFolder();

const INPUT =
  "tensor(Array.from({ length: model.inputShape.reduce((n, l) => n * l, 2) }, (_, i) => Math.sin(i) * 3), [2, ...model.inputShape])";
const ANSWER = `Buffer.from(noGrad(() => model.run(${INPUT})).toArray().buffer).toString("hex")`;

const hex = (values: Float32Array): string => Buffer.from(values.buffer).toString("hex");

/** Bundles the names, and runs a program that has them in a process of its own. */
async function runBundle(names: readonly string[], program: string): Promise<string> {
  const files = await bundleOf(folder, names);
  const place = mkdtempSync(join(folder, "bundle-"));
  for (const [name, content] of files) {
    mkdirSync(dirname(join(place, name)), { recursive: true });
    writeFileSync(join(place, name), content);
  }
  const [entry] = files.keys();
  writeFileSync(join(place, "package.json"), '{ "type": "module" }');
  writeFileSync(
    join(place, "run.js"),
    `import { ${names.join(", ")} } from "./${entry}";\n` +
      `await ${names.includes("initInference") ? "initInference" : "init"}({ threads: 1 });\n${program}`,
  );
  return execFileSync(process.execPath, [join(place, "run.js")], { encoding: "utf8" });
}

/** The script of a worker that has these names, in vite's default format. */
async function workerOf(place: string, names: readonly string[]): Promise<string> {
  const entry = fileURLToPath(new URL("../../dist/index.js", import.meta.url));
  const list = names.join(", ");
  writeFileSync(
    join(place, "worker.js"),
    `import { ${list} } from ${JSON.stringify(entry)};\nself.all = { ${list} };`,
  );
  writeFileSync(
    join(place, "page.js"),
    'new Worker(new URL("./worker.js", import.meta.url), { type: "module" });',
  );
  const { output } = (await build({
    configFile: false,
    root: place,
    logLevel: "silent",
    build: { write: false, rollupOptions: { input: join(place, "page.js") } },
  })) as Rollup.RollupOutput;
  const worker = output.find(({ fileName }) => fileName.includes("worker"));
  if (worker === undefined) throw new Error("no worker was built");
  return worker.type === "chunk" ? worker.code : String(worker.source);
}

describe("a bundle for a page", () => {
  it("to build, train, save and load a network takes at most 115 kB", async () => {
    const { gzipBytes, minifiedBytes } = await measureBundle(folder, CORE_NAMES);
    expect(gzipBytes).toBeLessThanOrEqual(115_000);
    expect(gzipBytes).toBeLessThan(minifiedBytes);
  });

  it("to load and run one takes at most 80 kB: nothing that trains is in it", async () => {
    const { gzipBytes } = await measureBundle(folder, LOAD_AND_RUN_NAMES);
    expect(gzipBytes).toBeLessThanOrEqual(80_000);
    const withInit = await measureBundle(folder, [...LOAD_AND_RUN_NAMES, "init"]);
    expect(withInit.gzipBytes - gzipBytes).toBeGreaterThan(25_000);
    const withTrainer = await measureBundle(folder, [...LOAD_AND_RUN_NAMES, "Trainer"]);
    expect(withTrainer.gzipBytes - gzipBytes).toBeGreaterThan(5_000);
  });

  it("computes the same bits as the library: what registers itself when it is loaded is in it", async () => {
    const made = await runBundle(
      [...CORE_NAMES, "manualSeed", "encodeModel"],
      `manualSeed(2);
       const models = [
         new SCNN({
           inputShape: [6, 6, 2], outputShape: [3], filters: [4], kernelSizes: [3], paddings: [1], strides: [1],
           poolSizes: [2], fcUnits: [5], batchNorm: true, neuron: { kind: "ATIF" }, timesteps: 3,
         }),
         new SMLP({ inputShape: [6], outputShape: [2], units: [4], neuron: { kind: "LIFNode" }, timesteps: 2 }),
       ];
       for (const model of models) {
         const optimizer = new Adam(model.parameters(), { lr: 0.1 });
         crossEntropy(model.run(${INPUT}), Int32Array.of(0, 1)).backward();
         optimizer.step();
         model.eval();
       }
       console.log(JSON.stringify(models.map((model) =>
         [${ANSWER}, Buffer.from(encodeModel(model)).toString("base64")])));`,
    );
    const stored = JSON.parse(made) as [answer: string, file: string][];
    const again = await runBundle(
      LOAD_AND_RUN_NAMES,
      `const answers = ${JSON.stringify(stored.map(([, file]) => file))}.map((file) => {
         const { model } = decodeModel(Buffer.from(file, "base64"));
         return ${ANSWER};
       });
       console.log(JSON.stringify(answers));`,
    );
    const answers = stored.map(([answer]) => answer);
    expect(JSON.parse(again)).toEqual(answers);
    await init({ threads: 1 });
    for (const [answer, file] of stored) {
      const { model } = decodeModel(Buffer.from(file, "base64"));
      const values = model.inputShape.reduce((n, length) => n * length, 2);
      const x = tensor(
        Array.from({ length: values }, (_, i) => Math.sin(i) * 3),
        [2, ...model.inputShape],
      );
      expect(hex(noGrad(() => model.run(x)).toArray())).toBe(answer);
    }
    expect(new Set(answers).size).toBe(2);
  });

  it.each([
    ["to load and run", LOAD_AND_RUN_NAMES, ["initInference"]],
    ["of everything", Object.keys(library), ["initInference", "loadDigits", "runExperiment"]],
  ])("%s is built for a classic worker too, which imports nothing", async (_, names, named) => {
    const script = await workerOf(folder, names);
    // A script, not a module; words of other languages in its texts are none of its own.
    expect(() => new Script(script)).not.toThrow();
    for (const name of named) expect(script).toContain(`${name}:`);
  });

  it("with quantizeModel, it knows quantized models: they register themselves when they are loaded", async () => {
    const made = await runBundle(
      ["init", "tensor", "noGrad", "SMLP", "quantizeModel", "decodeModel", "encodeModel"],
      `const float = new SMLP({ inputShape: [6], outputShape: [2], units: [4], neuron: { kind: "IFNode" }, timesteps: 2 });
       const quantized = quantizeModel(float, { bits: 6 });
       quantized.run(tensor([1, 2, 3, 4, 5, 6], [1, 6]));
       const { model } = decodeModel(encodeModel(quantized.eval()));
       const x = tensor([6, 5, 4, 3, 2, 1], [1, 6]);
       console.log([quantized, model].map((each) => noGrad(() => each.run(x)).toArray().join(" ")).join("; "));`,
    );
    const [first, again] = made.trim().split("; ");
    expect(first).toMatch(/^-?\d/);
    expect(again).toBe(first);
  });

  it("with SpikingModel, it describes classes of one's own by what the tape shows", async () => {
    const told = await runBundle(
      ["init", "SpikingModel", "Sequential", "Linear"],
      `class Own extends SpikingModel {
         constructor() { super([3], [2], 1, "s", new Sequential({ fc: new Linear(3, 2) })); }
       }
       const { kind, options } = new Own().architecture;
       console.log(kind, options.layers.map((layer) => layer.kind).join());`,
    );
    expect(told.trim()).toBe("GraphModel Linear");
  });

  it("holds what is asked for: the digits only with loadDigits", async () => {
    const [without, digits] = [
      await measureBundle(folder, ["init", "tensor"]),
      await measureBundle(folder, ["init", "tensor", "loadDigits"]),
    ];
    expect(without.gzipBytes).toBeLessThan(80_000);
    expect(digits.gzipBytes - without.gzipBytes).toBeGreaterThan(10_000);
  });

  it("reads files of PyTorch only with readTorch", async () => {
    const text = (files: ReadonlyMap<string, string | Uint8Array>): string =>
      [...files.values()].map((content) => Buffer.from(content).toString()).join("");
    const names = [...CORE_NAMES];
    expect(text(await bundleOf(folder, names))).not.toContain("OrderedDict");
    expect(text(await bundleOf(folder, [...names, "readTorch"]))).toContain("OrderedDict");
  });
}, 60_000);
