/** Images as sequences: samples [H, W, C] become [H * W, C], row by row. */

import { ShapeError } from "../../errors.js";
import { fix } from "../../schema/fixed.js";
import { readOptions, type Schema } from "../../schema/schema.js";
import { formatShape } from "../../shapes.js";
import { mapSets } from "./preprocessing.js";
import type { DatasetSets, Preprocessing } from "./preprocessing.js";

export type Reshape2DTo1DParams = Readonly<Record<never, never>>;

export const reshape2DTo1DSchema: Schema<Reshape2DTo1DParams> = { fields: {} };

export class Reshape2DTo1D implements Preprocessing {
  declare readonly name: string;
  declare readonly preparesSamples: boolean;

  constructor(params: Reshape2DTo1DParams = {}) {
    readOptions("Reshape2DTo1D", params, reshape2DTo1DSchema);
    fix<Reshape2DTo1D>(this, { name: "Reshape2DTo1D", preparesSamples: true });
  }

  /** @throws ShapeError on samples that are not images */
  apply(sets: DatasetSets): DatasetSets {
    return mapSets(sets, (set, name) => {
      const { frameShape, time, sampleShape } = set;
      if (frameShape.length !== 3) {
        throw new ShapeError(
          `Reshape2DTo1D: samples of the set "${name}" are ${formatShape(sampleShape)}; expected [${time ? "T, " : ""}H, W, C].`,
        );
      }
      const [height, width, channels] = frameShape;
      const step = { kind: "Reshape2DTo1D", options: { inputShape: frameShape } };
      return set.with({
        sampleShape: [...(time ? sampleShape.slice(0, 1) : []), height * width, channels],
        preprocessing: [...set.preprocessing, step],
      });
    });
  }
}
