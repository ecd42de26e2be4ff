/**
 * The package as a user gets it: packed, installed in an empty folder, used by name from JavaScript and TypeScript and
 * on the command line.
 */

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compilerOptions, load, loadWithout, train, typedUse, writeOtherPackage } from "./other-package.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;

function run(command: string, args: string[], cwd = folder): string {
  return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Those of the language, which every project has. */
const libraryFiles = new Map<string, ts.SourceFile | undefined>();

/** Compiles a project, or the one of a folder, as tsc does. @returns what the compiler finds */
function found(project: string): string {
  const file = project.endsWith(".json") ? join(folder, project) : join(project, "tsconfig.json");
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as { config: object };
  const { options, fileNames, errors } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(file));
  const host = ts.createCompilerHost(options);
  const libraries = dirname(host.getDefaultLibFileName(options));
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version, ...rest) => {
    if (dirname(name) !== libraries) return read(name, version, ...rest);
    if (!libraryFiles.has(name)) libraryFiles.set(name, read(name, version, ...rest));
    return libraryFiles.get(name);
  };
  host.getCurrentDirectory = () => dirname(file);
  const program = ts.createProgram(fileNames, options, host);
  const { diagnostics } = program.emit();
  return ts.formatDiagnostics([...errors, ...ts.getPreEmitDiagnostics(program), ...diagnostics], host);
}

function compile(project: string): void {
  expect(found(project)).toBe("");
}

