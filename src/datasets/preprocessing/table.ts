/** The preprocessing steps by the names that configuration files use. */

import { nearest } from "../../nearest.js";
import { ConfigError } from "../../errors.js";
import { Class2BinMatrix } from "./class2bin-matrix.js";
import type { Class2BinMatrixParams } from "./class2bin-matrix.js";
import { DatasetSplitter } from "./dataset-splitter.js";
import type { DatasetSplitterParams } from "./dataset-splitter.js";
import { NormalizeDataset } from "./normalize-dataset.js";
import type { NormalizeDatasetParams } from "./normalize-dataset.js";
import type { Preprocessing } from "./preprocessing.js";
import { Reshape2DTo1D } from "./reshape-2d-to-1d.js";

export interface PreprocessingParams {
  Class2BinMatrix: Class2BinMatrixParams;
  Normalize: NormalizeDatasetParams;
  DatasetSplitter: DatasetSplitterParams;
  Reshape2DTo1D: Readonly<Record<string, never>>;
}

export type PreprocessingName = keyof PreprocessingParams;

/** A name without a row is a compile error. */
export const preprocessings: {
  readonly [Name in PreprocessingName]: new (params: PreprocessingParams[Name]) => Preprocessing;
} = { Class2BinMatrix, Normalize: NormalizeDataset, DatasetSplitter, Reshape2DTo1D };

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
  const Kind = preprocessings[name as PreprocessingName] as new (params: unknown) => Preprocessing;
  return new Kind(params);
}
