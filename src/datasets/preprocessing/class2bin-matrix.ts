/** Fixes the number of classes. */

import { fix } from "../../schema/fixed.js";
import { optional, readOptions, type Schema } from "../../schema/schema.js";
import { whole } from "../../schema/value-types.js";
import { Dataset } from "../dataset.js";
import { mapSets } from "./preprocessing.js";
import type { DatasetSets, Preprocessing } from "./preprocessing.js";

export interface Class2BinMatrixParams {
  /** If it is left out: the largest number of classes of any of the sets. */
  readonly classes?: number;
}

export const class2BinMatrixSchema: Schema<Class2BinMatrixParams> = {
  fields: {
    classes: optional(
      whole(1, 1_000_000),
      "How many classes there are; if left out, the largest number of any of the sets.",
    ),
  },
};

/**
 * In the reference this makes one-hot rows; here labels stay whole numbers and the sets record how many classes
 * there are, the same in each. (The reference counts each set by itself, so that widths can differ.)
 */
export class Class2BinMatrix implements Preprocessing {
  declare readonly name: string;
  declare readonly classes: number | undefined;

  constructor(params: Class2BinMatrixParams = {}) {
    const { classes } = readOptions("Class2BinMatrix", params, class2BinMatrixSchema);
    fix<Class2BinMatrix>(this, { name: "Class2BinMatrix", classes });
  }

  /** @throws RangeError on a label that the number of classes leaves out */
  apply(sets: DatasetSets): DatasetSets {
    const { train, valid = train, test = train } = sets;
    const classes = this.classes ?? Math.max(train.classes, valid.classes, test.classes);
    return mapSets(sets, ({ name, x, labels, sampleShape, classNames, time, divisor, preprocessing }) => {
      const names = classNames?.length === classes ? { classNames } : {};
      return new Dataset({ name, x, labels, sampleShape, classes, time, divisor, preprocessing, ...names });
    });
  }
}
