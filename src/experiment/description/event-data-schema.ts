/** Data of event cameras in experiment files. */

import { optional, required, withDefault, type Schema } from "../../schema/schema.js";
import { listOf, oneOf, real, text, whole } from "../../schema/value-types.js";
import type {
  DvsGestureParams,
  DvsGestureWindowsParams,
  EventFolderParams,
  EventFrameParams,
  MovingDigitsParams,
  ShdParams,
} from "./experiment.js";

export const movingDigitsSchema: Schema<MovingDigitsParams> = {
  fields: {
    timesteps: withDefault(whole(1, 4096), 8, "T, the frames of a sample: equally long parts of 300 ms."),
    seed: withDefault(
      whole(0, 2 ** 32 - 1),
      1,
      "Of the paths, and of the thresholds and the noise of the camera, whatever networks are trained with.",
    ),
  },
};

const microseconds = real({ above: 0 });
const timesteps = withDefault(whole(1, 4096), 8, "T, the frames of a sample.");
const maxCount = optional(
  whole(1, 255),
  "Where a pixel of a frame counts no further. Frames are kept as bytes then, in a quarter of the memory.",
);

/** How recordings become samples: what steps of Qualia that make frames of events say otherwise (event-steps.ts). */
const frameFields: Schema<EventFrameParams>["fields"] = {
  timesteps,
  splitBy: withDefault(
    oneOf(["number", "time", "duration"]),
    "time",
    'What the frames of a recording have in common: how many events, or how much time. With "duration", a recording gives ' +
      "as many samples as it is long; what is left at its end is dropped.",
  ),
  frames: optional(
    whole(1, 65_536),
    "Frames of a recording, where it is not cut by duration: every T of them are a sample, and what is left is dropped. As many as " +
      "`timesteps` if left out.",
  ),
  duration: optional(microseconds, 'Microseconds of a frame, with split_by = "duration".'),
  maxCount,
};

export const eventFolderSchema: Schema<EventFolderParams> = {
  fields: {
    path: required(
      text("the folder with the recordings, in quotes"),
      "A folder of `train` and `test`, of which each holds a folder per class.",
    ),
    sensorShape: required(
      listOf(whole(1, 2 ** 16), 1, 2),
      "`[height, width]` of the sensor, or `[channels]`.",
    ),
    classes: required(whole(1), "How many classes there are."),
    ...frameFields,
  },
};

const gestures = {
  path: required(
    text("the folder with trials_to_train.txt, in quotes"),
    "The folder with `trials_to_train.txt`, `trials_to_test.txt` and the recordings, or the one that the archive was unpacked in.",
  ),
  dataType: withDefault(oneOf(["frame"]), "frame", "Events are counted into frames."),
};

export const dvsGestureSchema: Schema<DvsGestureParams> = { fields: { ...gestures, ...frameFields } };

export const dvsGestureWindowsSchema: Schema<DvsGestureWindowsParams> = {
  fields: {
    ...gestures,
    duration: required(microseconds, "Microseconds of a frame, from its first event on."),
    timesteps: required(whole(1, 4096), "T, the frames of a sample; what is left of a gesture is dropped."),
    maxCount,
  },
};

/** @param prefix what the names of the files begin with */
export function shdSchema(prefix: string): Schema<ShdParams> {
  const sets = prefix === "ssc" ? ["train", "valid", "test"] : ["train", "test"];
  const files = sets.map((set) => `\`${prefix}_${set}.h5\``).join(", ");
  return {
    fields: {
      path: required(
        text("the folder with the .h5 files, in quotes"),
        `The folder with ${files}, unpacked. They are read by the package h5wasm: \`npm install h5wasm\`.`,
      ),
      prefix: withDefault(
        text("what names of files begin with"),
        prefix,
        "What the names of the files begin with.",
      ),
      ...frameFields,
    },
  };
}