function runProgram(name: string, program: string): unknown {
  writeFileSync(join(folder, name), program);
  return JSON.parse(run("node", [name]));
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "atif-package-"));
  // The build has run (npm test): --ignore-scripts packs what it made.
  run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], root);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "user", private: true, type: "module" }),
  );
  run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", `./${tarball}`]);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the packed package", () => {
  it("trains and classifies by name", () => {
    writeFileSync(
      join(folder, "use.mjs"),
      `import { init, loadDigits, manualSeed, SMLP, Adam, crossEntropy, scope, tensor, noGrad } from "atif";
       await init();
       manualSeed(1);
       const { train, test } = await loadDigits();
       const model = new SMLP({ inputShape: [8, 8, 1], outputShape: [10], units: [32], timesteps: 4, neuron: { kind: "ATIF" } });
       const optimizer = new Adam(model.parameters(), { lr: 0.01 });
       for (let epoch = 0; epoch < 4; epoch++)
         for (const batch of train.batches({ batchSize: 64 }))
           scope(() => {
             optimizer.zeroGrad();
             crossEntropy(model.run(tensor(batch.x, batch.shape)), batch.labels).backward();
             optimizer.step();
           });
       const all = test.batch(Array.from({ length: test.length }, (_, i) => i));
       const guesses = noGrad(() => model.run(tensor(all.x, all.shape)).argmax());
       console.log(guesses.filter((guess, i) => guess === all.labels[i]).length / test.length);`,
    );
    expect(Number(run("node", ["use.mjs"]))).toBeGreaterThan(0.75);
  });

  it("has types that a strict program compiles against", () => {
    writeFileSync(
      join(folder, "use.ts"),
      `import { ATIF, createNeuron, init, tensor, type NeuronSpec, type Tensor, type StateDict } from "atif";
       import type { AtifRaster, PickEvent } from "atif/elements";
       import { alone, DataParallel, type Communicator } from "atif/parallel";
       const communicator: Communicator = alone;
       export const parallel: DataParallel = new DataParallel({ shards: 2, communicator });
       await init({ backend: "reference" });
       const neuron: ATIF = new ATIF({ alpha: 2 });
       const y: Tensor = neuron.forward(tensor([1, 2], [2]));
       const dict: StateDict = neuron.stateDict();
       const shape: number[] = dict["v_threshold"].shape;
       // @ts-expect-error a step mode is 's' or 'm'
       neuron.stepMode = "x";
       declare module "atif" {
         interface NeuronParams { Pulse: { gain?: number } }
       }
       const specs: NeuronSpec[] = [{ kind: "Pulse", params: { gain: 2 } }, { kind: "ATIF", params: { alpha: 2 } }];
       // @ts-expect-error a kind has options of its own
       const other: NeuronSpec = { kind: "Pulse", params: { alpha: 2 } };
       // @ts-expect-error a kind that nobody has declared
       const unknown: NeuronSpec = { kind: "Pulses" };
       const raster: AtifRaster = document.createElement("atif-raster");
       raster.layers = [{ name: "hidden", neurons: 1, spikes: [0, 1] }];
       raster.addEventListener("pick", (event) => (event as PickEvent).detail.neuron.toFixed());
       // @ts-expect-error a step is a number
       raster.step = "3";
       export const make = (): unknown[] => [...specs, other, unknown].map((spec) => createNeuron(spec));
       export { shape, y };`,
    );
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          module: "NodeNext",
          target: "ES2022",
          noEmit: true,
          types: [],
          lib: ["ES2023", "DOM"],
        },
        files: ["use.ts"],
      }),
    );
    compile("tsconfig.json");
  });

  it.each([
    // That all types are right is checked above, as in NodeNext; these find the same files.
    { module: "Node16", skipLibCheck: true },
    { module: "ESNext", moduleResolution: "Bundler", skipLibCheck: true },
    // Found by "types" beside "main", where exports are not read.
    { module: "ESNext", moduleResolution: "Node10", skipLibCheck: true },
  ])(
    "has types that are found with $module, $moduleResolution",
    (settings) => {
      writeFileSync(
        join(folder, "found.ts"),
        `import { init, tensor, type Tensor } from "atif";
       await init();
       const y: Tensor = tensor([1, 2], [2]).add(1);
       // @ts-expect-error a shape is no text
       const shape: string = y.shape;
       export { shape };`,
      );
      const { types, lib, strict, target } = compilerOptions;
      writeFileSync(
        join(folder, "tsconfig.found.json"),
        JSON.stringify({
          compilerOptions: { types, lib, strict, target, noEmit: true, ...settings },
          files: ["found.ts"],
        }),
      );
      compile("tsconfig.found.json");
    },
    120_000,
  );

  it("has types by which a wrong program is found", () => {
    writeFileSync(
      join(folder, "wrong.ts"),
      `import { tensor } from "atif";\nexport const x: string = tensor([1], [1]);`,
    );
    const options = { ...compilerOptions, module: "NodeNext", noEmit: true, skipLibCheck: true };
    writeFileSync(
      join(folder, "tsconfig.wrong.json"),
      JSON.stringify({ compilerOptions: options, files: ["wrong.ts"] }),
    );
    expect(found("tsconfig.wrong.json")).toMatch(
      /wrong\.ts\(2,\d+\): error TS2322: Type 'Tensor' is not assignable/,
    );
  });

  it("has the elements by another name, with types, and imports them where there are none", () => {
    const names = runProgram(
      "elements.mjs",
      `import * as elements from "atif/elements"; console.log(JSON.stringify(Object.keys(elements)));`,
    );
    expect(names).toEqual(
      expect.arrayContaining(["AtifDraw", "AtifMembrane", "AtifRaster", "AtifStaircase"]),
    );
    expect(existsSync(join(folder, "node_modules/preact"))).toBe(false);
  });

  it("brings the command line", () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    expect(run("npx", ["--no-install", "atif", "--version"]).trim()).toBe(version);
  });

  it("writes an experiment to begin with, runs it, and makes a page of it", () => {
    run("npx", ["--no-install", "atif", "init", "my.toml", "--model", "SMLP"]);
    const words = ["my.toml", "--epochs", "1", "--out", "mine", "--json"];
    const answer = run("npx", ["--no-install", "atif", "train", ...words]);
    expect(JSON.parse(answer)).toMatchObject({ status: "complete", epochs: 1 });
    const page = run("npx", ["--no-install", "atif", "export", "mine", "--to", "html", "--json"]);
    expect(JSON.parse(page)).toMatchObject({ file: "mine.html", name: "mine" });
    expect(readFileSync(join(folder, "mine.html"), "utf8")).toContain("<title>mine</title>");
  });

  it("times itself without the bench of the repository", () => {
    const answer = run("npx", ["--no-install", "atif", "bench", "--quick", "--rounds", "1", "--json"]);
    expect(JSON.parse(answer)).toMatchObject({ version: expect.any(String) as string, valid: true });
    const files = readdirSync(join(folder, "node_modules/atif"), { encoding: "utf8", recursive: true });
    expect(files).toContain(join("dist", "cli", "commands", "bench.js"));
    const others = files.filter((file) => !file.startsWith("conformance"));
    expect(others.filter((file) => /suite|peer|pytorch|tfjs|\.py$/i.test(file))).toEqual([]);
    expect(files.filter((file) => file.split(sep).includes("bench"))).toEqual([]);
  });

  it("holds the licence, the notice and the data's attribution, and no tests or sources", () => {
    const installed = readdirSync(join(folder, "node_modules/atif"));
    expect(installed).toEqual(expect.arrayContaining(["LICENSE", "NOTICE", "README.md", "data", "dist"]));
    expect(installed).not.toEqual(expect.arrayContaining(["src"]));
    expect(installed).not.toEqual(expect.arrayContaining(["test"]));
  });
});

