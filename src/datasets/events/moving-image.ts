/** A still image that moves over a sensor, as the eye makes things move that it looks at: in saccades. */

import { checkFunction, checkInteger, checkNonNegative, checkOptions, checkPositive } from "../../checks.js";
import { ShapeError } from "../../errors.js";
import { Generator } from "../../random/generator.js";
import { show } from "../../show.js";
import type { Scene } from "./simulate-events.js";

/** How far the image has moved after so many microseconds: columns to the right, rows down. */
export type Path = (microseconds: number) => readonly [x: number, y: number];

export interface SaccadeOptions {
  /** Microseconds of all three; default 300000. */
  readonly duration?: number;
  /** How far they go from the middle, in pixels; default 2. */
  readonly reach?: number;
  /** Standard deviation of where each begins, in pixels; 0 unless a generator is given, 0.3 then. */
  readonly spread?: number;
  readonly generator?: Generator;
}

/** Columns and rows, of reach 1: a triangle that is as high as it is wide. */
const CORNERS = [
  [-1, -1],
  [0, 1],
  [1, -1],
] as const;

/**
 * Three movements of equal length along a triangle, back to where they began; each starts and ends slowly, as half a wave of
 * a cosine.
 *
 * @source the movements: G. Orchard et al., "Converting static image datasets to spiking neuromorphic datasets using
 *   saccades", Frontiers in Neuroscience 9 (2015), 437
 * @throws TypeError, RangeError
 */
export function saccadePath(options: SaccadeOptions = {}): Path {
  const where = "saccadePath";
  checkOptions(where, options, ["duration", "reach", "spread", "generator"]);
  const { generator } = options;
  if (generator !== undefined && !(generator instanceof Generator)) {
    throw new TypeError(
      `${where}: generator is ${show(generator)}; expected a Generator, as in new Generator(seed).`,
    );
  }
  const duration = checkPositive(`${where}: duration`, options.duration ?? 300_000);
  const reach = checkNonNegative(`${where}: reach`, options.reach ?? 2);
  const spread = checkNonNegative(`${where}: spread`, options.spread ?? (generator === undefined ? 0 : 0.3));
  if (spread > 0 && generator === undefined)
    throw new TypeError(`${where}: spread is ${spread} without a generator; expected one to draw it with.`);
  const drawn = (): number => (generator === undefined ? 0 : spread * generator.normal());
  const corners = CORNERS.map(([x, y]): [number, number] => [x * reach + drawn(), y * reach + drawn()]);
  return (t) => {
    const along = Math.min(Math.max(t / duration, 0), 1) * CORNERS.length;
    const leg = Math.min(Math.floor(along), CORNERS.length - 1);
    const part = (1 - Math.cos(Math.PI * (along - leg))) / 2;
    const [from, to] = [corners[leg], corners[(leg + 1) % CORNERS.length]];
    return [from[0] + part * (to[0] - from[0]), from[1] + part * (to[1] - from[1])];
  };
}

export interface MovingImageOptions {
  /** [height, width] of the image. */
  readonly shape: readonly [number, number];
  /** Of the sensor. */
  readonly width: number;
  readonly height: number;
  /** Pixels of the sensor that a pixel of the image takes in each direction; default 1. */
  readonly scale?: number;
  readonly path: Path;
}

/**
 * The scene of an image that moves before a dark wall: in the middle of the sensor where the path is at (0, 0). Between its
 * pixels, and between the outermost and the wall, brightness is interpolated linearly in both directions.
 *
 * @param image [height, width], row by row, 0 dark and 1 bright
 * @throws TypeError, RangeError; ShapeError unless the image has height x width values
 */
export function movingImage(image: ArrayLike<number>, options: MovingImageOptions): Scene {
  const where = "movingImage";
  checkOptions(where, options ?? null, ["shape", "width", "height", "scale", "path"]);
  const { shape, path } = options;
  const [rows, columns] = [0, 1].map((axis) => checkInteger(`${where}: shape[${axis}]`, shape?.[axis], 1));
  const width = checkInteger(`${where}: width`, options.width, 1);
  const height = checkInteger(`${where}: height`, options.height, 1);
  const scale = checkPositive(`${where}: scale`, options.scale ?? 1);
  checkFunction(`${where}: path`, path, "that of saccadePath()");
  if (image?.length !== rows * columns) {
    throw new ShapeError(
      `${where}: the image is ${show(image)}; expected ${rows * columns} values for its shape [${rows}, ${columns}].`,
    );
  }
  // The wall is around it, so that there are four neighbours everywhere.
  const [across, down] = [columns + 2, rows + 2];
  const framed = new Float64Array(across * down);
  for (let i = 0; i < image.length; i++)
    framed[(Math.floor(i / columns) + 1) * across + (i % columns) + 1] = image[i];
  const brightness = new Float64Array(width * height);
  const [horizontal, vertical] = [new Between(width, columns, scale), new Between(height, rows, scale)];
  return (t) => {
    const moved = path(t);
    horizontal.move(moved[0]);
    vertical.move(moved[1]);
    for (let y = 0; y < height; y++) {
      const [row, below] = [vertical.from[y] * across, vertical.part[y]];
      for (let x = 0; x < width; x++) {
        const upper = row + horizontal.from[x];
        const lower = upper + across;
        const beside = horizontal.part[x];
        brightness[y * width + x] =
          (1 - below) * ((1 - beside) * framed[upper] + beside * framed[upper + 1]) +
          below * ((1 - beside) * framed[lower] + beside * framed[lower + 1]);
      }
    }
    return brightness;
  };
}

/** Along one axis: between which pixels of the image, with the wall at 0 and behind the last, those of the sensor lie. */
class Between {
  readonly from: Uint32Array;
  readonly part: Float64Array;
  readonly #pixels: number;
  readonly #scale: number;

  constructor(length: number, pixels: number, scale: number) {
    this.from = new Uint32Array(length);
    this.part = new Float64Array(length);
    this.#pixels = pixels;
    this.#scale = scale;
  }

  move(by: number): void {
    const { from, part } = this;
    const last = this.#pixels + 1;
    for (let i = 0; i < from.length; i++) {
      const place = (i - (from.length - 1) / 2 - by) / this.#scale + (this.#pixels - 1) / 2 + 1;
      const within = Math.min(Math.max(place, 0), last);
      from[i] = Math.min(Math.floor(within), last - 1);
      part[i] = within - from[i];
    }
  }
}
