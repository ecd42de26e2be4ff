/** QuantizationAwareTraining: the network is quantized, calibrated, and trained on. */

import { mergedQuantParams, type QuantParams } from "../../quantization/quantizer-options.js";
import { shownDataset } from "../../training/shown-dataset.js";
import type { TrainerOptions } from "../../training/trainer-options.js";
import type { ModelConfig, QuantizationAwareTrainingParams } from "../description/experiment.js";
import { overriddenOptimizer } from "../description/optimizer-override.js";
import type { PreparedRun } from "../prepared-run.js";
import {
  quantized,
  quantizeTrained,
  type QuantizationSettings,
  type QuantizationWork,
} from "../quantized/quantize-trained.js";
import { measuredOf } from "../quantized/quantization-summary.js";
import { summaryOf, writeQuantizedRun } from "../quantized/quantized-folder.js";
import { trainerOptions } from "../training.js";
import type { PostprocessingWork } from "./results.js";
import type { StepRow } from "./step.js";
import { shownAugmentations } from "./test-set.js";

const WORK: Readonly<Record<QuantizationWork, PostprocessingWork>> = {
  float: "testing",
  calibration: "calibrating",
  calibrated: "testing",
  trained: "testing",
};

export const quantizationStep: StepRow<"QuantizationAwareTraining"> = {
  draft: (model, params, config) => quantized(model, settingsOf(params, config)).model,
  async run(params, context) {
    const { prepared, network, test, signal, training, facts, modelFacts, of } = context;
    const { sets, augmentations, run } = prepared;
    const settings = settingsOf(params, run.model);
    const keeper = context.keeper();
    const made = await quantizeTrained(
      network.model,
      {
        calibration: shownDataset(network.model, sets.train, shownAugmentations(augmentations)),
        test,
        training: params.epochs === 0 ? null : { train: sets.train, options: optionsOf(params, prepared) },
      },
      settings,
      {
        ...(signal === undefined ? {} : { signal }),
        ...(keeper === undefined ? {} : { keeper }),
        onProgress: (work, done, total) => void context.tell(WORK[work], done, total),
        training,
      },
    );
    if (made.interrupted) signal?.throwIfAborted();
    const whole = { network: made, settings, of, facts };
    const { quantization } = summaryOf(whole);
    const name = network.name + suffixOf(settings.params, params.epochs);
    const { evaluation } = made.trained ?? made.calibrated;
    return {
      network: { model: made.model, name, measured: measuredOf(evaluation) },
      summary: { kind: "QuantizationAwareTraining", network: name, quantization },
      async write(folder) {
        await writeQuantizedRun(folder, whole, { experiment: run.experiment, facts: modelFacts });
      },
    };
  },
};

function settingsOf(
  { model, batchSize, evaluateBefore }: QuantizationAwareTrainingParams,
  { update }: ModelConfig,
): QuantizationSettings {
  const { quantParams } = model.params;
  const params =
    update?.quantParams === undefined ? quantParams : mergedQuantParams(quantParams, update.quantParams);
  return { params, fuse: false, fold: false, batchSize, evaluateBefore };
}

/** The training of the run, with what the step says otherwise. */
function optionsOf(
  { epochs, batchSize, optimizer }: QuantizationAwareTrainingParams,
  { run, sets, augmentations, own, options: { parallel = null } }: PreparedRun,
): TrainerOptions {
  const used = overriddenOptimizer(run.model.optimizer, optimizer);
  const model = { ...run.model, train: true, epochs, batchSize, optimizer: used };
  return { ...trainerOptions({ ...run, model }, sets, augmentations, own), parallel };
}

/** As the reference calls such networks. */
function suffixOf({ bits = 8, forceQ = null, LSQ = false }: QuantParams, epochs: number): string {
  return `_q${bits}_force_q${forceQ ?? "off"}_e${epochs}_LSQ${LSQ ? "True" : "False"}`;
}
