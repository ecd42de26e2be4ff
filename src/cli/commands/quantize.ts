/** atif quantize: brings a trained network to integers of a few bits. */

import { ConfigError, messageOf, OutOfMemoryError } from "../../errors.js";
import { checkIsFloat, quantizeTrained } from "../../experiment/quantized/quantize-trained.js";
import type { QuantizationData, QuantizationWork } from "../../experiment/quantized/quantize-trained.js";
import { writeQuantizedRun, type QuantizedSummary } from "../../experiment/quantized/quantized-folder.js";
import type { Experiment } from "../../experiment/description/experiment.js";
import type { RunAdvice } from "../../experiment/run-folder/run-advice.js";
import { isEmptyFolder, RunFolder } from "../../experiment/run-folder/run-folder.js";
import { runFacts, type RunFacts } from "../../experiment/run-folder/run-summary.js";
import { exists, removeEmptyFolder } from "../../platform/folders.js";
import { shortPath } from "../../platform/paths.js";
import { shownDataset } from "../../training/shown-dataset.js";
import { VERSION } from "../../version.js";
import { spellCommand } from "../command-line.js";
import { initCompute, type ComputeArguments } from "../compute-arguments.js";
import { InterruptedError, UsageError } from "../exit-codes.js";
import { Interrupt, orInterrupted } from "../interrupt.js";
import { Progress } from "../progress.js";
import { quantParamsAsked, USUAL_BITS, type QuantizeOptionsAsked } from "../quantize-options.js";
import { printQuantized, printQuantizedFiles } from "../quantize-report.js";
import type { Sentences } from "../signals.js";
import { Terminal } from "../terminal.js";
import { experimentFor, loadingOnce, testDataFor, type TestData } from "../test-data.js";
import { openRun, type TrainedRun } from "../trained-run.js";
import { RUNS } from "../train-plan.js";
import { TrainingProgress } from "../training-progress.js";
import { runOf, trainingOn } from "../training-on.js";

export interface QuantizeArguments extends ComputeArguments, QuantizeOptionsAsked {
  readonly run: string;
  readonly fuse?: boolean;
  readonly fold?: boolean;
  readonly epochs?: number;
  readonly lr?: number;
  readonly batchSize?: number;
  readonly data?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

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

async function quantizeRun(args: QuantizeArguments, around: Surroundings): Promise<void> {
  const { terminal, progress, interrupt } = around;
  const params = quantParamsAsked(args);
  const { fuse = true, fold = false, batchSize, epochs = 0 } = args;
  if (args.lr !== undefined && epochs === 0) {
    throw new UsageError(
      "--lr is given and nothing is trained; expected --epochs with it, as in --epochs 2.",
    );
  }
  checkOut(args.out);
  await initCompute(args);
  const run = await openRun(args.run, "quantize");
  checkIsFloat(args.run, run.model);
  const load = loadingOnce();
  const test = await testDataFor(run.model, run.known, run.config, args.data, load);
  const experiment = experimentFor(run.known, run.config, args.data);
  const settings = { params, fuse, fold, ...(batchSize === undefined ? {} : { batchSize }) };
  const data = await blamingOptions(async (): Promise<QuantizationData> => {
    const asked = { ...args, epochs };
    const training = epochs === 0 ? null : await trainingOn(experiment, test, asked, load);
    const calibration = shownDataset(run.model, test.train, test.augmentations ?? null);
    return { calibration, test, training };
  });
  await interrupt.check(STOPPED);
  const opened = new LateFolder(() => claim(args, experiment));
  try {
    const told = new TrainingProgress(progress);
    const network = await orInterrupted(
      interrupt,
      (signal) => new InterruptedError(STOPPED, signal),
      () =>
        blamingOptions(() =>
          quantizeTrained(run.model, data, settings, {
            signal: interrupt.signal,
            onProgress: (work, done, total) => {
              if (done === 1) progress.begin();
              progress.update(`${WORK[work]} ${done}/${total}`, done / total);
            },
            onCalibrated: () => void opened.open(),
            training: {
              onBatch: (batch) => told.batch(batch),
              onValidation: (done, total) => told.validation(done, total),
              onEpoch: (metrics) => told.epoch(metrics, epochs),
            },
          }),
        ),
    );
    const folder = opened.open();
    const facts = factsOf(run, experiment, test, args.run);
    const of = shortPath(args.run);
    const summary = await writeQuantizedRun(
      folder,
      { network, settings, of, facts },
      { experiment, facts: run.facts },
    );
    progress.clear();
    if (network.interrupted) throw stopped(folder, summary, interrupt, epochs);
    terminal.answer({ folder: folder.path, ...summary });
    printQuantized(terminal, summary, test.name);
    printQuantizedFiles(terminal, folder);
  } finally {
    opened.close();
  }
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
  throw new UsageError(
    `there is something in ${out}; expected a new or empty folder. Name another with --out.`,
  );
}

function claim({ out, bits = USUAL_BITS }: QuantizeArguments, experiment: Experiment | null): RunFolder {
  if (out !== undefined) return RunFolder.claim(out, advice);
  return RunFolder.next(RUNS, `${experiment?.bench.name ?? "network"}-q${bits}`, advice);
}

/** The folder of the run, made when there is something to write. */
class LateFolder {
  readonly #claim: () => RunFolder;
  #folder: RunFolder | null = null;

  constructor(claim: () => RunFolder) {
    this.#claim = claim;
  }

  open(): RunFolder {
    return (this.#folder ??= this.#claim());
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
    `${where}; the network as it was then is in ${folder.shortPath}. To test it: ${spellCommand(["eval", folder.shortPath])}`,
    interrupt.received ?? "SIGINT",
    { folder: folder.path, ...summary },
  );
}
