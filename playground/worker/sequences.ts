/** Networks that take sequences: what they are shown, and the data that they fit. Loaded with the first of them. */

import {
  Dataset,
  eventsDataset,
  integrateEvents,
  movingDigitEvents,
  type Events,
  type SpikingModel,
} from "atif";
import type { Motion } from "../state/motion.js";
import { drawnShape, eventsOfMoving, filmOfMoving } from "./moving-drawing.js";
import { cutFor } from "./recording.js";
import { frameShape, sequenceKindOf } from "./sequence-kind.js";
import type { TimeInData } from "./time-in-data.js";
import { viewShape } from "./view-shape.js";

export { readRecording, type Recording } from "./recording.js";
export { frameShape, sequenceKindOf };
export { ofMovingDigits, timeInData } from "./time-in-data.js";
export { cutFor };

/** What a network is shown, step by step. */
export interface MadeSequence {
  /** [T, …inputShape] */
  readonly values: Float32Array;
  readonly timesteps: number;
  /** That were counted into it; null: it was made of no events, or they are not at hand. */
  readonly events: Events | null;
}

type Network = Pick<SpikingModel, "inputShape" | "timesteps" | "preprocessing">;

/** Of large sets, the first ones are coded. */
const MOST_CODED = 1000;

/** The image that is drawn for it, [height, width, channels]; null: nothing can be drawn for it. */
export function shapeToDraw(
  network: Network,
  time: TimeInData,
): readonly [height: number, width: number, channels: number] | null {
  const { inputShape } = network;
  const kind = sequenceKindOf(network, time);
  if (kind === "rows") return null;
  return kind === "coded" ? viewShape(inputShape) : drawnShape(inputShape);
}

/** @param image of shapeToDraw(), where something can be drawn */
export function sequenceOfImage(
  image: Float32Array,
  network: Network,
  time: TimeInData,
  motion: Motion,
): MadeSequence {
  const { inputShape, timesteps } = network;
  const [height, width] = inputShape;
  switch (sequenceKindOf(network, time)) {
    case "rows":
      return { values: new Float32Array(timesteps * sizeOf(inputShape)), timesteps, events: null };
    case "video":
      return { values: filmOfMoving(image, [height, width], motion, timesteps), timesteps, events: null };
    case "coded": {
      const still = new Dataset({ name: "drawing", x: image, labels: [0], sampleShape: inputShape });
      return ofCoded(coded(still, time));
    }
    case "events":
      return framesOfMoving(image, network, time, motion);
  }
}

function framesOfMoving(
  image: Float32Array,
  network: Network,
  time: TimeInData,
  motion: Motion,
): MadeSequence {
  const { inputShape, timesteps } = network;
  const [height, width] = inputShape;
  const events = eventsOfMoving(image, [height, width], motion);
  const by = time.integration !== null && "by" in time.integration ? time.integration.by : "time";
  const { x } = integrateEvents(events, { frames: timesteps, by });
  const { maxCount } = time;
  return { values: maxCount === null ? x : x.map((count) => Math.min(maxCount, count)), timesteps, events };
}

/** A sample of a data set, as the network takes it. */
export function sequenceOfSample(test: Dataset, index: number, time: TimeInData): MadeSequence {
  const one = test.subset({ start: index, end: index + 1 });
  return ofCoded(time.encoder === null ? one : coded(one, time));
}

function ofCoded(data: Dataset): MadeSequence {
  return { values: data.batch([0]).x, timesteps: data.sampleShape[0], events: null };
}

function coded(data: Dataset, { encoder }: TimeInData): Dataset {
  return encoder === null ? data : encoder.encode(data);
}

/** Data as the network takes them. */
export function asTaken(data: Dataset, time: TimeInData): Dataset {
  if (time.encoder === null) return data;
  return coded(data.subset({ start: 0, end: Math.min(MOST_CODED, data.length) }), time);
}

/** Of moving digits the last ones are kept: a network that is made anew asks for them again. */
const kept = new Map<string, Promise<Dataset>>();

/** Those of loadMovingDigits(), each set by itself: to look at some takes less time than to learn from them. */
export function movingDigits(set: "train" | "test", timesteps: number, seed: number): Promise<Dataset> {
  const key = `${timesteps} ${seed}`;
  const known = kept.get(`${key} ${set}`);
  if (known !== undefined) return known;
  for (const other of kept.keys()) if (!other.startsWith(`${key} `)) kept.delete(other);
  const made = eventsDataset(movingDigitEvents(set, { seed }), {
    name: "moving digits",
    integration: { frames: timesteps, by: "time" },
    timesteps,
    classes: 10,
  });
  kept.set(`${key} ${set}`, made);
  return made;
}

/** Of moving digits: [T, 16, 16, 2]. */
const MOVING_SHAPE = "16,16,2";

/** Whether the moving digits are data that it takes. */
export function takesMovingDigits({ inputShape, outputShape }: SpikingModel, time: TimeInData): boolean {
  return time.encoder === null && inputShape.join() === MOVING_SHAPE && outputShape[0] >= 10;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
