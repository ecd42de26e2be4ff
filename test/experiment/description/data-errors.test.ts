/** Data sets, preprocessing and augmentation that are refused: every word of what is said about them. */

import { describe, expect, it } from "vitest";
import { edited, messageFor, whenLenient } from "./base.js";
import type { Case } from "./base.js";

const data: readonly Case[] = [
  [
    "unknown section",
    "[dataset]\n",
    "[datasett]\n",
    'config.toml:11:1: datasett is not a known section; expected one of bench, learningframework, dataset, preprocessing, data_augmentation, model_template, model, postprocessing, deploy, experimenttracking, parameter_research. Did you mean "dataset"?',
  ],
  [
    "dataset unsupported",
    '"MNIST"',
    '"GSC"',
    'config.toml:12:1: dataset.kind is "GSC", which Qualia knows and this version does not support; expected one of "Digits", "MNIST", "FashionMNIST", "IDX", "CIFAR10", "CIFAR100", "ImageFolder", "CSV", "NumPy", "MovingDigits", "EventFolder", "DVSGesture", "DVSGestureWithPreprocessing", "SHD", "SSC".',
  ],
  [
    "dataset case",
    '"MNIST"',
    '"mnist"',
    'config.toml:12:1: dataset.kind is "mnist"; expected one of "Digits", "MNIST", "FashionMNIST", "IDX", "CIFAR10", "CIFAR100", "ImageFolder", "CSV", "NumPy", "MovingDigits", "EventFolder", "DVSGesture", "DVSGestureWithPreprocessing", "SHD", "SSC". Did you mean "MNIST"?',
  ],
  [
    "dataset typo",
    '"MNIST"',
    '"FashonMNIST"',
    'config.toml:12:1: dataset.kind is "FashonMNIST"; expected one of "Digits", "MNIST", "FashionMNIST", "IDX", "CIFAR10", "CIFAR100", "ImageFolder", "CSV", "NumPy", "MovingDigits", "EventFolder", "DVSGesture", "DVSGestureWithPreprocessing", "SHD", "SSC". Did you mean "FashionMNIST"?',
  ],
  [
    "no path",
    'path = "data/mnist"\n',
    "\n",
    "config.toml:14:1: dataset.params.path is missing; expected the folder with the IDX files, in quotes.",
  ],
  [
    "path number",
    '"data/mnist"',
    "3",
    "config.toml:15:1: dataset.params.path is 3; expected the folder with the IDX files, in quotes.",
  ],
  [
    "dtype",
    '"uint8"',
    '"float16"',
    'config.toml:16:1: dataset.params.dtype is "float16"; expected "float32" or "uint8". Did you mean "float32"?',
  ],
  [
    "dtype float with scale",
    '"uint8"',
    '"float32"',
    'config.toml:24:1: data_augmentation[0].params.scale is true, but dataset.params.dtype is "float32" and only integers are scaled; expected dtype = "uint8".',
  ],
  [
    "dataset not table",
    '[dataset]\nkind = "MNIST"\n\n[dataset.params]\npath = "data/mnist"\ndtype = "uint8"\n',
    '[[dataset]]\nkind = "MNIST"\n\n\n\n\n',
    "config.toml:11:1: dataset is [a table]; expected a section [dataset].",
  ],
  [
    "preproc not list",
    "[[preprocessing]]",
    "[preprocessing]",
    "config.toml:18:1: preprocessing is a table; expected an array of tables. Write [[preprocessing]].",
  ],
  [
    "preproc unknown",
    '"Class2BinMatrix"',
    '"Class2BinMatrx"',
    'config.toml:19:1: preprocessing[0].kind is "Class2BinMatrx"; expected one of "Class2BinMatrix", "Normalize", "DatasetSplitter", "DatasetLimit", "Reshape2DTo1D", "Split2TimeSteps", "IntegrateEventsByFixedDuration", "IntegrateEventsByFixedFramesNumber", "Group2TimeStepsBySample". Did you mean "Class2BinMatrix"?',
  ],
  [
    "preproc events",
    '"Class2BinMatrix"',
    '"Group2TimeStepsBySample"',
    "config.toml:18:1: preprocessing[0] is Group2TimeStepsBySample, and the samples of MNIST are no recordings of events that are still to be counted; expected it with DVSGesture, SHD, SSC or EventFolder. Remove it, or name one of those as dataset.kind.",
  ],
  [
    "splitter same",
    '"Class2BinMatrix"',
    '"DatasetSplitter"\nparams = { source = "test" }',
    'config.toml:20:1: preprocessing[0].params.dest is "test", as source is; expected another set.',
  ],
  [
    "splitter ratio",
    '"Class2BinMatrix"',
    '"DatasetSplitter"\nparams = { ratio = 1.0 }',
    "config.toml:20:12: preprocessing[0].params.ratio is 1; expected a number above 0 and below 1.",
  ],
  [
    "normalize method",
    '"Class2BinMatrix"',
    '"Normalize"\nparams = { method = "zscore" }',
    'config.toml:20:12: preprocessing[0].params.method is "zscore"; expected "z-score" or "min-max". Did you mean "z-score"?',
  ],
  [
    "normalize axis",
    '"Class2BinMatrix"',
    '"Normalize"\nparams = { axis = [0, 4] }',
    "config.toml:20:12: preprocessing[0].params.axis holds 4; expected -4 to 3, the samples being [N, 28, 28, 1].",
  ],
  [
    "stray fparams",
    '[[data_augmentation]]\nkind = "Mixup"',
    '[[data_augmentation]]\nkind = "Mixup"\nfparams = {}',
    'config.toml:29:1: data_augmentation[1].fparams is not a known key; expected one of kind, params. Did you mean "params"?',
  ],
  [
    "mixup first",
    '[[data_augmentation]]\nkind = "IntToFloat32"',
    '[[data_augmentation]]\nkind = "Mixup"\n[[data_augmentation]]\nkind = "IntToFloat32"',
    "config.toml:21:1: data_augmentation[0] is Mixup, which must run last, but IntToFloat32 runs after it. Move it to the end; all with before = true run before all with after = true.",
  ],
  [
    "aug unsupported",
    '"Mixup"',
    '"MFCC"',
    'config.toml:28:1: data_augmentation[1].kind is "MFCC", which Qualia knows and this version does not support; expected one of "IntToFloat32", "Normalize", "HorizontalFlip", "Crop", "GaussianNoise", "Amplitude", "Cutout1D", "ExponentialNoise", "ResizedCrop", "Rotation2D", "TimeShifting", "TimeWarping", "RateEncoder", "LatencyEncoder", "DeltaEncoder", "RepeatEncoder", "Mixup".',
  ],
  [
    "aug unknown",
    '"Mixup"',
    '"MixUpp"',
    'config.toml:28:1: data_augmentation[1].kind is "MixUpp"; expected one of "IntToFloat32", "Normalize", "HorizontalFlip", "Crop", "GaussianNoise", "Amplitude", "Cutout1D", "ExponentialNoise", "ResizedCrop", "Rotation2D", "TimeShifting", "TimeWarping", "RateEncoder", "LatencyEncoder", "DeltaEncoder", "RepeatEncoder", "Mixup". Did you mean "Mixup"?',
  ],
  [
    "aug scale missing",
    "scale = true\n",
    "\n",
    "config.toml:23:1: data_augmentation[0].params.scale is missing; expected true or false.",
  ],
  [
    "flip p",
    '"Mixup"',
    '"HorizontalFlip"\nparams = { p = 1.5 }',
    "config.toml:29:12: data_augmentation[1].params.p is 1.5; expected a number from 0 to 1.",
  ],
  [
    "noise",
    '"Mixup"',
    '"GaussianNoise"\nparams = { sigma = inf }',
    "config.toml:29:12: data_augmentation[1].params.sigma is inf; expected a finite number of at least 0.",
  ],
  [
    "aug normalize std",
    '"Mixup"',
    '"Normalize"\nparams = { mean = [0.5], std = [0.0], evaluate = true }',
    "config.toml:29:33: data_augmentation[1].params.std[0] is 0; expected a number above 0.",
  ],
  [
    "aug normalize lens",
    '"Mixup"',
    '"Normalize"\nparams = { mean = [0.5], std = [0.5, 0.5], evaluate = true }',
    "config.toml:29:26: data_augmentation[1].params.std has 2 entries; expected 1, or one per channel of samples [28, 28, 1].",
  ],
  [
    "aug normalize channels",
    '"Mixup"',
    '"Normalize"\nparams = { mean = [0.5, 0.5, 0.5], std = [0.5, 0.5, 0.5], evaluate = true }',
    "config.toml:29:12: data_augmentation[1].params.mean has 3 entries; expected 1, or one per channel of samples [28, 28, 1].",
  ],
  [
    "crop smaller",
    '"Mixup"',
    '"Crop"\nparams = { size = 24 }',
    "config.toml:29:12: data_augmentation[1].params.size is [24, 24]; expected [28, 28] as the test images have, or evaluate = true to crop those too.",
  ],
  [
    "crop larger",
    '"Mixup"',
    '"Crop"\nparams = { size = [32, 28], padding = 1 }',
    "config.toml:29:12: data_augmentation[1].params.size is [32, 28]; expected at most [30, 30], the image with its padding.",
  ],
  [
    "crop size",
    '"Mixup"',
    '"Crop"\nparams = { size = [28, 28, 28] }',
    "config.toml:29:12: data_augmentation[1].params.size has 3 entries; expected at most 2 entries.",
  ],
  [
    "mixup alpha",
    '"Mixup"',
    '"Mixup"\nparams.alpha = 0',
    "config.toml:29:1: data_augmentation[1].params.alpha is 0; expected a number above 0.",
  ],
  [
    "postprocessing",
    "[model_template]\n",
    '[[postprocessing]]\nkind = "FuseBatchnorm"\n[model_template]\n',
    'config.toml:31:1: postprocessing[0].kind is "FuseBatchnorm"; expected one of "FuseBatchNorm", "QuantizationAwareTraining", "EnergyEstimationMetric", "OperationCounter". Did you mean "FuseBatchNorm"?',
  ],
  [
    "parameter research",
    "[model_template]\n",
    '[parameter_research]\nenabled = true\nkind = "optuna"\n[model_template]\n',
    "config.toml:30:1: parameter_research is not obeyed, since this version searches no parameters: every model is trained as it is written; remove the section, or set enabled = false in it.",
  ],
  [
    "parameter research that is not said to be off",
    "[model_template]\n",
    '[[parameter_research]]\nenabled = false\n[[parameter_research]]\nkind = "optuna"\n[model_template]\n',
    "config.toml:32:1: parameter_research[1] is not obeyed, since this version searches no parameters: every model is trained as it is written; remove the section, or set enabled = false in it.",
  ],
  [
    "parameter research without a section",
    "[bench]\n",
    "parameter_research = true\n[bench]\n",
    "config.toml:1:1: parameter_research is true; expected a section [parameter_research].",
  ],
  [
    "deploy",
    "[model_template]\n",
    '[deploy]\ntarget = "Linux"\n[model_template]\n',
    "config.toml:30:1: deploy is not obeyed, since this version deploys nothing; remove the section, or set enabled = false in it.",
  ],
  [
    "tracking",
    "[model_template]\n",
    '[experimenttracking]\nkind = "Neptune"\ndisabled = false\n[model_template]\n',
    "config.toml:30:1: experimenttracking is not obeyed, since this version reports to no tracker: what is measured stands in metrics.jsonl of the run; remove the section, or set enabled = false in it.",
  ],
  [
    "reshape twice",
    '[[preprocessing]]\nkind = "Class2BinMatrix"',
    '[[preprocessing]]\nkind = "Reshape2DTo1D"\n[[preprocessing]]\nkind = "Reshape2DTo1D"',
    "config.toml:20:1: preprocessing[1] reshapes samples of [784, 1]; expected [height, width, channels] before it.",
  ],
  [
    "axis after reshape",
    '[[preprocessing]]\nkind = "Class2BinMatrix"',
    '[[preprocessing]]\nkind = "Reshape2DTo1D"\n[[preprocessing]]\nkind = "Normalize"\nparams.axis = 3',
    "config.toml:22:1: preprocessing[1].params.axis holds 3; expected -3 to 2, the samples being [N, 784, 1].",
  ],
  [
    "axis twice",
    '"Class2BinMatrix"',
    '"Normalize"\nparams.axis = [0, 0]',
    "config.toml:20:1: preprocessing[0].params.axis holds an axis twice; expected each once.",
  ],
  [
    "postprocessing kind",
    "[model_template]\n",
    "[[postprocessing]]\n[model_template]\n",
    'config.toml:30:1: postprocessing[0].kind is missing; expected one of "FuseBatchNorm", "QuantizationAwareTraining", "EnergyEstimationMetric", "OperationCounter".',
  ],
  [
    "NUL in a path",
    '"data/mnist"',
    '"data\\u0000"',
    "config.toml:15:1: dataset.params.path contains a NUL character; expected readable text.",
  ],
  [
    "mixup evaluated",
    '"Mixup"',
    '"Mixup"\nparams.evaluate = true',
    "config.toml:29:1: data_augmentation[1].params.evaluate is true; expected false, since a mixed sample has no label to test against.",
  ],
  [
    "mixup twice",
    '"Mixup"',
    '"Mixup"\nparams.before = true',
    "config.toml:27:1: data_augmentation[1] is Mixup, which must run last, but IntToFloat32 runs after it. Move it to the end; all with before = true run before all with after = true.",
  ],
  [
    "scaled twice",
    "evaluate = true\n",
    "evaluate = true\nbefore = true\n",
    "config.toml:24:1: data_augmentation[0].params.scale is true, but IntToFloat32 runs before it, so there are no whole numbers to scale; expected false, or no IntToFloat32.",
  ],
  [
    "scale after noise",
    '[[data_augmentation]]\nkind = "IntToFloat32"',
    '[[data_augmentation]]\nkind = "GaussianNoise"\n[[data_augmentation]]\nkind = "IntToFloat32"',
    "config.toml:26:1: data_augmentation[1].params.scale is true, but GaussianNoise runs before it, so there are no whole numbers to scale; expected false, or no IntToFloat32.",
  ],
  [
    "scale after normalization",
    '"Class2BinMatrix"',
    '"Normalize"',
    "config.toml:24:1: data_augmentation[0].params.scale is true, but Normalize in [[preprocessing]] runs before it, so there are no whole numbers to scale; expected false, or no IntToFloat32.",
  ],
  [
    "scale of digits",
    '"MNIST"\n\n[dataset.params]\npath = "data/mnist"\ndtype = "uint8"',
    '"Digits"',
    "config.toml:20:1: data_augmentation[0].params.scale is true, but the samples of Digits are numbers from 0 to 1, so there are no whole numbers to scale; expected false, or no IntToFloat32.",
  ],
  [
    "path for digits",
    '"MNIST"',
    '"Digits"',
    "config.toml:15:1: dataset.params.path is not a known key of Digits; there are none.",
  ],
  [
    "split into the test set",
    '"Class2BinMatrix"',
    '"DatasetSplitter"',
    'config.toml:18:1: preprocessing[0].params.dest is "test"; expected a set that MNIST does not have yet, such as "valid", or its samples would be lost.',
  ],
  [
    "split a set that is not there",
    '"Class2BinMatrix"',
    '"DatasetSplitter"\nparams = { source = "valid" }',
    'config.toml:20:12: preprocessing[0].params.source is "valid"; expected a set that is there: train, test.',
  ],
  [
    "axis without samples",
    '"Class2BinMatrix"',
    '"Normalize"\nparams.axis = [1, 2]',
    "config.toml:20:1: preprocessing[0].params.axis is [1, 2]; expected 0, the samples, among them: what is measured on those of training is used for all.",
  ],
  [
    "crop of sequences",
    '[[preprocessing]]\nkind = "Class2BinMatrix"\n\n[[data_augmentation]]\n',
    '[[preprocessing]]\nkind = "Reshape2DTo1D"\n\n[[data_augmentation]]\nkind = "Crop"\nparams.size = 28\n[[data_augmentation]]\n',
    "config.toml:23:1: data_augmentation[0].params belongs to Crop, which cuts images, and the samples are [784, 1]; remove Crop or Reshape2DTo1D.",
  ],
  [
    "crop padding of three",
    '"Mixup"',
    '"Crop"\nparams = { size = 28, padding = [1, 2, 3] }',
    "config.toml:29:23: data_augmentation[1].params.padding is [1, 2, 3]; expected 1, 2 or 4 entries.",
  ],
];

describe("refuses bad data", () => {
  it.each(data)("%s", (_label, find, replacement, message) => {
    expect(messageFor(edited(find, replacement))).toBe(message);
  });
});

// Leaving these out or guessing at them would run another experiment than the file says.
describe("refuses when lenient, too", () => {
  it.each(["dataset unsupported", "mixup first", "crop smaller"])("%s", (label) => {
    const { got, expected } = whenLenient(data, label);
    expect(got).toBe(expected);
  });
});
