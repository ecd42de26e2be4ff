/**
 * A sweep, as a file says it: one experiment, and settings of its keys. `[grid]` has a list of values for each key, and
 * every combination is run; `[[settings]]` are combinations one by one. With both, each of the settings is run with the
 * whole grid.
 */

import { ConfigError } from "../../errors.js";
import { required, optional, type Schema } from "../../schema/schema.js";
import { flag, listOf, oneOf, real, text } from "../../schema/value-types.js";
import { trainerSchema } from "../../training/trainer-options.js";
import { describe, isList, isTable, type ConfigTable, type ConfigValue } from "../description/config-tree.js";
import { FilePlace } from "../description/file-place.js";
import { folderName } from "../description/file-types.js";
import { readRow, tableAt, type TableRow } from "../description/kinds.js";
import { parseToml } from "../description/parse.js";
import { Report } from "../description/report.js";
import { rankNames, type RankName } from "./rank.js";

export interface SweepKeys {
  /** What its folder is called; the file if it is left out. */
  name?: string;
  /** The path of the experiment file, from the folder of the sweep file. */
  experiment: string;
  seeds?: readonly number[];
  validation?: number;
  test?: boolean;
  rank?: RankName;
}

/** The value of one key of the experiment. */
export interface Setting {
  /** "model.0.params.timesteps" */
  readonly path: string;
  readonly value: ConfigValue;
}

/** What is set besides the seed. */
export interface Combination {
  /** As the file calls it; null if it does not. */
  readonly name: string | null;
  /** In the order in which they are set. */
  readonly settings: readonly Setting[];
  /** Those of them that tell the combination from others: a name stands for the settings that it is given to. */
  readonly shown: readonly Setting[];
}

export interface SweepFile extends Readonly<SweepKeys> {
  /** The file, for messages. */
  readonly source: string;
  readonly combinations: readonly Combination[];
}

const sweepSchema: Schema<SweepKeys> = {
  fields: {
    experiment: required(
      text("the path of an experiment file, in quotes"),
      "The experiment file. A relative path starts at the folder of the sweep file.",
    ),
    name: optional(folderName, "What the folder of the sweep is called; as the file if it is left out."),
    seeds: optional(
      listOf(trainerSchema.fields.seed.type, 1),
      "Every combination is run once with each, as `bench.seed`. The runs of the experiment if it is left out.",
    ),
    validation: optional(
      real({ above: 0, below: 1 }),
      "The part of the training data that is held back from training and measured after every epoch: settings are chosen by it.",
    ),
    test: optional(
      flag,
      "Whether networks are tested. If it is left out, they are unless `validation` is given: what chooses settings by the test " +
        "set has no test set left.",
    ),
    rank: optional(
      oneOf(rankNames),
      "The figure that the table is ordered by. If it is left out: `val_acc` with a validation set, else `test_acc`, " +
        "else `train_loss`.",
    ),
  },
};

export const SWEEP: TableRow<SweepKeys> = { schema: sweepSchema };

const SECTIONS = ["sweep", "grid", "settings"];

/** More jobs than this are a slip. */
export const MOST_JOBS = 10_000;

const SEED = "bench.seed";

/** @param source the file, for messages. @throws ConfigError with line and column */
export function parseSweep(content: string, source: string): SweepFile {
  const document = parseToml(content, source);
  const root = new FilePlace(new Report(document, false));
  const { tree } = document;
  root.holding({ what: "section of a sweep" }).checkKeys(tree, SECTIONS);
  const keys = readRow(
    root.key("sweep"),
    tableAt(root, tree, "sweep", "a section [sweep] with experiment"),
    SWEEP,
  );
  const grid = gridOf(root.key("grid"), tableAt(root, tree, "grid"));
  const listed = listedSettings(root.key("settings"), tree.settings);
  const count = grid.reduce((product, { values }) => product * values.length, Math.max(1, listed.length));
  if (count * (keys.seeds?.length ?? 1) > MOST_JOBS) {
    const jobs = count * (keys.seeds?.length ?? 1);
    root.key("grid").fail(`makes ${jobs} runs; expected at most ${MOST_JOBS}. Leave some values out.`);
  }
  const { seeds, rest } = seedsApart(root, keys.seeds, grid);
  const combinations = productOf(
    listed.length === 0 ? [{ name: null, settings: [], shown: [] }] : listed,
    rest,
  );
  checkTwice(root, combinations);
  return { ...keys, ...(seeds === undefined ? {} : { seeds }), source, combinations };
}

interface Axis {
  readonly path: string;
  readonly values: readonly ConfigValue[];
  readonly place: FilePlace;
}

