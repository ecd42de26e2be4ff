/**
 * An experiment, read and normalised: plain data in this library's names, every default filled in.
 * Shapes are channels-last without batch and time: [H, W, C] or [S, C]. Options of classes are those of their schemas.
 */

import type { AugmentationParams } from "../../datasets/augmentations/table.js";
import type { PreprocessingParams } from "../../datasets/preprocessing/table.js";
import type { OpEstimations, SramEstimation } from "../../energy/estimations.js";
import type { AnyLayerSpec } from "../../graph/layer-spec.js";
import type { ResolvedFiringRate } from "../../losses/firing-rate.js";
import type { LossName } from "../../losses/table.js";
import type { ModelShapes } from "../../models/model-fields.js";
import type { ModelKind, templateTable } from "../../models/table.js";
import type { StepMode } from "../../module/module.js";
import type { NeuronKind, NeuronParams } from "../../neurons/table.js";
import type {
  optimizerTable,
  OptimizerGroups,
  OptimizerKind,
  schedulerTable,
  SchedulerKind,
} from "../../optimizers/table.js";
import type { QuantParams } from "../../quantization/quantizer-options.js";
import type { OptionsOf } from "../../schema/schema.js";
import type { CheckpointMetric } from "../../training/epoch-metrics.js";
import type { Overlap, Reduction } from "../../training/shard-options.js";

/** One kind out of a map from kind to parameters. */
export type Variant<Kinds> = {
  [K in keyof Kinds]: { readonly kind: K; readonly params: Readonly<Kinds[K]> };
}[keyof Kinds];

export interface Experiment {
  readonly bench: Bench;
  readonly learningFramework: LearningFramework;
  readonly dataset: DatasetConfig;
  readonly preprocessing: readonly PreprocessingConfig[];
  readonly dataAugmentation: readonly AugmentationConfig[];
  /** What is done to every network after its training, in order. */
  readonly postprocessing: readonly PostprocessingConfig[];
  readonly models: readonly ModelConfig[];
}

export interface Bench {
  /** Names the run folder: no slashes. */
  readonly name: string;
  readonly seed: number;
  /** Runs firstRun, firstRun + 1, …, lastRun. */
  readonly firstRun: number;
  readonly lastRun: number;
  readonly useTestAsValid: boolean;
}

export type FrameworkKind =
  | "SpikingJelly"
  | "SpikingJellyMultiStep"
  | "SpikingJellyTimeStepsInData"
  | "SpikingJellyMultiStepTimeStepsInData";

export interface LearningFramework {
  /** One step at a time, or all steps in one call (MultiStep); still samples, or samples that change over time. */
  readonly kind: FrameworkKind;
  readonly params: LearningFrameworkParams;
}

/** A loss or a metric of a program's own: a function, of which a file can say the name alone. */
export interface OwnName {
  readonly name: string;
}

export interface LearningFrameworkParams {
  useBestEpoch: boolean;
  enableProgressBar: boolean;
  enableConfusionMatrix: boolean;
  /** "mse" compares the averaged output with the one-hot target. */
  loss: LossName | OwnName;
  /** Of the cross-entropy: how much each class counts; all alike if they are left out. */
  classWeights?: readonly number[];
  /** Of the cross-entropy: share of every label that is spread over all classes; none if it is left out. */
  labelSmoothing?: number;
  metrics: readonly (Metric | OwnName)[];
  /** What decides the best epoch, as "val_acc". */
  checkpointMetric: Readonly<CheckpointMetric>;
  /** What the numbers of a run are written for, besides metrics.jsonl. */
  loggers?: readonly Logger[];
}

/** "csv": metrics.csv; "tensorboard": an event file. */
export type Logger = "csv" | "tensorboard";

/** prec, rec, f1 and acc are the same number (micro average); avgclsacc is the mean accuracy per class. */
export type Metric = "prec" | "rec" | "f1" | "acc" | "avgclsacc";

export interface DatasetKinds {
  /** Built in: 8 x 8 x 1, ten classes. */
  Digits: Record<never, never>;
  MNIST: IdxParams;
  FashionMNIST: IdxParams;
  /** In the format of MNIST: any size, any number of classes. */
  IDX: IdxOfAnyParams;
  /** Binary files. */
  CIFAR10: IdxParams;
  CIFAR100: IdxParams;
  /** Pictures in a folder per class. */
  ImageFolder: ImageFolderParams;
  CSV: CsvParams;
  /** .npz, or a folder of .npy. */
  NumPy: NumpyParams;
  /** Built in: the digits, moving before a simulated event camera. */
  MovingDigits: MovingDigitsParams;
  /** A folder of recordings of events, by class. */
  EventFolder: EventFolderParams;
  /** DVS128 Gesture, cut by its tables. */
  DVSGesture: DvsGestureParams;
  /** The same; frames begin with an event, and are on no grid. */
  DVSGestureWithPreprocessing: DvsGestureWindowsParams;
  /** The Heidelberg digits, and the spiking speech commands. */
  SHD: ShdParams;
  SSC: ShdParams;
  /** Given by a program, with runExperiment or prepareExperiment. */
  InMemory: InMemoryParams;
}

