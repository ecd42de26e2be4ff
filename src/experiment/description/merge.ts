/** Laying one table over another, and [model_template] under every model. */

import { emptyTable, isList, isTable } from "./config-tree.js";
import type { ConfigTable, ConfigValue } from "./config-tree.js";
import { templateKeys } from "./model-schema.js";
import type { ConfigDocument } from "./parse.js";
import { TRAINING } from "./training-schema.js";

/** Tables merge key by key; anything else, lists included, is taken from `over`. */
export function mergeTables(under: ConfigTable, over: ConfigTable): ConfigTable {
  const merged = emptyTable();
  Object.assign(merged, under);
  for (const key of Object.keys(over)) {
    const [low, high]: (ConfigValue | undefined)[] = [merged[key], over[key]];
    merged[key] = isTable(low) && isTable(high) ? mergeTables(low, high) : over[key];
  }
  return merged;
}

/** Each [[model]] with the keys of [model_template] that it does not set itself. */
export function mergeTemplate(document: ConfigDocument): ConfigDocument {
  const { model, model_template: template } = document.tree;
  if (!isList(model) || !isTable(template)) return document;
  const shared = emptyTable();
  for (const key of [...templateKeys, ...Object.keys(TRAINING.ignored ?? {})]) {
    if (Object.hasOwn(template, key)) shared[key] = template[key];
  }
  const models = model.map((own) => (isTable(own) ? mergeTables(shared, own) : own));
  return { ...document, tree: mergeTables(document.tree, tableWith("model", models)) };
}

function tableWith(key: string, value: ConfigValue): ConfigTable {
  const table = emptyTable();
  table[key] = value;
  return table;
}
