/** How whoever imports a network describes it: an experiment file of Qualia, its params, or a list of layers. */

import { ConfigError, messageOf } from "../../errors.js";
import {
  networkTableIn,
  networkTableOf,
  type NetworkTable,
} from "../../experiment/description/network-table.js";
import { isTooDeep } from "../../formats/json-depth.js";
import type { Architecture } from "../../models/architecture.js";
import { isKnownKind } from "../../models/table.js";
import { readTextFile } from "../../platform/text-file.js";
import { show } from "../../show.js";
import { snakeCased } from "./argument-names.js";
import type { ListedLayer } from "./listed-layer.js";

/** The params of a network as Qualia has them, in snake_case: { kind: "SCNN", params: { input_shape: [28, 28, 1], … } }. */
export interface QualiaArchitecture {
  readonly kind: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A list of layers, and what of the network it does not say. */
export interface ListedArchitecture {
  readonly layers: readonly ListedLayer[];
  readonly inputShape?: readonly number[];
  readonly timesteps?: number;
  readonly stepMode?: "s" | "m";
}

export type ForeignArchitecture =
  QualiaArchitecture | Architecture | ListedArchitecture | readonly ListedLayer[];

/** What was given, told apart. */
export type DescribedNetwork =
  | { readonly form: "template"; readonly table: NetworkTable }
  | { readonly form: "layers"; readonly listed: ListedArchitecture; readonly source: string }
  | { readonly form: "own"; readonly architecture: Architecture; readonly source: string };

const MAX_BYTES = 2 ** 22;
const EXPECTED =
  "expected { kind, params } with the keys of Qualia, or a list of layers, " +
  'such as [["Linear", 64, 10], ["IFNode", { "v_reset": null }]]';

/** @param config the path of a TOML file, or its text @throws ConfigError, FileError */
export function describedByConfig(config: string, name: string | undefined): DescribedNetwork {
  if (typeof config !== "string" || config === "") {
    throw new ConfigError(
      `importModel: config is ${show(config)}; expected the path of an experiment file of Qualia, or its text.`,
    );
  }
  const isText = config.includes("\n") || (config.includes("=") && !config.endsWith(".toml"));
  const text = isText ? config : readTextFile(config, MAX_BYTES);
  return { form: "template", table: networkTableIn(text, isText ? "the config" : config, name) };
}

/** @param given data, the text of a JSON file, or its path @throws ConfigError, FileError */
export function describedByArchitecture(given: ForeignArchitecture | string): DescribedNetwork {
  const isText = typeof given === "string" && /^\s*[[{]/.test(given);
  const source = typeof given !== "string" || isText ? "the architecture" : given;
  const value =
    typeof given === "string" ? parsed(isText ? given : readTextFile(given, MAX_BYTES), source) : given;
  if (Array.isArray(value)) return { form: "layers", listed: { layers: value as ListedLayer[] }, source };
  if (typeof value !== "object" || value === null)
    throw new ConfigError(`${source} is ${show(value)}; ${EXPECTED}.`);
  const { kind, layers, params, options } = value as Readonly<Record<string, unknown>>;
  if (Array.isArray(layers) && kind === undefined)
    return { form: "layers", listed: listedOf(value, source), source };
  if (typeof kind === "string" && options !== undefined && params === undefined && isKnownKind(kind))
    return { form: "own", architecture: value as Architecture, source };
  if (kind === undefined) throw new ConfigError(`${source} has no kind; ${EXPECTED}.`);
  const { kind: _, params: __, ...others } = value as Readonly<Record<string, unknown>>;
  const plain = { ...others, kind, params: plainParams(params ?? {}) };
  return { form: "template", table: networkTableOf(plain, source) };
}

function parsed(text: string, source: string): unknown {
  if (isTooDeep(text)) throw new ConfigError(`${source} is nested too deep; ${EXPECTED}.`);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ConfigError(`${source} is no JSON (${messageOf(error)}); ${EXPECTED}.`, { cause: error });
  }
}

const LISTED = ["layers", "input_shape", "timesteps", "step_mode"];

/** Its keys in either spelling. */
function listedOf(value: object, source: string): ListedArchitecture {
  const listed: Record<string, unknown> = {};
  for (const [key, each] of Object.entries(value)) {
    const known = LISTED.find((name) => name === snakeCased(key));
    if (known === undefined)
      throw new ConfigError(
        `${source} has the key ${show(key)}; expected those of ${LISTED.join(", ")} beside a list of layers.`,
      );
    listed[known] = each as unknown;
  }
  return {
    layers: listed.layers as readonly ListedLayer[],
    ...(listed.input_shape === undefined ? {} : { inputShape: listed.input_shape as number[] }),
    ...(listed.timesteps === undefined ? {} : { timesteps: listed.timesteps as number }),
    ...(listed.step_mode === undefined ? {} : { stepMode: listed.step_mode as "s" | "m" }),
  };
}

/** As a TOML file could have it: JSON and Python say none where such a file leaves a key out, or says false. */
export function plainParams(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainParams);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, each]): [string, unknown][] => {
    if (each === undefined) return [];
    if (each !== null) return [[snakeCased(key), plainParams(each)]];
    return snakeCased(key) === "v_reset" ? [[key, false]] : [];
  });
  return Object.fromEntries(entries);
}
