/** The augmentations by the names that experiment files use. A new one is a file, a line here twice, a test. */

import { nearest } from "../../nearest.js";
import { ConfigError } from "../../errors.js";
import type { OptionsOf, Schema } from "../../schema/schema.js";
import type { Augmentation } from "./augmentation.js";
import { Crop, cropSchema } from "./crop.js";
import { GaussianNoise, gaussianNoiseSchema } from "./gaussian-noise.js";
import { HorizontalFlip, horizontalFlipSchema } from "./horizontal-flip.js";
import { IntToFloat32, intToFloat32Schema } from "./int-to-float32.js";
import { Mixup, mixupSchema } from "./mixup.js";
import { Normalize, normalizeSchema } from "./normalize.js";
import { Amplitude, amplitudeSchema } from "./amplitude.js";
import { Cutout1D, cutout1DSchema } from "./cutout-1d.js";
import { ExponentialNoise, exponentialNoiseSchema } from "./exponential-noise.js";
import { ResizedCrop, resizedCropSchema } from "./resized-crop.js";
import { Rotation2D, rotation2DSchema } from "./rotation-2d.js";
import { TimeShifting, timeShiftingSchema } from "./time-shifting.js";
import { TimeWarping, timeWarpingSchema } from "./time-warping.js";
import { RateEncoder, rateEncoderSchema } from "./rate-encoder.js";
import { LatencyEncoder, latencyEncoderSchema } from "./latency-encoder.js";
import { DeltaEncoder, deltaEncoderSchema } from "./delta-encoder.js";
import { RepeatEncoder, repeatEncoderSchema } from "./repeat-encoder.js";

/** Options, and how one is made from them; every option is checked as it is made. */
interface AugmentationRow<P> {
  /** In one line, for the reference. */
  readonly summary: string;
  readonly schema: Schema<P>;
  readonly create: (params: P) => Augmentation;
}

function row<P>(summary: string, schema: Schema<P>, create: (params: P) => Augmentation): AugmentationRow<P> {
  return { summary, schema, create };
}

export const augmentations = {
  IntToFloat32: row(
    "Whole numbers to float32, divided by 255 if scale is true.",
    intToFloat32Schema,
    (params) => new IntToFloat32(params),
  ),
  Normalize: row(
    "(x - mean) / std by given numbers, per channel.",
    normalizeSchema,
    (params) => new Normalize(params),
  ),
  HorizontalFlip: row(
    "Mirrors the whole batch, left and right exchanged, now and then.",
    horizontalFlipSchema,
    (params) => new HorizontalFlip(params),
  ),
  Crop: row(
    "A window at a random place of every image, after padding with zeros.",
    cropSchema,
    (params) => new Crop(params),
  ),
  GaussianNoise: row(
    "Adds normal noise to every element.",
    gaussianNoiseSchema,
    (params) => new GaussianNoise(params),
  ),
  Amplitude: row(
    "Multiplies the whole batch by one random number.",
    amplitudeSchema,
    (params) => new Amplitude(params),
  ),
  Cutout1D: row(
    "Sets a random stretch of every signal to 0.",
    cutout1DSchema,
    (params) => new Cutout1D(params),
  ),
  ExponentialNoise: row(
    "Adds exponential noise to every element, and rounds.",
    exponentialNoiseSchema,
    (params) => new ExponentialNoise(params),
  ),
  ResizedCrop: row(
    "A random window of every image, resized.",
    resizedCropSchema,
    (params) => new ResizedCrop(params),
  ),
  Rotation2D: row(
    "Turns every image by a random angle of its own.",
    rotation2DSchema,
    (params) => new Rotation2D(params),
  ),
  TimeShifting: row(
    "Shifts every signal in a circle.",
    timeShiftingSchema,
    (params) => new TimeShifting(params),
  ),
  TimeWarping: row(
    "Plays every signal faster or slower.",
    timeWarpingSchema,
    (params) => new TimeWarping(params),
  ),
  RateEncoder: row(
    "Makes time: spikes at random, as often as the value says.",
    rateEncoderSchema,
    (params) => new RateEncoder(params),
  ),
  LatencyEncoder: row(
    "Makes time: one spike, the earlier the larger the value.",
    latencyEncoderSchema,
    (params) => new LatencyEncoder(params),
  ),
  DeltaEncoder: row(
    "Of samples with time: spikes where they change.",
    deltaEncoderSchema,
    (params) => new DeltaEncoder(params),
  ),
  RepeatEncoder: row(
    "Makes time: the same sample at every step.",
    repeatEncoderSchema,
    (params) => new RepeatEncoder(params),
  ),
  Mixup: row(
    "Mixes every sample, and its label, with another of the batch; it must run last.",
    mixupSchema,
    (params) => new Mixup(params),
  ),
};

export type AugmentationName = keyof typeof augmentations;

/** By name, every default filled in. */
export type AugmentationParams = {
  readonly [Name in AugmentationName]: OptionsOf<(typeof augmentations)[Name]["schema"]>;
};

/**
 * The augmentation of a configuration entry; params are checked as they are.
 * @throws ConfigError on a name that is not in the table; what the constructor throws on bad parameters
 */
export function createAugmentation(name: string, params: unknown = {}): Augmentation {
  if (!Object.hasOwn(augmentations, name)) {
    const known = Object.keys(augmentations);
    const near = nearest(name, known);
    throw new ConfigError(
      `data_augmentation: unknown kind "${name}"; expected one of ${known.join(", ")}.` +
        (near === undefined ? "" : ` Did you mean "${near}"?`),
    );
  }
  const { create } = augmentations[name as AugmentationName] as AugmentationRow<unknown>;
  return create(params);
}
