/**
 * Tables of fields: which keys a TOML table may have, their types and defaults. A table is keyed by the
 * properties of the type it produces, so a property without a row does not compile.
 */

import { describe, emptyTable, isTable } from "./config-tree.js";
import type { ConfigTable, ConfigValue } from "./config-tree.js";
import type { Variant } from "./experiment.js";
import { quotedList, suggestion } from "./report.js";
import type { Place } from "./report.js";
import type { ValueType } from "./value-types.js";

interface FieldOf<V> {
  readonly type: ValueType<V>;
  /** The key in the file, where it is not the property in snake_case. */
  readonly key?: string;
}
export interface RequiredField<V> extends FieldOf<V> {
  readonly presence: "required";
}
export interface DefaultField<V> extends FieldOf<V> {
  readonly presence: "default";
  readonly fallback: V;
}
export interface OptionalField<V> extends FieldOf<V> {
  readonly presence: "optional";
}

/** One row per property; a property that may be missing takes an optional field, any other must end up with a value. */
export type Fields<P> = {
  readonly [K in keyof P]-?: undefined extends P[K]
    ? OptionalField<Exclude<P[K], undefined>>
    : RequiredField<P[K]> | DefaultField<P[K]>;
};

type AnyField = RequiredField<unknown> | DefaultField<unknown> | OptionalField<unknown>;

export function required<V>(type: ValueType<V>, key?: string): RequiredField<V> {
  return { presence: "required", type, ...(key === undefined ? {} : { key }) };
}

export function withDefault<V>(type: ValueType<V>, fallback: V, key?: string): DefaultField<V> {
  return { presence: "default", type, fallback, ...(key === undefined ? {} : { key }) };
}

export function optional<V>(type: ValueType<V>): OptionalField<V> {
  return { presence: "optional", type };
}

/** A key of the reference that changes nothing here. */
export interface IgnoredKey {
  /** Values that mean what this library does anyway. */
  readonly accepts: (value: ConfigValue) => boolean;
  /** About any other value; follows "is 0; ". */
  readonly problem: string;
  /** refuse: an error when strict, a warning when lenient; warn: a warning in both. */
  readonly otherwise: "refuse" | "warn";
}

export type IgnoredKeys = Readonly<Record<string, IgnoredKey>>;

export function ignoredAlways(): IgnoredKey {
  return { accepts: () => true, problem: "", otherwise: "warn" };
}

export function ignoredIf(
  values: readonly ConfigValue[],
  problem: string,
  otherwise: IgnoredKey["otherwise"] = "refuse",
): IgnoredKey {
  return { accepts: (value) => values.includes(value), problem, otherwise };
}

/** Fields and ignored keys of one table, and what its values must obey together. */
export interface Row<P> {
  readonly fields: Fields<P>;
  readonly ignored?: IgnoredKeys;
  readonly check?: (params: P, place: Place) => void;
}

/** All kinds of one sort of thing. */
export interface KindTable<Kinds> {
  readonly rows: { readonly [K in keyof Kinds]: Row<Kinds[K]> };
  /** Kinds of the reference that this version does not have. */
  readonly elsewhere: readonly string[];
}

