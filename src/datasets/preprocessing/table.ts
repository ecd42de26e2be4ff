/** The preprocessing steps by the names that experiment files use. */

import { nearest } from "../../nearest.js";
import { ConfigError } from "../../errors.js";
import type { OptionsOf, Schema } from "../../schema/schema.js";
import { Class2BinMatrix, class2BinMatrixSchema } from "./class2bin-matrix.js";
import { DatasetLimit, datasetLimitSchema } from "./dataset-limit.js";
import { DatasetSplitter, datasetSplitterSchema } from "./dataset-splitter.js";
import { NormalizeDataset, normalizeDatasetSchema } from "./normalize-dataset.js";
import type { Preprocessing } from "./preprocessing.js";
import { Reshape2DTo1D, reshape2DTo1DSchema } from "./reshape-2d-to-1d.js";
import { Split2TimeSteps, split2TimeStepsSchema } from "./split2-time-steps.js";

/** Options, and how one is made from them; every option is checked as it is made. */
interface PreprocessingRow<P> {
  /** In one line, for the reference. */
  readonly summary: string;
  readonly schema: Schema<P>;
  readonly create: (params: P) => Preprocessing;
}

function row<P>(
  summary: string,
  schema: Schema<P>,
  create: (params: P) => Preprocessing,
): PreprocessingRow<P> {
  return { summary, schema, create };
}

export const preprocessings = {
  Class2BinMatrix: row(
    "Fixes the number of classes; labels stay whole numbers.",
    class2BinMatrixSchema,
    (params) => new Class2BinMatrix(params),
  ),
  Normalize: row(
    "Normalization by statistics of the training set, which all sets share.",
    normalizeDatasetSchema,
    (params) => new NormalizeDataset(params),
  ),
  DatasetSplitter: row(
    "Moves a random part of one set into another.",
    datasetSplitterSchema,
    (params) => new DatasetSplitter(params),
  ),
  DatasetLimit: row(
    "At most so many samples of every set, drawn at random: `atif train --limit`.",
    datasetLimitSchema,
    (params) => new DatasetLimit(params),
  ),
  Reshape2DTo1D: row(
    "Images [height, width, channels] as sequences [height * width, channels], row by row.",
    reshape2DTo1DSchema,
    (params) => new Reshape2DTo1D(params),
  ),
  Split2TimeSteps: row(
    "Sequences [length, channels] cut into pieces, one for each time step: samples [T, length / T, channels] with time.",
    split2TimeStepsSchema,
    (params) => new Split2TimeSteps(params),
  ),
};

export type PreprocessingName = keyof typeof preprocessings;

/** By name, every default filled in. */
export type PreprocessingParams = {
  readonly [Name in PreprocessingName]: OptionsOf<(typeof preprocessings)[Name]["schema"]>;
};

/**
 * The preprocessing step of a configuration entry; params are checked as they are.
 * @throws ConfigError on a name that is not in the table; what the constructor throws on bad parameters
 */
export function createPreprocessing(name: string, params: unknown = {}): Preprocessing {
  if (!Object.hasOwn(preprocessings, name)) {
    const known = Object.keys(preprocessings);
    const near = nearest(name, known);
    throw new ConfigError(
      `preprocessing: unknown kind "${name}"; expected one of ${known.join(", ")}.` +
        (near === undefined ? "" : ` Did you mean "${near}"?`),
    );
  }
  const { create } = preprocessings[name as PreprocessingName] as PreprocessingRow<unknown>;
  return create(params);
}
