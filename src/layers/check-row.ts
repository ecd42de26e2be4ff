/** What another package may give to defineLayer. */

import { Module } from "../module/module.js";
import { show } from "../show.js";
import type { LayerRow } from "./layer-row.js";

const NEEDED = ["create", "outputShape", "weights", "operations"] as const;

/**
 * @param kindOfClass which kind a class is already, if any
 * @throws TypeError for what is no row of a layer; RangeError for a class that is known
 */
export function checkRow(
  where: string,
  kind: unknown,
  row: unknown,
  kindOfClass: (layerClass: unknown) => string | undefined,
): void {
  const given = Object(row) as Partial<Record<keyof LayerRow<object>, unknown>>;
  for (const part of NEEDED) {
    if (typeof given[part] === "function") continue;
    throw new TypeError(
      `${where}: the row of ${show(kind)} has no function ${part}; expected { ${NEEDED.join(", ")} }.`,
    );
  }
  const { schema, inputs, scaling, layer, options } = given;
  if (options !== undefined && typeof options !== "function")
    throw new TypeError(`${where}: options of ${show(kind)} is ${show(options)}; expected a function.`);
  if (inputs !== undefined && inputs !== 1 && inputs !== "several" && inputs !== "any")
    throw new TypeError(
      `${where}: inputs of ${show(kind)} is ${show(inputs)}; expected 1, "several" or "any".`,
    );
  if (scaling !== undefined && !["passes", "weight", "stays"].includes(scaling as string))
    throw new TypeError(
      `${where}: scaling of ${show(kind)} is ${show(scaling)}; expected "passes", "weight" or "stays".`,
    );
  const fields: unknown = (schema as { fields?: unknown } | null | undefined)?.fields;
  if (schema !== undefined && (typeof fields !== "object" || fields === null)) {
    throw new TypeError(
      `${where}: schema of ${show(kind)} is ${show(schema)}; expected { fields }, with a field for each option, ` +
        `such as schema.withDefault(…).`,
    );
  }
  if (layer === undefined) return;
  if (typeof layer !== "function" || !(layer.prototype instanceof Module)) {
    throw new TypeError(
      `${where}: layer of ${show(kind)} is ${show(layer)}; expected its class, which extends Module.`,
    );
  }
  const known = kindOfClass(layer);
  if (known === undefined) return;
  throw new RangeError(
    `${where}: the class ${layer.name} is ${show(known)} already; expected one that is not known. Extend it.`,
  );
}

/** @throws TypeError unless a row's create() made a layer */
export function checkCreated(kind: string, layer: unknown): asserts layer is Module {
  if (layer instanceof Module) return;
  throw new TypeError(
    `create() of the layer ${show(kind)} returned ${show(layer)}; expected a new layer, of a class that extends Module.`,
  );
}
