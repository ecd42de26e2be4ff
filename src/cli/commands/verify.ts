/** atif verify of a folder of C: runs exported code beside the library, and compares every layer in every time step. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { counted } from "../../counted.js";
import { comparisonDriver } from "../../deployment/c/comparison-driver.js";
import {
  Comparing,
  wrongInteger,
  type Comparison,
  type WrongInteger,
} from "../../deployment/c/comparison.js";
import { IntegerModel } from "../../deployment/integer/integer-model.js";
import type { Dataset } from "../../datasets/dataset.js";
import { inputOf } from "../../measuring/batch-input.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { shortPath } from "../../platform/paths.js";
import { sizeOf } from "../../shapes.js";
import { scope } from "../../tensor/scope.js";
import { shownDataset } from "../../training/shown-dataset.js";
import { compile, findCompiler, runProgram, type Ended } from "../c-compiler.js";
import { initCompute, type ComputeArguments } from "../compute-arguments.js";
import { FoundFailure, InterruptedError, UsageError } from "../exit-codes.js";
import { findExported, type ExportedNetwork } from "../exported-network.js";
import { breathe, Interrupt, orInterrupted } from "../interrupt.js";
import { Progress } from "../progress.js";
import { percent } from "../report-table.js";
import { Terminal } from "../terminal.js";
import { testDataFor } from "../test-data.js";
import { inCommandWords, narrowest, openWholeNetwork, type WholeNetwork } from "../whole-network.js";

export interface VerifyArguments extends ComputeArguments {
  readonly run: string;
  /** Of C; or a file, which verify-file.ts reads. */
  readonly folder: string;
  /** Of a file of NIR: as for atif import. */
  readonly reset?: "hard" | "subtract" | "metadata";
  readonly dt?: number;
  readonly samples?: number;
  readonly cc?: string;
  readonly ranges?: string;
  readonly data?: string;
  readonly json?: boolean;
}

const STOPPED = "stopped before all samples were compared; nothing was written.";

/** Samples that one process of the driver is given. */
const AT_ONCE = 64;

/** Of whoever checks the other: as strict as the Makefile that comes with the code. */
const FLAGS = ["-std=c99", "-O2"] as const;

export async function verify(args: VerifyArguments): Promise<void> {
  const terminal = new Terminal(args);
  const progress = new Progress(terminal.err, { terminalOnly: terminal.json });
  const interrupt = new Interrupt();
  try {
    await orInterrupted(
      interrupt,
      (signal) => new InterruptedError(STOPPED, signal),
      () => verifyExported(args, { terminal, progress, interrupt }),
    );
  } finally {
    progress.clear();
    interrupt.dispose();
  }
}

interface Surroundings {
  readonly terminal: Terminal;
  readonly progress: Progress;
  readonly interrupt: Interrupt;
}

async function verifyExported(args: VerifyArguments, around: Surroundings): Promise<void> {
  const { terminal, progress, interrupt } = around;
  for (const option of ["reset", "dt"] as const) {
    if (args[option] === undefined) continue;
    throw new UsageError(
      `--${option} is for a file of NIR, and ${args.folder} is none; expected it left out.`,
    );
  }
  const exported = findExported(args.folder);
  const compiler = findCompiler(args.cc);
  await initCompute(args);
  const network = await openWholeNetwork(args.run, "verify", args.ranges ?? exported.rangesFile ?? undefined);
  const integer = integerModel(network, exported);
  checkSame(args, network.model, exported);
  const found = await testDataFor(network.model, network.known, network.config, args.data);
  const shown = shownDataset(network.model, found.data, found.augmentations ?? null);
  const data = shown.subset({ start: 0, end: Math.min(args.samples ?? shown.length, shown.length) });
  await interrupt.check(STOPPED);
  await inTemporaryFolder(async (folder) => {
    const driver = await makeDriver(folder, compiler, exported, integer, interrupt.signal);
    const work: Work = { driver, integer, data, network, signal: interrupt.signal };
    const comparison = await compare(work, (done, total) =>
      progress.update(`comparing ${done}/${total}`, done / total),
    );
    const wrong = await lookCloser(work, comparison);
    progress.clear();
    report(terminal, { args, compiler, comparison, wrong, data: found.name });
  });
}

/** With sums wide enough: whether those of the code are is part of the comparison. */
function integerModel({ model, ranges }: WholeNetwork, { width }: ExportedNetwork): IntegerModel {
  const given = { width, ...(ranges === undefined ? {} : { ranges }) };
  return inCommandWords(() => narrowest((longWidth) => new IntegerModel(model, { ...given, longWidth })));
}

/** @throws UsageError for code of a network of other sizes */
function checkSame({ run, folder }: VerifyArguments, model: SpikingModel, exported: ExportedNetwork): void {
  const sizes = [
    ["inputs", exported.inputs, sizeOf(model.inputShape)],
    ["outputs", exported.outputs, sizeOf(model.outputShape)],
    ["time steps", exported.timesteps, model.timesteps],
  ] as const;
  for (const [what, inCode, inModel] of sizes) {
    if (inCode === inModel) continue;
    throw new UsageError(
      `the network in ${folder} has ${inCode} ${what}, and that of ${run} ${inModel}; expected the same network. ` +
        "Export it again.",
    );
  }
}

