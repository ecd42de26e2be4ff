/**
 * The network of one [[model]] of an experiment file, without the rest of it: what a network is made from whose weights come
 * from elsewhere. Sections that this library does not know (other data sets, other programs) do not matter then.
 */

import { ConfigError } from "../../errors.js";
import { didYouMean } from "../../nearest.js";
import { oneOf } from "../../schema/value-types.js";
import { copyValue, emptyTable, formatPath, isList, isTable } from "./config-tree.js";
import type { ConfigTable, ConfigValue, Path } from "./config-tree.js";
import type { ModelKinds, Variant } from "./experiment.js";
import { FilePlace } from "./file-place.js";
import { mergeTables, mergeTemplate } from "./merge.js";
import { modelKeys } from "./model-schema.js";
import { parseToml, type ConfigDocument } from "./parse.js";
import { Positions } from "./positions.js";
import { Report } from "./report.js";
import { TRAINING } from "./training-schema.js";
import { readNetworkInMode } from "./validate-model.js";

/** A table { kind, params } in the keys of a file, and where it stands. */
export interface NetworkTable {
  readonly document: ConfigDocument;
  readonly path: Path;
  readonly table: ConfigTable;
}

/** Kind and params, as a value of plain data. */
export interface NetworkChanges {
  readonly kind?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * @param text TOML
 * @param name of the [[model]]; the only one if it is left out
 * @throws ConfigError for a file without it
 */
export function networkTableIn(text: string, source: string, name?: string): NetworkTable {
  const document = mergeTemplate(parseToml(text, source));
  const { model } = document.tree;
  if (!isList(model) || model.length === 0) {
    throw new ConfigError(`${source}: model is missing; expected a network in a section [[model]].`);
  }
  const named = model.flatMap((table, i) => (isTable(table) ? [{ table, path: ["model", i] }] : []));
  const names = named.map(({ table }) => (typeof table.name === "string" ? table.name : ""));
  if (name === undefined) {
    if (named.length === 1) return { document, ...named[0] };
    throw new ConfigError(
      `${source}: there are ${model.length} models, ${names.join(", ")}; expected the name of one. Give it as name.`,
    );
  }
  const found = named.filter((_, i) => names[i] === name);
  if (found.length === 1) return { document, ...found[0] };
  const problem = found.length === 0 ? "no [[model]]" : `${found.length} sections [[model]]`;
  throw new ConfigError(
    `${source}: there ${found.length < 2 ? "is" : "are"} ${problem} of the name ${JSON.stringify(name)}; ` +
      `expected one of ${names.join(", ")}, once.${found.length === 0 ? didYouMean(name, names) : ""}`,
  );
}

/** The same of plain data: { kind, params } with the keys of a file. @throws ConfigError for what is none */
export function networkTableOf(value: unknown, source: string): NetworkTable {
  const table = copyValue(value, [], (path, problem) => {
    throw new ConfigError(`${source}: ${formatPath(path)} ${problem}`);
  });
  if (!isTable(table)) throw new ConfigError(`${source} is no table; expected { kind, params }.`);
  return { document: { source, tree: table, positions: new Positions(""), overridden: [] }, path: [], table };
}

/** Laid over the table, key by key; messages name the option then. @param optionOf of a key */
export function changedTable(
  { document, path, table }: NetworkTable,
  { kind, params }: NetworkChanges,
  optionOf: (key: string) => string,
): NetworkTable {
  const over = emptyTable();
  if (kind !== undefined) over.kind = kind;
  over.params = copyValue(params, [], (at, problem) => {
    throw new ConfigError(`${optionOf(String(at[0]))}: ${formatPath(at)} ${problem}`);
  });
  const keys = Object.keys(params);
  const overridden = keys.map((key) => ({ path: [...path, "params", key], option: optionOf(key) }));
  // A neuron is another one then, not the old one with some of its params.
  const under = withoutNeuron(table, keys);
  return {
    path,
    table: mergeTables(under, over),
    document: { ...document, overridden: [...document.overridden, ...overridden] },
  };
}

function withoutNeuron(table: ConfigTable, keys: readonly string[]): ConfigTable {
  const { params } = table;
  if (!keys.includes("neuron") || !isTable(params)) return table;
  const rest = Object.assign(emptyTable(), params);
  delete rest.neuron;
  return Object.assign(emptyTable(), table, { params: rest });
}

/** A value among the params of a table; undefined if it is not there. */
export function paramIn({ table }: NetworkTable, key: string): ConfigValue | undefined {
  const { params } = table;
  return isTable(params) && Object.hasOwn(params, key) ? params[key] : undefined;
}

/** The kind of a section; undefined if there is none. */
export function sectionKind({ document }: NetworkTable, section: string): string | undefined {
  const { [section]: table } = document.tree;
  return isTable(table) && typeof table.kind === "string" ? table.kind : undefined;
}

/** How many entries an array of tables has. */
export function entriesOf({ document }: NetworkTable, section: string): number {
  const { [section]: list } = document.tree;
  return isList(list) ? list.length : 0;
}

/**
 * The network of a table, every default filled in.
 *
 * @param lenient undeclared keys and parameters that can be left out become warnings
 * @throws ConfigError naming file, line, column and key, or the option, of the first thing that is wrong
 */
export function readNetworkTable(
  { document, path, table }: NetworkTable,
  lenient: boolean,
): { network: Variant<ModelKinds>; warnings: readonly string[] } {
  const report = new Report(document, lenient);
  const place = new FilePlace(report, path);
  place.holding(TRAINING).checkKeys(table, modelKeys);
  const network = readNetworkInMode(place, table, (at, value) =>
    value === undefined ? "s" : oneOf(["s", "m"]).read(value, at),
  );
  return { network, warnings: report.warnings };
}
