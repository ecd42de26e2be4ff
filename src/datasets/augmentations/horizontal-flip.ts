/** Mirrors the whole batch, left and right exchanged, with probability p. */

import { checkBetween } from "../../checks.js";
import { ShapeError } from "../../errors.js";
import type { Generator } from "../../random/generator.js";
import { formatShape } from "../../shapes.js";
import type { Batch } from "../batch.js";
import { Augmentation } from "./augmentation.js";
import type { AugmentationFlags } from "./augmentation.js";

export interface HorizontalFlipParams extends AugmentationFlags {
  /** From 0 to 1; 0.5 if it is left out. */
  readonly p?: number;
}

/** Works along W of [N, …, H, W, C] or S of [N, …, S, C]. */
export class HorizontalFlip extends Augmentation {
  readonly p: number;

  constructor(params: HorizontalFlipParams = {}) {
    super("HorizontalFlip", params, ["p"]);
    this.p = checkBetween("HorizontalFlip: p", params.p ?? 0.5, 0, 1);
  }

  protected override transform(batch: Batch, generator: Generator): Batch {
    const { x, shape } = batch;
    if (shape.length < 3) {
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
