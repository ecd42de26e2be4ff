/**
 * A picture as a network is to see it: prepared as its data were, as drawings are. Digits are cut out, brought to the
 * size and the thickness of those of the data set, and centred (imageFromStrokes has the sources of the numbers).
 */

import { boxOf, flatten, inkOf } from "./ink.js";
import type { GreyImage, Picture } from "./picture.js";
import { resample, type View } from "./resample.js";
import { grown, signedDistance, strokeWidth } from "./stroke-distance.js";

/**
 * How the data that a network has learned from were made:
 * uciDigits   8 x 8, stretched into a box, an even amount of ink
 * mnist       proportions kept, in a box, the centre of mass in the middle
 * clothes     as Fashion-MNIST: proportions kept, as large as the image
 * whole       pictures as they are, with paper added until they have the shape of the image
 */
export type Preparation = "uciDigits" | "mnist" | "clothes" | "whole";

/** Of the largest value: what counts as ink where it must be one or the other. */
const LEAST_INK = 0.4;
/** Pixels of the longer side of a cut-out whose strokes are measured. */
const CUT_OUT = 64;

const uciDigits = { boxWidth: 20 / 32, boxHeight: 1, ink: 0.305, mostStretch: 2, block: 4, steps: 12 };
/** In parts of the image; strokes of MNIST are between `thin` and `thick`. */
const mnist = { box: 20 / 28, pen: 2.4 / 28, thin: 2 / 28, thick: 4.5 / 28 };

/**
 * @param shape [H, W, C]; every channel is the same
 * @returns [H * W * C] from 0 to 1, ink bright; all 0 if there is nothing in the picture
 */
export function preparePicture(
  picture: Picture,
  shape: readonly number[],
  preparation: Preparation,
): Float32Array {
  const [height, width, channels] = shape;
  const { values } = greyPicture(picture, width, height, preparation);
  return Float32Array.from({ length: values.length * channels }, (_, i) => values[Math.floor(i / channels)]);
}

function greyPicture(picture: Picture, width: number, height: number, preparation: Preparation): GreyImage {
  const hasSize = picture.width === width && picture.height === height;
  // A sample of the data set itself; those of MNIST come out of the box as they went in.
  if (preparation === "whole" || (hasSize && preparation !== "mnist")) return whole(picture, width, height);
  const ink = inkOf(picture);
  const box = boxOf(ink, LEAST_INK);
  if (box === null) return { width, height, values: new Float32Array(width * height) };
  const [across, down] = [box.right - box.left, box.bottom - box.top];
  const middle = { x: box.left + across / 2, y: box.top + down / 2 };
  if (preparation === "clothes") {
    return resample(
      ink,
      around(middle, Math.max(across / width, down / height), width, height),
      width,
      height,
      0,
    );
  }
  // Enlarged or reduced, with room for thicker strokes around it.
  const unit = Math.max(across, down) / CUT_OUT;
  const side = 2 * CUT_OUT;
  const cutOut = resample(ink, around(middle, unit, side, side), side, side, 0);
  const distance = signedDistance(cutOut, LEAST_INK);
  return preparation === "uciDigits"
    ? asUciDigit(distance, width, height)
    : asMnist(cutOut, distance, width, height);
}

/** The picture with paper around it, as bright ink. */
function whole(picture: Picture, width: number, height: number): GreyImage {
  const { paper, ...image } = flatten(picture);
  const bright = (value: number): number => (paper > 127.5 ? 255 - value : value) / 255;
  const unit = Math.max(image.width / width, image.height / height);
  const view = around({ x: image.width / 2, y: image.height / 2 }, unit, width, height);
  return resample({ ...image, values: image.values.map(bright) }, view, width, height, bright(paper));
}

/** The view with that middle of which every pixel of the new image is `unit` pixels wide. */
function around(middle: { x: number; y: number }, unit: number, width: number, height: number): View {
  return {
    left: middle.x - (unit * width) / 2,
    top: middle.y - (unit * height) / 2,
    width: unit * width,
    height: unit * height,
  };
}

/** The edge of the ink is moved until the share of the bitmap that is set is that of the data set. */
function asUciDigit(distance: GreyImage, width: number, height: number): GreyImage {
  const { boxWidth, boxHeight, ink, mostStretch, block, steps } = uciDigits;
  const bitmapOf = (by: number): GreyImage => {
    const bitmap = { width: width * block, height: height * block };
    const set = grown(distance, by);
    const box = boxOf(set, 0.5) ?? { left: 0, top: 0, right: 1, bottom: 1 };
    const [wide, high] = [box.right - box.left, box.bottom - box.top];
    const [across, down] = [(boxWidth * bitmap.width) / wide, (boxHeight * bitmap.height) / high];
    const limit = mostStretch * Math.min(across, down);
    const [unitX, unitY] = [1 / Math.min(across, limit), 1 / Math.min(down, limit)];
    const view = {
      left: box.left + wide / 2 - (unitX * bitmap.width) / 2,
      top: box.top + high / 2 - (unitY * bitmap.height) / 2,
      width: unitX * bitmap.width,
      height: unitY * bitmap.height,
    };
    const grey = resample(set, view, bitmap.width, bitmap.height, 0);
    return { ...grey, values: grey.values.map((value) => (value >= 0.5 ? 1 : 0)) };
  };
  const inside = distance.values.reduce((least, value) => Math.min(least, value), 0);
  let [thin, thick] = [inside + 0.5, CUT_OUT / 2 - 1];
  for (let step = 0; step < steps; step++) {
    const by = (thin + thick) / 2;
    if (mean(bitmapOf(by).values) > ink) thick = by;
    else thin = by;
  }
  const bitmap = bitmapOf(thin);
  return resample(bitmap, { left: 0, top: 0, width: bitmap.width, height: bitmap.height }, width, height, 0);
}

/** Into the box; strokes that no digit of the data set has are given the width of the pen that drawings have. */
function asMnist(cutOut: GreyImage, distance: GreyImage, width: number, height: number): GreyImage {
  const { box, pen, thin, thick } = mnist;
  const ink = boxOf(cutOut, LEAST_INK) ?? { left: 0, top: 0, right: 1, bottom: 1 };
  const [wide, high] = [ink.right - ink.left, ink.bottom - ink.top];
  const unit = Math.max(wide / (box * width), high / (box * height));
  const stroke = strokeWidth(distance);
  const isNatural = stroke >= thin * height * unit && stroke <= thick * height * unit;
  if (isNatural) return centred(cutOut, unit, width, height);
  const wanted = stroke < thin * height * unit ? pen : thick;
  // The way of the pen fills the box together with the width that the strokes are to have.
  const way = (size: number, length: number): number =>
    Math.max(1, size - stroke) / Math.max(1e-6, box * length - wanted * height);
  const newUnit = Math.max(way(wide, width), way(high, height));
  const by = (wanted * height * newUnit - stroke) / 2;
  const image = grown(distance, Math.min(CUT_OUT / 2 - 1, by));
  return image.values.some((value) => value >= 0.5)
    ? centred(image, newUnit, width, height)
    : centred(cutOut, unit, width, height);
}

/** With the centre of mass in the middle. */
function centred(image: GreyImage, unit: number, width: number, height: number): GreyImage {
  let [total, x, y] = [0, 0, 0];
  image.values.forEach((value, i) => {
    total += value;
    x += value * ((i % image.width) + 0.5);
    y += value * (Math.floor(i / image.width) + 0.5);
  });
  const view = around({ x: x / total, y: y / total }, unit, width, height);
  return resample(image, view, width, height, 0);
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
