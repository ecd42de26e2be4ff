/**
 * DVS128 Gesture: recordings (AEDAT 3.1), of which each holds one gesture after the other, a table for each that says from when to
 * when which is shown, and two lists of recordings, those to learn from and those of the test.
 *
 * @source A. Amir et al., "A low power, fully event-based gesture recognition system", CVPR 2017
 */

import { checkOptions } from "../../checks.js";
import type { TrainTest } from "../../datasets/dataset.js";
import { eventsDataset, type EventRecording } from "../../datasets/events/events-dataset.js";
import type { Events } from "../../datasets/events/events.js";
import { FormatError } from "../../errors.js";
import { exists, namesIn } from "../../platform/folders.js";
import { readTextFile } from "../../platform/text-file.js";
import { show } from "../../show.js";
import { csvLines } from "../data/csv.js";
import { framesAs, type FramesOptions } from "./event-folder.js";
import { loadEvents } from "./event-file.js";

export interface DvsGestureOptions extends FramesOptions {
  /** For messages and tables; "DVSGesture" if it is left out. */
  readonly name?: string;
}

/** In the order of the numbers 1 to 11 in the tables. */
const GESTURES: readonly string[] = [
  "hand clapping",
  "right hand wave",
  "left hand wave",
  "right arm clockwise",
  "right arm counterclockwise",
  "left arm clockwise",
  "left arm counterclockwise",
  "arm roll",
  "air drums",
  "air guitar",
  "other gestures",
];

const LISTS = { train: "trials_to_train.txt", test: "trials_to_test.txt" } as const;
/** Where unpacking the archive leaves the files, from the folder that is named. */
const BELOW = ["", "/DvsGesture", "/extract/DvsGesture"];
const HEADER = ["class", "startTime_usec", "endTime_usec"] as const;
const SENSOR = [128, 128] as const;
const MOST_BYTES = 2 ** 24;

/**
 * Cuts the recordings that trials_to_train.txt and trials_to_test.txt name by their tables (…_labels.csv): a gesture is a recording
 * of its own, from its start on until before its end. One file after the other is in memory, besides the frames.
 *
 * @param folder the one with the files, or the one that the archive was unpacked in
 * @throws FormatError naming the file that is missing or damaged, and the line; FileError if one cannot be read; as eventsDataset
 */
export async function loadDvsGesture(folder: string, options: DvsGestureOptions): Promise<TrainTest> {
  const where = "loadDvsGesture";
  if (typeof folder !== "string" || folder === "") {
    throw new TypeError(
      `${where}: the folder is ${show(folder)}; expected its path, such as "data/DvsGesture".`,
    );
  }
  checkOptions(where, options ?? null, ["name", "integration", "timesteps", "maxCount"]);
  const { name = "DVSGesture" } = options;
  const root = rootOf(folder.replace(/[\\/]+$/, "") || folder);
  const load = (set: keyof typeof LISTS) =>
    eventsDataset(gesturesIn(root, LISTS[set]), {
      name,
      ...framesAs(options),
      classes: GESTURES.length,
      classNames: GESTURES,
    });
  return { train: await load("train"), test: await load("test") };
}

function rootOf(folder: string): string {
  const found = BELOW.map((below) => folder + below).find((path) => exists(`${path}/${LISTS.train}`));
  if (found !== undefined) return found;
  const names = namesIn(folder);
  const shown = names.length === 0 ? "is empty" : `holds ${names.slice(0, 8).join(", ")}`;
  throw new FormatError(
    `${folder} has no ${LISTS.train}; it ${shown}${names.length > 8 ? ", …" : ""}. Expected the files of DvsGesture.tar.gz.`,
  );
}

async function* gesturesIn(root: string, list: string): AsyncGenerator<EventRecording, void, undefined> {
  for (const file of trialsIn(`${root}/${list}`)) {
    const table = `${root}/${file.replace(/\.aedat$/i, "")}_labels.csv`;
    const shown = gesturesOf(table);
    const events = await loadEvents(`${root}/${file}`, { format: "aedat3", sensorShape: SENSOR });
    for (const gesture of shown) yield cut(events, gesture, table);
  }
}

/** Names of files, a line each. */
function trialsIn(list: string): string[] {
  const lines = readTextFile(list, MOST_BYTES)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const strange = lines.find((line) => !/^[^\\/]+\.aedat$/i.test(line));
  if (strange !== undefined) {
    throw new FormatError(
      `${list} has the line ${show(strange)}; expected the name of a recording in the same folder, such as user01_led.aedat.`,
    );
  }
  if (lines.length === 0) throw new FormatError(`${list} is empty; expected the names of recordings.`);
  return lines;
}

interface Gesture {
  readonly label: number;
  /** Microseconds; the end is behind it. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

function gesturesOf(table: string): Gesture[] {
  const [header = [], ...rows] = csvLines(readTextFile(table, MOST_BYTES), table);
  if (header.length !== HEADER.length || header.some((name, i) => name.trim() !== HEADER[i])) {
    throw new FormatError(`${table} begins with ${show(header.join(","))}; expected ${HEADER.join(",")}.`);
  }
  return rows.map((cells, i) => {
    const line = i + 2;
    const numbers = cells.map((cell) => (/^\s*\d{1,15}\s*$/.test(cell) ? Number(cell) : NaN));
    const [number, start, end] = numbers;
    const isWhole = numbers.length === HEADER.length && numbers.every((value) => !Number.isNaN(value));
    if (isWhole && number >= 1 && number <= GESTURES.length && start < end)
      return { label: number - 1, start, end, line };
    throw new FormatError(
      `${table}: row ${line} is ${show(cells.join(","))}; expected a class from 1 to ${GESTURES.length}, and microseconds from when ` +
        "to when.",
    );
  });
}

/** Windows may overlap: each takes what is its own, whatever others took. */
function cut(events: Events, { label, start, end, line }: Gesture, table: string): EventRecording {
  const { t, x, y, p, width, height } = events;
  const [first, last] = [firstFrom(t, start), firstFrom(t, end)];
  if (first === last) {
    const time = t.length === 0 ? "has no events" : `goes from ${t[0]} to ${t[t.length - 1]}`;
    throw new FormatError(
      `${table}: row ${line} is of ${start} to ${end} microseconds, when there are no events; the recording ${time}. ` +
        "One of the two files is damaged.",
    );
  }
  const part = {
    t: t.slice(first, last),
    x: x.slice(first, last),
    p: p.slice(first, last),
    ...(y === undefined ? {} : { y: y.slice(first, last) }),
  };
  return { events: { ...part, width, height }, label, source: `${table}, row ${line}` };
}

/** The first of events in order that is not before; how many there are, if all are. */
function firstFrom(t: Float64Array, time: number): number {
  let [low, high] = [0, t.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (t[middle] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
