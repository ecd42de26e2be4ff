/** The folder of the data, looked for before anything is read: most who type a command have their files elsewhere. */

import { isFromFiles } from "../experiment/description/data-schema.js";
import type { DatasetConfig, FilesConfig } from "../experiment/description/experiment.js";
import { ConfigError } from "../errors.js";
import { exists, isFolder } from "../platform/folders.js";

/** @throws ConfigError if the files of the set are to be in a folder that is not there */
export function checkDataFolder(dataset: DatasetConfig): void {
  if (!isFromFiles(dataset)) return;
  const { kind, params } = dataset;
  const { what, mayBeFile } = PLACES[kind];
  if (mayBeFile === true ? exists(params.path) : isFolder(params.path)) return;
  throw new ConfigError(
    `there is no ${mayBeFile === true ? "file or folder" : "folder"} ${params.path}; expected ${what}. Name it with --data, or in the ` +
      "experiment as dataset.params.path; a relative path starts at the working directory. " +
      (kind === "FashionMNIST" ? DEBIAN : "Download the files if you do not have them."),
  );
}

const DEBIAN =
  "On Debian and Ubuntu, apt install dataset-fashion-mnist puts them into /usr/share/datasets/fashion-mnist.";

interface Place {
  /** What is expected there. */
  readonly what: string;
  readonly mayBeFile?: boolean;
}

const PLACES: { readonly [K in FilesConfig["kind"]]: Place } = {
  MNIST: { what: "one with the four IDX files of MNIST" },
  FashionMNIST: { what: "one with the four IDX files of FashionMNIST" },
  IDX: { what: "one with four IDX files, as MNIST has" },
  CIFAR10: { what: "one with data_batch_1.bin to data_batch_5.bin and test_batch.bin" },
  CIFAR100: { what: "one with train.bin and test.bin" },
  ImageFolder: { what: "one with a folder per class" },
  CSV: { what: "a CSV file, or a folder with train.csv and test.csv", mayBeFile: true },
  EventFolder: { what: "one with the folders train and test, and in each a folder of recordings per class" },
  DVSGesture: { what: "one with trials_to_train.txt, trials_to_test.txt and the recordings" },
  DVSGestureWithPreprocessing: {
    what: "one with trials_to_train.txt, trials_to_test.txt and the recordings",
  },
  SHD: { what: "one with shd_train.h5 and shd_test.h5" },
  SSC: { what: "one with ssc_train.h5, ssc_valid.h5 and ssc_test.h5" },
  NumPy: { what: "an .npz file, or a folder with .npy files", mayBeFile: true },
};