/** Names the samples and says what the networks must fit; the samples are not part of an experiment. */
export interface InMemoryParams {
  name: string;
  /** Channels last: [H, W, C], [S, C] or [features]; with time [T, …]. */
  sampleShape: readonly number[];
  classes: number;
  /** Whether the first dimension of samples is time. */
  time?: boolean;
}

export interface IdxParams {
  /** Folder with the four IDX files, gzipped or not. */
  path: string;
  /** Values stay 0 to 255 either way. */
  dtype: "float32" | "uint8";
}

export interface IdxOfAnyParams extends IdxParams {
  /** [H, W, C] */
  sampleShape: readonly number[];
}

export interface ImageFolderParams {
  path: string;
  /** [height, width] that pictures are scaled to. */
  size: readonly [number, number];
  /** 1: how bright; 3: red, green, blue. */
  channels: 1 | 3;
  /** What is drawn for the test, where that has no folder of its own. */
  testPart: number;
}

export interface CsvParams {
  path: string;
  /** The column of the classes. */
  label: string;
  /** Of the other columns. */
  sampleShape: readonly number[];
  dtype: "float32" | "uint8";
  testPart: number;
}

export interface NumpyParams {
  path: string;
  sampleShape: readonly number[];
  time?: boolean;
  testPart: number;
}

export interface MovingDigitsParams {
  /** Frames of a sample. */
  timesteps: number;
  /** Of paths, thresholds and noise, whatever networks are trained with. */
  seed: number;
}

/** How recordings of events become samples. */
export interface EventFrameParams {
  /** Frames of a sample. */
  timesteps: number;
  /** Frames with equally many events, equally long ones of a recording, or ones of a duration. */
  splitBy: "number" | "time" | "duration";
  /** Frames of a recording, where splitBy is not "duration"; as many as timesteps if they are left out. */
  frames?: number;
  /** Microseconds of a frame, where splitBy is "duration". */
  duration?: number;
  /** Where a frame counts no further, at most 255: frames are kept as bytes then. */
  maxCount?: number;
}

export interface EventFolderParams extends EventFrameParams {
  path: string;
  /** [height, width] of the sensor, or [channels]. */
  sensorShape: readonly number[];
  classes: number;
}

export interface DvsGestureParams extends EventFrameParams {
  path: string;
  dataType: "frame";
}

export interface DvsGestureWindowsParams {
  path: string;
  dataType: "frame";
  /** Microseconds of a frame, from its first event on. */
  duration: number;
  timesteps: number;
  maxCount?: number;
}

export interface ShdParams extends EventFrameParams {
  path: string;
  /** What the names of the files begin with. */
  prefix: string;
}

export type DatasetConfig = Variant<DatasetKinds>;

/** Sets that `atif train` has, or finds. */
export type LoadedKind = Exclude<keyof DatasetKinds, "InMemory">;

/** Read from a folder, which may be another one on another machine. */
export type FilesConfig = Extract<DatasetConfig, { readonly params: { readonly path: string } }>;

export type InMemoryConfig = Extract<DatasetConfig, { readonly kind: "InMemory" }>;

/** What is read by what the folder is: formats/data has it. */
export type DataFilesConfig = Extract<
  DatasetConfig,
  { readonly kind: "CIFAR10" | "CIFAR100" | "ImageFolder" | "CSV" | "NumPy" }
>;

/** Recordings of events: formats/events reads them. */
export type EventFilesConfig = Extract<
  DatasetConfig,
  { readonly kind: "EventFolder" | "DVSGesture" | "DVSGestureWithPreprocessing" | "SHD" | "SSC" }
>;

export type PreprocessingKinds = PreprocessingParams;

export type SetName = "train" | "valid" | "test";
export type PreprocessingConfig = Variant<PreprocessingKinds>;

/** First run all with before, then all with after, so one with both runs twice and one with neither never. */
export type AugmentationKinds = AugmentationParams;

export type AugmentationConfig = Variant<AugmentationKinds>;

/** The kinds a file may name, those that programs define among them. */
export type NeuronKinds = { readonly [K in NeuronKind]: NeuronParams[K] };

export type NeuronConfig = Variant<NeuronKinds>;

/** What every network has. */
export interface NetworkParams extends Partial<ModelShapes> {
  readonly timesteps: number;
  readonly neuron: NeuronConfig;
  /** With 'm', all steps of a layer run in one call; ATIF is then MultiStepATIF. */
  readonly stepMode: StepMode;
}

