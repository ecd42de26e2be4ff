/**
 * Images of drawn digits, prepared as those of the data sets were: without it, a network meets something it never saw.
 *
 * The UCI digits are 32x32 bitmaps that NIST's programs normalized to 20x32 pixels and an even amount of ink; each of the
 * 8x8 pixels counts what is set in a block of 4x4. In the built-in rows 30.5 % are set, whatever the digit, and the width
 * of 77 % is 6 pixels. MNIST keeps the proportions, in a box of 20x20 whose centre of mass is the centre of 28x28.
 *
 * @source C. Kaynak, "Methods of Combining Multiple Classifiers and Their Applications to Handwritten Digit Recognition",
 *   1995 (UCI); Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits"
 */

import { checkFinite, checkInteger, isList } from "../checks.js";
import { show } from "../show.js";
import { formatShape, type Shape } from "../shapes.js";

/** The way of the pen, in any units, y downwards: x0, y0, x1, y1, … */
export type Stroke = readonly number[];

/** How a data set fits its digits into the image; lengths in parts of the image. */
interface Preparation {
  readonly boxWidth: number;
  readonly boxHeight: number;
  /** true: width and height are scaled apart. */
  readonly stretches: boolean;
  /** Share of the bitmap that is set: the pen is as wide as that needs. null: the pen is `pen` wide. */
  readonly ink: number | null;
  readonly pen: number;
  /** Whether the centre of mass, or that of the box, comes to the centre. */
  readonly centresMass: boolean;
}

const uciDigits: Preparation = {
  boxWidth: 20 / 32,
  boxHeight: 1,
  stretches: true,
  ink: 0.305,
  pen: 0,
  centresMass: false,
};

const mnist: Preparation = {
  boxWidth: 20 / 28,
  boxHeight: 20 / 28,
  stretches: false,
  ink: null,
  pen: 2.4 / 28,
  centresMass: true,
};

/** Bitmap pixels per image pixel, in each direction. */
const BLOCK = 4;
/** A straight line does not become as wide as a zero. */
const MOST_STRETCH = 2;
/** Halvings of the width of the pen. */
const PEN_STEPS = 10;

/**
 * The image of some strokes, as the UCI digits are prepared if it has 8x8 pixels, else as MNIST is.
 *
 * @param shape [H, W, C]; every channel is the same
 * @returns [H * W * C] from 0 to 1 in steps of 1/16; all 0 without strokes
 * @throws TypeError, RangeError for a shape that is no image or strokes that are no numbers
 */
export function imageFromStrokes(strokes: readonly Stroke[], shape: Shape): Float32Array {
  const where = "imageFromStrokes";
  if (!isList(shape) || shape.length !== 3) {
    throw new RangeError(
      `${where}: shape is ${isList(shape) ? formatShape(shape) : show(shape)}; expected an image, [H, W, C].`,
    );
  }
  const [height, width, channels] = shape.map((size, axis) =>
    checkInteger(`${where}: shape[${axis}]`, size, 1),
  );
  checkStrokes(where, strokes);
  const image = new Float32Array(height * width * channels);
  const drawn = strokes.filter(({ length }) => length > 0);
  if (drawn.length === 0) return image;
  const preparation = height === 8 && width === 8 ? uciDigits : mnist;
  const bitmap = prepare(drawn, new Bitmap(width * BLOCK, height * BLOCK), preparation);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      image.fill(
        bitmap.countBlock(row, column) / BLOCK ** 2,
        (row * width + column) * channels,
        (row * width + column + 1) * channels,
      );
    }
  }
  return image;
}

function prepare(strokes: readonly Stroke[], bitmap: Bitmap, preparation: Preparation): Bitmap {
  const { ink, pen, centresMass } = preparation;
  const draw = (radius: number): void => bitmap.draw(fitted(strokes, bitmap, preparation, radius), radius);
  if (ink === null) {
    draw((pen * bitmap.height) / 2);
  } else {
    let [thin, thick] = [0.25, bitmap.height / 4];
    for (let step = 0; step < PEN_STEPS; step++) {
      const radius = (thin + thick) / 2;
      draw(radius);
      if (bitmap.share > ink) thick = radius;
      else thin = radius;
    }
    draw(thin);
  }
  if (centresMass) bitmap.centreMass();
  return bitmap;
}

