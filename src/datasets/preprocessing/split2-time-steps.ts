/**
 * Sequences as signals that change over time: samples [S, C] become [T, S / T, C] with time, T pieces one after the other. What
 * does not fill a piece is cut off at the end.
 */

import { ShapeError } from "../../errors.js";
import { fix } from "../../schema/fixed.js";
import { readOptions, required, type Schema } from "../../schema/schema.js";
import { whole } from "../../schema/value-types.js";
import { formatShape } from "../../shapes.js";
import type { Dataset } from "../dataset.js";
import { mapSets } from "./preprocessing.js";
import type { DatasetSets, Preprocessing } from "./preprocessing.js";

export interface Split2TimeStepsParams {
  /** Pieces, which are time steps T. */
  readonly chunks: number;
}

export const split2TimeStepsSchema: Schema<Readonly<Split2TimeStepsParams>> = {
  fields: {
    chunks: required(
      whole(1, 65_536),
      "How many pieces a sequence is cut into, each one time step; what is left over at its end is dropped.",
    ),
  },
};

/** What was done to samples before is no longer told to the network, which meets them piece by piece. */
export class Split2TimeSteps implements Preprocessing {
  declare readonly name: string;
  declare readonly makesTime: boolean;
  declare readonly chunks: number;

  constructor(params: Split2TimeStepsParams) {
    const { chunks } = readOptions("Split2TimeSteps", params, split2TimeStepsSchema);
    fix<Split2TimeSteps>(this, { name: "Split2TimeSteps", makesTime: true, chunks });
  }

  /** @throws ShapeError on samples that are no sequences, or shorter than there are chunks */
  apply(sets: DatasetSets): DatasetSets {
    return mapSets(sets, (set, name) => this.#split(set, name));
  }

  #split(set: Dataset, name: string): Dataset {
    const { sampleShape, time, length } = set;
    const [S, C] = sampleShape;
    if (time || sampleShape.length !== 2 || S < this.chunks) {
      throw new ShapeError(
        `Split2TimeSteps: samples of the set "${name}" are ${formatShape(sampleShape)}${time ? " with time" : ""}; expected ` +
          `sequences [S, C] with S of at least ${this.chunks}. Reshape2DTo1D makes such of images.`,
      );
    }
    const piece = Math.floor(S / this.chunks);
    const kept = this.chunks * piece * C;
    const size = S * C;
    const x = set.x instanceof Uint8Array ? new Uint8Array(length * kept) : new Float32Array(length * kept);
    for (let n = 0; n < length; n++) x.set(set.x.subarray(n * size, n * size + kept), n * kept);
    return set.with({ x, sampleShape: [this.chunks, piece, C], time: true, preprocessing: [] });
  }
}
