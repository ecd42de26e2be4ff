/** A folder that `atif export --to c` has written, as it is found again. */

import { UsageError } from "./exit-codes.js";
import { exists, isFolder, namesIn } from "../platform/folders.js";
import { absolutePath, joinPaths } from "../platform/paths.js";
import { readTextFile } from "../platform/text-file.js";

/** Of a network that was exported with other fractional bits than its own. */
export const RANGES_FILE = "activations_range.txt";

/** Where targets put it. */
const PLACES = [".", "src"];

export interface ExportedNetwork {
  /** Of the folder, from the root. */
  readonly folder: string;
  readonly name: string;
  readonly width: "float32" | 8 | 16;
  readonly inputs: number;
  readonly outputs: number;
  readonly timesteps: number;
  /** Whether it classifies samples with an input for each time step. */
  readonly time: boolean;
  /** Of the source. */
  readonly source: string;
  /** null if there is none. */
  readonly rangesFile: string | null;
}

const MOST_BYTES = 2 ** 24;
const WIDTHS: Readonly<Record<string, ExportedNetwork["width"]>> = {
  int8_t: 8,
  int16_t: 16,
  float: "float32",
};
const NUMBER = /typedef (int8_t|int16_t|float) ([a-z][a-z0-9_]*)_number;/;

/** @throws UsageError unless there is exactly one network in the folder; FileError */
export function findExported(named: string): ExportedNetwork {
  if (!isFolder(named)) {
    throw new UsageError(
      `${named} ${exists(named) ? "is a file" : "does not exist"}; expected the folder that atif export has written.`,
    );
  }
  const found = PLACES.map((place) => joinPaths(named, place))
    .filter((place) => isFolder(place))
    .flatMap((place) => namesIn(place).flatMap((file) => readHeader(named, place, file) ?? []));
  if (found.length === 1) return found[0];
  throw new UsageError(
    found.length === 0
      ? `there is no exported network in ${named}; expected NAME.h and NAME.c, or network.py and weights.safetensors, as atif export writes them.`
      : `there are ${found.length} networks in ${named}: ${found.map(({ name }) => name).join(", ")}; expected one. ` +
          "Export each into a folder of its own.",
  );
}

/** null for a header of something else. */
function readHeader(named: string, place: string, file: string): ExportedNetwork | null {
  const folder = absolutePath(place);
  if (!file.endsWith(".h") || !exists(joinPaths(folder, `${file.slice(0, -2)}.c`))) return null;
  const text = readTextFile(joinPaths(folder, file), MOST_BYTES);
  const [, type, name] = NUMBER.exec(text) ?? [];
  if (type === undefined || `${name}.h` !== file) return null;
  const macro = (what: string): number =>
    Number(new RegExp(`^#define ${name.toUpperCase()}_${what} (\\d+)$`, "m").exec(text)?.[1] ?? NaN);
  const ranges = joinPaths(named, RANGES_FILE);
  return {
    folder,
    name,
    width: WIDTHS[type],
    inputs: macro("INPUTS"),
    outputs: macro("OUTPUTS"),
    timesteps: macro("TIMESTEPS"),
    time: !Number.isNaN(macro("SEQUENCE")),
    source: joinPaths(folder, `${name}.c`),
    rangesFile: exists(ranges) ? ranges : null,
  };
}
