/** Models by name: model files and configuration files make them from plain data. */

import { checkOneOf } from "../checks.js";
import { SCNN } from "./scnn.js";
import type { SCNNOptions } from "./scnn-options.js";
import { SMLP, type SMLPOptions } from "./smlp.js";
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

export const modelKinds = Object.keys(modelTable) as ModelKind[];

/** A new model of that architecture, with new weights. @throws RangeError, TypeError on options that make no network */
export function createModel(architecture: Architecture): SpikingModel {
  const kind = checkOneOf("model kind", architecture.kind, modelKinds);
  return build(kind, architecture.options);
}

function build<K extends ModelKind>(kind: K, options: Readonly<Record<string, unknown>>): SpikingModel {
  // Options come from a file: the constructors check every one of them.
  return modelTable[kind](options as unknown as ModelOptions[K]);
}