async function inTemporaryFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "atif-verify-"));
  try {
    await work(folder);
  } finally {
    // A compiler that was ended may still be closing its own.
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @returns the program */
async function makeDriver(
  folder: string,
  compiler: string,
  { folder: exported, source, name }: ExportedNetwork,
  integer: IntegerModel,
  signal: AbortSignal,
): Promise<string> {
  const [text, program] = [join(folder, "driver.c"), join(folder, "driver.exe")];
  writeFileSync(text, comparisonDriver({ name, layers: integer.program.layers.length }));
  const traced = `-D${name.toUpperCase()}_TRACED`;
  await compile(compiler, [...FLAGS, traced, "-I", exported, "-o", program, text, source], folder, signal);
  return program;
}

interface Work {
  readonly driver: string;
  readonly integer: IntegerModel;
  readonly data: Dataset;
  readonly network: WholeNetwork;
  readonly signal: AbortSignal;
}

async function compare(work: Work, onDone: (done: number, total: number) => void): Promise<Comparison> {
  const { driver, integer, data, network, signal } = work;
  const comparing = new Comparing(integer, network.model.timesteps);
  for (let start = 0; start < data.length; start += AT_ONCE) {
    const end = Math.min(start + AT_ONCE, data.length);
    const inputs = Array.from({ length: end - start }, (_, i) => inputAt(work, start + i));
    const ended = await runProgram(driver, [], bytesOf(inputs, integer), signal);
    const told = numbersOf(ended, inputs.length * comparing.numbers);
    for (const [i, x] of inputs.entries()) {
      signal.throwIfAborted();
      const own = told.subarray(i * comparing.numbers, (i + 1) * comparing.numbers);
      comparing.add(x, own, data.labels[start + i]);
      onDone(start + i + 1, data.length);
    }
    await breathe();
  }
  return comparing.result;
}

/** The first integer that differs, by the integers themselves. */
async function lookCloser(work: Work, { first }: Comparison): Promise<WrongInteger | null> {
  if (first === null) return null;
  const { driver, integer, signal } = work;
  const x = inputAt(work, first.sample);
  const ended = await runProgram(driver, ["values"], bytesOf([x], integer), signal);
  return wrongInteger(integer, x, numbersOf(ended, null), first);
}

function inputAt({ integer, data, network }: Work, sample: number): Int32Array {
  return scope(() => integer.quantizeInput(inputOf(network.model, data.batch([sample])).toArray()));
}

/** As the driver reads them. */
function bytesOf(inputs: readonly Int32Array[], { program }: IntegerModel): Uint8Array {
  const length = inputs.reduce((sum, x) => sum + x.length, 0);
  const numbers = program.width === 8 ? new Int8Array(length) : new Int16Array(length);
  let at = 0;
  for (const x of inputs) {
    numbers.set(x, at);
    at += x.length;
  }
  return new Uint8Array(numbers.buffer);
}

/** @param expected how many; null: as many as there are. @throws FoundFailure if the driver has not told them */
function numbersOf({ code, signal, stdout }: Ended, expected: number | null): Int32Array {
  const numbers = new Int32Array(
    stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + (stdout.length & ~3)),
  );
  if (code === 0 && (expected === null || numbers.length === expected)) return numbers;
  const how = signal === null ? `ended with ${code ?? "no code"}` : `was ended by ${signal}`;
  throw new FoundFailure(
    `the exported code ${how} after ${counted(numbers.length, "number")}; expected ${expected ?? "more"}. ` +
      "Its layers are not those of the network: export it again.",
    {},
  );
}

interface Reported {
  readonly args: VerifyArguments;
  readonly compiler: string;
  readonly comparison: Comparison;
  readonly wrong: WrongInteger | null;
  /** What was compared on. */
  readonly data: string;
}

/** @throws FoundFailure if anything differs */
function report(terminal: Terminal, { args, compiler, comparison, wrong, data }: Reported): void {
  const { samples, timesteps, layers, integers, differences, first, right } = comparison;
  const proof =
    `${counted(samples, "sample")}, ${counted(timesteps, "step")}, ${counted(layers, "layer")}, ` +
    `${counted(integers, "integer")} compared, ${counted(differences, "difference")}`;
  const facts = { folder: args.folder, compiler, data, ...comparison, accuracy: right / samples, wrong };
  if (first !== null) {
    const at = first.layer === null ? "the class" : `layer ${first.layer}, step ${first.step + 1}`;
    const values =
      wrong === null ? "" : `, integer ${wrong.index} is ${wrong.given} and should be ${wrong.expected}`;
    throw new FoundFailure(
      `the code in ${shortPath(args.folder)} computes something else than ${shortPath(args.run)}: ${proof}; the first in ` +
        `sample ${first.sample}, ${at}${values}. Export it again.`,
      facts,
    );
  }
  terminal.answer(facts);
  terminal.print(terminal.bold("the same"), `: ${proof}`);
  terminal.print(
    `compiled by ${compiler}, compared on ${data}; accuracy in whole numbers ${percent(right / samples)}`,
  );
}
