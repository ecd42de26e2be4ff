/** Mirrors the whole batch, left and right exchanged, with probability p. */

import { ShapeError } from "../../errors.js";
import type { Generator } from "../../random/generator.js";
import { fix } from "../../schema/fixed.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import { real } from "../../schema/value-types.js";
import { formatShape } from "../../shapes.js";
import type { Batch } from "../batch.js";
import { Augmentation, flagFields, flagsOf, type AugmentationFlags } from "./augmentation.js";

export interface HorizontalFlipParams extends AugmentationFlags {
  /** From 0 to 1; 0.5 if it is left out. */
  readonly p?: number;
}

export const horizontalFlipSchema: Schema<Readonly<Required<HorizontalFlipParams>>> = {
  fields: {
    p: withDefault(real({ from: 0, to: 1 }), 0.5, "The chance that a batch is mirrored."),
    ...flagFields,
  },
};

/** Works along W of [N, …, H, W, C] or S of [N, …, S, C]. */
export class HorizontalFlip extends Augmentation {
  declare readonly p: number;

  constructor(params: HorizontalFlipParams = {}) {
    const options = readOptions("HorizontalFlip", params, horizontalFlipSchema);
    super("HorizontalFlip", flagsOf(options));
    fix<HorizontalFlip>(this, { p: options.p });
  }

  protected override transform(batch: Batch, generator: Generator): Batch {
    const { x, shape, time } = batch;
    if (shape.length < (time === true ? 4 : 3)) {
      throw new ShapeError(
        `HorizontalFlip: the batch is ${formatShape(shape)}; expected [N, H, W, C] or [N, S, C]. ` +
          `Flat features have no left and right.`,
      );
    }
    if (generator.uniform() >= this.p) return batch;
    const width = shape[shape.length - 2];
    const channels = shape[shape.length - 1];
    const row = width * channels;
    const y = new Float32Array(x.length);
    for (let start = 0; start < x.length; start += row) {
      for (let column = 0; column < width; column++) {
        const to = start + column * channels;
        const from = start + (width - 1 - column) * channels;
        for (let channel = 0; channel < channels; channel++) y[to + channel] = x[from + channel];
      }
    }
    return { ...batch, x: y };
  }
}
