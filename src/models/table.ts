/** Models by name: model files and configuration files make them from plain data. */

import { checkOneOf } from "../checks.js";
import { show } from "../show.js";
import { SCNN } from "./scnn.js";
import { scnnWeightCount } from "./scnn-layers.js";
import { resolveSCNNOptions, type SCNNOptions } from "./scnn-options.js";
import { SMLP, smlpWeightCount } from "./smlp.js";
import type { SMLPOptions } from "./smlp-options.js";
import type { Architecture, SpikingModel } from "./spiking-model.js";

export interface ModelOptions {
  SMLP: SMLPOptions;
  SCNN: SCNNOptions;
}

export type ModelKind = keyof ModelOptions;

export const modelTable: { readonly [K in ModelKind]: (options: ModelOptions[K]) => SpikingModel } = {
  SMLP: (options) => new SMLP(options),
  SCNN: (options) => new SCNN(options),
};

const weightCounts: { readonly [K in ModelKind]: (options: ModelOptions[K]) => number } = {
  SMLP: smlpWeightCount,
  SCNN: (options) => scnnWeightCount(resolveSCNNOptions(options)),
};

export const modelKinds = Object.keys(modelTable) as ModelKind[];

/** A new model of that architecture, with new weights. @throws RangeError, TypeError on options that make no network */
export function createModel(architecture: Architecture): SpikingModel {
  const kind = checkKind(architecture);
  return lookUp(modelTable, kind)(architecture.options);
}

/**
 * Weights of the convolutions and linear layers that createModel would make. No memory is spent: whoever has an
 * architecture from a stranger can ask first.
 *
 * @throws RangeError, TypeError as createModel, for what can be seen without making it
 */
export function weightCount(architecture: Architecture): number {
  const kind = checkKind(architecture);
  return lookUp(weightCounts, kind)(architecture.options);
}

function checkKind(architecture: unknown): ModelKind {
  if (typeof architecture !== "object" || architecture === null) {
    throw new TypeError(
      `the architecture is ${show(architecture)}; expected { kind, options }, with a kind of ${modelKinds.join(", ")}.`,
    );
  }
  return checkOneOf("model kind", (architecture as Partial<Architecture>).kind, modelKinds);
}

/** Options come from a file: the constructors check every one of them. */
function lookUp<R>(
  table: { readonly [K in ModelKind]: (options: ModelOptions[K]) => R },
  kind: ModelKind,
): (options: Readonly<Record<string, unknown>>) => R {
  return table[kind] as (options: unknown) => R;
}
