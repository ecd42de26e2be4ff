/** Models by name: model files and configuration files make them from plain data. */

import { checkOneOf } from "../checks.js";
import type { Schema } from "../schema/schema.js";
import { show } from "../show.js";
import { GraphModel, planGraphModel, type GraphModelOptions } from "./graph-model.js";
import { SCNN } from "./scnn.js";
import { scnnNetwork } from "./scnn-layers.js";
import { resolveSCNNOptions, scnnSchema, type SCNNOptions } from "./scnn-options.js";
import { SMLP, smlpNetwork } from "./smlp.js";
import { SResNet, sresnetNetwork } from "./sresnet.js";
import {
  resolveSResNetOptions,
  resolveSResNetStrideOptions,
  sresnetSchema,
  sresnetStrideSchema,
  type SResNetOptions,
  type SResNetStrideOptions,
} from "./sresnet-options.js";
import { SResNetStride, sresnetStrideNetwork } from "./sresnet-stride.js";
import { resolveSMLPOptions, smlpSchema, type SMLPOptions } from "./smlp-options.js";
import type { Architecture } from "./architecture.js";
import type { SpikingModel } from "./spiking-model.js";

interface ModelRow<O> {
  /** Its class. */
  readonly model: new (options: never) => GraphModel;
  create(options: O): GraphModel;
  /** The network as data, before any of it is made. @throws as create */
  network(options: O): GraphModelOptions;
}

/** A network that a few options describe: what experiment files may name. */
interface TemplateRow<O, P> extends ModelRow<O> {
  readonly schema: Schema<P>;
}

function template<O, P>(row: TemplateRow<O, P>): TemplateRow<O, P> {
  return row;
}

/** Experiment files know a kind by its row here. */
export const templateTable = {
  SMLP: template({
    schema: smlpSchema,
    model: SMLP,
    create: (options: SMLPOptions) => new SMLP(options),
    network: (options: SMLPOptions) => smlpNetwork(resolveSMLPOptions(options)),
  }),
  SCNN: template({
    schema: scnnSchema,
    model: SCNN,
    create: (options: SCNNOptions) => new SCNN(options),
    network: (options: SCNNOptions) => scnnNetwork(resolveSCNNOptions(options)),
  }),
  SResNet: template({
    schema: sresnetSchema,
    model: SResNet,
    create: (options: SResNetOptions) => new SResNet(options),
    network: (options: SResNetOptions) => sresnetNetwork(resolveSResNetOptions(options)),
  }),
  SResNetStride: template({
    schema: sresnetStrideSchema,
    model: SResNetStride,
    create: (options: SResNetStrideOptions) => new SResNetStride(options),
    network: (options: SResNetStrideOptions) => sresnetStrideNetwork(resolveSResNetStrideOptions(options)),
  }),
};

/** What an experiment file may name. */
export type ModelKind = keyof typeof templateTable;

type OptionsFor<Row> = Row extends ModelRow<infer O> ? O : never;

/** Networks that a few options describe. */
export type TemplateOptions = { [K in ModelKind]: OptionsFor<(typeof templateTable)[K]> };

export interface ModelOptions extends TemplateOptions {
  GraphModel: GraphModelOptions;
}

const modelTable: { readonly [K in keyof ModelOptions]: ModelRow<ModelOptions[K]> } = {
  ...templateTable,
  GraphModel: {
    model: GraphModel,
    create: (options) => new GraphModel(options),
    network: (options) => options,
  },
};

export const modelKinds = Object.keys(modelTable) as (keyof ModelOptions)[];

export function isKnownKind(kind: string): boolean {
  return Object.hasOwn(modelTable, kind);
}

/** Whether its class may compute something else than the table's. */
export function isOwnClass(model: SpikingModel): boolean {
  return !Object.values(modelTable).some((row) => row.model === model.constructor);
}

/** A new model of that architecture, with new weights. @throws RangeError, TypeError on options that make no network */
export function createModel(architecture: Architecture): GraphModel {
  const model = rowOf(architecture).create(architecture.options);
  if (architecture.preprocessing !== undefined) model.preprocessing = architecture.preprocessing;
  return model;
}

/** The network of an architecture as a list of layers, before any of it is made. @throws RangeError, TypeError as createModel */
export function networkOf(architecture: Architecture): GraphModelOptions {
  return rowOf(architecture).network(architecture.options);
}

/**
 * Weights of the convolutions and linear layers that createModel would make. No memory is spent: whoever has an architecture from a
 * stranger can ask first.
 *
 * @throws RangeError, TypeError as createModel, for what can be seen without making it
 */
export function weightCount(architecture: Architecture): number {
  const { layers } = planGraphModel(architecture.kind, networkOf(architecture));
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