/** A network as a list of layers, neurons among them. */
export interface GraphParams extends Partial<ModelShapes> {
  readonly timesteps: number;
  readonly layers: readonly AnyLayerSpec[];
  readonly stepMode: StepMode;
  /** Neurons are layers of the list. */
  readonly neuron?: undefined;
}

/** Networks by kind; shapes that are left out are those of the data. */
export type ModelKinds = TemplateKinds & { readonly GraphModel: GraphParams };

/** Options of the templates. */
type TemplateKinds = {
  readonly [K in ModelKind]: Omit<
    OptionsOf<(typeof templateTable)[K]["schema"]>,
    keyof ModelShapes | "neuron" | "stepMode" | "timesteps"
  > &
    NetworkParams;
};

export interface Training {
  epochs: number;
  batchSize: number;
  /** Batches to one step of the optimizer; one if it is left out. */
  accumulateGradBatches?: number;
  /** Parts that every batch is cut into; it is not if it is left out. */
  shards?: number;
  /** How gradients of shards are added; "exact" if it is left out. */
  reduce?: Reduction;
  /** Whether gradients are exchanged while others are computed; where it pays if it is left out. */
  overlap?: Overlap;
  /** MiB of gradients that are exchanged at a time then; half of them if it is left out. */
  bucketCapMb?: number;
  /** At most one of the two. */
  clipGradNorm?: number;
  clipGradValue?: number;
  /** Added to the loss; nothing if it is left out. */
  firingRate?: ResolvedFiringRate;
  /** Time steps that gradients go back at most; all if it is left out. */
  detachEvery?: number;
  load: boolean;
  train: boolean;
  evaluate: boolean;
  disabled: boolean;
}

export type ModelConfig = Variant<ModelKinds> &
  Readonly<Training> & {
    /** Unlike that of any other model that is not disabled. */
    readonly name: string;
    /** null only when nothing is to be trained. */
    readonly optimizer: OptimizerConfig | null;
    /** What steps of post-processing do otherwise to this model. */
    readonly update?: ModelUpdate;
  };

export interface ModelUpdate {
  /** Over those of QuantizationAwareTraining. */
  readonly quantParams?: QuantParams;
}

export type OptimizerKinds = {
  readonly [K in OptimizerKind]: OptionsOf<(typeof optimizerTable)[K]["schema"]>;
};

export type OptimizerConfig = Variant<OptimizerKinds> & {
  readonly scheduler: SchedulerConfig | null;
} & Readonly<OptimizerGroups>;

/** Stepped once per epoch. */
export type SchedulerKinds = {
  readonly [K in SchedulerKind]: OptionsOf<(typeof schedulerTable)[K]["schema"]>;
};

export type SchedulerConfig = Variant<SchedulerKinds>;

export interface PostprocessingKinds {
  /** Batch normalisations go into the weights before them. */
  FuseBatchNorm: FuseBatchNormParams;
  /** The network is quantized, calibrated, and trained on. */
  QuantizationAwareTraining: QuantizationAwareTrainingParams;
  /** What an inference costs, in pJ. */
  EnergyEstimationMetric: EnergyEstimationParams;
  /** What an inference computes, reads and writes. */
  OperationCounter: Record<never, never>;
}

export type PostprocessingConfig = Variant<PostprocessingKinds> & Readonly<StepSettings>;

export interface StepSettings {
  /** Whether the network after the step is written, to a folder of its own in that of the run. */
  export: boolean;
  disabled: boolean;
}

export interface FuseBatchNormParams {
  /** Whether the network is tested afterwards. */
  evaluate: boolean;
}

export interface QuantizationAwareTrainingParams {
  /** 0: the network is calibrated, and not trained. */
  epochs: number;
  /** In calibration, training and tests. */
  batchSize: number;
  /** Whether the float network is tested. */
  evaluateBefore: boolean;
  /** quantParams: options of its quantizers. */
  model: { readonly params: { readonly quantParams: QuantParams } };
  /** What is otherwise than in the optimizer of the model. */
  optimizer?: OptimizerOverride;
}

export interface OptimizerOverride {
  readonly kind: OptimizerKind;
  /** Those that are given. The others are the model's, where its optimizer is of this kind, or defaults. */
  readonly params: Readonly<Record<string, unknown>>;
  /** null: none. That of the model if it is left out. */
  readonly scheduler?: SchedulerConfig | null;
}

export interface EnergyEstimationParams {
  /** Bits of a word in every memory, and of the operands. */
  memWidth: number;
  /** Words of the memory that spikes wait in. */
  fifoSize: number;
  opEstimationType?: OpEstimations;
  sramEstimationType: SramEstimation;
}
