/** The lint rules of eslint.laws.js, as the project's configuration has them, on files of a few words. */

import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { describe, expect, it } from "vitest";

const eslint = new ESLint({
  cwd: fileURLToPath(new URL("../..", import.meta.url)),
  // the files do not exist, so that they have no types
  overrideConfig: tseslint.configs.disableTypeChecked as ESLint.Options["overrideConfig"] & object,
});

/** The laws that a file with this text breaks. */
async function broken(filePath: string, text: string): Promise<string[]> {
  const [{ messages }] = await eslint.lintText(text, { filePath });
  expect(messages.filter(({ fatal }) => fatal)).toEqual([]);
  return messages
    .filter(({ ruleId }) => ruleId === "no-restricted-syntax" || ruleId === "no-restricted-globals")
    .map(({ message }) => (message.includes("Ask the neuron") ? "neuron" : "host"));
}

const CLASSES = [
  "ATIF",
  "MultiStepATIF",
  "IFSRL",
  "IFNode",
  "LIFNode",
  "ParametricLIFNode",
  "AdaptiveThresholdNode",
];

describe("nobody outside src/neurons asks for the class of a neuron", () => {
  it.each(CLASSES)("%s", async (name) => {
    const text = `export const height = neuron instanceof ${name} ? 1 : 2;\n`;
    for (const path of ["src/layers/x.ts", "src/cli/x.ts", "src/platform/x.ts", "playground/worker/x.ts"])
      expect(await broken(path, text), path).toEqual(["neuron"]);
    expect(await broken("src/neurons/x.ts", text)).toEqual([]);
    expect(await broken("test/neurons/x.ts", text)).toEqual([]);
  });

  it("but for what all neurons are, for errors, and in words", async () => {
    const text = `// neuron instanceof ATIF
      export const isNeuron = layer instanceof BaseNode;
      export const isError = thrown instanceof ShapeError || thrown instanceof ATIFError;
      export const made = new ATIF(options), name = "x instanceof ATIF", compared = ATIF === kind;\n`;
    expect(await broken("src/layers/x.ts", text)).toEqual([]);
  });
});

describe("only src/platform and src/cli ask the host", () => {
  it.each([
    ['export const os = globalThis.process?.getBuiltinModule?.("node:os");', 2],
    ["export const ask = host?.getBuiltinModule;", 1],
    ["export const { getBuiltinModule } = host;", 1],
    ["export const windows = globalThis.process.platform;", 1],
    ["export const host = (globalThis as { process?: NodeProcess }).process;", 1],
    ["export const { process } = globalThis;", 1],
    ["export const { process: host } = globalThis as { process?: NodeProcess };", 1],
    ["export const windows = process.platform;", 1],
    ['import { readFileSync } from "node:fs";\nexport { readFileSync as read };', 1],
    ['import "node:fs";', 1],
    ['export { readFileSync } from "node:fs";', 1],
    ['export * from "node:fs";', 1],
    ['export const fs = await import("node:fs");', 1],
  ])("%s", async (line, times) => {
    for (const path of ["src/datasets/x.ts", "src/kernels/wasm/x.ts", "src/neurons/x.ts", "src/x.ts"])
      expect(await broken(path, `${line}\n`), path).toEqual(Array(times).fill("host"));
    for (const path of ["src/platform/x.ts", "src/cli/x.ts", "test/cli/x.ts"])
      expect(await broken(path, `${line}\n`), path).toEqual([]);
  });

  it("but for types, and for other things of these names", async () => {
    const text = `import type { Stats } from "node:fs";
      import { read } from "./files.js";
      export type { Dirent } from "node:fs";
      export type Os = typeof import("node:os");
      // globalThis.process, import "node:fs"
      export const words = "process.getBuiltinModule of node:fs", id = builtinModule("node:os");
      export const own = run.process, scheduler = globalThis.scheduler, { process: step } = run;
      export function work(process: () => Stats): Stats { return process(); }
      export { read };\n`;
    expect(await broken("src/datasets/x.ts", text)).toEqual([]);
  });
});

describe("the command line writes through Terminal and Progress", () => {
  it.each([
    ["process.stdout.write(name);", 1],
    ["process.stderr.write(`${name}\\n`);", 1],
    ["terminal.out.write(name);", 1],
    ["console.error(name);", 1],
    ["terminal.print(name); progress.line(name); writeFileSync(name, text);", 0],
  ])("%s", async (line, times) => {
    const wrong = async (path: string): Promise<string[]> => {
      const [{ messages }] = await eslint.lintText(`${line}\n`, { filePath: path });
      return messages.filter(({ message }) => message.includes("Terminal or Progress")).map(() => "write");
    };
    for (const path of ["src/cli/x.ts", "src/cli/commands/x.ts"])
      expect(await wrong(path), path).toEqual(Array(times).fill("write"));
    for (const path of ["src/cli/terminal.ts", "src/cli/progress.ts"])
      expect(await wrong(path), path).toEqual([]);
  });
});
