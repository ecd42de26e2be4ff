/** The size of what a page loads: parts of the public interface, bundled and minified for browsers. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Rollup } from "vite";

const LIBRARY = fileURLToPath(new URL("../../dist/index.js", import.meta.url));

/** What it takes to build, train, save and load a network. */
export const CORE_NAMES = [
  ...["init", "tensor", "zeros", "ones", "stack", "noGrad", "scope", "memory", "heaviside"],
  ...["AutogradFunction", "SpikeFunctionSigmoid", "Module", "BaseNode", "IFSRL", "ATIF", "MultiStepATIF"],
  ...["Linear", "Conv1d", "Conv2d", "BatchNorm1d", "BatchNorm2d", "MaxPool1d", "MaxPool2d"],
  ...["AvgPool1d", "AvgPool2d", "Flatten", "Dropout", "Sequential", "SMLP", "SCNN"],
  ...["crossEntropy", "mse", "SGD", "Adam", "saveModel", "loadModel"],
] as const;

/** What it takes to load a stored network and run it. */
export const LOAD_AND_RUN_NAMES = [
  ...["initInference", "tensor", "noGrad", "scope", "loadModel", "decodeModel"],
] as const;

export interface BundleSize {
  /** Every file on its own. */
  readonly gzipBytes: number;
  readonly minifiedBytes: number;
}

/**
 * @param folder for the entry
 * @param names of the public interface; what they do not need is left out
 */
export async function measureBundle(folder: string, names: readonly string[]): Promise<BundleSize> {
  const files = [...(await bundleOf(folder, names)).values()];
  return {
    gzipBytes: total(files.map((file) => gzipSync(file, { level: 9 }).length)),
    minifiedBytes: total(files.map(({ length }) => length)),
  };
}

/** The files by name; the first is the entry, which exports the names. @param folder as measureBundle */
export async function bundleOf(folder: string, names: readonly string[]): Promise<Map<string, Buffer>> {
  // Not loaded for other suites.
  const { build } = await import("vite");
  const entry = join(folder, "entry.js");
  writeFileSync(entry, `export { ${names.join(", ")} } from ${JSON.stringify(LIBRARY)};\n`);
  const { output } = (await build({
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
  })) as Rollup.RollupOutput;
  return new Map(
    output.map((file) => [file.fileName, Buffer.from(file.type === "chunk" ? file.code : file.source)]),
  );
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
