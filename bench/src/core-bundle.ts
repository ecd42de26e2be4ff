/** The size of what a page loads: the library's core, bundled and minified for browsers. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const LIBRARY = fileURLToPath(new URL("../../index.js", import.meta.url));

/** The core of the public interface: what it takes to build, train, save and load a network. */
const CORE_NAMES = [
  ...["init", "tensor", "zeros", "ones", "stack", "noGrad", "scope", "memory", "heaviside"],
  ...["AutogradFunction", "SpikeFunctionSigmoid", "Module", "BaseNode", "IFSRL", "ATIF", "MultiStepATIF"],
  ...["Linear", "Conv1d", "Conv2d", "BatchNorm1d", "BatchNorm2d", "MaxPool1d", "MaxPool2d"],
  ...["AvgPool1d", "AvgPool2d", "Flatten", "Dropout", "Sequential", "SMLP", "SCNN"],
  ...["crossEntropy", "mse", "SGD", "Adam", "saveModel", "loadModel"],
] as const;

/** The part of vite that is used. It is a tool of the repository; those who only use this package do not have it. */
interface Vite {
  build(options: object): Promise<{ readonly output: readonly Output[] }>;
}

interface Output {
  /** Of a chunk of JavaScript. */
  readonly code?: string;
  /** Of any other file. */
  readonly source?: string | Uint8Array;
}

export interface BundleSize {
  /** Every file on its own. */
  readonly gzipBytes: number;
  readonly minifiedBytes: number;
}

/** @param folder for the entry @returns null where vite is not installed */
export async function measureCoreBundle(folder: string): Promise<BundleSize | null> {
  const vite = await findVite();
  if (vite === null) return null;
  const entry = join(folder, "core.js");
  writeFileSync(entry, `export { ${CORE_NAMES.join(", ")} } from ${JSON.stringify(LIBRARY)};\n`);
  const { output } = await vite.build({
    configFile: false,
    root: folder,
    logLevel: "silent",
    build: {
      write: false,
      target: "es2022",
      modulePreload: false,
      // An entry whose exports nobody imports would be empty.
      rollupOptions: { input: entry, preserveEntrySignatures: "strict" },
    },
  });
  const files = output.map(({ code, source }) => Buffer.from(code ?? source ?? ""));
  return {
    gzipBytes: total(files.map((file) => gzipSync(file, { level: 9 }).length)),
    minifiedBytes: total(files.map(({ length }) => length)),
  };
}

async function findVite(): Promise<Vite | null> {
  // Not a literal: the compiler and bundlers must not follow it.
  const name: string = "vite";
  try {
    return (await import(name)) as Vite;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND") return null;
    throw error;
  }
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