/** The strokes moved and scaled so that, with the width of the pen, they fill the box. */
function fitted(
  strokes: readonly Stroke[],
  { width, height }: Bitmap,
  { boxWidth, boxHeight, stretches }: Preparation,
  radius: number,
): Stroke[] {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const stroke of strokes) {
    for (let i = 0; i + 1 < stroke.length; i += 2) {
      left = Math.min(left, stroke[i]);
      right = Math.max(right, stroke[i]);
      top = Math.min(top, stroke[i + 1]);
      bottom = Math.max(bottom, stroke[i + 1]);
    }
  }
  const across = Math.max(0, boxWidth * width - 2 * radius) / Math.max(right - left, Number.MIN_VALUE);
  const down = Math.max(0, boxHeight * height - 2 * radius) / Math.max(bottom - top, Number.MIN_VALUE);
  const both = Math.min(across, down);
  const limit = (stretches ? MOST_STRETCH : 1) * both;
  // A single dot has no size to scale.
  const [scaleX, scaleY] = [across, down].map((scale) => {
    const limited = Math.min(scale, limit);
    return Number.isFinite(limited) ? limited : 0;
  });
  const [middleX, middleY] = [(left + right) / 2, (top + bottom) / 2];
  return strokes.map((stroke) =>
    stroke.map((value, i) =>
      i % 2 === 0 ? (value - middleX) * scaleX + width / 2 : (value - middleY) * scaleY + height / 2,
    ),
  );
}

class Bitmap {
  /** 1 where set, row by row. */
  #pixels: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.#pixels = new Uint8Array(width * height);
  }

  /** Share of the pixels that is set. */
  get share(): number {
    return this.#pixels.reduce((sum, pixel) => sum + pixel, 0) / this.#pixels.length;
  }

  /** Sets the pixels whose centre a round pen touches, and no others. */
  draw(strokes: readonly Stroke[], radius: number): void {
    this.#pixels.fill(0);
    for (const stroke of strokes) {
      const last = Math.max(2, stroke.length - 2);
      for (let i = 0; i < last; i += 2) {
        const next = Math.min(i + 2, stroke.length - 2);
        this.#segment(stroke[i], stroke[i + 1], stroke[next], stroke[next + 1], radius);
      }
    }
  }

  #segment(x0: number, y0: number, x1: number, y1: number, radius: number): void {
    const [dx, dy] = [x1 - x0, y1 - y0];
    const length = dx * dx + dy * dy;
    const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));
    const firstRow = clamp(Math.floor(Math.min(y0, y1) - radius), this.height);
    const endRow = clamp(Math.ceil(Math.max(y0, y1) + radius), this.height);
    const firstColumn = clamp(Math.floor(Math.min(x0, x1) - radius), this.width);
    const endColumn = clamp(Math.ceil(Math.max(x0, x1) + radius), this.width);
    for (let row = firstRow; row < endRow; row++) {
      for (let column = firstColumn; column < endColumn; column++) {
        const [x, y] = [column + 0.5 - x0, row + 0.5 - y0];
        const along = length === 0 ? 0 : clamp((x * dx + y * dy) / length, 1);
        const [awayX, awayY] = [x - along * dx, y - along * dy];
        if (awayX * awayX + awayY * awayY <= radius * radius) this.#pixels[row * this.width + column] = 1;
      }
    }
  }

  /** Moves everything by whole pixels so that its centre of mass comes to the centre. */
  centreMass(): void {
    let [count, sumX, sumY] = [0, 0, 0];
    this.#pixels.forEach((pixel, i) => {
      count += pixel;
      sumX += pixel * ((i % this.width) + 0.5);
      sumY += pixel * (Math.floor(i / this.width) + 0.5);
    });
    if (count === 0) return;
    const right = Math.round(this.width / 2 - sumX / count);
    const down = Math.round(this.height / 2 - sumY / count);
    const moved = new Uint8Array(this.#pixels.length);
    this.#pixels.forEach((pixel, i) => {
      const [row, column] = [Math.floor(i / this.width) + down, (i % this.width) + right];
      if (row >= 0 && row < this.height && column >= 0 && column < this.width) {
        moved[row * this.width + column] = pixel;
      }
    });
    this.#pixels = moved;
  }

  /** How many pixels of a block are set. */
  countBlock(blockRow: number, blockColumn: number): number {
    let count = 0;
    for (let row = blockRow * BLOCK; row < (blockRow + 1) * BLOCK; row++) {
      for (let column = blockColumn * BLOCK; column < (blockColumn + 1) * BLOCK; column++) {
        count += this.#pixels[row * this.width + column];
      }
    }
    return count;
  }
}

function checkStrokes(where: string, strokes: readonly Stroke[]): void {
  if (!isList(strokes)) {
    throw new TypeError(`${where}: strokes is ${show(strokes)}; expected an array of [x0, y0, x1, y1, …].`);
  }
  strokes.forEach((stroke, s) => {
    if (!isList(stroke) || stroke.length % 2 !== 0) {
      throw new TypeError(`${where}: stroke ${s} is ${show(stroke)}; expected pairs, [x0, y0, x1, y1, …].`);
    }
    stroke.forEach((value, i) => checkFinite(`${where}: element ${i} of stroke ${s}`, value));
  });
}
