/**
 * The options of a class, once: names, types, defaults and what they mean. Constructors read them as arguments
 * (readOptions), experiment files as keys, and the reference of experiment files is written from them. A schema is keyed
 * by the properties of the type it produces, so an option without a row does not compile.
 */

import { checkOptions } from "../checks.js";
import { ArgumentPlace, type OptionName, type Place } from "./place.js";
import type { ValueType } from "./value-types.js";

// NO_SIDE_EFFECTS, here and in value-types.ts: bundlers leave out the rows of classes that nobody names.

interface FieldOf<V> {
  readonly type: ValueType<V>;
  /** In a sentence, for the reference of experiment files; "" where no file has the option. */
  readonly meaning: string;
  /** The key in a file, where it is not the name in snake_case. */
  readonly key?: string;
  /** false: an option of the constructor alone, such as a function. */
  readonly inFiles?: boolean;
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

export type AnyField = RequiredField<unknown> | DefaultField<unknown> | OptionalField<unknown>;

type FieldSettings = Pick<FieldOf<unknown>, "key" | "inFiles">;

/* @__NO_SIDE_EFFECTS__ */
export function required<V>(
  type: ValueType<V>,
  meaning = "",
  settings: FieldSettings = {},
): RequiredField<V> {
  return { presence: "required", type, meaning, ...settings };
}

/* @__NO_SIDE_EFFECTS__ */
export function withDefault<V>(
  type: ValueType<V>,
  fallback: V,
  meaning = "",
  settings: FieldSettings = {},
): DefaultField<V> {
  return { presence: "default", type, fallback, meaning, ...settings };
}

/* @__NO_SIDE_EFFECTS__ */
export function optional<V>(
  type: ValueType<V>,
  meaning = "",
  settings: FieldSettings = {},
): OptionalField<V> {
  return { presence: "optional", type, meaning, ...settings };
}

/** @typeParam P the options with every default filled in */
export interface Schema<P> {
  readonly fields: Fields<P>;
  /** What values must obey together. @throws through the place, at the option that breaks it */
  readonly check?: (options: P, place: Place) => void;
}

/** The options that a schema describes. */
export type OptionsOf<S> = S extends Schema<infer P> ? P : never;

/** Object.entries, with what the type says is there. */
export function fieldsOf<P>({ fields }: Pick<Schema<P>, "fields">): [keyof P & string, AnyField][] {
  return Object.entries(fields) as [keyof P & string, AnyField][];
}

/** The names of all options, in order. */
export function optionNames<P>(schema: Schema<P>): (keyof P & string)[] {
  return fieldsOf(schema).map(([name]) => name);
}

/**
 * The options of a constructor, checked, with every default filled in. What is undefined counts as left out. Lists are
 * copies: what the caller changes later is not this object.
 *
 * @param where the class: "SCNN"
 * @throws TypeError for what is no object, for an option that is not known and for a value of another type; RangeError
 */
export function readOptions<P>(where: string, options: unknown, schema: Schema<P>): P {
  return readSchema(options, new ArgumentPlace(where), schema);
}

/**
 * As readOptions, of a constructor that takes some of its options by position: `new Linear(64, 10, { bias: false })`.
 *
 * @param positional these, by name
 * @throws as readOptions
 */
export function readArguments<P>(
  where: string,
  positional: Partial<Record<keyof P, unknown>>,
  options: unknown,
  schema: Schema<P>,
): P {
  const named = optionNames(schema).filter((name) => !(name in positional));
  checkOptions(where, options, named);
  return readOptions(where, { ...(options as object | undefined), ...positional }, schema);
}

/**
 * The options that stand at a place, checked, with every default filled in.
 *
 * @throws through the place
 */
export function readSchema<P>(value: unknown, at: Place, schema: Schema<P>): P {
  const fields = fieldsOf(schema);
  const isNeeded = fields.some(([, { presence }]) => presence === "required");
  const { given, place } = at.open(isNeeded ? (value ?? null) : value, keysOf(schema));
  const read: Partial<Record<keyof P, unknown>> = {};
  for (const [name, field] of fields) {
    const isGiven = Object.hasOwn(given, name);
    if (!isGiven && field.presence === "required") place.at(name).missing(field.type.expects);
    if (isGiven || field.presence === "required") read[name] = field.type.read(given[name], place.at(name));
    else if (field.presence === "default") read[name] = copyOf(field.fallback);
  }
  const complete = read as P;
  schema.check?.(complete, place);
  return complete;
}

/** The names of all options, and the keys of those that files call otherwise. */
export function keysOf<P>(schema: Schema<P>): OptionName[] {
  return fieldsOf(schema).map(([name, { key }]) => ({ name, ...(key === undefined ? {} : { key }) }));
}

/** A default is nobody's to change. */
function copyOf(fallback: unknown): unknown {
  if (Array.isArray(fallback)) return fallback.map(copyOf);
  if (typeof fallback !== "object" || fallback === null) return fallback;
  if (Object.getPrototypeOf(fallback) !== Object.prototype) return fallback;
  return Object.fromEntries(Object.entries(fallback).map(([name, value]) => [name, copyOf(value)]));
}

/** Options within an option. */
/* @__NO_SIDE_EFFECTS__ */
export function groupOf<P>(schema: Schema<P>): ValueType<P> {
  return {
    expects: `a table with ${keysOf(schema)
      .map(({ name, key }) => key ?? snakeCase(name))
      .join(", ")}`,
    parts: schema.fields,
    read: (value, place) => readSchema(value, place, schema),
    write: (options) => Object.fromEntries(writtenFields(options, schema)),
  };
}

/** Keys and values as a file spells them, in the order of the fields; what is undefined is left out. */
export function writtenFields<P>(options: Readonly<P>, schema: Schema<P>): [key: string, value: unknown][] {
  const written: [string, unknown][] = [];
  for (const [name, field] of fieldsOf(schema)) {
    const value: unknown = options[name];
    if (value !== undefined) written.push([field.key ?? snakeCase(name), field.type.write(value)]);
  }
  return written;
}

/** vthInitL -> vth_init_l */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
