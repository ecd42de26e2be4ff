/** Moves a random part of one set into another that is not there yet. */

import { fix } from "../../schema/fixed.js";
import { readOptions, withDefault, type Schema } from "../../schema/schema.js";
import { oneOf, real } from "../../schema/value-types.js";
import type { DatasetSets, Preprocessing, PreprocessingContext, SetName } from "./preprocessing.js";

export interface DatasetSplitterParams {
  /** "train" if it is left out. */
  readonly source?: SetName;
  /** "test" if it is left out. */
  readonly dest?: SetName;
  /** The part to move, between 0 and 1; 0.1 if it is left out. */
  readonly ratio?: number;
}

const setName = oneOf(["train", "valid", "test"]);

export const datasetSplitterSchema: Schema<Readonly<Required<DatasetSplitterParams>>> = {
  fields: {
    source: withDefault(setName, "train", "The set that samples are taken from."),
    dest: withDefault(setName, "test", "The set that they make, which is not there yet."),
    ratio: withDefault(real({ above: 0, below: 1 }), 0.1, "The part that is moved."),
  },
  check({ source, dest }, place) {
    if (source !== dest) return;
    const what = place.show(dest);
    place.at("dest").fail(`is ${what}, as ${place.name("source")} is; expected another set.`);
  },
};

export class DatasetSplitter implements Preprocessing {
  declare readonly name: string;
  declare readonly source: SetName;
  declare readonly dest: SetName;
  declare readonly ratio: number;

  constructor(params: DatasetSplitterParams = {}) {
    const options = readOptions("DatasetSplitter", params, datasetSplitterSchema);
    fix<DatasetSplitter>(this, { name: "DatasetSplitter", ...options });
  }

  /** @throws RangeError if the source is missing, the destination is not, or one of the parts gets no sample */
  apply(sets: DatasetSets, { generator }: PreprocessingContext): DatasetSets {
    const from = sets[this.source];
    if (from === undefined) {
      throw new RangeError(
        `DatasetSplitter: there is no set "${this.source}" to split; the sets are ${Object.keys(sets).join(", ")}.`,
      );
    }
    const present = sets[this.dest];
    if (present !== undefined) {
      throw new RangeError(
        `DatasetSplitter: the set "${this.dest}" has ${present.length} samples already and would be lost; ` +
          `expected a dest that is not there yet. For a validation set use dest = "valid".`,
      );
    }
    const [rest, part] = from.split(this.ratio, generator);
    return { ...sets, [this.source]: rest, [this.dest]: part };
  }
}
