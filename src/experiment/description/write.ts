/** A normalised experiment back to an experiment file: every value spelled out, readable by parseExperiment. */

import { stringify } from "smol-toml";
import { emptyTable, isTable } from "./config-tree.js";
import type { ConfigTable, ConfigValue } from "./config-tree.js";
import { AUGMENTATIONS, DATASETS, PREPROCESSING } from "./data-schema.js";
import type {
  AugmentationKinds,
  Experiment,
  ModelConfig,
  OptimizerConfig,
  OptimizerKinds,
  PostprocessingConfig,
  PostprocessingKinds,
  SchedulerKinds,
  StepSettings,
} from "./experiment.js";
import { writeFields, writeVariant } from "./kinds.js";
import type { FileModelKinds } from "./model-schema.js";
import { MODELS } from "./model-schema.js";
import { groupsSchema } from "./optimizer-override.js";
import { POSTPROCESSING, STEP } from "./postprocessing-schema.js";
import { BENCH, FRAMEWORKS, OPTIMIZERS, SCHEDULERS, TRAINING, UPDATE } from "./training-schema.js";

/** TOML text that parseExperiment, strict, reads as the same experiment. */
export function writeExperiment(experiment: Experiment): string {
  const { bench, learningFramework, dataset, preprocessing, dataAugmentation, models } = experiment;
  // One that a program has put together may be without.
  const { postprocessing = [] } = experiment as Partial<Experiment>;
  const tree = {
    bench: { ...writeFields(bench, BENCH.schema), plugins: ["qualia_plugin_snn"] },
    learningframework: writeVariant(learningFramework, FRAMEWORKS),
    dataset: writeVariant(dataset, DATASETS),
    ...listSection(
      "preprocessing",
      preprocessing.map((step) => writeVariant(step, PREPROCESSING)),
    ),
    ...listSection(
      "data_augmentation",
      dataAugmentation.map((step) => writeVariant<AugmentationKinds>(step, AUGMENTATIONS)),
    ),
    ...listSection("postprocessing", postprocessing.map(writeStep)),
    model_template: {},
    model: models.map(writeModel),
  };
  return stringify(tree).replace("[model_template]\n[[", "[model_template]\n\n[[");
}

function listSection(key: string, tables: readonly ConfigTable[]): ConfigTable {
  return tables.length === 0 ? {} : { [key]: tables };
}

function writeStep(step: PostprocessingConfig): ConfigTable {
  return {
    ...writeVariant<PostprocessingKinds>(step, POSTPROCESSING),
    ...writeFields<StepSettings>(step, STEP.schema),
  };
}

function writeModel(model: ModelConfig): ConfigTable {
  const { kind, params } = writeVariant<FileModelKinds>(model, MODELS);
  return {
    name: model.name,
    kind,
    ...writeFields(model, TRAINING.schema),
    params: withStepMode(asTable(params), model.params.stepMode),
    ...(model.optimizer === null ? {} : { optimizer: writeOptimizer(model.optimizer) }),
    ...(model.update === undefined ? {} : { update: writeFields(model.update, UPDATE.schema) }),
  };
}

/** In the neuron, where there is one for all. */
function withStepMode(network: ConfigTable, stepMode: string): ConfigTable {
  if (Object.hasOwn(network, "layers")) {
    const { layers, ...others } = network;
    return { ...others, step_mode: stepMode, layers };
  }
  const neuron = asTable(network.neuron);
  return { ...network, neuron: { ...neuron, params: { ...asTable(neuron.params), step_mode: stepMode } } };
}

function writeOptimizer(optimizer: OptimizerConfig): ConfigTable {
  const groups = writeFields(optimizer, groupsSchema(optimizer.kind));
  const own = { ...writeVariant<OptimizerKinds>(optimizer, OPTIMIZERS), ...groups };
  if (optimizer.scheduler === null) return own;
  return { ...own, scheduler: writeVariant<SchedulerKinds>(optimizer.scheduler, SCHEDULERS) };
}

function asTable(value: ConfigValue | undefined): ConfigTable {
  return isTable(value) ? value : emptyTable();
}
