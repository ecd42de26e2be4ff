/**
 * Things that a file names by kind: { kind, params }. Their options are those of the classes; what files have beside them
 * (ignored keys, defaults of their own) is added here.
 */

import { refuse, type Place } from "../../schema/place.js";
import {
  fieldsOf,
  readSchema,
  snakeCase,
  writtenFields,
  type AnyField,
  type Schema,
} from "../../schema/schema.js";
import { emptyTable, isTable } from "./config-tree.js";
import type { ConfigTable, ConfigValue } from "./config-tree.js";
import { didYouMean } from "../../nearest.js";
import type { Variant } from "./experiment.js";
import { FilePlace, type TableKeys } from "./file-place.js";

/** A table of a file. */
export interface TableRow<P> extends Omit<TableKeys, "what"> {
  readonly schema: Schema<P>;
}

/** A kind. */
export interface KindRow<P> extends TableRow<P> {
  /** In one line, for the reference. */
  readonly summary: string;
  /** Of use to programs alone: whoever mistypes a kind in a file is not pointed to it. */
  readonly forPrograms?: boolean;
}

/** All kinds of one sort of thing. */
export interface KindTable<Kinds> {
  readonly rows: { readonly [K in keyof Kinds]: KindRow<Kinds[K]> };
  /** Kinds of the reference that this version does not have. */
  readonly elsewhere: readonly string[];
}

/** What files have beside the options of a class. */
export interface FileAdditions extends Omit<TableKeys, "what"> {
  /** Fields that are others in a file, by option. */
  readonly fields?: Readonly<Record<string, AnyField>>;
}

/** The row of a class in files: options that are of code alone are left out. */
export function fileRow<P>(
  { summary, schema }: KindRow<P>,
  { fields = {}, ...additions }: FileAdditions = {},
): KindRow<P> {
  const own = fieldsOf(schema)
    .map(([name, field]): [string, AnyField] => [name, Object.hasOwn(fields, name) ? fields[name] : field])
    .filter(([, { inFiles }]) => inFiles !== false);
  return { summary, schema: { ...schema, fields: Object.fromEntries(own) as never }, ...additions };
}

/** The fields of a class, with what they mean where it does not say so itself: a page has no use for that. */
export function toldFields<P>(
  schema: Schema<P>,
  meanings: Readonly<Record<string, string>>,
): Readonly<Record<string, AnyField>> {
  const fields = fieldsOf(schema).map(([name, field]): [string, AnyField] => [
    name,
    field.meaning === "" ? { ...field, meaning: meanings[name] ?? "" } : field,
  ]);
  return Object.fromEntries(fields);
}

/** The rows of a table of classes. */
export function fileRows<Kinds>(
  table: { readonly [K in keyof Kinds]: KindRow<Kinds[K]> },
  additions: { readonly [K in keyof Kinds]?: FileAdditions } = {},
): KindTable<Kinds>["rows"] {
  const kinds = Object.keys(table) as (keyof Kinds)[];
  return Object.fromEntries(kinds.map((kind) => [kind, fileRow(table[kind], additions[kind])])) as never;
}

/** The keys of a table, in order. */
export function keysIn<P>(schema: Schema<P>): string[] {
  return fieldsOf(schema).map(([name, { key }]) => key ?? snakeCase(name));
}

/** What a table must be read as: its keys checked, its values typed. */
export function readRow<P>(place: FilePlace, table: ConfigTable, row: TableRow<P>, what = "key"): P {
  return readSchema(table, place.holding({ ...row, what }), row.schema);
}

/** The table under a key. @throws ConfigError unless it is one; a missing one counts as empty unless `needed` says what for */
export function tableAt(place: FilePlace, table: ConfigTable, key: string, needed?: string): ConfigTable {
  if (!Object.hasOwn(table, key)) {
    if (needed !== undefined) place.key(key).missing(needed);
    return emptyTable();
  }
  const value = table[key];
  return isTable(value) ? value : refuse(place.key(key), value, needed ?? "a table");
}

/** The kind a table names. @throws ConfigError listing the kinds there are, and the nearest one */
export function readKind<Kinds>(
  place: FilePlace,
  table: ConfigTable,
  { rows, elsewhere }: KindTable<Kinds>,
): keyof Kinds & string {
  const all = Object.keys(rows) as (keyof Kinds & string)[];
  const names = all.filter((name) => rows[name].forPrograms !== true);
  const quoted = names.map((name) => JSON.stringify(name)).join(", ");
  const list = names.length === 1 ? quoted : `one of ${quoted}`;
  const at = place.key("kind");
  if (!Object.hasOwn(table, "kind")) return at.missing(list);
  const { kind } = table;
  const found = all.find((name) => name === kind);
  if (found !== undefined) return found;
  if (typeof kind !== "string") return refuse(at, kind, list);
  if (elsewhere.includes(kind)) {
    return at.fail(`is "${kind}", which Qualia knows and this version does not support; expected ${list}.`);
  }
  return at.fail(`is ${at.show(kind)}; expected ${list}.${didYouMean(kind, names)}`);
}

/** { kind, params } of a table, its params read by the row of its kind. */
export function readVariant<Kinds>(
  place: FilePlace,
  table: ConfigTable,
  kinds: KindTable<Kinds>,
): Variant<Kinds> {
  const kind = readKind(place, table, kinds);
  const given = tableAt(place, table, "params");
  const params = readRow(place.key("params"), given, kinds.rows[kind], `key of ${kind}`);
  return { kind, params };
}

/** Back to TOML, in the order of the fields. */
export function writeFields<P>(params: Readonly<P>, schema: Schema<P>): Record<string, ConfigValue> {
  return Object.assign(emptyTable(), Object.fromEntries(writtenFields(params, schema)));
}

/** Back to TOML: kind, and params unless there are none. */
export function writeVariant<Kinds>(
  variant: { readonly kind: keyof Kinds; readonly params: Readonly<Kinds[keyof Kinds]> },
  { rows }: KindTable<Kinds>,
): Record<string, ConfigValue> {
  const table = emptyTable();
  table.kind = String(variant.kind);
  const params = writeFields(variant.params, rows[variant.kind].schema);
  if (Object.keys(params).length > 0) table.params = params;
  return table;
}

/** Types that only files have are read at a place of one. */
export function inFile(place: Place): FilePlace {
  if (place instanceof FilePlace) return place;
  return place.fail("is a key of experiment files; expected it in one.");
}
