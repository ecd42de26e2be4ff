/** The folder of a run that quantized a network: that of any run, and the ranges beside it. */

import { saveModel, type ModelFacts } from "../../formats/model-file.js";
import { activationsRange } from "../../quantization/activations-range.js";
import type { TrainingResult } from "../../training/trainer.js";
import { VERSION } from "../../version.js";
import type { Experiment } from "../description/experiment.js";
import { writeExperiment } from "../description/index.js";
import type { RunFolder } from "../run-folder/run-folder.js";
import { completeSummary, type CompleteSummary, type RunFacts } from "../run-folder/run-summary.js";
import { measuredOf, type ByStage, type QuantizationSummary } from "./quantization-summary.js";
import type { MeasuredLayer, Stage } from "./measure-stage.js";
import type { BeforeTraining, QuantizationSettings, QuantizedNetwork } from "./quantize-trained.js";

export type QuantizedSummary = Omit<CompleteSummary, "status"> & {
  /** interrupted: in the training, or before its test. */
  readonly status: "complete" | "interrupted";
  readonly quantization: QuantizationSummary;
  /** What it goes on from; left out of what is complete. */
  readonly unfinished?: UnfinishedQuantization;
};

/** Everything that a quantization goes on from, beside its checkpoint. */
export interface UnfinishedQuantization extends BeforeTraining {
  /** How it was asked for. */
  readonly asked: Readonly<Record<string, unknown>>;
}

export interface QuantizedRun {
  readonly network: QuantizedNetwork;
  readonly settings: QuantizationSettings;
  /** As it was named. */
  readonly of: string;
  readonly facts: RunFacts;
}

/** "8 bits (w 4), floor, 2 epochs" */
export function quantizationInWords({
  network,
  settings,
}: Pick<QuantizedRun, "network" | "settings">): string {
  const { bits = 8, roundtype = "nearest", quantype = "fxp", forceQ = null, ...types } = settings.params;
  const { LSQ = false, rangeSetting = "minmax" } = settings.params;
  const others = Object.entries(types).flatMap(([type, options]) => {
    const own =
      typeof options === "object" && options !== null && "bits" in options ? options.bits : undefined;
    return typeof own === "number" ? [`${type} ${own}`] : [];
  });
  const epochs = network.training?.epochs ?? 0;
  return [
    `${bits} bits${others.length === 0 ? "" : ` (${others.join(", ")})`}`,
    ...(quantype === "fxp" ? [] : [quantype]),
    ...(forceQ === null ? [] : [`q ${forceQ}`]),
    ...(LSQ ? ["learned steps"] : []),
    ...(rangeSetting === "minmax" ? [] : [`ranges by ${rangeSetting}`]),
    `rounded ${roundtype === "nearest" ? "to the nearest" : roundtype === "floor" ? "down" : "up"}`,
    ...(settings.fold ? ["thresholds folded"] : []),
    epochs === 0 ? "not trained" : `trained on for ${epochs} epoch${epochs === 1 ? "" : "s"}`,
  ].join(", ");
}

export function summaryOf(run: QuantizedRun): QuantizedSummary {
  const { network, settings, of, facts } = run;
  const { float, calibrated, trained, interrupted } = network;
  const test = interrupted ? null : (trained ?? calibrated).evaluation;
  const stages = { float, calibrated, trained };
  return {
    ...completeSummary(facts, network.training ?? UNTRAINED, test),
    ...(interrupted ? { status: "interrupted" } : {}),
    quantization: {
      of,
      params: settings.params,
      words: quantizationInWords(run),
      interrupted,
      folded: network.folded,
      test: byStage(stages, ({ evaluation }) => measuredOf(evaluation)),
      layers: (trained ?? calibrated).layers.map(({ name, q, weightsQ }) => {
        const figure = (pick: (layer: MeasuredLayer) => number | null): ByStage<number> =>
          byStage(stages, ({ layers }) => {
            const layer = layers.find((each) => each.name === name);
            return layer === undefined ? null : pick(layer);
          });
        return {
          name,
          q,
          weightsQ,
          theta: figure(({ theta }) => theta),
          saturation: figure(({ saturation }) => saturation),
          silence: figure(({ silence }) => silence),
        };
      }),
    },
  };
}

