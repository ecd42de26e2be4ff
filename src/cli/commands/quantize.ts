/** atif quantize: brings a trained network to integers of a few bits. */

import { ConfigError, messageOf, OutOfMemoryError } from "../../errors.js";
import { checkIsFloat, quantizeTrained } from "../../experiment/quantized/quantize-trained.js";
import type { QuantizationData, QuantizationWork } from "../../experiment/quantized/quantize-trained.js";
import {
  readUnfinished,
  writeBegun,
  writeQuantizedRun,
  type QuantizedRun,
  type QuantizedSummary,
  type WrittenWith,
} from "../../experiment/quantized/quantized-folder.js";
import type { Experiment } from "../../experiment/description/experiment.js";
import type { RunAdvice } from "../../experiment/run-folder/run-advice.js";
import { isEmptyFolder, RunFolder } from "../../experiment/run-folder/run-folder.js";
import { runFacts, type RunFacts } from "../../experiment/run-folder/run-summary.js";
import { markFailed, stateInWords } from "../../experiment/run-folder/run-state.js";
import { TrainingCheckpoint } from "../../experiment/run-folder/training-checkpoint.js";
import { exists, removeEmptyFolder } from "../../platform/folders.js";
import { shortPath } from "../../platform/paths.js";
import { shownDataset } from "../../training/shown-dataset.js";
import { VERSION } from "../../version.js";
import { spellCommand } from "../command-line.js";
import { initCompute } from "../compute-arguments.js";
import { InterruptedError, UsageError } from "../exit-codes.js";
import { Interrupt, orInterrupted } from "../interrupt.js";
import { Progress } from "../progress.js";
import type { QuantizeArguments } from "../quantize-arguments.js";
import { quantParamsAsked, USUAL_BITS } from "../quantize-options.js";
import { askedOf, quantizationToResume, type AskedQuantization } from "../quantize-resume.js";
import { printQuantized, printQuantizedFiles } from "../quantize-report.js";
import type { Sentences } from "../signals.js";
import { Terminal } from "../terminal.js";
import { tell } from "../thread/tell.js";
import { experimentFor, loadingOnce, testDataFor, type TestData } from "../test-data.js";
import { openRun, type TrainedRun } from "../trained-run.js";
import type { TrainingState } from "../../training/training-state.js";
import type { Trainer } from "../../training/trainer.js";
import { backendFor, RUNS } from "../train-plan.js";
import { TrainingProgress } from "../training-progress.js";
import { runOf, trainingOn } from "../training-on.js";

export type { QuantizeArguments };

const STOPPED = "stopped before the network was calibrated and tested; nothing was written.";

const STOPPING: Sentences = {
  SIGHUP: "stopping",
  SIGINT: "stopping; press Ctrl-C again to stop at once",
  SIGTERM: "stopping; send it again to stop at once",
};

const WORK: Readonly<Record<QuantizationWork, string>> = {
  float: "testing the float network",
  calibration: "calibrating",
  calibrated: "testing the calibrated network",
  trained: "testing the trained network",
};

const advice: RunAdvice = {
  holdsRun: "Name another with --out.",
  notEmpty: "Name another with --out.",
  full: "Use --out to name a folder.",
  holdsNoRun: "Name a run.",
  isQuantization: "Add --resume to go on with it, or name another folder with --out.",
  otherExperiment: "Name another folder with --out.",
};

