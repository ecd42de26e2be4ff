/** Losses and metrics of a program's own, in a file: their names, since a file cannot hold a function. */

import { groupOf, required, type Schema } from "../../schema/schema.js";
import { text, type ValueType } from "../../schema/value-types.js";
import { emptyTable, isList, isTable, type ConfigTable } from "./config-tree.js";
import type { OwnName } from "./experiment.js";
import type { ConfigDocument } from "./parse.js";

/** What a program gives with an experiment, by name. */
export interface GivenNames {
  readonly loss?: string | OwnName;
  readonly metrics?: readonly string[];
}

const schema: Schema<OwnName> = {
  fields: { name: required(text('a name, such as "top3"'), "Of a function that a program gives.") },
};
const group = groupOf(schema);

/** One of this library's, by its name; or { name = "…" }. */
export function orOwn<V extends string>(known: ValueType<V>): ValueType<V | OwnName> {
  return {
    expects: `${known.expects}, or { name = "…" } of a function that a program gives`,
    read: (value, place) => (isTable(value) ? group.read(value, place) : known.read(value, place)),
    write: (value) => (typeof value === "string" ? known.write(value) : group.write(value)),
  };
}

/**
 * The document with the names of what a program gives, where a file would say them.
 * @param all the metrics of this library, which stand there where none are named
 */
export function withGivenNames(
  document: ConfigDocument,
  { loss, metrics = [] }: GivenNames,
  section: string,
  all: readonly string[],
): ConfigDocument {
  const { tree } = document;
  const framework = Object.hasOwn(tree, section) ? tree[section] : undefined;
  if (!isTable(framework)) return document;
  const params = Object.hasOwn(framework, "params") ? framework.params : emptyTable();
  // What is no table is refused by whoever reads it.
  if (!isTable(params)) return document;
  const listed = Object.hasOwn(params, "metrics") ? params.metrics : [...all];
  const known = isList(listed) ? listed : [];
  const missing = metrics.filter((name) => !known.some((each) => isTable(each) && each.name === name));
  const isOther = loss === undefined || isTable(params.loss);
  const added = withKeys(params, {
    // One that the file names must be the one that is given: whoever takes the functions compares them.
    ...(isOther ? {} : { loss: typeof loss === "string" ? loss : withKeys({}, { name: loss.name }) }),
    ...(missing.length === 0 || !isList(listed)
      ? {}
      : { metrics: [...known, ...missing.map((name) => withKeys({}, { name }))] }),
  });
  return { ...document, tree: withKeys(tree, { [section]: withKeys(framework, { params: added }) }) };
}

function withKeys(table: ConfigTable, more: ConfigTable): ConfigTable {
  return Object.assign(emptyTable(), table, more);
}
