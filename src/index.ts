/**
 * atif: spiking neural networks with learnable thresholds. This is the whole public surface; docs/api.md lists it.
 */

// First, so that bundlers write the kernels first: 66 kB of base64 amid the code would hide from gzip, which looks 32 kB
// back, what the code before and after have in common (2.5 kB of a page).
export { initInference, type InitInferenceOptions } from "./kernels/init-inference.js";
export { init } from "./autograd/init.js";
export type { InitOptions } from "./kernels/select.js";
export { backend, threads, type BackendReport } from "./kernels/current.js";
import "./ops/install-operations.js";

export type { BackendName, HeapUse } from "./kernels/backend.js";
export { ConfigError, FormatError, OutOfMemoryError, ShapeError, StateError } from "./errors.js";
export type { Shape } from "./shapes.js";

export { ones, tensor, Tensor, zeros, type TensorOptions } from "./tensor/tensor.js";
export { scope } from "./tensor/scope.js";
export { nextTurn } from "./platform/event-loop.js";
export { memory, resetPeakMemory } from "./tensor/memory.js";
export { enableGrad, noGrad } from "./autograd/grad-mode.js";
export { AutogradFunction, type FunctionContext } from "./autograd/function.js";
export { gradcheck, type GradcheckOptions, type GradcheckResult } from "./autograd/gradcheck.js";
export { cat } from "./ops/cat.js";
export { max, maximum, min, minimum } from "./ops/extremes.js";
export { abs, clamp, exp2, tanh, type ClampOptions } from "./ops/functions.js";
export { slice, split } from "./ops/parts.js";
export { pow } from "./ops/pow.js";
export { logSoftmax, softmax } from "./ops/softmax.js";
export { repeat, stack } from "./ops/slice.js";
export { variance, type VarianceOptions } from "./ops/variance.js";
export { where } from "./ops/where.js";
export { heaviside } from "./ops/unary.js";

export { Generator, manualSeed, type GeneratorState } from "./random/generator.js";
export { atanSurrogate } from "./surrogates/atan.js";
export { fastSigmoidSurrogate } from "./surrogates/fast-sigmoid.js";
export { SpikeFunctionSigmoid, sigmoidSurrogate } from "./surrogates/sigmoid.js";
export type { Surrogate } from "./surrogates/surrogate.js";

export { Module, type StepMode } from "./module/module.js";
export { type LoadableStateDict, type StateDict, type StateEntry } from "./module/state-dict.js";
export { Parameter, type ParameterOptions } from "./module/parameter.js";
export { ATIF, MultiStepATIF } from "./neurons/atif.js";
export { BaseNode, type BaseNodeOptions, type NodeBackend } from "./neurons/base-node.js";
export { type SpikeCount } from "./neurons/spike-count.js";
export { IFNode, type IFNodeOptions } from "./neurons/if-node.js";
export { IFSRL } from "./neurons/ifsrl.js";
export { LIFNode, type LIFNodeOptions } from "./neurons/lif-node.js";
export { ParametricLIFNode, type ParametricLIFNodeOptions } from "./neurons/parametric-lif-node.js";
export type { BinaryTwin, NeuronClass, NeuronRow } from "./neurons/neuron-row.js";
export {
  createNeuron,
  defineNeuron,
  neuronKinds,
  neuronSpecOf,
  type NeuronKind,
  type NeuronParams,
  type NeuronSpec,
} from "./neurons/table.js";
export type { ThresholdOptions } from "./neurons/threshold.js";
export type { NeuronDynamics } from "./neurons/dynamics.js";
export type { NeuronTraits } from "./neurons/traits.js";
export * as schema from "./schema/parts.js";

export { BatchNorm1d, BatchNorm2d, type BatchNormOptions } from "./layers/batch-norm.js";
export { Conv1d, Conv2d, type Conv1dOptions, type Conv2dOptions } from "./layers/convolution.js";
export { Dropout } from "./layers/dropout.js";
export { Flatten, type FlattenOptions } from "./layers/flatten.js";
export { Linear, type LinearOptions } from "./layers/linear.js";
export { Add } from "./layers/add.js";
export { GlobalSumPool } from "./layers/global-sum-pool.js";
export { AvgPool1d, AvgPool2d, MaxPool1d, MaxPool2d } from "./layers/pooling.js";
export { LayerState } from "./layers/layer-state.js";
export { Sequential } from "./layers/sequential.js";
export { Concat, type ConcatOptions } from "./layers/rare/concat.js";
export { ConvTranspose2d, type ConvTranspose2dOptions } from "./layers/rare/conv-transpose-2d.js";
export { LayerNorm, type LayerNormOptions } from "./layers/rare/layer-norm.js";
export { rareLayers } from "./layers/rare/kinds.js";
export { Upsample, type UpsampleOptions } from "./layers/rare/upsample.js";

