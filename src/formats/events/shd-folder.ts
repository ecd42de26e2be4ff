/** The Heidelberg digits and the spiking speech commands as data sets; for Node. */

import { checkBoolean, checkOptions } from "../../checks.js";
import type { Dataset, TrainTest } from "../../datasets/dataset.js";
import { eventsDataset } from "../../datasets/events/events-dataset.js";
import { FormatError } from "../../errors.js";
import { exists, namesIn } from "../../platform/folders.js";
import { show } from "../../show.js";
import { framesAs, type FramesOptions } from "./event-folder.js";
import { readShd } from "./read-shd.js";

export interface ShdFolderOptions extends FramesOptions {
  /** What the names of the files begin with: "shd", of which there are 20 classes, or "ssc", of 35. Default "shd". */
  readonly prefix?: string;
  /** For messages and tables; the prefix in capitals if it is left out. */
  readonly name?: string;
  /** How many classes there are; 35 if the prefix is "ssc", else 20, if it is left out. */
  readonly classes?: number;
  /** Whether there is a set for validation, as of ssc. Default: whether the prefix is "ssc". */
  readonly valid?: boolean;
}

/**
 * Reads shd_train.h5 and shd_test.h5, or ssc_train.h5, ssc_valid.h5 and ssc_test.h5, unpacked: samples [T, 700, 2], of which
 * channel 0 is empty, as all spikes are on. HDF5 is read by the package h5wasm. One recording after the other is in memory,
 * besides the frames.
 *
 * @throws FormatError naming the file that is missing or damaged; FileError if one cannot be read; StateError without h5wasm; as
 *   eventsDataset
 */
export async function loadShdFolder(
  folder: string,
  options: ShdFolderOptions,
): Promise<TrainTest & { readonly valid?: Dataset }> {
  const where = "loadShdFolder";
  if (typeof folder !== "string" || folder === "")
    throw new TypeError(`${where}: the folder is ${show(folder)}; expected its path, such as "data/shd".`);
  checkOptions(where, options ?? null, [
    ...["prefix", "name", "classes", "valid", "integration", "timesteps", "maxCount"],
  ]);
  const { prefix = "shd" } = options;
  if (typeof prefix !== "string" || !/^[^\\/]+$/.test(prefix))
    throw new TypeError(`${where}: prefix is ${show(prefix)}; expected "shd" or "ssc".`);
  const isCommands = prefix === "ssc";
  const { name = prefix.toUpperCase(), classes = isCommands ? 35 : 20, valid = isCommands } = options;
  const root = folder.replace(/[\\/]+$/, "") || folder;
  const sets = ["train", ...(checkBoolean(`${where}: valid`, valid) ? ["valid"] : []), "test"];
  const paths = sets.map((set) => fileOf(root, `${prefix}_${set}.h5`));
  const loaded: Record<string, Dataset> = {};
  for (const [i, path] of paths.entries())
    loaded[sets[i]] = await eventsDataset(readShd(path), { name, ...framesAs(options), classes });
  const { train, test } = loaded;
  return valid ? { train, valid: loaded.valid, test } : { train, test };
}

/** All are looked for before the first is read. */
function fileOf(root: string, file: string): string {
  const path = `${root}/${file}`;
  if (exists(path)) return path;
  const names = namesIn(root);
  if (names.includes(`${file}.gz`))
    throw new FormatError(
      `${path}.gz is packed; expected ${file} beside it. Unpack it first: gunzip -k ${file}.gz.`,
    );
  const shown = names.length === 0 ? "is empty" : `holds ${names.slice(0, 8).join(", ")}`;
  throw new FormatError(`${root} has no ${file}; it ${shown}${names.length > 8 ? ", …" : ""}.`);
}
