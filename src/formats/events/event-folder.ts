/** Recordings in a folder per class, as a data set; for Node. */

import { checkOptions } from "../../checks.js";
import type { Dataset, TrainTest } from "../../datasets/dataset.js";
import {
  eventsDataset,
  type EventRecording,
  type EventsDatasetOptions,
} from "../../datasets/events/events-dataset.js";
import type { Events } from "../../datasets/events/events.js";
import { FormatError } from "../../errors.js";
import { isFolder, namesIn } from "../../platform/folders.js";
import { show } from "../../show.js";
import { formatShape } from "../../shapes.js";
import type { SensorShape } from "./event-columns.js";
import { loadEvents } from "./event-file.js";
import type { ReadEventsOptions } from "./read-events.js";

type OfFiles = Pick<ReadEventsOptions, "format" | "columns" | "timeUnit" | "stream" | "unzstd">;
/** How recordings become samples. */
export type FramesOptions = Pick<EventsDatasetOptions, "integration" | "timesteps" | "maxCount">;

export interface EventFolderOptions extends OfFiles, FramesOptions {
  /** For messages and tables; the folder's name if it is left out. */
  readonly name?: string;
  /** [height, width] of the sensor, or [channels]; what the files say if it is left out. */
  readonly sensorShape?: SensorShape;
  /** How many classes there must be; as many as there are folders if it is left out. */
  readonly classes?: number;
}

/** What recordings are known by. Other files, such as a README, are passed over. */
export const RECORDINGS = /\.(?:bin|dat|aedat|aedat4|npy|npz)$/i;

/**
 * Reads folder/train/CLASS/… and folder/test/CLASS/…, also Train and Test, as N-MNIST comes: files of N-MNIST (.bin), Prophesee
 * (.dat), AEDAT (.aedat, .aedat4) and NumPy (.npy, .npz). Classes are the folders in train: in the order of their numbers, if all
 * are numbers, else of their letters; classNames of the data sets are what they are called. One recording after the other is in
 * memory, besides the frames.
 *
 * @throws FormatError naming the folder that is missing, or the file that is damaged; FileError if one cannot be read; as
 *   eventsDataset
 */
export async function loadEventFolder(folder: string, options: EventFolderOptions): Promise<TrainTest> {
  const where = "loadEventFolder";
  if (typeof folder !== "string" || folder === "")
    throw new TypeError(
      `${where}: the folder is ${show(folder)}; expected its path, such as "data/n-mnist".`,
    );
  checkOptions(where, options ?? null, [
    ...["name", "sensorShape", "classes", "integration", "timesteps", "maxCount"],
    ...["format", "columns", "timeUnit", "stream", "unzstd"],
  ]);
  const root = folder.replace(/[\\/]+$/, "") || folder;
  const [train, test] = ["train", "test"].map((set) => setFolder(root, set));
  const classNames = classesIn(train);
  if (options.classes !== undefined && options.classes !== classNames.length) {
    throw new FormatError(
      `${train} has ${classNames.length} folders, a class each; expected ${options.classes}, as classes says.`,
    );
  }
  const strange = classesIn(test).find((name) => !classNames.includes(name));
  if (strange !== undefined) {
    throw new FormatError(
      `${test} has a class ${show(strange)}, and ${train} has none of that name; expected the same classes in both.`,
    );
  }
  const { name = root.split(/[\\/]/).findLast((part) => part !== "") ?? root } = options;
  const load = (set: string): Promise<Dataset> =>
    eventsDataset(recordingsIn(set, classNames, options), {
      name,
      ...framesAs(options),
      classes: classNames.length,
      classNames,
    });
  const sets = { train: await load(train), test: await load(test) };
  const [a, b] = [sets.train.sampleShape, sets.test.sampleShape].map(formatShape);
  if (a !== b)
    throw new FormatError(`${folder}: training samples are ${a} and test samples ${b}; expected one sensor.`);
  return sets;
}

/** Those that are given, for eventsDataset. */
export function framesAs({ integration, timesteps, maxCount }: FramesOptions): FramesOptions {
  return {
    integration,
    ...(timesteps === undefined ? {} : { timesteps }),
    ...(maxCount === undefined ? {} : { maxCount }),
  };
}

/** As it is written there: Train, train, TRAIN. */
export function setFolder(folder: string, set: string): string {
  const names = namesIn(folder);
  const found = names.find((name) => name.toLowerCase() === set && isFolder(`${folder}/${name}`));
  if (found !== undefined) return `${folder}/${found}`;
  const shown = names.length === 0 ? "is empty" : `holds ${names.slice(0, 8).join(", ")}`;
  throw new FormatError(
    `${folder} has no folder ${set}; it ${shown}${names.length > 8 ? ", …" : ""}. ` +
      "Expected train and test, and in each a folder of recordings per class.",
  );
}

export function classesIn(folder: string): string[] {
  const names = namesIn(folder).filter((name) => !name.startsWith(".") && isFolder(`${folder}/${name}`));
  if (names.length === 0)
    throw new FormatError(`${folder} has no folders; expected one per class, with its recordings.`);
  const areNumbers = names.every((name) => /^\d{1,9}$/.test(name));
  return areNumbers
    ? names.sort((a, b) => Number(a) - Number(b))
    : names.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

async function* recordingsIn(
  folder: string,
  classNames: readonly string[],
  { format, columns, timeUnit, stream, unzstd, sensorShape }: EventFolderOptions,
): AsyncGenerator<EventRecording, void, undefined> {
  for (const [label, name] of classNames.entries()) {
    if (!isFolder(`${folder}/${name}`)) continue;
    const files = namesIn(`${folder}/${name}`).filter(
      (file) => RECORDINGS.test(file) && !file.startsWith("."),
    );
    for (const file of files.sort()) {
      const source = `${folder}/${name}/${file}`;
      const events = await loadEvents(source, {
        ...(format === undefined ? {} : { format }),
        ...(columns === undefined ? {} : { columns }),
        ...(timeUnit === undefined ? {} : { timeUnit }),
        ...(stream === undefined ? {} : { stream }),
        ...(unzstd === undefined ? {} : { unzstd }),
        ...(sensorShape === undefined ? {} : { sensorShape }),
      });
      yield { events: onSensor(events, sensorShape, source), label, source };
    }
  }
}

/** Files of N-MNIST have one sensor, whatever is asked for. */
function onSensor(events: Events, asked: SensorShape | undefined, source: string): Events {
  const own = events.y === undefined ? [events.width] : [events.height, events.width];
  if (asked === undefined || formatShape(own) === formatShape(asked)) return events;
  throw new FormatError(
    `${source} is of a sensor of ${formatShape(own)}; expected ${formatShape(asked)}, as sensorShape says.`,
  );
}
