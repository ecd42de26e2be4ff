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
    `there is no folder ${params.path}; expected one with ${HELD[kind]}. Name it with --data, or in the ` +
      "experiment as dataset.params.path; a relative path starts at the working directory. " +
      INSTALLED[kind],
  );
}

const HELD = {
  MNIST: "the four IDX files of MNIST",
  FashionMNIST: "the four IDX files of FashionMNIST",
  EventFolder: "the folders train and test, and in each a folder of recordings per class",
} as const;

const INSTALLED = {
  EventFolder: "Download the recordings if you do not have them.",
  MNIST: "Download the files if you do not have them.",
  FashionMNIST:
    "On Debian and Ubuntu, apt install dataset-fashion-mnist puts them into /usr/share/datasets/fashion-mnist.",
} as const;
