/** What a reader gives: strokes, a picture, numbers in a file or typed. */

import { Dataset, imageFromStrokes, type Stroke } from "atif";
import { preparePicture } from "../playground/pictures/prepare-picture.js";
import { readPicture } from "../playground/pictures/read-picture.js";
import { arraySamples, datasetOf } from "../src/cli/given-samples.js";
import { isNpy } from "../src/formats/numpy/npy-header.js";
import { fitPicture, type PictureShape } from "../src/formats/data/picture.js";
import type { Network } from "./network.js";

/** Of a picture, in pixels: larger ones are scaled down before. */
const MOST_SIDE = 4096;

export interface Image {
  /** [H * W * C], from 0 to 1 */
  readonly pixels: Float32Array;
  /** Whether 1 is ink, whatever its colour was, and not light. */
  readonly isInk: boolean;
}

export interface Sample {
  /** The file, and where in it. */
  readonly source: string;
  /** Of one sample. */
  readonly data: Dataset;
  /** As it was prepared, to be shown; null for what is no picture. */
  readonly image: Image | null;
}

/** @throws Error where the network takes no drawings */
export function drawnSample(network: Network, strokes: readonly Stroke[]): Sample {
  const { height, width, channels } = pictureOf(network);
  return imageSample(network, "the drawing", imageFromStrokes(strokes, [height, width, channels]));
}

/** Those that came with the page. @param bytes their numbers */
export function heldSamples(
  { facts, offer, hasLearnedDigits, classNames }: Omit<Network, "held">,
  bytes: Uint8Array<ArrayBuffer>,
): readonly Sample[] {
  if (facts.samples === null) return [];
  const { areBytes, ...fields } = facts.samples;
  const data = new Dataset({ ...fields, x: areBytes ? bytes : new Float32Array(bytes.buffer) });
  const isPicture = offer.picture !== null && !data.time && data.preprocessing.length === 0;
  return Array.from({ length: data.length }, (_, i): Sample => {
    const own = data.subset({ start: i, end: i + 1 });
    const numbers = own.toFloat32();
    const most = numbers.reduce((a, b) => Math.max(a, b), 0) > 1 ? 255 : 1;
    return {
      source: `held-out sample ${i + 1}, whose class is ${classNames[own.labels[0]]}`,
      data: own,
      image: isPicture ? { pixels: numbers.map((value) => value / most), isInk: hasLearnedDigits } : null,
    };
  });
}

/**
 * @param name of the file, or what was typed into
 * @throws FormatError, or an Error with a sentence for the reader
 */
export async function samplesIn(network: Network, file: Blob, name: string): Promise<readonly Sample[]> {
  const { plan, timed } = network.facts;
  if (file.type.startsWith("image/")) return [await pictureSample(network, file, name)];
  const bytes = new Uint8Array(await file.arrayBuffer());
  const whole = timed && !isNpy(bytes) ? joined(bytes, plan.timesteps) : bytes;
  return arraySamples(whole, plan).map(({ source, data }) => {
    const of = source === "the input" ? name : `${name}, ${source}`;
    return { source: of, data, image: null };
  });
}

async function pictureSample(network: Network, file: Blob, name: string): Promise<Sample> {
  const { facts, preparation } = network;
  const shape = pictureOf(network, name);
  if (preparation !== null) {
    const picture = await readPicture(file, name);
    const image = preparePicture(picture, [shape.height, shape.width, shape.channels], preparation);
    return imageSample(network, name, image);
  }
  // As atif predict does.
  const bytes = new Uint8Array(shape.height * shape.width * shape.channels);
  const { rgba, ...size } = await readPicture(file, name, MOST_SIDE);
  fitPicture({ ...size, rgba: new Uint8Array(rgba.buffer) }, shape, bytes);
  return {
    source: name,
    data: datasetOf(name, bytes, facts.plan.shape, facts.plan),
    image: { pixels: Float32Array.from(bytes, (byte) => byte / 255), isInk: false },
  };
}

/** One line for each time step is one signal. */
function joined(bytes: Uint8Array, timesteps: number): Uint8Array {
  const lines = new TextDecoder()
    .decode(bytes)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
  if (lines.length !== timesteps || timesteps === 1) return bytes;
  return new TextEncoder().encode(lines.map((line) => line.trim().replace(/^\[|\],?$/g, "")).join(","));
}

/** In the units that the network learned from: bytes, unless it divides them itself. */
function imageSample({ model, facts: { plan } }: Network, source: string, image: Float32Array): Sample {
  const units = model.preprocessing.find(({ kind }) => kind === "IntToFloat32");
  const isBytes = units?.kind === "IntToFloat32" ? !units.options.scale : plan.divisor === 1;
  const x = isBytes ? Uint8Array.from(image, (pixel) => Math.round(255 * pixel)) : image;
  return { source, data: datasetOf(source, x, plan.shape, plan), image: { pixels: image, isInk: true } };
}

function pictureOf(
  { offer: { picture }, facts: { plan, timed } }: Network,
  name = "A drawing",
): PictureShape {
  if (picture !== null) return picture;
  const shape = timed ? [plan.timesteps, ...plan.shape] : plan.shape;
  throw new Error(
    `${name} is a picture, and this network takes [${shape.join(", ")}]; expected arrays: .npy, or lines of numbers.`,
  );
}