it("serves the page from the installed package", async () => {
  const child = spawn(
    process.execPath,
    ["node_modules/.bin/atif", "playground", "--no-open", "--json", "--port", "0"],
    { cwd: folder },
  );
  const ended = new Promise((resolve) => child.once("close", resolve));
  const [line] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
  const { address } = JSON.parse(line) as { address: string };
  const page = await (await fetch(address)).text();
  child.kill("SIGTERM");
  await ended;
  expect(page).toContain("<title>atif");
});

describe("a package of somebody else's, with a neuron and a layer", () => {
  beforeAll(() => {
    const own = writeOtherPackage(folder);
    compile(own);
    run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], own);
    run("npm", ["install", "--no-audit", "--no-fund", "--offline", "./atif-other-1.0.0.tgz"]);
    rmSync(own, { recursive: true });
  }, 120_000);

  it("adds its options to the types of the library", () => {
    writeFileSync(join(folder, "both.ts"), typedUse);
    writeFileSync(
      join(folder, "tsconfig.both.json"),
      JSON.stringify({ compilerOptions: { ...compilerOptions, noEmit: true }, files: ["both.ts"] }),
    );
    compile("tsconfig.both.json");
  });

  it("trains in lists of layers and in SCNN and SMLP, is inspected, stored, and loaded to the same bits", () => {
    interface Seen {
      first: number;
      last: number;
      bits: string;
    }
    const seen = runProgram("train.mjs", train) as Record<"graph" | "scnn" | "smlp", Seen>;
    expect(seen).toMatchObject({
      gainsKind: true,
      graph: {
        grads: 0,
        own: true,
        decays: [0.75],
        activity: [["LeakyFire", [6, 6, 4]]],
        inspected: [["LeakyFire", 1, null]],
        layers: [
          ["conv", "Conv2d", [6, 6, 4], 40],
          ["gains", "Gains", [6, 6, 4], 4],
          ["fire", "LeakyFire", [6, 6, 4], 0],
          ["pool", "MaxPool2d", [3, 3, 4], 0],
          ["flat", "Flatten", [36], 0],
          ["fc", "Linear", [10], 370],
        ],
        nodes: ["Input", "Conv2d", "Gains", "LeakyFire", "MaxPool2d", "Flatten", "Linear"],
      },
      scnn: { grads: 0, own: true, decays: [0.25], inspected: [["LeakyFire", 1, null]] },
      smlp: { grads: 0, own: true, decays: [0.25], activity: [["LeakyFire", [16]]] },
    });
    for (const { first, last } of [seen.graph, seen.scnn, seen.smlp]) expect(last).toBeLessThan(0.8 * first);
    const { graph, scnn, smlp } = seen;
    expect(runProgram("load.mjs", load)).toEqual({ graph: graph.bits, scnn: scnn.bits, smlp: smlp.bits });
    expect(runProgram("load-without.mjs", loadWithout)).toEqual([
      expect.stringMatching(
        /^FormatError: graph: the architecture makes no network: .*kind is "Gains"; expected/,
      ),
      expect.stringMatching(
        /^FormatError: scnn: the architecture makes no network: .*kind is "LeakyFire"; expected/,
      ),
    ]);
  });
});
