/** What atif import is told of a network, from words to what importModel takes. */

import { parseOverride } from "../experiment/description/index.js";
import { ConfigError } from "../errors.js";
import type { ImportModelOptions } from "../exchange/import/import-options.js";
import type { Pair } from "../windows.js";
import type { ComputeArguments } from "./compute-arguments.js";
import { UsageError } from "./exit-codes.js";

/** The options of the command, as words or as their readers give them. */
export interface ImportArguments extends ComputeArguments {
  readonly file: string;
  readonly config?: string;
  readonly architecture?: string;
  readonly name?: string;
  readonly lenient?: boolean;
  readonly prefix?: string;
  readonly key?: string;
  readonly kind?: string;
  readonly inputShape?: readonly number[];
  readonly timesteps?: number;
  readonly stepMode?: "s" | "m";
  readonly neuron?: string;
  readonly strides?: readonly Pair[];
  readonly paddings?: readonly Pair[];
  readonly poolSizes?: readonly Pair[];
  readonly prepool?: Pair;
  readonly postpool?: Pair | "max" | "avg" | "none" | "sum";
  readonly reset?: "hard" | "subtract" | "metadata";
  readonly dt?: number;
  readonly startAtReset?: boolean;
  readonly data?: string;
  readonly out?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

const PASSED = [
  "config",
  "architecture",
  "lenient",
  "prefix",
  "key",
  "kind",
  "inputShape",
  "timesteps",
  "stepMode",
  "prepool",
  "postpool",
  "reset",
  "dt",
  "startAtReset",
] as const satisfies readonly (keyof ImportArguments & keyof ImportModelOptions)[];

export function importOptionsOf(args: ImportArguments): ImportModelOptions {
  const options: Record<string, unknown> = {};
  for (const name of PASSED) if (args[name] !== undefined) options[name] = args[name];
  // Without a config, the name is that of the run alone.
  if (args.name !== undefined && args.config !== undefined) options.name = args.name;
  if (args.neuron !== undefined) options.neuron = neuronOf(args.neuron);
  for (const name of ["strides", "paddings", "poolSizes"] as const) {
    const list = args[name];
    if (list === undefined) continue;
    const [first] = list;
    // One number is meant for all stages.
    options[name] = list.length === 1 && typeof first === "number" ? first : list;
  }
  return options;
}

/** "--input-shape" */
export function optionWords(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** "LIFNode", "LIFNode:tau=2,v_reset=false", or the same as a table of TOML. @throws UsageError */
function neuronOf(text: string): unknown {
  const expected =
    "expected a kind, and its params behind a colon, as in --neuron LIFNode:v_reset=false,tau=2";
  try {
    if (text.startsWith("{")) return parseOverride(`neuron=${text}`)[1];
    const [kind, ...rest] = text.split(":");
    if (!/^\w+$/.test(kind)) throw new ConfigError("");
    const params = rest
      .join(":")
      .split(",")
      .filter((part) => part !== "");
    return { kind, params: Object.fromEntries(params.map((part) => parseOverride(part))) };
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    throw new UsageError(`--neuron is ${JSON.stringify(text)}; ${expected}.`, { cause: thrown });
  }
}
