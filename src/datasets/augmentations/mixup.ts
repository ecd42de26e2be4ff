/**
 * Mixes every sample with another of the same batch: y = lambda x + (1 - lambda) x[permuted], with one lambda from
 * Beta(alpha, alpha) and one permutation per batch. The labels are not mixed; the batch carries both and lambda:
 * loss = lambda loss(prediction, labels) + (1 - lambda) loss(prediction, mixed.labels).
 *
 * @source H. Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018
 */

import type { Generator } from "../../random/generator.js";
import { fix } from "../../schema/fixed.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import { real } from "../../schema/value-types.js";
import type { Batch } from "../batch.js";
import { Augmentation, flagFields, flagsOf, withValues, type AugmentationFlags } from "./augmentation.js";
import { sampleBeta } from "./beta.js";

export interface MixupParams extends AugmentationFlags {
  /** Above 0: small keeps samples apart, large mixes them evenly; 1 if it is left out. */
  readonly alpha?: number;
}

export const mixupSchema: Schema<Readonly<Required<MixupParams>>> = {
  fields: {
    alpha: withDefault(real({ above: 0 }), 1, "Small keeps samples apart, large mixes them evenly."),
    ...flagFields,
  },
  check({ evaluate }, place) {
    if (!evaluate) return;
    place.at("evaluate").fail("is true; expected false, since a mixed sample has no label to test against.");
  },
};

/** Works on whole samples, with time in the data too. Nothing may follow it. */
export class Mixup extends Augmentation {
  declare readonly alpha: number;

  constructor(params: MixupParams = {}) {
    const options = readOptions("Mixup", params, mixupSchema);
    super("Mixup", flagsOf(options));
    fix<Mixup>(this, { alpha: options.alpha });
  }

  protected override transform(batch: Batch, generator: Generator): Batch {
    const { x, shape, labels, mixed } = batch;
    if (mixed !== undefined)
      throw new RangeError("Mixup: the batch is mixed already; expected one Mixup, once.");
    const size = shape[0] === 0 ? 0 : x.length / shape[0];
    const lambda = Math.fround(sampleBeta(generator, this.alpha, this.alpha));
    const rest = Math.fround(1 - lambda);
    const order = generator.shuffle(Int32Array.from(labels, (_, i) => i));
    const y = new Float32Array(x.length);
    for (let sample = 0, to = 0; sample < labels.length; sample++) {
      for (let i = 0, from = order[sample] * size; i < size; i++, to++, from++) {
        y[to] = Math.fround(lambda * x[to]) + Math.fround(rest * x[from]);
      }
    }
    return { ...withValues(batch, y), mixed: { labels: order.map((row) => labels[row]), lambda } };
  }
}