/** vthInitL -> vth_init_l */
export function snakeCase(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Object.entries, with what the type says is there. */
function entriesOf<P>(fields: Fields<P>): [keyof P & string, AnyField][] {
  return Object.entries(fields) as [keyof P & string, AnyField][];
}

function keyOf(property: string, field: AnyField): string {
  return field.key ?? snakeCase(property);
}

export function keysOf<P>(fields: Fields<P>): string[] {
  return entriesOf(fields).map(([property, field]) => keyOf(property, field));
}

/**
 * Refuses keys outside the table (warns when lenient), and values of ignored keys that would matter.
 * @param what follows "is not a known ": "key of ATIF"
 */
export function checkKeys(
  place: Place,
  table: ConfigTable,
  known: readonly string[],
  ignored: IgnoredKeys = {},
  what = "key",
): void {
  for (const key of Object.keys(table)) {
    if (known.includes(key)) continue;
    const at = place.at(key);
    const row = Object.hasOwn(ignored, key) ? ignored[key] : undefined;
    if (row === undefined) {
      const list = known.length === 0 ? "there are none" : `expected one of ${known.join(", ")}`;
      const problem = `is not a known ${what}; ${list}.${suggestion(key, known)}`;
      if (place.report.lenient) at.warn(`is ignored: it ${problem}`);
      else at.fail(problem);
    } else if (!row.accepts(table[key])) {
      const problem = `is ${describe(table[key])}; ${row.problem}`;
      if (row.otherwise === "warn" || place.report.lenient) at.warn(`${problem}; ignored.`);
      else at.fail(`${problem}.`);
    }
  }
}

/** The typed values of a table; keys outside the fields are not looked at. @throws ConfigError */
export function readFields<P>(place: Place, table: ConfigTable, fields: Fields<P>): P {
  const params: Partial<Record<keyof P, unknown>> = {};
  for (const [property, field] of entriesOf(fields)) {
    const key = keyOf(property, field);
    if (Object.hasOwn(table, key)) params[property] = field.type.read(table[key], place.at(key));
    else if (field.presence === "required") place.at(key).fail(`is missing; expected ${field.type.expects}.`);
    else if (field.presence === "default") params[property] = structuredClone(field.fallback);
  }
  return params as P;
}

/** What a table must be read as: its keys checked, its values typed. */
export function readRow<P>(place: Place, table: ConfigTable, row: Row<P>, what = "key"): P {
  checkKeys(place, table, keysOf(row.fields), row.ignored, what);
  const params = readFields(place, table, row.fields);
  row.check?.(params, place);
  return params;
}

/** The table under a key. @throws ConfigError unless it is one; a missing one counts as empty unless `needed` says what for */
export function tableAt(place: Place, table: ConfigTable, key: string, needed?: string): ConfigTable {
  if (!Object.hasOwn(table, key)) {
    if (needed !== undefined) place.at(key).fail(`is missing; expected ${needed}.`);
    return emptyTable();
  }
  const value = table[key];
  return isTable(value) ? value : place.at(key).refuse(value, needed ?? "a table");
}

/** A table as a value, read and written by its fields. */
export function tableOf<P>(row: Row<P>): ValueType<P> {
  const expects = `a table with ${keysOf(row.fields).join(", ")}`;
  return {
    expects,
    read: (value, place) => (isTable(value) ? readRow(place, value, row) : place.refuse(value, expects)),
    write: (value) => writeFields(value, row.fields),
  };
}

/** The kind a table names. @throws ConfigError listing the kinds there are, and the nearest one */
export function readKind<Kinds>(
  place: Place,
  table: ConfigTable,
  kinds: KindTable<Kinds>,
): keyof Kinds & string {
  const names = Object.keys(kinds.rows) as (keyof Kinds & string)[];
  const list = names.length === 1 ? quotedList(names) : `one of ${quotedList(names)}`;
  const at = place.at("kind");
  if (!Object.hasOwn(table, "kind")) return at.fail(`is missing; expected ${list}.`);
  const { kind } = table;
  const found = names.find((name) => name === kind);
  if (found !== undefined) return found;
  if (typeof kind !== "string") return at.refuse(kind, list);
  if (kinds.elsewhere.includes(kind)) {
    return at.fail(`is "${kind}", which Qualia knows and this version does not support; expected ${list}.`);
  }
  return at.fail(`is ${describe(kind)}; expected ${list}.${suggestion(kind, names)}`);
}

/** { kind, params } of a table, its params read by the row of its kind. */
export function readVariant<Kinds>(
  place: Place,
  table: ConfigTable,
  kinds: KindTable<Kinds>,
): Variant<Kinds> {
  const kind = readKind(place, table, kinds);
  const given = tableAt(place, table, "params");
  const params = readRow(place.at("params"), given, kinds.rows[kind], `key of ${kind}`);
  return { kind, params };
}

/** Back to TOML, in the order of the fields. */
export function writeFields<P>(params: Readonly<P>, fields: Fields<P>): Record<string, ConfigValue> {
  const table = emptyTable();
  for (const [property, field] of entriesOf(fields)) {
    const value: unknown = params[property];
    if (value !== undefined) table[keyOf(property, field)] = field.type.write(value);
  }
  return table;
}

/** Back to TOML: kind, and params unless there are none. */
export function writeVariant<Kinds>(
  variant: { readonly kind: keyof Kinds; readonly params: Readonly<Kinds[keyof Kinds]> },
  kinds: KindTable<Kinds>,
): Record<string, ConfigValue> {
  const table = emptyTable();
  table.kind = String(variant.kind);
  const params = writeFields(variant.params, kinds.rows[variant.kind].fields);
  if (Object.keys(params).length > 0) table.params = params;
  return table;
}
