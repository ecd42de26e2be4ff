/**
 * An experiment, read and normalised: plain data in this library's names, every default filled in.
 * Shapes are channels-last without batch and time: [H, W, C] or [S, C].
 */

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

export interface LearningFramework {
  /** SpikingJelly: one step at a time; SpikingJellyMultiStep: all steps in one call. */
  readonly kind: "SpikingJelly" | "SpikingJellyMultiStep";
  readonly params: LearningFrameworkParams;
}

export interface LearningFrameworkParams {
  useBestEpoch: boolean;
  enableProgressBar: boolean;
  enableConfusionMatrix: boolean;
  /** "mse" compares the averaged output with the one-hot target. */
  loss: "crossentropy" | "mse";
  metrics: readonly Metric[];
  /** What decides the best epoch, as "val_acc". */
  checkpointMetric: { readonly name: CheckpointMetricName; readonly mode: "min" | "max" };
}

/** prec, rec, f1 and acc are the same number (micro average); avgclsacc is the mean accuracy per class. */
export type Metric = "prec" | "rec" | "f1" | "acc" | "avgclsacc";
export type CheckpointMetricName = `${"train" | "val"}_${"loss" | Metric}`;

export interface DatasetKinds {
  /** Built in: 8 x 8 x 1, ten classes. */
  Digits: Record<never, never>;
  MNIST: IdxParams;
  FashionMNIST: IdxParams;
}

export interface IdxParams {
  /** Folder with the four IDX files, gzipped or not. */
  path: string;
  /** Values stay 0 to 255 either way. */
  dtype: "float32" | "uint8";
}

export type DatasetConfig = Variant<DatasetKinds>;

export interface PreprocessingKinds {
  /** Labels to one-hot rows; without classes, as many as the largest label needs. */
  Class2BinMatrix: { classes?: number };
  /** Statistics of the training set over the given axes of [N, H, W, C], N among them. */
  Normalize: { method: "z-score" | "min-max"; axis: readonly number[] };
  /** Moves ratio of one set into another. */
  DatasetSplitter: { source: SetName; dest: SetName; ratio: number };
  /** [N, H, W, C] to [N, H W, C]. */
  Reshape2DTo1D: Record<never, never>;
}

export type SetName = "train" | "valid" | "test";
export type PreprocessingConfig = Variant<PreprocessingKinds>;

export interface AugmentationKinds {
  /** With scale, values are divided by the largest value of the dataset's integer type. */
  IntToFloat32: AugmentationTimes & { scale: boolean };
  /** (x - mean) / std, one entry for all channels or one for each. */
  Normalize: AugmentationTimes & { mean: readonly number[]; std: readonly number[] };
  HorizontalFlip: AugmentationTimes & { p: number };
  /** size is [height, width]; padding, of zeros, is [left and right, top and bottom] or [left, top, right, bottom]. */
  Crop: AugmentationTimes & { size: readonly number[]; padding: readonly number[] };
  GaussianNoise: AugmentationTimes & { sigma: number };
  /** Always the last to run. */
  Mixup: AugmentationTimes & { alpha: number };
}

/** First run all with before, then all with after, so one with both runs twice and one with neither never. */
export interface AugmentationTimes {
  before: boolean;
  after: boolean;
  /** Also outside training. */
  evaluate: boolean;
}

export type AugmentationConfig = Variant<AugmentationKinds>;

export interface AtifParams {
  vThreshold: number;
  vthInitL: number;
  vthInitH: number;
  alpha: number;
  /** What training keeps the threshold above; null: nothing. The neuron has its own default. */
  minThreshold?: number | null;
}

export interface IfNodeParams {
  vThreshold: number;
  /** null: soft reset, by subtraction of the threshold. */
  vReset: number | null;
  detachReset: boolean;
  storeVSeq: boolean;
}

export interface LifNodeParams extends IfNodeParams {
  tau: number;
  decayInput: boolean;
}

export interface ParametricLifNodeParams extends IfNodeParams {
  initTau: number;
  decayInput: boolean;
}

/** The kinds a file may name. */
export interface NeuronKinds {
  ATIF: AtifParams;
  IFSRL: AtifParams;
  IFNode: IfNodeParams;
  LIFNode: LifNodeParams;
  ParametricLIFNode: ParametricLifNodeParams;
}

export type NeuronConfig = Variant<NeuronKinds>;

/** One number for all axes, or [height, width]. */
export type PerAxis = number | readonly [number, number];

export interface NetworkParams {
  inputShape?: readonly number[];
  /** [classes] */
  outputShape?: readonly number[];
  timesteps: number;
  neuron: NeuronConfig;
  /** With 'm', all steps of a layer run in one call; ATIF is then MultiStepATIF. */
  stepMode: "s" | "m";
}

export interface SmlpParams extends NetworkParams {
  /** Neurons of each hidden layer. */
  units: readonly number[];
}

/** Lists with one entry per convolution stage all have the length of filters. */
export interface ScnnParams extends NetworkParams {
  filters: readonly number[];
  kernelSizes: readonly PerAxis[];
  paddings: readonly PerAxis[];
  strides: readonly PerAxis[];
  /** 0: no pooling. */
  poolSizes: readonly PerAxis[];
  /** One for all, or one per stage followed by one per entry of fcUnits (none with gsp). */
  dropouts: number | readonly number[];
  /** Empty with gsp. */
  fcUnits: readonly number[];
  /** Which stages are depthwise separable; none if left out. */
  separables?: readonly boolean[];
  batchNorm: boolean;
  prepool: PerAxis;
  postpool: PerAxis;
  gsp: boolean;
  dims: 1 | 2;
}

export interface ModelKinds {
  SMLP: SmlpParams;
  SCNN: ScnnParams;
}

export interface Training {
  epochs: number;
  batchSize: number;
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
  };

export interface OptimizerKinds {
  SGD: { lr: number; momentum: number; dampening: number; weightDecay: number; nesterov: boolean };
  Adam: AdamParams;
  AdamW: AdamParams;
}

export interface AdamParams {
  lr: number;
  betas: readonly [number, number];
  eps: number;
  weightDecay: number;
}

export type OptimizerConfig = Variant<OptimizerKinds> & { readonly scheduler: SchedulerConfig | null };

/** Stepped once per epoch. */
export interface SchedulerKinds {
  StepLR: { stepSize: number; gamma: number };
  MultiStepLR: { milestones: readonly number[]; gamma: number };
  CosineAnnealingLR: { tMax: number; etaMin: number };
  /** lr(n) = (1 - n/E) pme sin(2 pi w n/E) + lr0 + n (lrf - lr0)/E with E = epochs */
  SinDescent: { epochs: number; pme: number; w: number; lr0: number; lrf: number };
}

export type SchedulerConfig = Variant<SchedulerKinds>;