export type { LayerGraph, LayerNode } from "./graph/layer-graph.js";
export type { AnyLayerSpec, LayerSpec } from "./graph/layer-spec.js";
export { networkGraph } from "./models/network-graph.js";
export type { LayerRow, Operations, Scaling } from "./layers/layer-row.js";
export { defineLayer, type LayerArguments, type LayerKind } from "./layers/table.js";

export { GraphModel, type GraphModelOptions } from "./models/graph-model.js";
export { SCNN } from "./models/scnn.js";
export type { SCNNOptions } from "./models/scnn-options.js";
export { SResNet } from "./models/sresnet.js";
export type { SResNetOptions, SResNetStrideOptions } from "./models/sresnet-options.js";
export { SResNetStride } from "./models/sresnet-stride.js";
export { SMLP } from "./models/smlp.js";
export type { SMLPOptions } from "./models/smlp-options.js";
export type { PreprocessingSpec, PreprocessingStep } from "./preprocessing/table.js";
export { OwnModel as SpikingModel } from "./models/own-model.js";
export { type Architecture } from "./models/architecture.js";
export { createModel } from "./models/table.js";

export { crossEntropy } from "./ops/cross-entropy.js";
export { crossEntropyWith, type CrossEntropyOptions } from "./losses/cross-entropy-with.js";
export { mse } from "./losses/mse.js";
export { firingRatePenalty, type FiringRateOptions } from "./losses/firing-rate.js";
export type { LossSpec, NamedLoss } from "./losses/loss-spec.js";
export type { LayerOutput, LayerOutputs, Loss, LossName } from "./losses/table.js";
export { Adam, AdamW } from "./optimizers/adam.js";
export type { AdamOptions } from "./optimizers/adam-family.js";
export { Optimizer, type OptimizerState, type ParamGroup } from "./optimizers/optimizer.js";
export { ExponentialLR, type ExponentialLROptions } from "./optimizers/exponential-lr.js";
export { LambdaLR, type LambdaLROptions } from "./optimizers/lambda-lr.js";
export { LinearLR, type LinearLROptions } from "./optimizers/linear-lr.js";
export { NAdam, type NAdamOptions } from "./optimizers/nadam.js";
export { OneCycleLR, type OneCycleLROptions } from "./optimizers/one-cycle-lr.js";
export { RAdam, type RAdamOptions } from "./optimizers/radam.js";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./optimizers/reduce-lr-on-plateau.js";
export { RMSprop, type RMSpropOptions } from "./optimizers/rmsprop.js";
export { CosineAnnealingLR, MultiStepLR, Scheduler, SinDescent, StepLR } from "./optimizers/schedulers.js";
export { SGD, type SGDOptions } from "./optimizers/sgd.js";
export type { OptimizerGroup, OptimizerSpec, SchedulerSpec } from "./optimizers/table.js";

