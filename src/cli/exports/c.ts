/** atif export --to c: writes a network as code for a device. */

import { exportedC, type ExportedC } from "../../deployment/c/export-c.js";
import { targets, type CTarget } from "../../deployment/c/targets/table.js";
import { counted } from "../../counted.js";
import type { Dataset } from "../../datasets/dataset.js";
import { exists, isFolder, makeFolder, removeFile } from "../../platform/folders.js";
import { writeFileAtomic } from "../../platform/files.js";
import { folderOf, joinPaths, shortPath } from "../../platform/paths.js";
import { shownDataset } from "../../training/shown-dataset.js";
import { spellCommand } from "../command-line.js";
import { initCompute } from "../compute-arguments.js";
import { UsageError } from "../exit-codes.js";
import { RANGES_FILE } from "../exported-network.js";
import type { ExportArguments } from "./export-arguments.js";
import { wordAsked } from "../quantize-options.js";
import { Terminal } from "../terminal.js";
import { learnedFromTime, NoFittingData, testDataFor } from "../test-data.js";
import { inCommandWords, openExportable, type WholeNetwork } from "../whole-network.js";

const WIDTHS = ["8", "16", "float32"] as const;
const LONG_WIDTHS = ["32", "64"] as const;
const FORMS = ["events", "dense"] as const;

export async function exportAsC(args: ExportArguments): Promise<void> {
  const terminal = new Terminal(args);
  const { out, force = false } = args;
  const options = optionsAsked(args);
  if (out === undefined) {
    throw new UsageError("--out is missing; expected the folder for the files, as in --out device.");
  }
  if (exists(out) && !isFolder(out)) {
    throw new UsageError(`--out is ${out}, which is a file; expected the name of a folder.`);
  }
  await initCompute(args);
  const network = await openExportable(args.run, "export", { width: options.width, ranges: args.ranges });
  const tests = await testsFor(network, args, (sentence) => terminal.warn(sentence));
  const { name = "network", form = "events", target = "c99" } = options;
  const { ranges } = network;
  const exported = inCommandWords(() =>
    exportedC(network.model, {
      ...options,
      ...(ranges === undefined ? {} : { ranges }),
      ...(tests === null ? { time: learnedFromTime(network.known) } : { tests, samples: args.samples ?? 20 }),
    }),
  );
  const files = { ...exported.files, ...(ranges === undefined ? {} : { [RANGES_FILE]: ranges }) };
  writeAll(out, files, force);
  const { flash, ram, silent, restless, width, longWidth, ties } = exported;
  const facts = {
    folder: out,
    name,
    language: "c",
    target,
    width,
    longWidth,
    form,
    flash,
    ram,
    silent,
    restless,
    ties,
  };
  terminal.answer({ ...facts, model: network.path, tests: tests !== null, files: Object.keys(files) });
  print(terminal, network, exported, { out, files: Object.keys(files), run: args.run });
}

interface Options {
  readonly name?: string;
  readonly width?: "float32" | 8 | 16;
  readonly longWidth?: 32 | 64;
  readonly form?: "events" | "dense";
  readonly target?: CTarget;
}

function optionsAsked(args: ExportArguments): Options {
  const width = wordAsked("--width", args.width, WIDTHS);
  const longWidth = wordAsked("--long-width", args.longWidth, LONG_WIDTHS);
  const form = wordAsked("--form", args.form, FORMS);
  const target = wordAsked("--target", args.target, Object.keys(targets) as CTarget[]);
  const { name } = args;
  if (name !== undefined && !/^[a-z][a-z0-9_]{0,40}$/.test(name)) {
    throw new UsageError(
      `--name is ${JSON.stringify(name)}; expected lower-case letters, digits and _, beginning with a letter, as in --name digits.`,
    );
  }
  return {
    ...(name === undefined ? {} : { name }),
    ...(width === undefined ? {} : { width: width === "float32" ? width : width === "8" ? 8 : 16 }),
    ...(longWidth === undefined ? {} : { longWidth: longWidth === "32" ? 32 : 64 }),
    ...(form === undefined ? {} : { form }),
    ...(target === undefined ? {} : { target }),
  };
}

/** null: there are no data for a self-test, which is said. */
async function testsFor(
  { model, known, config }: WholeNetwork,
  { data: asked }: ExportArguments,
  warn: (sentence: string) => void,
): Promise<Dataset | null> {
  try {
    const { data, augmentations } = await testDataFor(model, known, config, asked);
    return shownDataset(model, data, augmentations ?? null);
  } catch (thrown) {
    if (asked !== undefined || !(thrown instanceof NoFittingData)) throw thrown;
    warn(`there is no self-test: ${thrown.message}`);
    return null;
  }
}

/** Each file whole, none over another that is there unless that is asked for. @throws UsageError, FileError */
function writeAll(out: string, files: Readonly<Record<string, string>>, force: boolean): void {
  // A range file from before would be taken for that of the new code.
  const all = new Set([...Object.keys(files), RANGES_FILE]);
  const inTheWay = [...all].filter((name) => exists(joinPaths(out, name)));
  if (inTheWay.length > 0 && !force) {
    throw new UsageError(
      `${out} holds ${inTheWay.join(", ")}; expected a folder without. Choose another, or replace them with --force.`,
    );
  }
  removeFile(joinPaths(out, RANGES_FILE));
  for (const [name, content] of Object.entries(files)) {
    const path = joinPaths(out, name);
    makeFolder(folderOf(path));
    writeFileAtomic(path, content);
  }
}

interface Written {
  readonly out: string;
  readonly files: readonly string[];
  readonly run: string;
}

function print(
  terminal: Terminal,
  { path }: WholeNetwork,
  { flash, ram, silent, restless, width, ties }: ExportedC,
  { out, files, run }: Written,
): void {
  const numbers = width === "float32" ? "float32 numbers" : `integers of ${width} bits`;
  terminal.print(terminal.bold(path), ` in C99, ${numbers}`);
  terminal.print();
  terminal.print(
    `flash  ${bytes(flash)}  `,
    terminal.dim("weights and what sums start from, without the code"),
  );
  terminal.print(`RAM    ${bytes(ram)}  `, terminal.dim("potentials, and the maps between the layers"));
  if (silent.length > 0) {
    terminal.print();
    terminal.print(
      `never fires, whatever comes in: ${silent.join(", ")}. Rounding has taken away what it had: more bits, or another rounding.`,
    );
  }
  if (restless.length > 0) {
    terminal.print();
    terminal.print(
      `fires without any input: ${restless.join(", ")}. Its threshold is rounded to 0: more bits for potentials (--v).`,
    );
  }
  if (ties > 0) {
    terminal.print();
    terminal.print(
      `the self-test does without ${counted(ties, "sample")} in which a spike or the class hangs on rounding: either is right there.`,
    );
  }
  const folder = shortPath(out);
  terminal.print();
  terminal.print(`wrote ${folder}`);
  for (const file of files) terminal.print(`  ${file}`);
  terminal.print();
  const isMade = files.includes("Makefile") && files.some((file) => file.endsWith("_test.c"));
  if (isMade) terminal.print(`next: make -C ${folder} test`);
  terminal.print(`${isMade ? "and:" : "next:"}  ${spellCommand(["verify", run, folder])}`);
}

function bytes(count: number): string {
  return `${count} bytes (${(count / 1024).toFixed(1)} KiB)`.padEnd(26);
}
