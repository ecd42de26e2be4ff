/** atif inspect: looks into a network. */

import { counted } from "../../counted.js";
import { ConfigError, FormatError } from "../../errors.js";
import type { DatasetLoader } from "../../experiment/data.js";
import { readModelFile } from "../../formats/model-file.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { describePreprocessing } from "../../preprocessing/describe.js";
import { formatShape } from "../../shapes.js";
import { evaluate, type Evaluation } from "../../training/evaluate.js";
import { initCompute, type ComputeArguments } from "../compute-arguments.js";
import { backend } from "../../kernels/current.js";
import { InterruptedError } from "../exit-codes.js";
import { Interrupt, orInterrupted } from "../interrupt.js";
import { readFacts, type TrainingFacts } from "../../experiment/run-folder/training-facts.js";
import { findModel, type ModelPlace } from "../model-path.js";
import { networkLayers, type NetworkLayer } from "../../inspection/network-layers.js";
import { Progress } from "../progress.js";
import { formatTable, percent, significant, thetaText, type Column } from "../report-table.js";
import { Terminal } from "../terminal.js";
import { findRuns, leftOut, type SeveralRuns } from "../several-runs.js";
import { loadingOnce, NoFittingData, testDataFor } from "../test-data.js";
// Quantized models are models, too.
import "../../exchange/kinds.js";
import "../../quantization/kinds.js";

export interface InspectArguments extends ComputeArguments {
  readonly model: string;
  /** false: --no-data */
  readonly data?: string | false;
  readonly batchSize?: number;
  readonly json?: boolean;
}

const STOPPED = "stopped before the firing rates were measured; nothing was written.";

/** Spikes measured on data, or why there are none. */
type Measurement =
  { readonly data: string; readonly evaluation: Evaluation } | { readonly data: null; readonly note: string };

/** What was seen in one network. */
interface Inspected {
  readonly path: string;
  readonly model: SpikingModel;
  readonly facts: TrainingFacts;
  readonly layers: readonly NetworkLayer[];
  readonly parameters: number;
  readonly measurement: Measurement;
}

interface Surroundings {
  readonly progress: Progress;
  readonly interrupt: Interrupt;
}

export async function inspect(args: InspectArguments): Promise<void> {
  const terminal = new Terminal(args);
  const progress = new Progress(terminal.err, { terminalOnly: terminal.json });
  const interrupt = new Interrupt();
  try {
    await initCompute(args);
    const several = findRuns(args.model);
    if (several === null) {
      const seen = await look(findModel(args.model), args, { progress, interrupt });
      progress.clear();
      terminal.answer(answer(seen));
      print(terminal, seen);
    } else await inspectSeveral(several, args, terminal, { progress, interrupt });
  } finally {
    progress.clear();
    interrupt.dispose();
  }
}

/** One after the other, as if each had been named. */
async function inspectSeveral(
  several: SeveralRuns,
  args: InspectArguments,
  terminal: Terminal,
  around: Surroundings,
): Promise<void> {
  const load = loadingOnce();
  const answers: object[] = [];
  for (const [i, { run, folder, place }] of several.complete.entries()) {
    const seen = await look(place, args, around, load);
    answers.push({ folder: folder.path, run: run.run, seed: run.seed, ...answer(seen) });
    around.progress.clear();
    if (i > 0) terminal.print();
    print(terminal, seen);
  }
  terminal.answer({
    folder: several.root.path,
    runs: answers,
    unfinished: several.unfinished.map(({ path }) => path),
  });
  for (const sentence of leftOut(several)) {
    terminal.print();
    terminal.print(sentence);
  }
}

async function look(
  { path, config }: ModelPlace,
  args: InspectArguments,
  { progress, interrupt }: Surroundings,
  load?: DatasetLoader,
): Promise<Inspected> {
  const { model, facts: stored } = await readModelFile(path);
  const facts = readFacts(stored);
  const layers = networkLayers(model);
  const measurement = await measure({ model, facts, config }, args, interrupt, progress, load);
  const parameters = layers.reduce((sum, layer) => sum + layer.parameters, 0);
  return { path, model, facts, layers, parameters, measurement };
}

async function measure(
  { model, facts, config }: { model: SpikingModel; facts: TrainingFacts; config: string | null },
  { data: asked, batchSize }: InspectArguments,
  interrupt: Interrupt,
  progress: Progress,
  load: DatasetLoader | undefined,
): Promise<Measurement> {
  if (asked === false) return { data: null, note: "firing rates were not measured (--no-data)." };
  try {
    const test = await testDataFor(model, facts, config, asked, load);
    const evaluation = await orInterrupted(
      interrupt,
      (signal) => new InterruptedError(STOPPED, signal),
      () =>
        evaluate(model, test.data, {
          loss: test.loss,
          ...(batchSize === undefined ? {} : { batchSize }),
          ...(test.augmentations === undefined ? {} : { augmentations: test.augmentations }),
          signal: interrupt.signal,
          onBatch: (done, total) => progress.update(`measuring firing rates ${done}/${total}`, done / total),
        }),
    );
    return { data: test.name, evaluation };
  } catch (thrown) {
    // Data that the user has named must be there and fit; those the model was trained on may be gone.
    const isAboutData =
      thrown instanceof NoFittingData || thrown instanceof FormatError || thrown instanceof ConfigError;
    if (asked !== undefined || !isAboutData) throw thrown;
    return { data: null, note: `firing rates were not measured: ${thrown.message}` };
  }
}

