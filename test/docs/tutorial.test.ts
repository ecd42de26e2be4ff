/**
 * docs/tutorial.md, done as it says: files are saved, commands are run in order, and what they print is what stands behind them.
 *
 * A block with the name of a file is that file. A block "sh" is a command on each line, and a block "text" behind it what these print;
 * "…" on a line of its own stands for any lines. Times, the place of the compiler and the port of the page are other ones everywhere.
 */

import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "../../src/cli/program.js";
import { printTo } from "../../src/cli/terminal.js";
import { start } from "../cli/atif.js";
import { until } from "../until.js";
import { codeBlocks, type CodeBlock } from "./code-blocks.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const blocks = codeBlocks(readFileSync(join(root, "docs/tutorial.md"), "utf8"));

/** test/package installs the package as npm does; here it is found by its name. */
const INSTALLING = ["mkdir first-spikes", "cd first-spikes", "npm init --yes", "npm install atif"];

/** What the words behind "sh" ask for. */
const isThere = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;
const needs: Readonly<Record<string, readonly string[]>> = {
  cc: ["cc", "make"],
  board: ["arm-none-eabi-gcc", "qemu-system-arm", "make"],
};

let folder: string;
const [own, environment] = [process.cwd(), process.env.npm_command];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "atif-tutorial-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "atif"), "dir");
  process.chdir(folder);
  process.env.npm_command = "exec"; // as npx says it
});

afterAll(() => {
  process.chdir(own);
  if (environment === undefined) delete process.env.npm_command;
  else process.env.npm_command = environment;
  rmSync(folder, { recursive: true, force: true });
});

/** In the process of the tests. @returns what it prints, to whatever stream */
async function atif(words: readonly string[]): Promise<string> {
  let text = "";
  const stream = { write: (part: string) => (text += part) };
  printTo(stream, stream);
  try {
    expect(await runCommandLine(words), text).toBe(0);
    return text;
  } finally {
    printTo(process.stdout, process.stderr);
  }
}

/** A command that goes on until it is interrupted. */
async function served(words: readonly string[]): Promise<string> {
  const running = start([...words, "--no-open", "--port", "0"], { cwd: folder });
  let said = "";
  running.child.stdout?.on("data", (text: string) => (said += text));
  await until("the page", () => said.includes("\n"));
  running.child.kill("SIGINT");
  const { code, stdout } = await running.ended;
  expect(code).toBe(0);
  return stdout;
}

async function run(command: string, goesOn: boolean): Promise<string> {
  if (INSTALLING.includes(command)) return "";
  const [program = "", ...words] = command.split(" ");
  if (program !== "npx") return execFileSync(program, words, { cwd: folder, encoding: "utf8" });
  expect(words[0]).toBe("atif");
  return goesOn ? served(words.slice(1)) : atif(words.slice(1));
}

/** Without what is another one everywhere. */
const lasting = (text: string): string =>
  text
    // "comparing 1/360, 0 %": what a slow machine says every five seconds.
    .replace(/^[^,\n]+, \d{1,3} %(?:, .*)?\n/gm, "")
    .replace(/\b\d+\.\d s$/gm, "0.1 s")
    .replace(/ in \d+:\d\d,/g, " in 0:01,")
    .replace(/compiled by \S+,/g, "compiled by cc,")
    .trim();

/** Whether the lines are those, "…" among them for any that were left out. */
function expectLines(printed: string, promised: string, where: string): void {
  let rest = lasting(printed);
  const parts = lasting(promised).split(/^…\n/m);
  if (parts.length === 1) return expect(rest, where).toBe(parts[0]);
  for (const [i, part] of parts.entries()) {
    const at = i === parts.length - 1 ? rest.lastIndexOf(part) : rest.indexOf(part);
    expect(at, `${where}: ${part} is not in ${rest}`).toBeGreaterThanOrEqual(0);
    if (i === 0) expect(at, where).toBe(0);
    rest = rest.slice(at + part.length);
  }
  expect(rest, where).toBe("");
}

describe("docs/tutorial.md", () => {
  it("is so, step by step", { timeout: 300_000 }, async () => {
    let done = 0;
    for (const [i, { language, words, code, line }] of blocks.entries()) {
      const file = words.find((word) => word.includes("."));
      if (file !== undefined) {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), `${code}\n`);
      }
      if (language !== "sh") continue;
      if (words.some((word) => needs[word]?.every(isThere) === false)) continue;
      let printed = "";
      for (const command of code.split("\n")) printed += await run(command, words.includes("serves"));
      done++;
      const next: CodeBlock | undefined = blocks[i + 1];
      if (next?.language === "text") expectLines(printed, next.code, `docs/tutorial.md:${line}`);
    }
    expect(done).toBeGreaterThan(8);
    for (const picture of ["spikes.svg", "levels.svg"]) expect(existsSync(join(folder, picture))).toBe(true);
  });

  it("has nothing that is not run", () => {
    for (const { language, words, line } of blocks) {
      const isRun = language === "sh" || language === "text" || words.some((word) => word.includes("."));
      expect(isRun, `docs/tutorial.md:${line}`).toBe(true);
    }
  });
});
