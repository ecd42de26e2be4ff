/** Whether a network learned from samples that change over time, and what its file says of them. */

import {
  deltaEncoder,
  latencyEncoder,
  parseExperiment,
  rateEncoder,
  repeatEncoder,
  type Encoder,
  type Experiment,
  type Integration,
  type ModelFacts,
} from "atif";

export interface TimeInData {
  /** Makes signals of still samples; null: the samples have time by themselves. */
  readonly encoder: Encoder | null;
  /** How recordings of events are cut into frames; null: the file does not say. */
  readonly integration: Integration | null;
  /** Where a frame counts no further; null: nowhere. */
  readonly maxCount: number | null;
  /** The seed of the moving digits that it learned from; null: it learned from other data. */
  readonly movingDigits: number | null;
}

const UNSAID: TimeInData = { encoder: null, integration: null, maxCount: null, movingDigits: null };

const KIND = /^\s*kind\s*=\s*["']SpikingJelly(?:MultiStep)?TimeStepsInData["']/m;

/** Of moving digits with so many frames, as the page trains networks on. */
export function ofMovingDigits(timesteps: number, seed: number): TimeInData {
  return { ...UNSAID, integration: { frames: timesteps, by: "time" }, movingDigits: seed };
}

/** null: it learned from still samples, or its file does not say. */
export function timeInData({ experiment, time }: ModelFacts): TimeInData | null {
  const unsaid = time === true ? UNSAID : null;
  if (typeof experiment !== "string") return unsaid;
  const read = readQuietly(experiment);
  // An experiment of Qualia may ask for what is not here, and still say this.
  if (read === null) return KIND.test(experiment) ? UNSAID : unsaid;
  if (!read.learningFramework.kind.endsWith("TimeStepsInData")) return unsaid;
  return { ...framesOf(read), encoder: encoderOf(read) };
}

/** null if it is no experiment: the file may be anybody's. */
function readQuietly(text: string): Experiment | null {
  try {
    return parseExperiment(text, { lenient: true }).experiment;
  } catch {
    return null;
  }
}

function encoderOf({ dataAugmentation }: Experiment): Encoder | null {
  for (const each of dataAugmentation) {
    switch (each.kind) {
      case "RateEncoder":
        return rateEncoder(each.params);
      case "LatencyEncoder":
        return latencyEncoder(each.params);
      case "DeltaEncoder":
        return deltaEncoder(each.params);
      case "RepeatEncoder":
        return repeatEncoder(each.params);
    }
  }
  return null;
}

/** In the words of experiments, as those of integrateEvents(). */
function framesOf({ dataset }: Experiment): TimeInData {
  switch (dataset.kind) {
    case "MovingDigits":
      return ofMovingDigits(dataset.params.timesteps, dataset.params.seed);
    case "DVSGestureWithPreprocessing": {
      const { duration, maxCount = null } = dataset.params;
      return { ...UNSAID, integration: { window: duration }, maxCount };
    }
    case "EventFolder":
    case "DVSGesture":
    case "SHD":
    case "SSC": {
      const { timesteps, splitBy, frames = timesteps, duration = 0, maxCount = null } = dataset.params;
      const integration: Integration = splitBy === "duration" ? { duration } : { frames, by: splitBy };
      return { ...UNSAID, integration, maxCount };
    }
  }
  return UNSAID;
}
