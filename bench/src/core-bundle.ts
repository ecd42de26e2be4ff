/** The size of what a page loads: the library's core, bundled and minified for browsers. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Rollup } from "vite";

const LIBRARY = fileURLToPath(new URL("../../dist/index.js", import.meta.url));

/** The core of the public interface: what it takes to build, train, save and load a network. */
const CORE_NAMES = [
  ...["init", "tensor", "zeros", "ones", "stack", "noGrad", "scope", "memory", "heaviside"],
  ...["AutogradFunction", "SpikeFunctionSigmoid", "Module", "BaseNode", "IFSRL", "ATIF", "MultiStepATIF"],
  ...["Linear", "Conv1d", "Conv2d", "BatchNorm1d", "BatchNorm2d", "MaxPool1d", "MaxPool2d"],
  ...["AvgPool1d", "AvgPool2d", "Flatten", "Dropout", "Sequential", "SMLP", "SCNN"],
  ...["crossEntropy", "mse", "SGD", "Adam", "saveModel", "loadModel"],
] as const;

export interface BundleSize {
  /** Every file on its own. */
  readonly gzipBytes: number;
  readonly minifiedBytes: number;
}

/** @param folder for the entry */
export async function measureCoreBundle(folder: string): Promise<BundleSize> {
  // Not loaded for other suites.
  const { build } = await import("vite");
  const entry = join(folder, "core.js");
  writeFileSync(entry, `export { ${CORE_NAMES.join(", ")} } from ${JSON.stringify(LIBRARY)};\n`);
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
  const files = output.map((file) => Buffer.from(file.type === "chunk" ? file.code : file.source));
  return {
    gzipBytes: total(files.map((file) => gzipSync(file, { level: 9 }).length)),
    minifiedBytes: total(files.map(({ length }) => length)),
  };
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
