/**
 * The examples of README.md and docs run, against the built package and under its name.
 *
 * Every block that is marked js or ts is a program of its own and is run by Node, unless the word text follows, as in
 * ```js text. Blocks of one file run in order in one folder, so that one may read what another wrote. A comment "// → x"
 * says what a block prints, line by line; a block without any may print what it likes.
 */

import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeBlocks, promisedOutput, type CodeBlock } from "./code-blocks.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const TIME_LIMIT_MS = 120_000;

const documents = ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith(".md") && existsSync(join(root, name)),
);

const isProgram = ({ language, words }: CodeBlock): boolean =>
  ["js", "javascript", "mjs", "ts", "typescript"].includes(language) && !words.includes("text");

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "atif-docs-"));
  // Under the name by which users import it.
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "atif"), "dir");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(file: string, cwd: string): Promise<Ended> {
  const child = spawn(process.execPath, [file], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TIME_LIMIT_MS,
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

function programOf({ language, code }: CodeBlock): string {
  if (!language.startsWith("t")) return code;
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(code, { compilerOptions: options }).outputText;
}

describe.concurrent.each(documents)("%s", (document) => {
  const blocks = codeBlocks(readFileSync(join(root, document), "utf8")).filter(isProgram);

  it("runs, and prints what it says", { timeout: blocks.length * TIME_LIMIT_MS + 1000 }, async () => {
    const cwd = join(folder, document.replaceAll("/", "-"));
    mkdirSync(cwd);
    for (const block of blocks) {
      const file = join(cwd, `line-${block.line}.mjs`);
      writeFileSync(file, programOf(block));
      const { code, stdout, stderr } = await run(file, cwd);
      const where = `${document}:${block.line}`;
      expect(code, `${where} ended with ${code ?? "a signal"}: ${stderr}`).toBe(0);
      const promised = promisedOutput(block.code);
      if (promised !== null) expect(stdout.trimEnd().split("\n"), where).toEqual(promised);
    }
  });
});

it("there are examples in the documents that are to have them", () => {
  const count = (name: string): number =>
    codeBlocks(readFileSync(join(root, name), "utf8")).filter(isProgram).length;
  expect(count("docs/api.md")).toBeGreaterThanOrEqual(10);
  expect(count("docs/training.md")).toBeGreaterThanOrEqual(3);
  expect(count("docs/files.md")).toBeGreaterThanOrEqual(3);
});
