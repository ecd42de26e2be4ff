/** atif import: brings a network of another tool in, as the folder of a run. */

import { counted } from "../../counted.js";
import { ConfigError, messageOf, OutOfMemoryError } from "../../errors.js";
import type { Experiment } from "../../experiment/description/experiment.js";
import type { RunAdvice } from "../../experiment/run-folder/run-advice.js";
import { isEmptyFolder, RunFolder } from "../../experiment/run-folder/run-folder.js";
import { formatFidelity } from "../../exchange/fidelity-report.js";
import { importModel, type ImportedModel } from "../../exchange/import/import-model.js";
import {
  experimentIn,
  importedFacts,
  writeImportedRun,
  type ImportedSummary,
} from "../../exchange/import/imported-folder.js";
import { MissingFactsError } from "../../exchange/import/missing-facts.js";
import { exists, removeEmptyFolder } from "../../platform/folders.js";
import { absolutePath, lastPart, shortPath } from "../../platform/paths.js";
import { readTextFile } from "../../platform/text-file.js";
import { evaluate, type Evaluation } from "../../training/evaluate.js";
import { readFacts } from "../../experiment/run-folder/training-facts.js";
import { formatShape } from "../../shapes.js";
import { spellCommand } from "../command-line.js";
import { initCompute } from "../compute-arguments.js";
import { FoundFailure, InterruptedError, UsageError } from "../exit-codes.js";
import { importOptionsOf, optionWords, type ImportArguments } from "../import-arguments.js";
import { Interrupt, orInterrupted } from "../interrupt.js";
import { Progress } from "../progress.js";
import { percent } from "../report-table.js";
import { Terminal } from "../terminal.js";
import { testDataFor } from "../test-data.js";
import { RUNS } from "../train-plan.js";
// Quantized models are models, too.
import "../../quantization/kinds.js";

const STOPPED = "stopped before the network was measured; nothing was written.";
const MAX_CONFIG_BYTES = 2 ** 22;

const advice: RunAdvice = {
  holdsRun: "Name another with --out.",
  notEmpty: "Name another with --out.",
  full: "Use --out to name a folder.",
  holdsNoRun: "Name a run.",
  isQuantization: "Name another with --out.",
  otherExperiment: "Name another folder with --out.",
};

export async function importNetwork(args: ImportArguments): Promise<void> {
  const terminal = new Terminal(args);
  const progress = new Progress(terminal.err, { terminalOnly: terminal.json });
  const interrupt = new Interrupt();
  try {
    checkOut(args.out);
    await initCompute(args);
    const imported = await inCommandWords(() => importModel(args.file, importOptionsOf(args)));
    if (args.strict === true) checkExact(args.file, imported);
    const experiment = experimentOf(args);
    const measured = await measure(args, imported, experiment, { progress, interrupt });
    progress.clear();
    await interrupt.check(STOPPED);
    const folder = claim(args);
    try {
      const summary = await writeImportedRun(folder, {
        ...imported,
        experiment,
        name: args.name ?? nameOf(args.file),
        of: shortPath(args.file),
        ...measured,
      });
      terminal.answer({ folder: folder.path, ...summary });
      // With no experiment, nothing in the folder tells what it was measured on.
      const data = experiment === null && args.data !== undefined ? ["--data", args.data] : [];
      print(terminal, imported, summary, measured, {
        wrote: folder.shortPath,
        next: spellCommand(["inspect", folder.shortPath, ...data]),
      });
    } finally {
      folder.release();
      removeEmptyFolder(folder.path);
    }
  } finally {
    progress.clear();
    interrupt.dispose();
  }
}

/** Refused before anything is computed. */
function checkOut(out: string | undefined): void {
  if (out === undefined || !exists(out) || isEmptyFolder(out)) return;
  throw new UsageError(
    `there is something in ${out}; expected a new or empty folder. Name another with --out.`,
  );
}

function claim({ out, name, file }: ImportArguments): RunFolder {
  return out === undefined
    ? RunFolder.next(RUNS, folderWord(name ?? nameOf(file)), advice)
    : RunFolder.claim(out, advice);
}

/** Without what stands behind the first dot: "smlp" of nets/smlp.pth. */
function nameOf(file: string): string {
  return lastPart(absolutePath(file)).replace(/(?<=.)\..*$/, "") || "network";
}

function folderWord(name: string): string {
  return name.replace(/[^\w.-]+/g, "-").replace(/^[-.]+/, "") || "network";
}

/** What the library refuses, with its options as the command line calls them. */
async function inCommandWords<R>(work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof MissingFactsError)
      throw new UsageError(thrown.inWords(optionWords), { cause: thrown });
    const isArgument = thrown instanceof RangeError || thrown instanceof TypeError;
    if (!isArgument || thrown instanceof OutOfMemoryError) throw thrown;
    throw new ConfigError(messageOf(thrown).replace(/^importModel: /, ""), { cause: thrown });
  }
}

/** @throws FoundFailure unless nothing was lost */
function checkExact(file: string, { report }: ImportedModel): void {
  if (report.verdict === "exact") return;
  const lost = report.notes.filter(({ verdict }) => verdict !== "exact");
  throw new FoundFailure(
    `${file} cannot be brought in exactly: ${lost.map(({ what }) => what).join("; ")}; expected no loss with --strict. ` +
      "Leave it out to have the network all the same.",
    { report },
  );
}

function experimentOf({ config, name }: ImportArguments): Experiment | null {
  if (config === undefined) return null;
  return experimentIn(readTextFile(config, MAX_CONFIG_BYTES), config, name);
}

interface Surroundings {
  readonly progress: Progress;
  readonly interrupt: Interrupt;
}

interface Measured {
  readonly test: Evaluation | null;
  readonly data: string | null;
}

async function measure(
  args: ImportArguments,
  { model }: ImportedModel,
  experiment: Experiment | null,
  { progress, interrupt }: Surroundings,
): Promise<Measured> {
  if (args.data === undefined) return { test: null, data: null };
  const known = readFacts(importedFacts({ experiment, test: null }));
  const { data, name, loss, augmentations } = await testDataFor(model, known, args.config ?? null, args.data);
  await interrupt.check(STOPPED);
  const test = await orInterrupted(
    interrupt,
    (signal) => new InterruptedError(STOPPED, signal),
    () =>
      evaluate(model, data, {
        loss,
        ...(augmentations === undefined ? {} : { augmentations }),
        signal: interrupt.signal,
        onBatch: (done, total) => progress.update(`testing ${done}/${total}`, done / total),
      }),
  );
  return { test, data: name };
}

interface Ending {
  readonly wrote: string;
  /** The command that looks at it. */
  readonly next: string;
}

function print(
  terminal: Terminal,
  { model, report }: ImportedModel,
  { imported, parameters }: ImportedSummary,
  { test, data }: Measured,
  { wrote, next }: Ending,
): void {
  const { kind } = model.architecture;
  terminal.print(
    terminal.bold(imported.of),
    `: ${kind === "GraphModel" ? "a network" : kind} of ${formatShape(model.inputShape)} to ` +
      `${counted(model.outputShape[0], "class", "classes")}, ${counted(parameters, "parameter")}, T = ${model.timesteps}`,
  );
  for (const line of formatFidelity(report)) terminal.print(line);
  if (test !== null)
    terminal.print(
      `accuracy on ${data ?? ""}: `,
      terminal.bold(percent(test.accuracy)),
      ` of ${counted(test.samples, "sample")}`,
    );
  terminal.print();
  terminal.print(`wrote ${wrote}`);
  terminal.print(`next: ${next}`);
}
