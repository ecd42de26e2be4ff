/** Images as sequences: samples [H, W, C] become [H * W, C], row by row. */

import { ShapeError } from "../../errors.js";
import { formatShape } from "../../shapes.js";
import { mapSets } from "./preprocessing.js";
import type { DatasetSets, Preprocessing } from "./preprocessing.js";

export class Reshape2DTo1D implements Preprocessing {
  readonly name = "Reshape2DTo1D";

  constructor(params: Readonly<Record<string, never>> = {}) {
    const [unknown] = Object.keys(params);
    if (unknown !== undefined) {
      throw new TypeError(`Reshape2DTo1D: unknown option "${unknown}"; expected none, it has no options.`);
    }
  }

  /** @throws ShapeError on samples that are not images */
  apply(sets: DatasetSets): DatasetSets {
    return mapSets(sets, (set, name) => {
      if (set.sampleShape.length !== 3) {
        throw new ShapeError(
          `Reshape2DTo1D: samples of the set "${name}" are ${formatShape(set.sampleShape)}; expected [H, W, C].`,
        );
      }
      const [height, width, channels] = set.sampleShape;
      return set.with({ sampleShape: [height * width, channels] });
    });
  }
}