export async function quantize(args: QuantizeArguments): Promise<void> {
  const terminal = new Terminal(args);
  const progress = new Progress(terminal.err, { silent: terminal.quiet, terminalOnly: terminal.json });
  const interrupt = new Interrupt(
    (signal) => progress.line(STOPPING[signal]),
    progress.speaks ? STOPPING : null,
  );
  try {
    await quantizeRun(args, { terminal, progress, interrupt });
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

async function quantizeRun(given: QuantizeArguments, around: Surroundings): Promise<void> {
  const { terminal, progress, interrupt } = around;
  const found = quantizationToResume(given, (sentence) => {
    progress.clear();
    terminal.warn(sentence);
  });
  if (found !== null && "complete" in found) {
    const { complete } = found;
    terminal.answer({ folder: complete.path, ...complete.readSummary() });
    terminal.print(`${complete.shortPath} is complete; there is nothing to do.`);
    return;
  }
  const asked = found?.asked ?? askedOf({ ...given, run: given.run ?? missingRun() });
  const params = quantParamsAsked(asked);
  const { fuse = true, fold = false, batchSize, epochs = 0 } = asked;
  if (asked.lr !== undefined && epochs === 0) {
    throw new UsageError(
      "--lr is given and nothing is trained; expected --epochs with it, as in --epochs 2.",
    );
  }
  if (found === null) checkOut(given.out);
  else if (epochs === 0) {
    throw new UsageError(
      `${found.folder.shortPath} is being trained, but now --epochs is 0; expected at least 1. Leave it out.`,
    );
  }
  const backend = backendFor(found?.folder ?? null, given);
  await initCompute(backend === undefined ? given : { ...given, backend });
  // As it was named, for messages.
  const named = found === null ? (given.run ?? asked.run) : shortPath(asked.run);
  const run = await openRun(named, "quantize");
  checkIsFloat(named, run.model);
  const load = loadingOnce();
  const test = await testDataFor(run.model, run.known, run.config, asked.data, load);
  const experiment = experimentFor(run.known, run.config, asked.data);
  const settings = { params, fuse, fold, ...(batchSize === undefined ? {} : { batchSize }) };
  const data = await blamingOptions(async (): Promise<QuantizationData> => {
    const training = epochs === 0 ? null : await trainingOn(experiment, test, { ...asked, epochs }, load);
    const calibration = shownDataset(run.model, test.train, test.augmentations ?? null);
    return { calibration, test, training };
  });
  const stoppedBefore =
    found === null
      ? STOPPED
      : `stopped before the training went on; continue with: ${resumeCommand(found.folder)}`;
  await interrupt.check(stoppedBefore);
  const opened = new LateFolder(() => claim(given, asked, experiment), found?.folder ?? null);
  const facts = factsOf(run, experiment, test, named);
  const of = shortPath(named);
  const written = { experiment, facts: run.facts, asked: { ...asked } };
  try {
    if (found !== null) progress.line(goingOn(found.folder));
    const told = new TrainingProgress(progress);
    const network = await orInterrupted(
      interrupt,
      (signal) => new InterruptedError(stoppedBefore, signal),
      () =>
        blamingOptions(() =>
          quantizeTrained(run.model, data, settings, {
            signal: interrupt.signal,
            onProgress: (work, done, total) => {
              if (done === 1) progress.begin();
              progress.update(`${WORK[work]} ${done}/${total}`, done / total);
            },
            keeper: {
              before: found?.folder.hasCheckpoint === true ? found.unfinished : null,
              begin: (begun, trainer) =>
                begin(opened.open(), { network: begun, settings, of, facts }, trainer, written, epochs),
            },
            training: {
              onBatch: (batch) => told.batch(batch),
              onValidation: (done, total) => told.validation(done, total),
              onEpoch: (metrics) => told.epoch(metrics, epochs),
            },
          }),
        ),
    );
    const folder = opened.open();
    const summary = await writeQuantizedRun(folder, { network, settings, of, facts }, written);
    progress.clear();
    if (network.interrupted) throw stopped(folder, summary, interrupt, epochs);
    terminal.answer({ folder: folder.path, ...summary });
    printQuantized(terminal, summary, test.name);
    printQuantizedFiles(terminal, folder, summary.quantization);
  } catch (thrown) {
    opened.failed(thrown);
    throw thrown;
  } finally {
    opened.close();
  }
}

/** The ranges are known: from now on nothing that was computed is lost. */
async function begin(
  folder: RunFolder,
  begun: QuantizedRun,
  trainer: Trainer | null,
  written: WrittenWith,
  epochs: number,
): Promise<TrainingCheckpoint | null> {
  if (trainer === null) return null;
  tell({ working: folder.path });
  const { model } = begun.network;
  const checkpoint = new TrainingCheckpoint(folder.checkpointPath, trainer, model.architecture);
  const state = await checkpoint.restore();
  if (state === null) await checkpoint.save();
  else checkEpochs(folder, state, epochs);
  writeBegun(folder, begun, written);
  return checkpoint;
}

/** @throws UsageError if it has trained for longer than it now is to be trained */
function checkEpochs(folder: RunFolder, { epoch, batch }: TrainingState, epochs: number): void {
  const begun = batch > 0 ? epoch + 1 : epoch;
  if (epochs >= begun) return;
  throw new UsageError(
    `${folder.shortPath} is in epoch ${begun}, but now --epochs is ${epochs}; expected at least ${begun}: what was learned is not ` +
      "forgotten. Begin another in a new folder for fewer.",
  );
}

/** As the option parser says it of arguments that are always needed. */
function missingRun(): never {
  throw new UsageError(
    "atif quantize needs a run, as in atif quantize runs/digits-1. Run atif quantize --help to see how it is used.",
  );
}

function goingOn(folder: RunFolder): string {
  return `going on with ${folder.shortPath}, which ${stateInWords(folder)}`;
}

function resumeCommand(folder: RunFolder): string {
  return spellCommand(["quantize", "--resume", folder.shortPath]);
}

/** What the library refuses here came from the command line, or from the network. */
async function blamingOptions<R>(work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (thrown) {
    const isArgument = thrown instanceof RangeError || thrown instanceof TypeError;
    if (!isArgument || thrown instanceof OutOfMemoryError) throw thrown;
    throw new ConfigError(messageOf(thrown), { cause: thrown });
  }
}

/** Refused before anything is computed. */
function checkOut(out: string | undefined): void {
  if (out === undefined || !exists(out) || isEmptyFolder(out)) return;
  const folder = new RunFolder(out);
  if (readUnfinished(folder) !== null) {
    throw new UsageError(
      `${out} holds a quantization that ${stateInWords(folder)}; expected a new or empty folder. To go on with it: ${resumeCommand(folder)}`,
    );
  }
  throw new UsageError(
    `there is something in ${out}; expected a new or empty folder. Name another with --out.`,
  );
}

function claim(
  { out }: QuantizeArguments,
  { bits = USUAL_BITS }: AskedQuantization,
  experiment: Experiment | null,
): RunFolder {
  if (out !== undefined) return RunFolder.claim(out, advice);
  return RunFolder.next(RUNS, `${experiment?.bench.name ?? "network"}-q${bits}`, advice);
}

/** The folder of the run, made when there is something to write. */
class LateFolder {
  readonly #claim: () => RunFolder;
  #folder: RunFolder | null;

  /** @param resumed one that is there, and is held from now on */
  constructor(claim: () => RunFolder, resumed: RunFolder | null) {
    this.#claim = claim;
    this.#folder = resumed;
    resumed?.hold();
  }

  open(): RunFolder {
    return (this.#folder ??= this.#claim());
  }

  /** Says so in the folder, where something was begun. */
  failed(thrown: unknown): void {
    if (this.#folder?.isQuantization === true) markFailed(this.#folder, thrown);
  }

  /** Lets others have it. One in which nothing was written is removed. */
  close(): void {
    this.#folder?.release();
    if (this.#folder !== null) removeEmptyFolder(this.#folder.path);
  }
}

function factsOf(
  { model, known }: TrainedRun,
  experiment: Experiment | null,
  test: TestData,
  named: string,
): RunFacts {
  if (experiment !== null) return runFacts(runOf(experiment), model, VERSION);
  const parameters = model.parameters();
  return {
    name: shortPath(named),
    model: model.architecture.kind,
    // A name that somebody has given.
    dataset: (known.dataset ?? test.data.name) as RunFacts["dataset"],
    run: 1,
    seed: known.seed ?? 0,
    timesteps: model.timesteps,
    parameters: parameters.reduce((sum, { size }) => sum + size, 0),
    backend: parameters[0].backend.name,
    version: VERSION,
  };
}

function stopped(
  folder: RunFolder,
  summary: QuantizedSummary,
  interrupt: Interrupt,
  epochs: number,
): InterruptedError {
  const where =
    summary.epochs < epochs
      ? `stopped in epoch ${summary.epochs + 1} of ${epochs}`
      : "stopped before the trained network was tested";
  return new InterruptedError(
    `${where}; the network as it was then is in ${folder.shortPath}. To test it: ${spellCommand(["eval", folder.shortPath])}, ` +
      `and to go on: ${resumeCommand(folder)}`,
    interrupt.received ?? "SIGINT",
    { folder: folder.path, ...summary },
  );
}
