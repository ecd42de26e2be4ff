/** Data sets that are recordings of events in files. */

import type { Dataset, TrainTest } from "../datasets/dataset.js";
import { loadDvsGesture } from "../formats/events/dvs-gesture.js";
import { loadEventFolder, type FramesOptions } from "../formats/events/event-folder.js";
import { loadShdFolder } from "../formats/events/shd-folder.js";
import type { EventFilesConfig, EventFrameParams } from "./description/experiment.js";

/** @throws FormatError, FileError naming the file that is missing, damaged or does not fit; StateError without h5wasm */
export async function loadEventFiles(
  dataset: EventFilesConfig,
): Promise<TrainTest & { readonly valid?: Dataset }> {
  switch (dataset.kind) {
    case "EventFolder": {
      const { path, sensorShape, classes } = dataset.params;
      return loadEventFolder(path, { sensorShape, classes, ...framesOf(dataset.params) });
    }
    case "DVSGesture":
      return loadDvsGesture(dataset.params.path, framesOf(dataset.params));
    case "DVSGestureWithPreprocessing": {
      const { path, duration: window, timesteps, maxCount } = dataset.params;
      return loadDvsGesture(path, { integration: { window }, timesteps, ...limited(maxCount) });
    }
    case "SHD":
    case "SSC": {
      const { kind: name, params } = dataset;
      const classes = name === "SHD" ? 20 : 35;
      const { path, prefix } = params;
      return loadShdFolder(path, { prefix, name, classes, valid: name === "SSC", ...framesOf(params) });
    }
  }
}

function framesOf({ timesteps, splitBy, duration = 0, frames, maxCount }: EventFrameParams): FramesOptions {
  const integration = splitBy === "duration" ? { duration } : { frames: frames ?? timesteps, by: splitBy };
  return { integration, timesteps, ...limited(maxCount) };
}

const limited = (maxCount: number | undefined): { readonly maxCount?: number } =>
  maxCount === undefined ? {} : { maxCount };
