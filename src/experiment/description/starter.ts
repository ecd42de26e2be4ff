/**
 * An experiment file to begin with: the common keys, each with its meaning, written from what reads them. A key that is set
 * stands as `key = value`; one with its default as `#key = value`.
 */

import { templateTable, type ModelKind } from "../../models/table.js";
import { neuronKinds, type NeuronKind } from "../../neurons/table.js";
import { fieldsOf, snakeCase } from "../../schema/schema.js";
import { AUGMENTATIONS, datasetFacts, DATASETS, PREPROCESSING } from "./data-schema.js";
import type {
  DatasetConfig,
  EventFilesConfig,
  LoadedKind,
  OptimizerKinds,
  SchedulerKinds,
} from "./experiment.js";
import type { KindTable, TableRow } from "./kinds.js";
import { MODELS } from "./model-schema.js";
import { NEURONS } from "./neuron-schema.js";
import { sentence, toml } from "./reference-words.js";
import { LARGE_NETWORKS, SMALL_NETWORKS } from "./starter-networks.js";
import { BENCH, FRAMEWORKS, OPTIMIZERS, SCHEDULERS, TRAINING } from "./training-schema.js";

/** Sets of what the networks here are made for: still images, tables, and recordings in a folder per class. */
export type StarterDataset =
  | Exclude<LoadedKind, "MovingDigits" | EventFilesConfig["kind"]>
  | Extract<EventFilesConfig["kind"], "EventFolder">;

export interface StarterChoice {
  readonly dataset: StarterDataset;
  readonly model: ModelKind;
  readonly neuron: NeuronKind;
  /** The folder of the data, where these are files. */
  readonly path?: string;
  /** What else is known of them: parameters of the data set. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Whether they are numbers of any size, and not bytes. */
  readonly floats?: boolean;
}

export const STARTER_CHOICE: StarterChoice = { dataset: "Digits", model: "SCNN", neuron: neuronKinds[0] };

/** What may be chosen. */
export const starterKinds = {
  get dataset(): readonly StarterDataset[] {
    return Object.keys(DATASET_NAMES) as StarterDataset[];
  },
  get model(): readonly ModelKind[] {
    return Object.keys(templateTable) as ModelKind[];
  },
  get neuron(): readonly NeuronKind[] {
    return kindNames(NEURONS);
  },
};

/** Keys that change nothing here, or that who begins does not look for. docs/experiment-file.md has all. */
const UNCOMMON: ReadonlySet<string> = new Set([
  "enableProgressBar",
  "enableConfusionMatrix",
  "metrics",
  "load",
  "train",
  "evaluate",
  "disabled",
  "backend",
  "storeVSeq",
  "before",
  "after",
]);

/** Of runs, and of the folder below datasets/ where the files are if nobody says. */
const DATASET_NAMES: { readonly [K in StarterDataset]: string } = {
  Digits: "digits",
  MNIST: "mnist",
  FashionMNIST: "fashion-mnist",
  IDX: "images",
  CIFAR10: "cifar10",
  CIFAR100: "cifar100",
  ImageFolder: "pictures",
  CSV: "table",
  EventFolder: "events",
  NumPy: "arrays",
};

/** What nobody has said of files: pixels as they are in them, and sizes that are common. */
const USUAL_PARAMS: { readonly [K in StarterDataset]: Readonly<Record<string, unknown>> } = {
  Digits: {},
  MNIST: { dtype: "uint8" },
  FashionMNIST: { dtype: "uint8" },
  IDX: { dtype: "uint8", sampleShape: [28, 28, 1] },
  CIFAR10: { dtype: "uint8" },
  CIFAR100: { dtype: "uint8" },
  ImageFolder: { size: [32, 32], channels: 3 },
  CSV: { label: "label", sampleShape: [28, 28, 1], dtype: "uint8" },
  EventFolder: { sensorShape: [34, 34], classes: 10, timesteps: 8 },
  NumPy: { sampleShape: [28, 28, 1] },
};

/** What stands above the place of files that are not four IDX files. */
const FILES_OF: { readonly [K in StarterDataset]?: string } = {
  CIFAR10: "The files are data_batch_1.bin to data_batch_5.bin and test_batch.bin.",
  CIFAR100: "The files are train.bin and test.bin.",
  ImageFolder: "A folder per class, with pictures in it; or train and test with such folders.",
  EventFolder: "train and test, and in each a folder of recordings per class.",
  CSV: "A file, or a folder with train.csv and test.csv.",
  NumPy: "An .npz file or a folder of .npy files: x_train, y_train, x_test and y_test, or x and y.",
};

const WIDTH = 100;

