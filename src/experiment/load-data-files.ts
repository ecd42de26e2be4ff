/** Data sets that are files of common kinds. */

import type { TrainTest } from "../datasets/dataset.js";
import { loadCifar } from "../formats/data/cifar.js";
import { loadCsv } from "../formats/data/csv-dataset.js";
import { loadNumpy } from "../formats/data/numpy-dataset.js";
import { loadPictureFolder } from "../formats/data/picture-folder.js";
import type { DataFilesConfig } from "./description/experiment.js";

/** @throws FormatError, FileError naming the file that is missing, damaged or does not fit */
export async function loadDataFiles(dataset: DataFilesConfig): Promise<TrainTest> {
  switch (dataset.kind) {
    case "CIFAR10":
    case "CIFAR100":
      return loadCifar(dataset.kind, dataset.params.path);
    case "CSV":
      return loadCsv(dataset.params.path, dataset.params);
    case "NumPy":
      return loadNumpy(dataset.params.path, { ...dataset.params, time: dataset.params.time ?? false });
    case "ImageFolder": {
      const { path, size, channels, testPart } = dataset.params;
      return await loadPictureFolder(path, { height: size[0], width: size[1], channels, testPart });
    }
  }
}
