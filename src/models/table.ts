/** Models by name: model files and configuration files make them from plain data. */

import { checkOneOf } from "../checks.js";
import { show } from "../show.js";
import { GraphModel, planGraphModel, type GraphModelOptions } from "./graph-model.js";
import { SCNN } from "./scnn.js";
import { scnnNetwork } from "./scnn-layers.js";
import { resolveSCNNOptions, type SCNNOptions } from "./scnn-options.js";
import { resolveSMLPOptions, SMLP, smlpNetwork, type SMLPOptions } from "./smlp.js";
import type { Architecture } from "./architecture.js";

/** Networks that a few options describe. */
export interface TemplateOptions {
  SMLP: SMLPOptions;
  SCNN: SCNNOptions;
}

export interface ModelOptions extends TemplateOptions {
  GraphModel: GraphModelOptions;
}

/** What an experiment file may name. */
export type ModelKind = keyof TemplateOptions;

interface ModelRow<O> {
  create(options: O): GraphModel;
  /** The network as data, before any of it is made. @throws as create */
  network(options: O): GraphModelOptions;
}

const modelTable: { readonly [K in keyof ModelOptions]: ModelRow<ModelOptions[K]> } = {
  SMLP: {
    create: (options) => new SMLP(options),
    network: (options) => smlpNetwork(resolveSMLPOptions(options)),
  },
  SCNN: {
    create: (options) => new SCNN(options),
    network: (options) => scnnNetwork(resolveSCNNOptions(options)),
  },
  GraphModel: { create: (options) => new GraphModel(options), network: (options) => options },
};

export const modelKinds = Object.keys(modelTable) as (keyof ModelOptions)[];

/** A new model of that architecture, with new weights. @throws RangeError, TypeError on options that make no network */
export function createModel(architecture: Architecture): GraphModel {
  return rowOf(architecture).create(architecture.options);
}

/**
 * Weights of the convolutions and linear layers that createModel would make. No memory is spent: whoever has an architecture from a
 * stranger can ask first.
 *
 * @throws RangeError, TypeError as createModel, for what can be seen without making it
 */
export function weightCount(architecture: Architecture): number {
  const network = rowOf(architecture).network(architecture.options);
  const { layers } = planGraphModel(architecture.kind, network);
  return layers.reduce((sum, { row, options }) => sum + row.weights(options), 0);
}

/** Options come from a file: the constructors check every one of them. */
function rowOf(architecture: unknown): ModelRow<unknown> {
  if (typeof architecture !== "object" || architecture === null) {
    throw new TypeError(
      `the architecture is ${show(architecture)}; expected { kind, options }, with a kind of ${modelKinds.join(", ")}.`,
    );
  }
  const kind = checkOneOf("model kind", (architecture as Partial<Architecture>).kind, modelKinds);
  return modelTable[kind];
}
