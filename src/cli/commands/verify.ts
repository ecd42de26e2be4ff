/** atif verify of a folder of C: runs exported code beside the library, and compares every layer in every time step. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { counted } from "../../counted.js";
import { comparisonDriver, floatDriver } from "../../deployment/c/comparison-driver.js";
import {
  Comparing,
  wrongInteger,
  type Comparison,
  type WrongInteger,
} from "../../deployment/c/comparison.js";
import { FloatComparing, type FloatComparison } from "../../deployment/c/float-comparison.js";
import { compileFloat } from "../../deployment/float/compile-float.js";
import { IntegerModel } from "../../deployment/integer/integer-model.js";
import type { Dataset } from "../../datasets/dataset.js";
import { inputOf } from "../../measuring/batch-input.js";
import { networkGraph } from "../../models/network-graph.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { shortPath } from "../../platform/paths.js";
import { formatShape, sizeOf } from "../../shapes.js";
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
import { inCommandWords, narrowest, openExportable, type WholeNetwork } from "../whole-network.js";

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
  const { width } = exported;
  const ranges = args.ranges ?? exported.rangesFile ?? undefined;
  const network = await openExportable(args.run, "verify", { width, ranges });
  checkSame(args, network.model, exported);
  const found = await testDataFor(network.model, network.known, network.config, args.data);
  const shown = shownDataset(network.model, found.data, found.augmentations ?? null);
  checkTime(args, exported, shown);
  const data = shown.subset({ start: 0, end: Math.min(args.samples ?? shown.length, shown.length) });
  await interrupt.check(STOPPED);
  const onDone = (done: number, total: number): void =>
    progress.update(`comparing ${done}/${total}`, done / total);
  await inTemporaryFolder(async (folder) => {
    const { signal } = interrupt;
    const work: Work = { folder, compiler, exported, data, network, signal };
    if (width === "float32") {
      const comparison = await compareFloats(work, onDone);
      progress.clear();
      reportFloats(terminal, { args, compiler, comparison, data: found.name });
      return;
    }
    const integer = integerModel(network, width);
    const text = comparisonDriver({
      name: exported.name,
      time: exported.time,
      layers: integer.program.layers.length,
    });
    const compared: Compared = { ...work, integer, driver: await makeDriver(work, text) };
    const comparison = await compare(compared, onDone);
    const wrong = await lookCloser(compared, comparison);
    progress.clear();
    report(terminal, { args, compiler, comparison, wrong, data: found.name });
  });
}

/** With sums wide enough: whether those of the code are is part of the comparison. */
function integerModel({ model, ranges }: WholeNetwork, width: 8 | 16): IntegerModel {
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

/** @throws UsageError for code that classifies other samples: still ones, or such that change over time */
function checkTime({ folder }: VerifyArguments, { time }: ExportedNetwork, data: Dataset): void {
  if (data.time === time) return;
  const [ofCode, ofData] = [time, data.time].map((each) => (each ? "change over time" : "are still"));
  throw new UsageError(
    `the network in ${folder} classifies samples that ${ofCode}, and those of "${data.name}" ${ofData}, ` +
      `${formatShape(data.sampleShape)}; expected the same. Export it again with these data.`,
  );
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

interface Work {
  /** For what is made on the way. */
  readonly folder: string;
  readonly compiler: string;
  readonly exported: ExportedNetwork;
  readonly data: Dataset;
  readonly network: WholeNetwork;
  readonly signal: AbortSignal;
}

interface Compared extends Work {
  readonly driver: string;
  readonly integer: IntegerModel;
}

/** @returns the program */
async function makeDriver({ folder, compiler, exported, signal }: Work, driver: string): Promise<string> {
  const [text, program] = [join(folder, "driver.c"), join(folder, "driver.exe")];
  writeFileSync(text, driver);
  const traced = `-D${exported.name.toUpperCase()}_TRACED`;
  const flags = exported.width === "float32" ? [...FLAGS, "-ffp-contract=off"] : FLAGS;
  await compile(
    compiler,
    [...flags, traced, "-I", exported.folder, "-o", program, text, exported.source],
    folder,
    signal,
  );
  return program;
}

async function compare(work: Compared, onDone: (done: number, total: number) => void): Promise<Comparison> {
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
async function lookCloser(work: Compared, { first }: Comparison): Promise<WrongInteger | null> {
  if (first === null) return null;
  const { driver, integer, signal } = work;
  const x = inputAt(work, first.sample);
  const ended = await runProgram(driver, ["values"], bytesOf([x], integer), signal);
  return wrongInteger(integer, x, numbersOf(ended, null), first);
}

function inputAt({ integer, ...work }: Compared, sample: number): Int32Array {
  return integer.quantizeInput(preparedAt(work, sample));
}

function preparedAt({ data, network }: Pick<Work, "data" | "network">, sample: number): Float32Array {
  return scope(() => inputOf(network.model, data.batch([sample])).toArray());
}

async function compareFloats(
  work: Work,
  onDone: (done: number, total: number) => void,
): Promise<FloatComparison> {
  const { data, network, exported, signal } = work;
  const program = inCommandWords(() => compileFloat("exportC", networkGraph(network.model)));
  const comparing = new FloatComparing(network.model, program);
  const facts = {
    name: exported.name,
    time: exported.time,
    layers: program.layers.length,
    neurons: comparing.neurons,
  };
  const driver = await makeDriver(work, floatDriver(facts));
  for (let start = 0; start < data.length; start += AT_ONCE) {
    const end = Math.min(start + AT_ONCE, data.length);
    const inputs = Array.from({ length: end - start }, (_, i) => preparedAt(work, start + i));
    const { bytes } = comparing;
    const ended = await runProgram(driver, [], joined(inputs), signal);
    const told = toldBy(ended, inputs.length * bytes);
    for (const [i, x] of inputs.entries()) {
      signal.throwIfAborted();
      comparing.add(x, told.subarray(i * bytes, (i + 1) * bytes), data.labels[start + i]);
      onDone(start + i + 1, data.length);
    }
    await breathe();
  }
  return comparing.result;
}

function joined(inputs: readonly Float32Array[]): Uint8Array {
  return Buffer.concat(
    inputs.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );
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
function numbersOf(ended: Ended, expected: number | null): Int32Array {
  const told = toldBy(ended, expected === null ? null : 4 * expected);
  return new Int32Array(told.buffer.slice(told.byteOffset, told.byteOffset + (told.length & ~3)));
}

/** @param expected bytes; null: as many as there are. @throws FoundFailure if the driver has not told them */
function toldBy({ code, signal, stdout }: Ended, expected: number | null): Uint8Array {
  if (code === 0 && (expected === null || stdout.length === expected)) return stdout;
  const how = signal === null ? `ended with ${code ?? "no code"}` : `was ended by ${signal}`;
  throw new FoundFailure(
    `the exported code ${how} after ${counted(stdout.length, "byte")}; expected ${expected ?? "more"}. ` +
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

interface ReportedFloats extends Omit<Reported, "comparison" | "wrong"> {
  readonly comparison: FloatComparison;
}

/** @throws FoundFailure if anything differs that does not hang on rounding */
function reportFloats(terminal: Terminal, { args, compiler, comparison, data }: ReportedFloats): void {
  const { samples, timesteps, layers, spikes, differences, ties, first, right } = comparison;
  const { largestDifference, bound, wrongLogit } = comparison;
  const proof =
    `${counted(samples, "sample")}, ${counted(timesteps, "step")}, ${counted(layers, "layer")}, ` +
    `${counted(spikes, "spike")} compared, ${differences} differing; largest difference of a logit ${largestDifference.toPrecision(2)}`;
  const facts = { folder: args.folder, compiler, data, ...comparison, accuracy: right / samples };
  const wrong =
    first !== null
      ? `sample ${first.sample}, layer ${first.layer}, step ${first.step + 1}, neuron ${first.index} ${first.fired ? "fires and should not" : "does not fire and should"}`
      : wrongLogit !== null
        ? `sample ${wrongLogit.sample}, output ${wrongLogit.output} is ${wrongLogit.given} and should be ${wrongLogit.expected}, to ${bound}`
        : ties === samples
          ? "nothing is left to compare: in every sample a spike hangs on rounding"
          : null;
  if (wrong !== null) {
    throw new FoundFailure(
      `the code in ${shortPath(args.folder)} computes something else than ${shortPath(args.run)}: ${proof}; ` +
        `${ties === samples ? "" : "the first in "}${wrong}. Export it again.`,
      facts,
    );
  }
  terminal.answer(facts);
  terminal.print(terminal.bold("the same"), `: ${proof}`);
  if (ties > 0) {
    terminal.print(
      `${counted(ties, "sample")} left out: there a potential lies within rounding of its threshold, and either decision is right`,
    );
  }
  terminal.print(
    `compiled by ${compiler}, compared on ${data}; accuracy of the code ${percent(right / samples)}`,
  );
}
