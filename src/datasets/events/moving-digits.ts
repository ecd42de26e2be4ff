/**
 * A data set of events that comes with the package: an event camera watches each of the built-in digits move (saccadePath,
 * movingImage, simulateEvents). Nothing is downloaded; a seed fixes every event.
 */

import { checkInteger, checkOneOf, checkOptions } from "../../checks.js";
import { Generator } from "../../random/generator.js";
import type { Dataset, TrainTest } from "../dataset.js";
import { loadDigits } from "../digits.js";
import type { Events } from "./events.js";
import { eventsDataset, type EventRecording } from "./events-dataset.js";
import type { Integration } from "./integrate-events.js";
import { movingImage, saccadePath } from "./moving-image.js";
import { simulateEvents } from "./simulate-events.js";

/** Rows and columns of the sensor. */
export const MOVING_DIGITS_SIDE = 16;
/** Microseconds of a recording. */
export const MOVING_DIGITS_DURATION = 300_000;

const DIGIT_SIDE = 8;
/** A digit is 12 pixels high, and moves by two in each direction. */
const SCALE = 1.5;
const SEEDS = 2 ** 32;
/** Test samples have seeds of their own. */
const TEST_STREAM = 2 ** 20;

export interface MovingDigitsOptions {
  /** Of paths, thresholds and noise, whatever a network is trained with; default 1. */
  readonly seed?: number;
}

export interface MovingDigitsFrames extends MovingDigitsOptions {
  /** T, the frames of a sample, equally long; default 8. */
  readonly timesteps?: number;
  /** { frames: timesteps, by: "time" } if it is left out. */
  readonly integration?: Integration;
}

/** Of each digit a recording of 300 ms on 16 x 16 pixels, in the order of loadDigits(). */
export async function* movingDigitEvents(
  set: "train" | "test",
  options: MovingDigitsOptions = {},
): AsyncGenerator<EventRecording, void, undefined> {
  checkOneOf("movingDigitEvents: set", set, ["train", "test"]);
  checkOptions("movingDigitEvents", options, ["seed"]);
  const seed = seedOf("movingDigitEvents", options);
  const data = (await loadDigits())[set];
  for (let i = 0; i < data.length; i++) {
    const generator = new Generator(seed * 2 ** 21 + (set === "test" ? TEST_STREAM : 0) + i);
    const source = `moving digit ${i} of the ${set} set`;
    yield { events: recorded(data, i, generator), label: data.labels[i], source };
  }
}

/** Frames of movingDigitEvents: samples [T, 16, 16, 2], ten classes, 1437 to train with and 360 to test with. */
export async function loadMovingDigits(options: MovingDigitsFrames = {}): Promise<TrainTest> {
  const where = "loadMovingDigits";
  checkOptions(where, options, ["seed", "timesteps", "integration"]);
  const seed = seedOf(where, options);
  const timesteps = checkInteger(`${where}: timesteps`, options.timesteps ?? 8, 1);
  const integration = options.integration ?? { frames: timesteps, by: "time" };
  const load = (set: "train" | "test"): Promise<Dataset> =>
    eventsDataset(movingDigitEvents(set, { seed }), {
      name: "moving digits",
      integration,
      timesteps,
      classes: 10,
    });
  return { train: await load("train"), test: await load("test") };
}

function seedOf(where: string, { seed = 1 }: MovingDigitsOptions): number {
  if (checkInteger(`${where}: seed`, seed) < SEEDS) return seed;
  throw new RangeError(`${where}: seed is ${seed}; expected a whole number below ${SEEDS}.`);
}

function recorded(data: Dataset, index: number, generator: Generator): Events {
  const side = { width: MOVING_DIGITS_SIDE, height: MOVING_DIGITS_SIDE };
  const image = data.batch([index]).x;
  const path = saccadePath({ duration: MOVING_DIGITS_DURATION, generator });
  const scene = movingImage(image, { shape: [DIGIT_SIDE, DIGIT_SIDE], ...side, scale: SCALE, path });
  return simulateEvents(scene, { ...side, duration: MOVING_DIGITS_DURATION, generator });
}
