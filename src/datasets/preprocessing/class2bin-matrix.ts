/** Fixes the number of classes. */

import { checkInteger, checkOptions } from "../../checks.js";
import { Dataset } from "../dataset.js";
import { mapSets } from "./preprocessing.js";
import type { DatasetSets, Preprocessing } from "./preprocessing.js";

export interface Class2BinMatrixParams {
  /** If it is left out: the largest number of classes of any of the sets. */
  readonly classes?: number;
}

/**
 * In the reference this makes one-hot rows; here labels stay whole numbers and the sets record how many classes
 * there are, the same in each. (The reference counts each set by itself, so that widths can differ.)
 */
export class Class2BinMatrix implements Preprocessing {
  readonly name = "Class2BinMatrix";
  readonly classes: number | undefined;

  constructor(params: Class2BinMatrixParams = {}) {
    checkOptions("Class2BinMatrix", params, ["classes"]);
    this.classes =
      params.classes === undefined ? undefined : checkInteger("Class2BinMatrix: classes", params.classes, 1);
  }

  /** @throws RangeError on a label that the number of classes leaves out */
  apply(sets: DatasetSets): DatasetSets {
    const { train, valid = train, test = train } = sets;
    const classes = this.classes ?? Math.max(train.classes, valid.classes, test.classes);
    return mapSets(sets, ({ name, x, labels, sampleShape, classNames, divisor }) => {
      const names = classNames?.length === classes ? { classNames } : {};
      return new Dataset({ name, x, labels, sampleShape, classes, divisor, ...names });
    });
  }
}
