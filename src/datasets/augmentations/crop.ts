/**
 * Cuts a window out of every image, after padding with zeros: at a random place of each sample, the same for all its time
 * steps.
 */

import { ShapeError } from "../../errors.js";
import type { Generator } from "../../random/generator.js";
import { refuse } from "../../schema/place.js";
import { fix } from "../../schema/fixed.js";
import { readOptions, required, withDefault, type Schema } from "../../schema/schema.js";
import { listOrOne, whole, type ValueType } from "../../schema/value-types.js";
import { formatShape, sizeOf } from "../../shapes.js";
import type { Batch } from "../batch.js";
import {
  Augmentation,
  flagFields,
  flagsOf,
  type AugmentationFlags,
  type ResolvedFlags,
} from "./augmentation.js";

export interface CropParams extends AugmentationFlags {
  /** The window: [height, width], or one number for both, in pixels. */
  readonly size: number | readonly number[];
  /** Zeros around: [left and right, top and bottom], or [left, top, right, bottom], or one number for all; 0 if left out. */
  readonly padding?: number | readonly number[];
}

type Size = readonly [height: number, width: number];
type Padding = readonly [left: number, top: number, right: number, bottom: number];

/** All of it, as the class keeps it. */
export interface ResolvedCropParams extends ResolvedFlags {
  readonly size: Size;
  readonly padding: Padding;
}

const MAX_PIXELS = 65_536;
const lengths = listOrOne(whole(1, MAX_PIXELS), 2);
const margins = listOrOne(whole(0, MAX_PIXELS), 4);

const size: ValueType<Size> = {
  expects: "a whole number of at least 1, or two, [height, width]",
  read(value, place) {
    const [height, width = height] = lengths.read(value, place);
    return [height, width];
  },
  write: (value) => [...value],
};

const padding: ValueType<Padding> = {
  expects: "a whole number of at least 0, or [left and right, top and bottom], or [left, top, right, bottom]",
  read(value, place) {
    const given = margins.read(value, place);
    if (given.length === 3) refuse(place, given, "1, 2 or 4 entries");
    const [left, top = left, right = left, bottom = top] = given;
    return [left, top, right, bottom];
  },
  write: ([left, top, right, bottom]) =>
    left === right && top === bottom ? [left, top] : [left, top, right, bottom],
};

export const cropSchema: Schema<ResolvedCropParams> = {
  fields: {
    size: required(size, "The window: [height, width], or one number for both, in pixels."),
    padding: withDefault(
      padding,
      [0, 0, 0, 0],
      "Zeros around: [left and right, top and bottom], or [left, top, right, bottom], or one number for all.",
    ),
    ...flagFields,
  },
};

/** Works on [N, …, H, W, C] and gives [N, …, height, width, C]. */
export class Crop extends Augmentation {
  declare readonly size: Size;
  declare readonly padding: Padding;

  constructor(params: CropParams) {
    const options = readOptions("Crop", params, cropSchema);
    super("Crop", flagsOf(options));
    fix<Crop>(this, { size: options.size, padding: options.padding });
  }

  protected override transform(batch: Batch, generator: Generator): Batch {
    const { x, shape, time } = batch;
    const [height, width] = this.size;
    const [left, top, right, bottom] = this.padding;
    if (shape.length < (time === true ? 5 : 4)) {
      throw new ShapeError(`Crop: the batch is ${formatShape(shape)}; expected images, [N, H, W, C].`);
    }
    const [rows, columns, channels] = shape.slice(-3);
    const spareRows = rows + top + bottom - height;
    const spareColumns = columns + left + right - width;
    if (spareRows < 0 || spareColumns < 0) {
      throw new ShapeError(
        `Crop: size ${formatShape(this.size)} does not fit into images of ${formatShape([rows, columns])} with padding ` +
          `${formatShape(this.padding)}; expected at most ${formatShape([rows + top + bottom, columns + left + right])}.`,
      );
    }
    const leading = shape.slice(0, -3);
    const images = sizeOf(leading);
    const steps = sizeOf(leading.slice(1));
    const y = new Float32Array(images * height * width * channels);
    let [firstRow, firstColumn] = [0, 0];
    for (let image = 0; image < images; image++) {
      if (image % steps === 0) {
        // The window's place on the images of a sample; negative where it begins in the padding.
        firstRow = generator.integer(spareRows + 1) - top;
        firstColumn = generator.integer(spareColumns + 1) - left;
      }
      const fromColumn = Math.max(0, firstColumn);
      const toColumn = Math.min(columns, firstColumn + width);
      for (let row = Math.max(0, firstRow); row < Math.min(rows, firstRow + height); row++) {
        let to = ((image * height + row - firstRow) * width + fromColumn - firstColumn) * channels;
        let from = ((image * rows + row) * columns + fromColumn) * channels;
        const end = ((image * rows + row) * columns + toColumn) * channels;
        while (from < end) y[to++] = x[from++];
      }
    }
    return { ...batch, x: y, shape: [...leading, height, width, channels] };
  }
}
