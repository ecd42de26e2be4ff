/** What importModel is told beside the file. */

import { checkOptions } from "../../checks.js";
import type { ModelKind } from "../../models/table.js";
import type { NeuronSpec } from "../../neurons/table.js";
import type { Shape } from "../../shapes.js";
import type { Pair } from "../../windows.js";
import type { ForeignArchitecture } from "./network-source.js";

/** A neuron by its kind, with params in the spelling of Qualia or of this library. */
export type ForeignNeuron =
  string | NeuronSpec | { readonly kind: string; readonly params?: Readonly<Record<string, unknown>> };

/** What of a network of Qualia leaves no trace in the names and shapes of its arrays. */
export interface NetworkFacts {
  /** Where several kinds have the same names: "SResNet" or "SResNetStride". */
  readonly kind?: ModelKind;
  /** Channels last, without batch and time: [H, W, C], [S, C] or [F]. */
  readonly inputShape?: Shape;
  /** T */
  readonly timesteps?: number;
  /** Default 's', or as the description says; the weights are the same. */
  readonly stepMode?: "s" | "m";
  /** Where no array tells the kind. As text, the kind alone: its params are those that SpikingJelly has by default. */
  readonly neuron?: ForeignNeuron;
  /** One for each stage (SCNN), or for the first convolution and each group (residual networks); or one number for all. */
  readonly strides?: number | readonly Pair[];
  readonly paddings?: number | readonly Pair[];
  readonly poolSizes?: number | readonly Pair[];
  /** Average pooling of the input (default 1: none). */
  readonly prepool?: Pair;
  /** SCNN: average pooling before flatten (default 1: none). Residual networks: "max", "avg" or "none". */
  readonly postpool?: Pair | "max" | "avg" | "none" | "sum";
  /** Of training alone (default 0). */
  readonly dropouts?: number | readonly number[];
}

export interface ImportModelOptions extends NetworkFacts {
  /** Which [[model]] of the config; without a config, what messages call bytes. */
  readonly name?: string;
  /** An experiment file of Qualia: its path, or its text. */
  readonly config?: string;
  /** Undeclared keys of the config are stepped over, and said in the report (default false: refused). */
  readonly lenient?: boolean;
  /** The params of Qualia, or a list of layers: data, JSON text, or the path of a JSON file. */
  readonly architecture?: ForeignArchitecture | string;
  /** Of a checkpoint of PyTorch, where the state dict stands, if it is not found: "ema.model", dots between keys. */
  readonly key?: string;
  /** What all names of the network begin with, where that is neither "module." nor "model.". */
  readonly prefix?: string;
  /** NIR: what happens after a spike. */
  readonly reset?: "hard" | "subtract" | "metadata";
  /** NIR: the length of a time step, in the unit of the file's time constants. */
  readonly dt?: number;
  /** NIR: whether potentials begin at v_reset (default: as notes in the file say, else at 0). */
  readonly startAtReset?: boolean;
}

export const factNames = [
  "kind",
  "inputShape",
  "timesteps",
  "stepMode",
  "neuron",
  "strides",
  "paddings",
  "poolSizes",
  "prepool",
  "postpool",
  "dropouts",
] as const satisfies readonly (keyof NetworkFacts)[];

const optionNames = [
  ...factNames,
  "name",
  "config",
  "lenient",
  "architecture",
  "prefix",
  "key",
  "reset",
  "dt",
  "startAtReset",
] as const satisfies readonly (keyof ImportModelOptions)[];

/** @throws TypeError for an option that is not known, and for two descriptions */
export function checkImportOptions(options: ImportModelOptions): void {
  checkOptions("importModel", options ?? null, optionNames);
  if (options.config !== undefined && options.architecture !== undefined) {
    throw new TypeError(
      "importModel: config and architecture are both given; expected one of them. Leave out the other.",
    );
  }
}

/** Those that are given, by name. */
export function givenFacts(options: ImportModelOptions): NetworkFacts {
  const given = factNames.flatMap((name) =>
    options[name] === undefined ? [] : [[name, options[name]] as const],
  );
  return Object.fromEntries(given);
}
