/**
 * Turns every image about its middle, counter-clockwise, by an angle in degrees that each sample has of its own, the same for all its
 * time steps; what comes in is 0.
 */

import type { Generator } from "../../random/generator.js";
import { fix } from "../../schema/fixed.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import { oneOf, pairOf, real } from "../../schema/value-types.js";
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
import type { Interpolation } from "./resize.js";
import { checkOrder } from "./resized-crop.js";
import { imageShape } from "./signals.js";

type Pair = readonly [number, number];

export interface Rotation2DParams extends AugmentationFlags {
  /** Least and largest angle in degrees; [-45, 45] if it is left out. */
  readonly angle?: readonly number[];
  /** "nearest" if it is left out. */
  readonly interpolationMode?: Interpolation;
}

/** All of it, as the class keeps it. */
export interface ResolvedRotation2DParams extends ResolvedFlags {
  readonly angle: Pair;
  readonly interpolationMode: Interpolation;
}

export const rotation2DSchema: Schema<ResolvedRotation2DParams> = {
  fields: {
    angle: withDefault(
      pairOf(real({ from: -360, to: 360 })),
      [-45, 45],
      "Least and largest angle, in degrees, counter-clockwise.",
    ),
    interpolationMode: withDefault(
      oneOf(["nearest", "bilinear"]),
      "nearest",
      "How pixels between pixels are made.",
    ),
    ...flagFields,
  },
  check: ({ angle }, place) => checkOrder(angle, place.at("angle")),
};

/** Works on [N, …, H, W, C]. */
export class Rotation2D extends Augmentation {
  declare readonly angle: Pair;
  declare readonly interpolationMode: Interpolation;

  constructor(params: Rotation2DParams = {}) {
    const options = readOptions("Rotation2D", params, rotation2DSchema);
    super("Rotation2D", flagsOf(options));
    fix<Rotation2D>(this, { angle: options.angle, interpolationMode: options.interpolationMode });
  }

  protected override transform(batch: Batch, generator: Generator): Batch {
    const { x, shape } = batch;
    const image = imageShape("Rotation2D", batch);
    const y = new Float32Array(x.length);
    const sample = sizeOf(shape.slice(1));
    for (let start = 0; start < x.length; start += sample) {
      const degrees = generator.uniform(...this.angle);
      this.#turn(x.subarray(start, start + sample), image, degrees, y.subarray(start, start + sample));
    }
    return withValues(batch, y);
  }

  /** @param x of all images of a sample. @param y of zeros */
  #turn(x: Float32Array, [H, W, C]: Shape, degrees: number, y: Float32Array): void {
    const radians = (degrees * Math.PI) / 180;
    const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
    const [middleRow, middleColumn] = [(H - 1) / 2, (W - 1) / 2];
    const size = H * W * C;
    for (let i = 0; i < H; i++) {
      for (let j = 0; j < W; j++) {
        const [down, right] = [i - middleRow, j - middleColumn];
        // Rows count downwards: where a pixel comes from when the picture turns to the left.
        const row = right * sin + down * cos + middleRow;
        const column = right * cos - down * sin + middleColumn;
        for (const [from, weight] of this.#taps(row, column, H, W)) {
          for (let image = 0; image < x.length; image += size) {
            for (let channel = 0; channel < C; channel++)
              y[image + (i * W + j) * C + channel] += weight * x[image + from * C + channel];
          }
        }
      }
    }
  }

  /** The pixels that a place between pixels is made of; those outside are 0. */
  #taps(row: number, column: number, H: number, W: number): (readonly [from: number, weight: number])[] {
    const [top, left] =
      this.interpolationMode === "nearest"
        ? [Math.round(row), Math.round(column)]
        : [Math.floor(row), Math.floor(column)];
    const isNearest = this.interpolationMode === "nearest";
    const [below, beside] = isNearest ? [0, 0] : [row - top, column - left];
    const taps: [number, number][] = [];
    for (const [i, a] of [[top, 1 - below], [top + 1, below]]) {
      for (const [j, b] of [[left, 1 - beside], [left + 1, beside]]) {
        if (a * b > 0 && i >= 0 && i < H && j >= 0 && j < W) taps.push([i * W + j, a * b]);
      }
    } // prettier-ignore
    return taps;
  }
}
