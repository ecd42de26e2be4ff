/** Cuts the same window, at a random place, out of every image of the batch, after padding with zeros. */

import { checkInteger } from "../../checks.js";
import { ShapeError } from "../../errors.js";
import type { Generator } from "../../random/generator.js";
import { formatShape } from "../../shapes.js";
import type { Batch } from "../batch.js";
import { Augmentation } from "./augmentation.js";
import type { AugmentationFlags } from "./augmentation.js";

export interface CropParams extends AugmentationFlags {
  /** The window: [height, width], or one number for both, in pixels. */
  readonly size: number | readonly number[];
  /** Zeros around: [left and right, top and bottom], or [left, top, right, bottom], or one number for all; 0 if left out. */
  readonly padding?: number | readonly number[];
}

/** Works on [N, …, H, W, C] and gives [N, …, height, width, C]. */
export class Crop extends Augmentation {
  readonly size: readonly [height: number, width: number];
  readonly padding: readonly [left: number, top: number, right: number, bottom: number];

  constructor(params: CropParams) {
    super("Crop", params, ["size", "padding"]);
    const { size, padding = 0 } = (params ?? {}) as Partial<CropParams>;
    const [height, width = height] = pixels("Crop: size", size, [1, 2], 1);
    const [left, top = left, right = left, bottom = top] = pixels("Crop: padding", padding, [1, 2, 4], 0);
    this.size = [height, width];
    this.padding = [left, top, right, bottom];
  }

  protected override transform(batch: Batch, generator: Generator): Batch {
    const { x, shape } = batch;
    const [height, width] = this.size;
    const [left, top, right, bottom] = this.padding;
    if (shape.length < 4) {
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
    // The window's place on the image; negative where it begins in the padding.
    const firstRow = generator.integer(spareRows + 1) - top;
    const firstColumn = generator.integer(spareColumns + 1) - left;
    const fromColumn = Math.max(0, firstColumn);
    const toColumn = Math.min(columns, firstColumn + width);
    const leading = shape.slice(0, -3);
    const images = leading.reduce((product, dimension) => product * dimension, 1);
    const y = new Float32Array(images * height * width * channels);
    for (let image = 0; image < images; image++) {
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

function pixels(where: string, value: unknown, lengths: readonly number[], low: number): number[] {
  const numbers: unknown[] = Array.isArray(value) ? (value as unknown[]) : [value];
  if (!lengths.includes(numbers.length)) {
    throw new RangeError(`${where} has ${numbers.length} numbers; expected ${lengths.join(" or ")}.`);
  }
  return numbers.map((number) => checkInteger(where, number, low));
}