/** Of a network that was made of a trained one. */
export const UNTRAINED: TrainingResult = {
  completed: true,
  epochs: 0,
  bestEpoch: null,
  stoppedEarly: false,
  history: [],
};

function byStage<T>(
  stages: { readonly [S in keyof ByStage<T>]: Stage | null },
  pick: (stage: Stage) => T | null,
): ByStage<T> {
  const at = (stage: Stage | null): T | null => (stage === null ? null : pick(stage));
  return { float: at(stages.float), calibrated: at(stages.calibrated), trained: at(stages.trained) };
}

/**
 * Writes the folder, which is held. summary.json comes last: it says that all is there.
 *
 * @throws FileError
 */
export async function writeQuantizedRun(
  folder: RunFolder,
  run: QuantizedRun,
  { experiment, facts, asked }: WrittenWith,
): Promise<QuantizedSummary> {
  const known = summaryOf(run);
  const { float, calibrated, interrupted } = run.network;
  const summary =
    interrupted && asked !== undefined ? { ...known, unfinished: { asked, float, calibrated } } : known;
  const { testAccuracy: _, testLoss: _loss, ...others } = facts;
  const { test, quantization } = summary;
  const { network } = run;
  // Before anything is written.
  const ranges = activationsRange(network.model);
  await saveModel(folder.modelPath, network.model.eval(), {
    ...others,
    quantization: quantization.words,
    atifVersion: VERSION,
    ...(test === null ? {} : { testAccuracy: test.accuracy, testLoss: test.loss }),
  });
  folder.writeRanges(ranges);
  folder.writeMetrics((network.training?.history ?? []).map((metrics) => JSON.stringify(metrics)));
  writeConfigOf(folder, quantization.words, experiment);
  folder.writeSummary(summary);
  if (!interrupted) folder.removeCheckpoint();
  return summary;
}

/** What is written with a network. */
export interface WrittenWith {
  /** That of the float network, null if it is not known. */
  readonly experiment: Experiment | null;
  /** Of the float network's file. */
  readonly facts: ModelFacts;
  /** How the quantization was asked for; undefined: it does not go on from this folder. */
  readonly asked?: UnfinishedQuantization["asked"];
}

function writeConfigOf(folder: RunFolder, words: string, experiment: Experiment | null): void {
  if (experiment === null) return;
  folder.writeConfig(`${NOTE}# ${words}\n\n${writeExperiment(experiment)}`);
}

/** What a quantization goes on from if its process ends without a word. The checkpoint is there. @throws FileError */
export function writeBegun(
  folder: RunFolder,
  { network, settings, of, facts }: QuantizedRun,
  { experiment, asked = {} }: WrittenWith,
): void {
  const { float, calibrated } = network;
  const { params } = settings;
  writeConfigOf(folder, "under way", experiment);
  const unfinished: UnfinishedQuantization = { asked, float, calibrated };
  folder.writeSummary({ status: "running", ...facts, quantization: { of, params }, unfinished });
}

/** Of a quantization that is not complete; null if the folder holds none. The file may have been written by anybody. */
export function readUnfinished(folder: RunFolder): UnfinishedQuantization | null {
  const { status, unfinished } = folder.readSummary() ?? {};
  if (status === "complete" || typeof unfinished !== "object" || unfinished === null) return null;
  const { asked, float, calibrated } = unfinished as Partial<UnfinishedQuantization>;
  if (typeof asked !== "object" || asked === null || typeof calibrated !== "object") return null;
  return { asked, float: float ?? null, calibrated };
}

const NOTE = `# The experiment that the float network was trained by. The network here was quantized afterwards, as summary.json says:
`;
