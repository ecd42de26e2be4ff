/**
 * Cuts a window of random size and shape, at a random place, out of every image, and resizes it: one for each sample, the same for
 * all its time steps. Its area is a share of the image from U(scale), its ratio of width to height exp(U(log ratio)); a window that does not fit is drawn again, ten
 * times at most, and then the largest one with an allowed ratio is taken from the middle.
 */

import type { Generator } from "../../random/generator.js";
import { fix } from "../../schema/fixed.js";
import type { Place } from "../../schema/place.js";
import { readOptions, withDefault, type Fields, type Schema } from "../../schema/schema.js";
import { flag, oneOf, pairOf, real } from "../../schema/value-types.js";
import { sizeOf, type Shape } from "../../shapes.js";
import type { Batch } from "../batch.js";
import {
  Augmentation,
  flagFields,
  flagsOf,
  withValues,
  type AugmentationFlags,
  type ResolvedFlags,
} from "./augmentation.js";
import { cropSchema } from "./crop.js";
import { resizeWeights, type Interpolation } from "./resize.js";
import { imageShape } from "./signals.js";

type Pair = readonly [number, number];

export interface ResizedCropParams extends AugmentationFlags {
  /** What images come out as: [height, width], or one number for both. */
  readonly size: number | readonly number[];
  /** Least and largest area of the window, as shares of the image; [0.08, 1] if it is left out. */
  readonly scale?: readonly number[];
  /** Least and largest ratio of width to height; [3/4, 4/3] if it is left out. */
  readonly ratio?: readonly number[];
  /** "bilinear" if it is left out. */
  readonly interpolationMode?: Interpolation;
  /** Whether bilinear takes all pixels into account where it makes smaller; true if it is left out. */
  readonly antialias?: boolean;
}

/** All of it, as the class keeps it. */
export interface ResolvedResizedCropParams extends ResolvedFlags {
  readonly size: Pair;
  readonly scale: Pair;
  readonly ratio: Pair;
  readonly interpolationMode: Interpolation;
  readonly antialias: boolean;
}

export const interpolationFields: Fields<{ readonly interpolationMode: Interpolation }> = {
  interpolationMode: withDefault(
    oneOf(["nearest", "bilinear"]),
    "bilinear",
    "How pixels between pixels are made.",
  ),
};

export const resizedCropSchema: Schema<ResolvedResizedCropParams> = {
  fields: {
    size: {
      ...cropSchema.fields.size,
      meaning: "What images come out as: [height, width], or one number for both.",
    },
    scale: withDefault(
      pairOf(real({ above: 0, to: 1 })),
      [0.08, 1],
      "Least and largest area of the window, as shares of the image.",
    ),
    ratio: withDefault(
      pairOf(real({ above: 0 })),
      [3 / 4, 4 / 3],
      "Least and largest ratio of its width to its height.",
    ),
    ...interpolationFields,
    antialias: withDefault(
      flag,
      true,
      "Whether bilinear takes all pixels into account where it makes smaller.",
    ),
    ...flagFields,
  },
  check({ scale, ratio }, place) {
    checkOrder(scale, place.at("scale"));
    checkOrder(ratio, place.at("ratio"));
  },
};

export function checkOrder([low, high]: Pair, place: Place): void {
  if (low > high) place.fail(`is ${place.show([low, high])}; expected the smaller number first.`);
}

type Window = readonly [top: number, left: number, height: number, width: number];

/** Works on [N, …, H, W, C] and gives [N, …, height, width, C]. */
export class ResizedCrop extends Augmentation {
  declare readonly size: Pair;
  declare readonly scale: Pair;
  declare readonly ratio: Pair;
  declare readonly interpolationMode: Interpolation;
  declare readonly antialias: boolean;

  constructor(params: ResizedCropParams) {
    const options = readOptions("ResizedCrop", params, resizedCropSchema);
    super("ResizedCrop", flagsOf(options));
    const { size, scale, ratio, interpolationMode, antialias } = options;
    fix<ResizedCrop>(this, { size, scale, ratio, interpolationMode, antialias });
  }

  protected override transform(batch: Batch, generator: Generator): Batch {
    const { x, shape } = batch;
    const [H, W, C] = imageShape("ResizedCrop", batch);
    const [toH, toW] = this.size;
    const steps = sizeOf(shape.slice(1, -3));
    const y = new Float32Array(shape[0] * steps * toH * toW * C);
    const [before, after] = [steps * H * W * C, steps * toH * toW * C];
    for (let sample = 0; sample < shape[0]; sample++) {
      const window = this.#window(H, W, generator);
      this.#resize(
        [x.subarray(sample * before, (sample + 1) * before), [H, W, C]],
        window,
        y.subarray(sample * after, (sample + 1) * after),
      );
    }
    return { ...withValues(batch, y), shape: [...shape.slice(0, -3), toH, toW, C] };
  }

  /** @param y of all images of a sample */
  #resize(
    [x, [H, W, C]]: readonly [Float32Array, Shape],
    [top, left, height, width]: Window,
    y: Float32Array,
  ): void {
    const [toH, toW] = this.size;
    const rows = resizeWeights(height, toH, this.interpolationMode, this.antialias);
    const columns = resizeWeights(width, toW, this.interpolationMode, this.antialias);
    const images = x.length / (H * W * C);
    let to = 0;
    for (let image = 0; image < images; image++) {
      for (const row of rows) {
        for (const column of columns) {
          for (let channel = 0; channel < C; channel++) {
            let sum = 0;
            for (const [i, a] of row) {
              const line = (image * H + top + i) * W + left;
              for (const [j, b] of column) sum += a * b * x[(line + j) * C + channel];
            }
            y[to++] = sum;
          }
        }
      }
    }
  }

  #window(H: number, W: number, generator: Generator): Window {
    const [low, high] = this.ratio.map(Math.log);
    for (let attempt = 0; attempt < 10; attempt++) {
      const area = H * W * generator.uniform(...this.scale);
      const ratio = Math.exp(generator.uniform(low, high));
      const width = Math.round(Math.sqrt(area * ratio));
      const height = Math.round(Math.sqrt(area / ratio));
      if (width < 1 || width > W || height < 1 || height > H) continue;
      return [generator.integer(H - height + 1), generator.integer(W - width + 1), height, width];
    }
    const [least, most] = this.ratio;
    const width = W / H > most ? Math.max(1, Math.round(H * most)) : W;
    const height = W / H < least ? Math.max(1, Math.round(W / least)) : H;
    return [Math.floor((H - height) / 2), Math.floor((W - width) / 2), height, width];
  }
}
