/** Libraries as peers of the bench: stand-ins of tfjs, one of whose results is wrong. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { answerOf, temporaryFolder, type Ended } from "../cli/atif.js";
import { bench } from "./bench-process.js";

const folder = temporaryFolder();

/** Multiplies matrices, forward ones wrongly, and knows no convolution. */
const TFJS = `
const tensor = (data, shape) => ({ data, shape, rank: shape.length, dataSync: () => data, dispose() {} });
const notThere = () => { throw new Error("Kernel not registered"); };
export const setBackend = async (name) => name === "wasm";
export const env = () => ({ getAsync: async () => true });
export { tensor, notThere as conv2d, notThere as conv2dTranspose, notThere as tidy };
export function matMul(a, b, transposeA = false, transposeB = false) {
  const [m, k] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
  const n = transposeB ? b.shape[0] : b.shape[1];
  const c = new Float32Array(m * n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++)
      for (let p = 0; p < k; p++)
        c[i * n + j] += a.data[transposeA ? p * m + i : i * k + p] * b.data[transposeB ? j * k + p : p * n + j];
  if (!transposeA && !transposeB) c[7] += 0.5;
  return tensor(c, [m, n]);
}`;

function install(name: string, version: string, source: string): void {
  const place = join(folder, "node_modules", name);
  mkdirSync(place, { recursive: true });
  writeFileSync(
    join(place, "package.json"),
    JSON.stringify({ name, version, type: "module", main: "index.js" }),
  );
  writeFileSync(join(place, "index.js"), source);
}

interface Row {
  readonly name: string;
  readonly valid: boolean;
  readonly checks: readonly { readonly against: string; readonly passed: boolean; readonly error: number }[];
  readonly times: readonly { readonly contestant: string }[];
  readonly notes: readonly string[];
}

let ended: Ended;

function row(name: string): Row {
  const [{ rows }] = answerOf(ended).suites as { rows: Row[] }[];
  const found = rows.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no row ${name}`);
  return found;
}

beforeAll(async () => {
  install("@tensorflow/tfjs", "9.9.9", TFJS);
  install("@tensorflow/tfjs-backend-wasm", "9.9.9", "export const setThreadsCount = () => undefined;");
  const words = [
    "--quick",
    "--suite",
    "b",
    "--rounds",
    "1",
    "--threads",
    "1",
    "--python",
    "no-python",
    "--json",
  ];
  ended = await bench(words, { cwd: folder });
});

describe("libraries beside atif", () => {
  it("are found from the working folder on, with their versions; the others are named", () => {
    const peers = answerOf(ended).peers as { name: string }[];
    // Besides, other backends of this library, of which there are some or none.
    expect(peers.filter(({ name }) => !name.startsWith("atif"))).toEqual([
      expect.objectContaining({ name: "PyTorch" }),
      { name: "tfjs", version: "9.9.9", note: "WASM, threads: 1" },
      { name: "jax-js", missing: "it is not installed here", install: "npm install @jax-js/jax" },
    ]);
  });

  it("with a wrong result make a row that is not timed, and exit code 1", () => {
    const wrong = row("linear 576->32, 8 rows, forward, 100 %");
    expect(wrong).toMatchObject({ valid: false, times: [] });
    expect(wrong.checks.filter(({ passed }) => !passed)).toEqual([
      expect.objectContaining({ against: "tfjs" }),
    ]);
    expect(ended.code).toBe(1);
    expect(answerOf(ended)).toMatchObject({ valid: false, exitCode: 1 });
    expect(ended.stderr).toContain(
      "atif: 1 of the results are wrong and were not timed: linear 576->32, 8 rows, forward, 100 %.",
    );
  });

  it("with a right result are timed", () => {
    for (const name of [
      "linear 576->32, 8 rows, weight gradient, 100 %",
      "linear 576->32, 8 rows, input gradient",
    ]) {
      const { valid, checks, times } = row(name);
      expect(valid).toBe(true);
      expect(checks.map(({ against }) => against)).toContain("tfjs");
      expect(times.map(({ contestant }) => contestant)).toContain("tfjs");
    }
  });

  it("that cannot compute a row are left out of it, with the reason", () => {
    const { valid, times, notes } = row("conv 3x3, 64->64, 8x8, batch 2, forward, 100 %");
    expect(valid).toBe(true);
    expect(times.map(({ contestant }) => contestant)).toEqual(["atif", "atif, dense"]);
    expect(notes).toEqual(["tfjs does not take part: Kernel not registered"]);
  });
});
