/** Recordings that the reader gives: events of a camera, or an array with a row per time step; read once, cut as each network wants them. */

import {
  eventsDataset,
  parseNpy,
  readEvents,
  type Events,
  type Integration,
  type ReadEventsOptions,
  type SpikingModel,
} from "atif";
import { notLoaded } from "../state/not-loaded.js";
import { problems } from "../words/problems.js";
import type { TimeInData } from "./time-in-data.js";

/** More steps would not be told apart, and take long. */
const MOST_STEPS = 256;
/** Of a file that is an array: it is held at once. */
const MOST_ARRAY_BYTES = 2 ** 28;
/** What recordings of AEDAT 4 begin with. */
const AEDAT4 = "#!AER-DAT4";
/** What .npy files begin with. */
const NUMPY = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

export type Recording = { readonly name: string } & (
  | { readonly events: Events }
  /** [T, …] */
  | { readonly values: Float32Array; readonly shape: readonly number[] }
);

/** What a network is shown of a recording. */
export interface CutRecording {
  /** [T, …inputShape] */
  readonly values: Float32Array;
  readonly timesteps: number;
  /** null where frames came. */
  readonly events: Events | null;
}

type Network = Pick<SpikingModel, "inputShape" | "timesteps">;

/** @throws FormatError of the library, or an Error with a sentence for the reader */
export async function readRecording(file: File, network: Network): Promise<Recording> {
  const { name } = file;
  const start = new Uint8Array(await file.slice(0, NUMPY.length).arrayBuffer());
  if (NUMPY.every((byte, i) => start[i] === byte)) {
    const array = await arrayOf(file, network);
    if (array !== null) return array;
  }
  const sensor = sensorOf(network.inputShape);
  if (sensor === null) throw new Error(problems.recording.noSensor(name, shapeText(network.inputShape)));
  return { name, events: await readEvents(file, { name, sensorShape: sensor, ...(await unpacker(file)) }) };
}

/** Recordings of AEDAT 4 may be packed by Zstandard, which browsers do not unpack: what does is loaded with the first one. */
async function unpacker(file: File): Promise<Pick<ReadEventsOptions, "unzstd">> {
  if ((await file.slice(0, AEDAT4.length).text()) !== AEDAT4) return {};
  const { decompress } = await import("./unzstd.js").catch(notLoaded);
  return { unzstd: decompress };
}

/** null: it is a table of events. */
async function arrayOf(file: File, { inputShape }: Network): Promise<Recording | null> {
  const { name, size } = file;
  if (size > MOST_ARRAY_BYTES) throw new Error(problems.recording.tooLarge(name, size, MOST_ARRAY_BYTES));
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (isTableOfEvents(bytes) && sensorOf(inputShape) !== null) return null;
  const { shape, data } = parseNpy(bytes, name);
  const isOne = shape.length === inputShape.length + 2 && shape[0] === 1;
  const own = isOne ? shape.slice(1) : shape;
  if (own.length !== inputShape.length + 1 || own.slice(1).join() !== inputShape.join()) {
    // Events as a table of numbers: [N, 4], or [N, 3] of a sensor of one dimension.
    if (sensorOf(inputShape) !== null && shape.length === 2 && shape[1] <= 5) return null;
    throw new Error(problems.recording.otherShape(name, shapeText(shape), shapeText(["T", ...inputShape])));
  }
  if (own[0] > MOST_STEPS) throw new Error(problems.recording.tooLong(name, own[0], MOST_STEPS));
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0 || data.length === 0) throw new Error(problems.recording.notFinite(name));
  return { name, values: Float32Array.from(data), shape: own };
}

/** Records with fields: "descr" of the head is a list. */
function isTableOfEvents(bytes: Uint8Array): boolean {
  return /'descr':\s*\[/.test(new TextDecoder("latin1").decode(bytes.subarray(0, 256)));
}

/** Of a network that takes frames of events; null: it takes others. */
function sensorOf(shape: readonly number[]): readonly [number, number] | readonly [number] | null {
  const [first, second] = shape;
  if (shape.at(-1) !== 2) return null;
  if (shape.length === 3) return [first, second];
  return shape.length === 2 ? [first] : null;
}

/** @throws Error with a sentence, where it is of another sensor or shape than the network takes */
export async function cutFor(
  recording: Recording,
  network: Network,
  { integration, maxCount }: Pick<TimeInData, "integration" | "maxCount">,
): Promise<CutRecording> {
  const { name } = recording;
  const { inputShape, timesteps } = network;
  const expected = shapeText(["T", ...inputShape]);
  if (!("events" in recording)) {
    const { values, shape } = recording;
    if (shape.slice(1).join() !== inputShape.join())
      throw new Error(problems.recording.otherShape(name, shapeText(shape), expected));
    return { values, timesteps: shape[0], events: null };
  }
  const { events } = recording;
  const { width, height, y } = events;
  const frame = y === undefined ? [width, 2] : [height, width, 2];
  if (frame.join() !== inputShape.join())
    throw new Error(problems.recording.otherShape(name, shapeText(["T", ...frame]), expected));
  const cut: Integration = integration ?? { frames: timesteps, by: "time" };
  const data = await eventsDataset([{ events, label: 0, source: name }], {
    name,
    integration: cut,
    timesteps,
    ...(maxCount === null ? {} : { maxCount }),
  });
  // A long one gives several samples: the first is shown.
  return { values: data.batch([0]).x, timesteps, events };
}

function shapeText(shape: readonly (number | string)[]): string {
  return `[${shape.join(", ")}]`;
}
