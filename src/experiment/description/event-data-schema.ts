/** Data of event cameras in experiment files. */

import { optional, required, withDefault, type Schema } from "../../schema/schema.js";
import { listOf, oneOf, real, text, whole } from "../../schema/value-types.js";
import type { EventFolderParams, MovingDigitsParams } from "./experiment.js";

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
    timesteps: withDefault(whole(1, 4096), 8, "T, the frames of a sample."),
    splitBy: withDefault(
      oneOf(["number", "time", "duration"]),
      "time",
      'What the frames of a recording have in common: how many events, or how much time. With "duration", a recording gives ' +
        "as many samples as it is long; what is left at its end is dropped.",
    ),
    duration: optional(real({ above: 0 }), 'Microseconds of a frame, with split_by = "duration".'),
    maxCount: optional(
      whole(1, 255),
      "Where a pixel of a frame counts no further. Frames are kept as bytes then, in a quarter of the memory.",
    ),
  },
};
