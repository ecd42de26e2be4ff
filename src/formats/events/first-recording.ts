/** A look at a folder of recordings, for who has not been told what is in it. */

import { isFolder, namesIn } from "../../platform/folders.js";
import type { SensorShape } from "./event-columns.js";
import { loadEvents } from "./event-file.js";
import { classesIn, RECORDINGS, setFolder } from "./event-folder.js";

export interface FirstRecording {
  readonly sensorShape: SensorShape;
  readonly classes: number;
}

/** null unless there are train and test, with a folder of recordings per class. @throws FormatError, FileError for a damaged one */
export async function firstRecording(path: string): Promise<FirstRecording | null> {
  const sets = namesIn(path).filter((name) => /^(?:train|test)$/i.test(name) && isFolder(`${path}/${name}`));
  if (sets.length !== 2) return null;
  const train = setFolder(path, "train");
  const folders = namesIn(train).filter((name) => !name.startsWith(".") && isFolder(`${train}/${name}`));
  for (const folder of folders.sort()) {
    const [file] = recordingsAt(`${train}/${folder}`);
    if (file === undefined) continue;
    const { width, height, y } = await loadEvents(file);
    return { sensorShape: y === undefined ? [width] : [height, width], classes: classesIn(train).length };
  }
  return null;
}

/** How many recordings each class has, by the names of the classes. */
export function countRecordings(path: string, set: "train" | "test"): Map<string, number> {
  const folder = setFolder(path, set);
  return new Map(classesIn(folder).map((name) => [name, recordingsAt(`${folder}/${name}`).length]));
}

function recordingsAt(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => RECORDINGS.test(name) && !name.startsWith("."))
    .sort()
    .map((name) => `${folder}/${name}`);
}
