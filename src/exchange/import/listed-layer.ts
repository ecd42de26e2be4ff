/** A layer of a list that describes a network of another tool, in any of the forms that such lists have. */

import { ConfigError } from "../../errors.js";
import { show } from "../../show.js";

/**
 * ["Conv2d", 2, 4, 3, 1, false]: kind and arguments in order (in, out, kernel, padding, bias); the last may be an object with
 * arguments by name, and then those before it may end anywhere: ["Conv2d", 2, 4, 3, { "stride": 2 }]. Or an object, which may
 * name the layer and what it reads: { "name": "fc1", "kind": "Linear" }. Sizes that are left out are those of the arrays.
 */
export type ListedLayer =
  | string
  | readonly [kind: string, ...args: readonly unknown[]]
  | {
      readonly name?: string;
      readonly kind: string;
      /** By name, as PyTorch spells them or as atif does. */
      readonly params?: Readonly<Record<string, unknown>>;
      /** The same. */
      readonly options?: Readonly<Record<string, unknown>>;
      readonly inputs?: readonly string[];
    };

/** The same in one form. */
export interface NamedLayer {
  readonly name: string;
  readonly kind: string;
  readonly positional: readonly unknown[];
  readonly named: Readonly<Record<string, unknown>>;
  readonly inputs: readonly string[] | undefined;
}

const EXPECTED =
  'a kind with its arguments, such as ["Linear", 64, 10], or an object such as { "name": "fc1", "kind": "Linear" }';

/** @param where "the architecture: layers[3]" @param index names it where it has no name, as in nn.Sequential */
export function namedLayer(where: string, layer: unknown, index: number): NamedLayer {
  const name = String(index);
  if (typeof layer === "string") return { name, kind: layer, positional: [], named: {}, inputs: undefined };
  if (Array.isArray(layer)) {
    const [kind, ...args] = layer as unknown[];
    if (typeof kind !== "string") throw new ConfigError(`${where} is ${show(layer)}; expected ${EXPECTED}.`);
    const last = args.at(-1);
    const named = isObject(last) ? last : {};
    return { name, kind, positional: isObject(last) ? args.slice(0, -1) : args, named, inputs: undefined };
  }
  if (!isObject(layer) || typeof layer.kind !== "string")
    throw new ConfigError(`${where} is ${show(layer)}; expected ${EXPECTED}.`);
  const { name: own, kind, params, options, inputs, ...others } = layer;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw new ConfigError(
      `${where} has the key ${show(other)}; expected name, kind, params and inputs. Arguments stand in params.`,
    );
  }
  for (const each of [params, options]) {
    if (each === undefined || isObject(each)) continue;
    throw new ConfigError(`${where}: params is ${show(each)}; expected an object with arguments by name.`);
  }
  if (own !== undefined && typeof own !== "string")
    throw new ConfigError(`${where}: name is ${show(own)}; expected text, such as "fc1".`);
  return {
    name: own ?? name,
    kind,
    positional: [],
    named: { ...(options as object | undefined), ...(params as object | undefined) },
    inputs: inputs as readonly string[] | undefined,
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