function answer({ path, model, facts, layers, parameters, measurement }: Inspected): object {
  const rates = ratesByName(layers, measurement);
  const { experiment: _, ...training } = facts;
  return {
    model: path,
    backend: backend(),
    kind: model.architecture.kind,
    timesteps: model.timesteps,
    stepMode: model.stepMode,
    inputShape: model.inputShape,
    outputShape: model.outputShape,
    parameters,
    preprocessing: model.preprocessing,
    training,
    layers: layers.map(({ neuron, ...layer }) => ({ ...layer, ...neuron, ...rates.get(layer.name) })),
    ...(measurement.data === null
      ? { data: null, note: measurement.note }
      : {
          data: measurement.data,
          samples: measurement.evaluation.samples,
          accuracy: measurement.evaluation.accuracy,
          spikesPerInference: measurement.evaluation.spikesPerInference,
        }),
  };
}

interface Rates {
  readonly firingRate: number;
  readonly spikesPerInference: number;
}

/** By the name that the table shows; an evaluation has those of the state dict. */
function ratesByName(layers: readonly NetworkLayer[], measurement: Measurement): ReadonlyMap<string, Rates> {
  if (measurement.data === null) return new Map();
  const measured = new Map(measurement.evaluation.layers.map((layer) => [layer.name, layer]));
  return new Map(
    layers.flatMap(({ name }): [string, Rates][] => {
      const own = measured.get(name) ?? measured.get(`layers.${name}`);
      if (own === undefined) return [];
      const { firingRate, spikesPerInference } = own;
      return [[name, { firingRate, spikesPerInference }]];
    }),
  );
}

const COLUMNS: readonly Column[] = [
  { title: "layer" },
  { title: "kind" },
  { title: "output" },
  { title: "parameters", align: "right" },
  { title: "theta", align: "right" },
  { title: "levels", align: "right" },
  { title: "level step", align: "right" },
  { title: "firing rate", align: "right" },
  { title: "spikes", align: "right" },
];

function print(terminal: Terminal, { path, model, facts, layers, parameters, measurement }: Inspected): void {
  const rates = ratesByName(layers, measurement);
  terminal.print(
    terminal.bold(path),
    `: ${model.architecture.kind}, ${counted(model.timesteps, "time step")}, input ${formatShape(model.inputShape)}, ` +
      `${counted(model.outputShape[0], "class", "classes")}, ${counted(parameters, "parameter")} (${kibibytes(4 * parameters)})`,
  );
  const training = describeTraining(facts);
  if (training !== "") terminal.print(training);
  const { preprocessing } = model;
  if (preprocessing.length > 0)
    terminal.print(`samples are prepared by ${describePreprocessing(preprocessing)}`);
  terminal.print();
  const rows = layers.map(({ name, kind, outputShape, parameters: own, neuron }) => {
    const rate = rates.get(name);
    return [
      name,
      kind,
      formatShape(outputShape),
      own === 0 ? "" : String(own),
      neuron === undefined ? "" : thetaText(neuron),
      neuron === undefined ? "" : String(neuron.levels),
      neuron === undefined ? "" : significant(neuron.levelStep),
      rate === undefined ? "" : percent(rate.firingRate),
      rate === undefined ? "" : rate.spikesPerInference.toFixed(1),
    ];
  });
  for (const line of formatTable(COLUMNS, rows, (titles) => terminal.bold(titles))) terminal.print(line);
  terminal.print();
  if (measurement.data === null) {
    terminal.print(measurement.note);
    return;
  }
  const { samples, accuracy, spikesPerInference } = measurement.evaluation;
  terminal.print(
    `firing rates over ${counted(samples, "sample")} of ${measurement.data}: ${spikesPerInference.toFixed(0)} spikes per sample, ` +
      `accuracy ${percent(accuracy)}`,
  );
}

function describeTraining(facts: TrainingFacts): string {
  const { dataset, epochs, bestEpoch, seed, testAccuracy, quantization } = facts;
  const parts = [
    dataset === undefined ? "" : `trained on ${dataset}`,
    epochs === undefined ? "" : counted(epochs, "epoch"),
    bestEpoch === undefined ? "" : `weights of epoch ${bestEpoch}`,
    seed === undefined ? "" : `seed ${seed}`,
    quantization === undefined ? "" : `quantized: ${quantization}`,
    testAccuracy === undefined ? "" : `test accuracy ${percent(testAccuracy)}`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function kibibytes(bytes: number): string {
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
