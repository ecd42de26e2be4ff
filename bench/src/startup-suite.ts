/** Suite e: how long it takes until the first tensor can be made, and how much there is to load. */

import { fileURLToPath } from "node:url";
import { gzipSync, inflateRawSync } from "node:zlib";
import { wasmBinary } from "../../dist/kernels/wasm/binary.js";
import type { PeerRun } from "./peer-run.js";
import { CORE_NAMES, LOAD_AND_RUN_NAMES, measureBundle } from "./bundle-size.js";
import { outputOf } from "./fresh-process.js";
import { PeerError } from "./peer-process.js";
import type { FoundPeer } from "./peers.js";
import type { Figure } from "../../dist/cli/quick-bench/results.js";
import type { SuiteResult } from "./suite-result.js";
import { median } from "../../dist/cli/quick-bench/timing.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const LIBRARY = new URL("../../dist/index.js", import.meta.url).href;

export const CORE_BUNDLE = "core bundle, gzip";
export const LOAD_AND_RUN_BUNDLE = "load-and-run bundle, gzip";

export async function startupSuite(bench: PeerRun): Promise<SuiteResult> {
  const notes: string[] = [];
  const figures = [
    ...(await startTimes(bench, notes)),
    ...(await packageSizes(bench, notes)),
    ...moduleSizes(),
    await bundleSize(bench, CORE_BUNDLE, CORE_NAMES, "the core of the interface"),
    await bundleSize(
      bench,
      LOAD_AND_RUN_BUNDLE,
      LOAD_AND_RUN_NAMES,
      "loading a stored network and running it",
    ),
  ];
  return { suite: "e", title: "start-up and sizes", rows: [], figures, notes };
}

/** Fresh processes, in turns. */
async function startTimes(bench: PeerRun, notes: string[]): Promise<Figure[]> {
  const { rounds, threads } = bench.options;
  const program = `
    const start = performance.now();
    const { init } = await import(${JSON.stringify(LIBRARY)});
    const imported = performance.now();
    await init({ threads: ${threads} });
    console.log(JSON.stringify([imported - start, performance.now() - imported]));
    process.exit(0);`;
  const [imports, inits, nodes, wholes]: number[][] = [[], [], [], []];
  const peers = bench.peers.map((peer) => ({ peer, times: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    await bench.say("start-up", (0.7 * round) / rounds);
    nodes.push(await duration(() => runNode("")));
    let answer = "";
    wholes.push(await duration(async () => (answer = await runNode(program))));
    const [imported, ready] = JSON.parse(answer) as [number, number];
    imports.push(imported);
    inits.push(ready);
    for (const { peer, times } of peers) {
      try {
        times.push(await duration(() => start(peer, threads)));
      } catch (error) {
        if (!(error instanceof PeerError)) throw error;
        notes.push(`${peer.name}: its start was not timed: ${error.message}`);
      }
    }
  }
  const files = "medians of fresh processes, the files in the system's cache";
  return [
    { name: "atif, import", value: median(imports), unit: "ms", note: files },
    { name: `atif, init with ${threads} threads`, value: median(inits), unit: "ms" },
    { name: "atif, whole process", value: median(wholes), unit: "ms" },
    { name: "Node alone, whole process", value: median(nodes), unit: "ms" },
    ...peers
      .filter(({ times }) => times.length > 0)
      .map(({ peer, times }): Figure => ({
        name: `${peer.name}, process until it is imported`,
        value: median(times),
        unit: "ms",
      })),
  ];
}

function runNode(program: string): Promise<string> {
  return outputOf(process.execPath, ["--input-type=module", "--eval", program]);
}

async function start(peer: FoundPeer, threads: number): Promise<void> {
  const process = peer.restart();
  try {
    await process.ask("hello", { threads });
  } finally {
    process.close();
  }
}

async function duration(run: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await run();
  return performance.now() - begin;
}

async function packageSizes(bench: PeerRun, notes: string[]): Promise<Figure[]> {
  await bench.say("size of the package", 0.7);
  try {
    const words = ["pack", "--dry-run", "--json", "--ignore-scripts"];
    // On Windows npm is a script, which only a shell runs.
    const answer = await outputOf("npm", words, { cwd: ROOT, shell: process.platform === "win32" });
    const [{ size, unpackedSize }] = JSON.parse(answer) as [{ size: number; unpackedSize: number }];
    return [
      {
        name: "package, compressed",
        value: size,
        unit: "bytes",
        note: "npm pack; with the command line, data, examples",
      },
      { name: "package, unpacked", value: unpackedSize, unit: "bytes" },
    ];
  } catch (error) {
    notes.push(
      `the package was not measured: npm: ${error instanceof Error ? error.message : String(error)}`,
    );
    return [];
  }
}

function moduleSizes(): Figure[] {
  const module = inflateRawSync(Buffer.from(wasmBinary.deflatedBase64, "base64"));
  return [
    { name: "wasm module", value: module.length, unit: "bytes" },
    { name: "wasm module, gzip", value: gzipSync(module, { level: 9 }).length, unit: "bytes" },
  ];
}

async function bundleSize(
  bench: PeerRun,
  name: string,
  names: readonly string[],
  contents: string,
): Promise<Figure> {
  await bench.say(`size of the ${name}`, 0.8);
  const size = await measureBundle(bench.files.folder, names);
  const note = `${contents} and the kernels, by vite for browsers; ${size.minifiedBytes} bytes before gzip`;
  return { name, value: size.gzipBytes, unit: "bytes", note };
}