export type { Batch, MixedLabels } from "./datasets/batch.js";
export { Dataset, type BatchOptions, type DatasetFields, type TrainTest } from "./datasets/dataset.js";
export { loadDigits } from "./datasets/digits.js";
export { parseIdx, type IdxArray } from "./datasets/idx.js";
export { idxDataset, type IdxDatasetOptions, type IdxFile } from "./datasets/idx-dataset.js";
export { FASHION_MNIST_CLASSES } from "./datasets/fashion-mnist-classes.js";
export { loadIdxFolder, type IdxFolderOptions } from "./datasets/idx-folder.js";
export { imageFromStrokes, type Stroke } from "./datasets/strokes.js";
export { readIdx } from "./datasets/read-idx.js";
export type { Events } from "./datasets/events/events.js";
export {
  eventsDataset,
  type EventRecording,
  type EventsDatasetOptions,
} from "./datasets/events/events-dataset.js";
export { groupFrames, splitToTimesteps } from "./datasets/events/group-frames.js";
export { integrateEvents, type EventFrames, type Integration } from "./datasets/events/integrate-events.js";
export {
  loadMovingDigits,
  movingDigitEvents,
  type MovingDigitsFrames,
  type MovingDigitsOptions,
} from "./datasets/events/moving-digits.js";
export {
  movingImage,
  saccadePath,
  type MovingImageOptions,
  type Path,
  type SaccadeOptions,
} from "./datasets/events/moving-image.js";
export { parseNmnist } from "./datasets/events/parse-nmnist.js";
export { simulateEvents, type EventSensorOptions, type Scene } from "./datasets/events/simulate-events.js";
export { straightPath, type StraightPathOptions } from "./datasets/events/straight-path.js";
export { Augmentation } from "./datasets/augmentations/augmentation.js";
export { Crop } from "./datasets/augmentations/crop.js";
export { GaussianNoise } from "./datasets/augmentations/gaussian-noise.js";
export { HorizontalFlip } from "./datasets/augmentations/horizontal-flip.js";
export { IntToFloat32 } from "./datasets/augmentations/int-to-float32.js";
export { Mixup } from "./datasets/augmentations/mixup.js";
export { Normalize } from "./datasets/augmentations/normalize.js";
export { Amplitude, type AmplitudeParams } from "./datasets/augmentations/amplitude.js";
export { Cutout1D, type Cutout1DParams } from "./datasets/augmentations/cutout-1d.js";
export { ExponentialNoise, type ExponentialNoiseParams } from "./datasets/augmentations/exponential-noise.js";
export { ResizedCrop, type ResizedCropParams } from "./datasets/augmentations/resized-crop.js";
export { Rotation2D, type Rotation2DParams } from "./datasets/augmentations/rotation-2d.js";
export { TimeShifting, type TimeShiftingParams } from "./datasets/augmentations/time-shifting.js";
export { TimeWarping, type TimeWarpingParams } from "./datasets/augmentations/time-warping.js";
export { Encoder } from "./datasets/augmentations/encoder.js";
export { rateEncoder, type RateEncoderParams } from "./datasets/augmentations/rate-encoder.js";
export { latencyEncoder, type LatencyEncoderParams } from "./datasets/augmentations/latency-encoder.js";
export { deltaEncoder, type DeltaEncoderParams } from "./datasets/augmentations/delta-encoder.js";
export { repeatEncoder, type RepeatEncoderParams } from "./datasets/augmentations/repeat-encoder.js";
export { AugmentationPipeline } from "./datasets/augmentations/pipeline.js";

export { DivergenceError } from "./training/divergence-error.js";
export { applyGradients, gradientsOf, type Pass, type PassOptions } from "./training/gradients.js";
export { clipGradNorm, clipGradValue } from "./training/clip-gradients.js";
export { evaluate, type EvaluateOptions, type Evaluation } from "./training/evaluate.js";
export type { NamedMetric } from "./training/named-metrics.js";
export type { LayerReport } from "./measuring/layer-report.js";
export type { ThetaSpread } from "./measuring/theta-spread.js";
export {
  Trainer,
  type BatchProgress,
  type CheckpointMetric,
  type EpochMetrics,
  type TrainerCallbacks,
  type TrainerOptions,
  type TrainingResult,
  type TrainingState,
} from "./training/trainer.js";

export {
  activationsRange,
  parseActivationsRange,
  type ActivationRange,
} from "./quantization/activations-range.js";
export {
  measureQuantization,
  type MeasureQuantizationOptions,
  type MeasuredQuantization,
} from "./experiment/quantized/measure-quantization.js";
export type { MeasuredLayer } from "./experiment/quantized/measure-stage.js";
export { calibrate } from "./quantization/calibrate.js";
export { quantizeModel, type QuantizeOptions } from "./quantization/quantize-model.js";
export { QuantReLU, type QuantReLUOptions } from "./quantization/quant-relu.js";
export { Quantizer } from "./quantization/quantizer.js";
export { QuantizedIFNode, type QuantizedIFNodeOptions } from "./quantization/quantized-if-node.js";
export { QuantizedLIFNode, type QuantizedLIFNodeOptions } from "./quantization/quantized-lif-node.js";
export { QuantizedATIF, type QuantizedATIFOptions } from "./quantization/quantized-atif.js";
export { QuantizedIFSRL, type QuantizedIFSRLOptions } from "./quantization/quantized-ifsrl.js";
export {
  QuantizedParametricLIFNode,
  type QuantizedParametricLIFNodeOptions,
} from "./quantization/quantized-parametric-lif-node.js";
export type {
  Quantype,
  QuantizerOptions,
  QuantParams,
  RangeSetting,
  Roundtype,
  TensorType,
} from "./quantization/quantizer-options.js";

