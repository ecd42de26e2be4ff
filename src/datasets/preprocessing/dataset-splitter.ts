/** Moves a random part of one set into another that is not there yet. */

import { checkBetween, checkOneOf, checkOptions } from "../../checks.js";
import type { DatasetSets, Preprocessing, PreprocessingContext, SetName } from "./preprocessing.js";

export interface DatasetSplitterParams {
  /** "train" if it is left out. */
  readonly source?: SetName;
  /** "test" if it is left out. */
  readonly dest?: SetName;
  /** The part to move, between 0 and 1; 0.1 if it is left out. */
  readonly ratio?: number;
}

const NAMES = ["train", "valid", "test"] as const;

export class DatasetSplitter implements Preprocessing {
  readonly name = "DatasetSplitter";
  readonly source: SetName;
  readonly dest: SetName;
  readonly ratio: number;

  constructor(params: DatasetSplitterParams = {}) {
    checkOptions("DatasetSplitter", params, ["source", "dest", "ratio"]);
    this.source = checkOneOf("DatasetSplitter: source", params.source ?? "train", NAMES);
    this.dest = checkOneOf("DatasetSplitter: dest", params.dest ?? "test", NAMES);
    this.ratio = checkBetween("DatasetSplitter: ratio", params.ratio ?? 0.1, 0, 1);
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