/** Lists at the ends of the tables: `model.0.params.timesteps = [1, 2]`, or the same path in quotes. */
function gridOf(place: FilePlace, table: ConfigTable): Axis[] {
  return leavesOf(place, table, isList).map(({ path, value, at }) => {
    if (!isList(value) || value.length === 0) {
      return at.fail(`is ${describe(value)}; expected a list of values to try, as in ${path} = [1, 2, 4].`);
    }
    return { path, values: value, place: at };
  });
}

function listedSettings(place: FilePlace, value: ConfigValue | undefined): Combination[] {
  if (value === undefined) return [];
  if (!isList(value) || value.length === 0) {
    return place.fail(`is ${describe(value)}; expected tables, each of them [[settings]].`);
  }
  return value.map((table, i) => {
    const at = place.at(i);
    if (!isTable(table)) return at.fail(`is ${describe(table)}; expected a table, [[settings]].`);
    const { name, ...keys } = table;
    if (name !== undefined && (typeof name !== "string" || name.trim() === "")) {
      return at.key("name").fail(`is ${describe(name)}; expected what the settings are called, in quotes.`);
    }
    const twin = name === undefined ? -1 : value.findIndex((other) => isTable(other) && other.name === name);
    if (twin >= 0 && twin < i) {
      return at.key("name").fail(`is ${describe(name)}, as that of settings[${twin}] is; expected another.`);
    }
    const leaves = leavesOf(at, keys, isWhole);
    const seed = leaves.find(({ path }) => path === SEED);
    seed?.at.fail("is set here; expected seeds = [1, 2, 3] in [sweep], over which the table has its mean.");
    const settings = leaves.map(({ path, value: set }) => ({ path, value: set }));
    return name === undefined ? { name: null, settings, shown: settings } : { name, settings, shown: [] };
  });
}

/** What is set as a whole: anything but a table, and a table that has a kind, which says what its other keys are. */
function isWhole(value: ConfigValue): boolean {
  return !isTable(value) || Object.hasOwn(value, "kind");
}

interface Leaf extends Setting {
  readonly at: FilePlace;
}

/** A key in quotes with dots in it is a path, and so are keys within tables. */
function leavesOf(place: FilePlace, table: ConfigTable, isLeaf: (value: ConfigValue) => boolean): Leaf[] {
  return Object.entries(table).flatMap(([key, value]) => leavesAt(place.key(key), key, value, isLeaf));
}

function leavesAt(
  at: FilePlace,
  path: string,
  value: ConfigValue,
  isLeaf: (value: ConfigValue) => boolean,
): Leaf[] {
  // One of the networks is no value of a key, though it has a kind.
  const isEnd = isLeaf(value) && !(isTable(value) && /^model\.\d+$/.test(path));
  if (isEnd || !isTable(value)) return [{ path, value, at }];
  return Object.entries(value).flatMap(([key, each]) =>
    leavesAt(at.key(key), `${path}.${key}`, each, isLeaf),
  );
}

function seedsApart(
  root: FilePlace,
  seeds: readonly number[] | undefined,
  grid: readonly Axis[],
): { readonly seeds?: readonly number[]; readonly rest: readonly Axis[] } {
  const asked = grid.find(({ path }) => path === SEED);
  const rest = grid.filter((axis) => axis !== asked);
  const own = asked?.values.map((value, i) => trainerSchema.fields.seed.type.read(value, asked.place.at(i)));
  if (own !== undefined && seeds !== undefined) {
    root.key("sweep").key("seeds").fail(`is given, and ${SEED} in [grid] too; expected one of the two.`);
  }
  const all = own ?? seeds;
  if (all === undefined) return { rest };
  const twice = all.find((seed, i) => all.indexOf(seed) < i);
  const place = asked?.place ?? root.key("sweep").key("seeds");
  if (twice !== undefined)
    place.fail(`has ${twice} twice; expected each seed once: it would be the same run.`);
  return { seeds: all, rest };
}

function productOf(listed: readonly Combination[], grid: readonly Axis[]): Combination[] {
  let all = [...listed];
  for (const { path, values } of grid) {
    all = all.flatMap(({ name, settings, shown }) =>
      values.map((value) => ({
        name,
        settings: [...settings, { path, value }],
        shown: [...shown, { path, value }],
      })),
    );
  }
  return all;
}

/** Two keys of one combination must not set the same thing: which of them counts would be a matter of order. */
function checkTwice(root: FilePlace, combinations: readonly Combination[]): void {
  for (const { settings } of combinations) {
    for (const [i, { path }] of settings.entries()) {
      const other = settings.findIndex(
        (each, k) => k !== i && (path === each.path || path.startsWith(`${each.path}.`)),
      );
      // Within what [[settings]] have set, [grid] may set a part.
      if (other < 0 || (other < i && path !== settings[other].path)) continue;
      throw new ConfigError(
        `${root.report.locate([])}: ${path} is set twice in one combination, by ${path} and ${settings[other].path}; ` +
          "expected it once. Leave one of them out.",
      );
    }
  }
}