export { CubaLI, type CubaLIOptions } from "./exchange/layers/cuba-li.js";
export { Delay, type DelayOptions } from "./exchange/layers/delay.js";
export { Integrator, type IntegratorOptions } from "./exchange/layers/integrator.js";
export { LI, type LIOptions } from "./exchange/layers/leaky-integrator.js";
export { Recurrent } from "./graph/recurrent/recurrent.js";
export type { Feedback, RecurrentOptions } from "./graph/recurrent/recurrent-plan.js";
export { Scale, type ScaleOptions } from "./exchange/layers/scale.js";
export { SumPool2d } from "./exchange/layers/sum-pool-2d.js";
export { ThresholdSpikes, type ThresholdSpikesOptions } from "./exchange/layers/threshold-spikes.js";
export { ZeroPad, type ZeroPadOptions } from "./exchange/layers/zero-pad.js";
export { CubaLIF, type CubaLIFOptions } from "./exchange/neurons/cuba-lif.js";
export { CurrentIF, type CurrentIFOptions } from "./exchange/neurons/current-if.js";
export { CurrentLIF, type CurrentLIFOptions } from "./exchange/neurons/current-lif.js";
export {
  SnnTorchLeaky,
  type ResetMechanism,
  type SnnTorchLeakyOptions,
} from "./exchange/neurons/snntorch-leaky.js";

export { type DatasetLoader } from "./experiment/data.js";
export {
  loadCifar,
  loadCsv,
  loadDataset,
  loadImageFolder,
  loadNumpy,
  type CifarOptions,
  type CsvFileOptions,
  type ImageFolderOptions,
  type LoadedSets,
  type NumpyFileOptions,
} from "./experiment/data-loaders.js";
export {
  parseExperiment,
  writeExperiment,
  type DatasetConfig,
  type Experiment,
  type Override,
  type ParseExperimentOptions,
} from "./experiment/description/index.js";
export type { ExperimentSource } from "./experiment/experiment-source.js";
export {
  prepareExperiment,
  type PrepareExperimentOptions,
  type PreparedExperimentRun,
} from "./experiment/prepare-experiment.js";
export type {
  PostprocessingKind,
  PostprocessingProgress,
  PostprocessingResult,
} from "./experiment/postprocessing/results.js";
export {
  runExperiment,
  type ExperimentCallbacks,
  type ExperimentResult,
  type ExperimentRun,
  type RunExperimentOptions,
} from "./experiment/run-experiment.js";

export { recordActivity, type Activity, type LayerActivity } from "./inspection/activity.js";
export {
  inspectLayers,
  type InspectLayersOptions,
  type LayerInspection,
} from "./inspection/inspect-layers.js";
export { networkLayers, type NetworkLayer, type NeuronFacts } from "./inspection/network-layers.js";
export {
  histogram,
  quantizationError,
  staircase,
  staircaseCorners,
  type Corner,
  type Histogram,
  type QuantizationError,
  type Staircase,
} from "./inspection/staircase.js";
export {
  thresholdHealth,
  type HealthFacts,
  type HealthFinding,
  type HealthProblem,
} from "./inspection/threshold-health.js";

export {
  decodeCheckpoint,
  encodeCheckpoint,
  loadCheckpoint,
  saveCheckpoint,
  type Checkpoint,
} from "./formats/checkpoint.js";
export { parseNpy, type NpyArray } from "./formats/data/npy.js";
export { loadDvsGesture, type DvsGestureOptions } from "./formats/events/dvs-gesture.js";
export { loadEventFolder, type EventFolderOptions } from "./formats/events/event-folder.js";
export { loadEvents, streamEventFile } from "./formats/events/event-file.js";
export {
  readEvents,
  streamEvents,
  type EventFormat,
  type ReadAllOptions,
  type ReadEventsOptions,
} from "./formats/events/read-events.js";
export { loadShdFolder, type ShdFolderOptions } from "./formats/events/shd-folder.js";
export { readShd, type H5wasm, type ReadShdOptions } from "./formats/events/read-shd.js";
export type { EventSource } from "./formats/events/event-bytes.js";
export { FileError } from "./platform/file-errors.js";
export {
  decodeModel,
  encodeModel,
  loadModel,
  readModelFile,
  readStateDict,
  saveModel,
  type LoadedModel,
  type ModelFacts,
} from "./formats/model-file.js";
export { loadTorch } from "./formats/torch/torch-file.js";
export { MissingKeyError } from "./formats/torch/missing-key.js";
export { readTorch, type ReadTorchOptions } from "./formats/torch/read-torch.js";
export type { StoredDtype, StoredTensor } from "./formats/safetensors-dtypes.js";

