/** The folder of the data, looked for before anything is read: most who type a command have their files elsewhere. */

import { isFromFiles } from "../experiment/description/data-schema.js";
import type { DatasetConfig } from "../experiment/description/experiment.js";
import { ConfigError } from "../errors.js";
import { isFolder } from "../platform/folders.js";

/** @throws ConfigError if the files of the set are to be in a folder that is not there */
export function checkDataFolder(dataset: DatasetConfig): void {
  if (!isFromFiles(dataset)) return;
  const { kind, params } = dataset;
  if (isFolder(params.path)) return;
  throw new ConfigError(
    `there is no folder ${params.path}; expected one with the four IDX files of ${kind}. Name it with --data, or in the ` +
      "experiment as dataset.params.path; a relative path starts at the working directory. " +
      INSTALLED[kind],
  );
}

const INSTALLED = {
  MNIST: "Download the files if you do not have them.",
  FashionMNIST:
    "On Debian and Ubuntu, apt install dataset-fashion-mnist puts them into /usr/share/datasets/fashion-mnist.",
} as const;