/** TOML text that parseExperiment reads without a warning. */
export function starterExperiment(choice: StarterChoice): string {
  const { dataset, model, neuron, path, params, floats = false } = choice;
  const known = { path: path ?? `datasets/${DATASET_NAMES[dataset]}`, ...USUAL_PARAMS[dataset], ...params };
  const { shape, timesteps } = datasetFacts({ kind: dataset, params: known } as unknown as DatasetConfig);
  const framework = timesteps === null ? "SpikingJellyMultiStep" : "SpikingJellyMultiStepTimeStepsInData";
  // Where samples have time steps, the network has as many.
  const steps = timesteps === null ? {} : { timesteps };
  const isSmall = shape[0] < 28;
  const network = (isSmall ? SMALL_NETWORKS : LARGE_NETWORKS)[model];
  const sections = [
    [
      ...comment(
        "An experiment: what is trained, on what, how. A line that begins with # and a key, such as #first_run = 1, holds " +
          "the default of that key: take the # away to change it. docs/experiment-file.md, beside the README of the " +
          "package, has every key.",
      ),
    ],
    ["[bench]", ...keys(BENCH, { name: `${DATASET_NAMES[dataset]}-${model.toLowerCase()}`, seed: 1 })],
    ["[learningframework]", ...kind(FRAMEWORKS, framework)],
    table("[learningframework.params]", keys(FRAMEWORKS.rows[framework], {})),
    ["[dataset]", ...kind(DATASETS, dataset)],
    ...(dataset === "Digits"
      ? moved()
      : [filesOf(dataset, known), ...(dataset === "EventFolder" ? [] : preparedBy(floats))]),
    [
      ...comment(
        "The network, and how it is trained. Another one is another [[model]], with a name of its own.",
      ),
      "[[model]]",
      `name = ${toml(`${model.toLowerCase()}_${neuron.toLowerCase()}`)}`,
      ...kind(MODELS, model),
      ...keys(TRAINING, { epochs: network.epochs, batchSize: network.batchSize }),
    ],
    table(
      "[model.params]",
      keys(MODELS.rows[model] as TableRow<object>, { ...network.params, ...steps }, ["neuron"]),
    ),
    ["[model.params.neuron]", ...kind(NEURONS, neuron)],
    [
      "[model.params.neuron.params]",
      ...comment('As the learning framework is: "s" with SpikingJelly.'),
      'step_mode = "m"',
      ...keys(NEURONS.rows[neuron] as TableRow<object>, {}),
    ],
    ["[model.optimizer]", ...kind<OptimizerKinds>(OPTIMIZERS, "Adam")],
    table("[model.optimizer.params]", keys(OPTIMIZERS.rows.Adam, { lr: network.lr })),
    [
      ...comment("Without this table the learning rate stays as it is."),
      "[model.optimizer.scheduler]",
      ...kind<SchedulerKinds>(SCHEDULERS, "CosineAnnealingLR"),
    ],
    table(
      "[model.optimizer.scheduler.params]",
      keys(SCHEDULERS.rows.CosineAnnealingLR, { tMax: network.epochs }),
    ),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function filesOf(dataset: Exclude<StarterDataset, "Digits">, params: object): string[] {
  const idx =
    "The files are train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, " +
    "with or without .gz.";
  const where = `A relative path starts where atif is called. ${FILES_OF[dataset] ?? idx}`;
  return ["[dataset.params]", ...comment(where), ...keys(DATASETS.rows[dataset] as TableRow<object>, params)];
}

/** Numbers that are no bytes are brought to a common size. */
function preparedBy(floats: boolean): string[][] {
  if (!floats) return scaled();
  return [["[[preprocessing]]", ...kind(PREPROCESSING, "Normalize", false)]];
}

/** Pixels of files are 0 to 255. */
function scaled(): string[][] {
  const params = keys(AUGMENTATIONS.rows.IntToFloat32, { scale: true, evaluate: true });
  return [
    ["[[data_augmentation]]", ...kind(AUGMENTATIONS, "IntToFloat32", false)],
    table("[data_augmentation.params]", params),
  ];
}

function moved(): string[][] {
  return [
    ["[[data_augmentation]]", ...kind(AUGMENTATIONS, "Crop", false)],
    table(
      "[data_augmentation.params]",
      keys(AUGMENTATIONS.rows.Crop, { size: [8, 8], padding: [1, 1, 1, 1] }),
    ),
    ["[[data_augmentation]]", ...kind(AUGMENTATIONS, "GaussianNoise", false)],
    table("[data_augmentation.params]", keys(AUGMENTATIONS.rows.GaussianNoise, { sigma: 0.1 })),
  ];
}

function table(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [heading, ...lines];
}

/** The kind of a table: what it is, and which others there are. */
function kind<Kinds>(kinds: KindTable<Kinds>, chosen: keyof Kinds & string, listOthers = true): string[] {
  const others = kindNames(kinds).filter((each) => each !== chosen);
  return [
    ...comment(sentence(kinds.rows[chosen].summary)),
    ...(listOthers && others.length > 0 ? comment(`Other kinds: ${others.join(", ")}.`) : []),
    `kind = ${toml(chosen)}`,
  ];
}

/** Those that a file may name. */
function kindNames<Kinds>({ rows }: KindTable<Kinds>): (keyof Kinds & string)[] {
  const names = Object.keys(rows) as (keyof Kinds & string)[];
  return names.filter((name) => rows[name].forPrograms !== true);
}

/** The keys of a table in order: those with a value, and the common ones that have a default. */
function keys<P>({ schema }: TableRow<P>, values: Partial<P>, elsewhere: readonly string[] = []): string[] {
  return fieldsOf(schema).flatMap(([name, field]) => {
    if (elsewhere.includes(name)) return [];
    const key = field.key ?? snakeCase(name);
    const value: unknown = values[name];
    if (value !== undefined) return [...comment(field.meaning), `${key} = ${toml(field.type.write(value))}`];
    if (field.presence !== "default" || UNCOMMON.has(name)) return [];
    return [...comment(field.meaning), `#${key} = ${toml(field.type.write(field.fallback))}`];
  });
}

/** Lines of at most WIDTH columns. */
function comment(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length < WIDTH) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`# ${word}`);
  }
  return lines;
}