export { fuseBatchNorm } from "./deployment/fuse-batch-norm.js";
export { IntegerModel, type IntegerModelOptions } from "./deployment/integer/integer-model.js";
export type { LongWidth } from "./deployment/integer/arithmetic.js";
export type { IntegerProgram } from "./deployment/integer/integer-layer.js";
export {
  verifyIntegers,
  type IntegerVerification,
  type VerifyIntegersOptions,
} from "./deployment/integer/verify-integers.js";
export { exportC, exportedC, type ExportCOptions, type ExportedC } from "./deployment/c/export-c.js";
export type { CTarget } from "./deployment/c/targets/table.js";
export { foldThresholds, type FoldedThresholds } from "./deployment/fold-thresholds.js";

export { countOperations, type OperationCount, type OperationRow } from "./energy/count-operations.js";
export { compareWithRelu, type BreakEven, type ReluComparison } from "./energy/compare-with-relu.js";
export { energyChart } from "./energy/energy-chart.js";
export {
  estimateEnergy,
  type EnergyEstimate,
  type EnergyOptions,
  type EnergyRow,
} from "./energy/estimate-energy.js";
export { measureActivity, type MeasureActivityOptions } from "./energy/measure-activity.js";
export type {
  LayersActivity,
  LayerTraffic,
  MeasuredTraffic,
  NetworkActivity,
  TotalTraffic,
  Traffic,
} from "./energy/network-activity.js";
export type { OpEstimation, OpEstimations, SramEstimation } from "./energy/estimations.js";
export type { OperationPrices } from "./energy/operation-energy.js";
export type { Arithmetic } from "./energy/layer-work.js";

export {
  fidelityReport,
  formatFidelity,
  type FidelityNote,
  type FidelityReport,
  type MeasuredFidelity,
  type Verdict,
} from "./exchange/fidelity-report.js";
export { importModel, type ImportedModel } from "./exchange/import/import-model.js";
export type { ForeignNeuron, ImportModelOptions, NetworkFacts } from "./exchange/import/import-options.js";
export type { ListedLayer } from "./exchange/import/listed-layer.js";
export { UnknownNamesError, type SuggestedLayer } from "./exchange/import/unknown-names.js";
export { MissingFactsError, type MissingFact } from "./exchange/import/missing-facts.js";
export type {
  ForeignArchitecture,
  ListedArchitecture,
  QualiaArchitecture,
} from "./exchange/import/network-source.js";
export { readNir, type ReadNir, type ReadNirOptions } from "./exchange/nir/read-nir.js";
export { writeNir, type WriteNirOptions, type WrittenNir } from "./exchange/nir/write-nir.js";
export type { NirProfile } from "./exchange/nir/profiles.js";
export { measureFidelity, type MeasureFidelityOptions } from "./exchange/measure-fidelity.js";

export { plotConfusion, type PlotConfusionOptions } from "./plots/confusion-plot.js";
export { plotEvents, type PlotEventsOptions } from "./plots/events-plot.js";
export { plotGraph } from "./plots/graph-plot.js";
export { plotPotential, type PlotPotentialOptions } from "./plots/potential-plot.js";
export { plotRaster, type PlotRasterOptions } from "./plots/raster-plot.js";
export { plotStaircases } from "./plots/staircase-plot.js";
export { plotTraining, type PlottedEpoch } from "./plots/training-plot.js";
export { writeOnnx, type OnnxForm, type OnnxOptions, type WrittenOnnx } from "./exchange/onnx/write-onnx.js";
export { toPyTorch, type PyTorchOptions, type WrittenPyTorch } from "./exchange/torch/torch-network.js";
export { toTorchStateDict } from "./exchange/torch/to-torch-state-dict.js";
