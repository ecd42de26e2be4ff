/** At most so many samples of every set, drawn at random: for a quick look. */

import { fix } from "../../schema/fixed.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import { whole } from "../../schema/value-types.js";
import type { Dataset } from "../dataset.js";
import { mapSets, type DatasetSets, type Preprocessing, type PreprocessingContext } from "./preprocessing.js";

export interface DatasetLimitParams {
  /** 1000 if it is left out. */
  readonly samples?: number;
}

export const datasetLimitSchema: Schema<Readonly<Required<DatasetLimitParams>>> = {
  fields: {
    samples: withDefault(whole(1, 2 ** 31 - 1), 1000, "How many samples of each set are kept at most."),
  },
};

export class DatasetLimit implements Preprocessing {
  declare readonly name: string;
  declare readonly samples: number;

  constructor(params: DatasetLimitParams = {}) {
    const options = readOptions("DatasetLimit", params, datasetLimitSchema);
    fix<DatasetLimit>(this, { name: "DatasetLimit", ...options });
  }

  /** Sets with no more samples stay as they are; the order of the samples stays. */
  apply(sets: DatasetSets, { generator }: PreprocessingContext): DatasetSets {
    const limited = (set: Dataset): Dataset => {
      if (set.length <= this.samples) return set;
      const order = generator.shuffle(Uint32Array.from({ length: set.length }, (_, i) => i));
      return set.subset(order.subarray(0, this.samples).sort());
    };
    return mapSets(sets, limited);
  }
}
