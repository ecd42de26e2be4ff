/**
 * The layers by name: networks as data, model files and importers read this table. Neurons are layers, too: their rows
 * come from the table of neurons.
 */

import { checkOptions } from "../checks.js";
import { claimKind, claimYielding } from "../module/kinds.js";
import type { Module, StepMode } from "../module/module.js";
import { didYouMean } from "../nearest.js";
import { kindOfClass } from "../neurons/known-classes.js";
import {
  completeParams,
  createNeuron,
  isNeuronKind,
  neuronKinds,
  neuronRow,
  neuronSpecOf,
  type NeuronKind,
  type NeuronParams,
} from "../neurons/table.js";
import { plainCopy } from "../schema/plain-copy.js";
import { readOptions, type Schema } from "../schema/schema.js";
import { sizeOf, type Shape } from "../shapes.js";
import { show } from "../show.js";
import type { Pair } from "../windows.js";
import { addRow } from "./add.js";
import { batchNorm1dRow, batchNorm2dRow, type BatchNormOptions, type BatchNormSpec } from "./batch-norm.js";
import { checkCreated, checkRow } from "./check-row.js";
import {
  conv1dRow,
  conv2dRow,
  type Conv1dOptions,
  type Conv1dSpec,
  type Conv2dOptions,
  type Conv2dSpec,
} from "./convolution.js";
import { dropoutRow, type DropoutSpec } from "./dropout.js";
import { flattenRow, type FlattenOptions, type FlattenSpec } from "./flatten.js";
import { globalSumPoolRow } from "./global-sum-pool.js";
import type { FullLayerRow, LayerRow, Operations, Scaling } from "./layer-row.js";
import { linearRow, type LinearOptions, type LinearSpec } from "./linear.js";
import {
  avgPool1dRow,
  avgPool2dRow,
  maxPool1dRow,
  maxPool2dRow,
  type Pool1dSpec,
  type Pool2dSpec,
} from "./pooling.js";

type None = Readonly<Record<never, never>>;

/**
 * The options of each kind of layer as a network states them: the constructor's arguments by name. Packages that define
 * layers add theirs: `declare module "atif" { interface LayerArguments { Mine: { rate: number } } }`.
 */
export interface LayerArguments {
  Linear: Pick<LinearSpec, "inFeatures" | "outFeatures"> & LinearOptions;
  Conv1d: Pick<Conv1dSpec, "inChannels" | "outChannels" | "kernelSize"> & Conv1dOptions;
  Conv2d: Pick<Conv2dSpec, "inChannels" | "outChannels"> & { kernelSize: Pair } & Conv2dOptions;
  BatchNorm1d: Pick<BatchNormSpec, "numFeatures"> & BatchNormOptions;
  BatchNorm2d: Pick<BatchNormSpec, "numFeatures"> & BatchNormOptions;
  Dropout: Partial<DropoutSpec>;
  Flatten: FlattenOptions;
  MaxPool1d: { kernelSize: number; stride?: number; padding?: number };
  AvgPool1d: { kernelSize: number; stride?: number; padding?: number };
  MaxPool2d: { kernelSize: Pair; stride?: Pair; padding?: Pair };
  AvgPool2d: { kernelSize: Pair; stride?: Pair; padding?: Pair };
  GlobalSumPool: None;
  Add: None;
}

/** The same with every default filled in: what rows work with. */
export interface ResolvedLayerOptions {
  Linear: LinearSpec;
  Conv1d: Conv1dSpec;
  Conv2d: Conv2dSpec;
  BatchNorm1d: BatchNormSpec;
  BatchNorm2d: BatchNormSpec;
  Dropout: DropoutSpec;
  Flatten: FlattenSpec;
  MaxPool1d: Pool1dSpec;
  AvgPool1d: Pool1dSpec;
  MaxPool2d: Pool2dSpec;
  AvgPool2d: Pool2dSpec;
  GlobalSumPool: None;
  Add: None;
}

/** Of a layer in a network: a kind of this table, or a kind of neuron. */
export type LayerKind = keyof LayerArguments | keyof NeuronParams;

const rows: { readonly [K in keyof ResolvedLayerOptions]: FullLayerRow<ResolvedLayerOptions[K]> } = {
  Linear: linearRow,
  Conv1d: conv1dRow,
  Conv2d: conv2dRow,
  BatchNorm1d: batchNorm1dRow,
  BatchNorm2d: batchNorm2dRow,
  Dropout: dropoutRow,
  Flatten: flattenRow,
  MaxPool1d: maxPool1dRow,
  AvgPool1d: avgPool1dRow,
  MaxPool2d: maxPool2dRow,
  AvgPool2d: avgPool2dRow,
  GlobalSumPool: globalSumPoolRow,
  Add: addRow,
};

/** Options as plain data, whatever the kind. */
export type PlainOptions = Readonly<Record<string, unknown>>;

/** A row, whatever the type of its options: what a network asks of a layer. */
export interface KnownLayer {
  readonly kind: string;
  readonly inputs: 1 | "several" | "any";
  readonly scaling: Scaling;
  /** What its options may be; undefined: plain data that only `create` looks at, or those of a neuron. */
  readonly schema?: Schema<PlainOptions> | undefined;
  /** The options with every default filled in. @throws TypeError, RangeError naming `where` */
  resolve(where: string, options: unknown): PlainOptions;
  /** Resolved options with every default that its kind has: two that mean the same are the same. */
  complete(options: PlainOptions): PlainOptions;
  /** A new layer. @param options resolved */
  create(options: PlainOptions, stepMode: StepMode): Module;
  /** The options with what follows from the shapes that it reads. @throws ShapeError */
  fitted?(options: PlainOptions, inputs: readonly Shape[], where: string): PlainOptions;
  outputShape(options: PlainOptions, inputs: readonly Shape[], where: string): Shape;
  weights(options: PlainOptions): number;
  operations(options: PlainOptions, inputs: readonly Shape[], output: Shape): Operations;
  /** Of a layer that is one of this kind. @throws TypeError for a setting that no option has */
  optionsOf(layer: Module): PlainOptions;
}

const known = new Map<string, KnownLayer>();
/** Kinds that are made of others. */
const derived = new Set<string>();
/** Which kind a class is; a subclass may compute something else and is none. */
const kindByClass = new Map<unknown, string>();
/** Of layers made here: the options, for rows that do not tell them. */
const made = new WeakMap<Module, { readonly kind: string; readonly options: PlainOptions }>();

for (const [kind, row] of Object.entries(rows)) remember(kind, row as LayerRow<PlainOptions>);

function remember(kind: string, row: LayerRow<PlainOptions>): void {
  claimKind("defineLayer", kind);
  enter(kind, row);
}

function enter(kind: string, row: LayerRow<PlainOptions>): void {
  known.set(kind, knownLayer(kind, row));
  if (row.layer !== undefined) kindByClass.set(row.layer, kind);
}

function knownLayer(kind: string, row: LayerRow<PlainOptions>): KnownLayer {
  const { schema } = row;
  return {
    kind,
    schema,
    inputs: row.inputs ?? 1,
    scaling: row.scaling ?? "stays",
    resolve: (where, options) =>
      schema === undefined ? plainOptions(where, options ?? {}) : readOptions(where, options, schema),
    complete: (options) => options,
    create(options, stepMode) {
      const layer: unknown = row.create(options);
      checkCreated(kind, layer);
      layer.stepMode = stepMode;
      made.set(layer, { kind, options });
      return layer;
    },
    outputShape: (options, inputs, where) => row.outputShape(options, inputs, where),
    weights: (options) => row.weights(options),
    operations: (options, inputs, output) => row.operations(options, inputs, output),
    optionsOf: (layer) => row.options?.(layer) ?? made.get(layer)?.options ?? unknownOptions(kind),
  };
}

function unknownOptions(kind: string): never {
  throw new TypeError(
    `a layer of the kind ${kind} was made with new, and its row does not tell its options; ` +
      `expected options(layer) in the row that was given to defineLayer.`,
  );
}

/** A neuron as a layer: its kind and options are those of the table of neurons. */
function neuronLayer(kind: NeuronKind): KnownLayer {
  return {
    kind,
    inputs: 1,
    scaling: "stays",
    resolve(where, options) {
      checkOptions(where, options, Object.keys(Object(options) as object));
      return { ...(options as PlainOptions | undefined) };
    },
    complete: (options) => completeParams(kind, options),
    create: (options, stepMode) => createNeuron({ kind, params: options }, stepMode),
    fitted: (options, [input], where) => ({
      ...options,
      ...neuronRow(kind).forSample?.(completeParams(kind, options), input, where),
    }),
    outputShape: (_options, [input]) => input,
    weights: () => 0,
    // Charge and reset; whether it fires is a comparison.
    operations: (_options, _inputs, output) => ({ macs: 0, adds: 3 * sizeOf(output) }),
    optionsOf: (layer) => ({ ...neuronSpecOf(layer).params }),
  };
}

/** All kinds to choose from that there are now. */
export function layerKinds(): string[] {
  return [...[...known.keys()].filter((kind) => !derived.has(kind)), ...neuronKinds];
}

/** Of another room of the library: a layer that is made of those of a network, and that nobody chooses. Returns the kind. */
export function addDerivedLayer<O extends object>(kind: string, row: LayerRow<O>): string {
  remember(kind, row as unknown as LayerRow<PlainOptions>);
  derived.add(kind);
  return kind;
}

/**
 * As addDerivedLayer, of a name that programs may have for a layer or neuron of their own: where one defines it, this one is
 * no longer known by name.
 *
 * @param isDerived whether nobody chooses it (default true)
 */
export function addYieldingLayer<O extends object>(kind: string, row: LayerRow<O>, isDerived = true): string {
  const forget = (): void => {
    known.delete(kind);
    derived.delete(kind);
    kindByClass.delete(row.layer);
  };
  if (!claimYielding(kind, forget)) return kind;
  enter(kind, row as unknown as LayerRow<PlainOptions>);
  if (isDerived) derived.add(kind);
  return kind;
}

/** The row of a kind. @throws RangeError that names the nearest kind */
export function layerOf(where: string, kind: unknown): KnownLayer {
  // What is no text is no kind, either.
  const found = findLayer(kind as string);
  if (found !== undefined) return found;
  const kinds = layerKinds();
  const hint = typeof kind === "string" ? didYouMean(kind, kinds) : "";
  throw new RangeError(
    `${where}: the kind is ${show(kind)}; expected one of ${kinds.join(", ")}, one of rareLayers(), or one that was given to defineLayer or defineNeuron.${hint}`,
  );
}

function findLayer(kind: string): KnownLayer | undefined {
  return known.get(kind) ?? (isNeuronKind(kind) ? neuronLayer(kind) : undefined);
}

/** What a layer is, if it is exactly of a class that is known: a subclass may compute something else. */
export function kindOfLayer(layer: Module): KnownLayer | null {
  const kind = made.get(layer)?.kind ?? kindByClass.get(layer.constructor) ?? kindOfClass(layer.constructor);
  return findLayer(kind ?? "") ?? null;
}

/**
 * Makes a kind of layer known by name: networks as data, model files and inspection then take it as one of their own.
 *
 * @throws TypeError unless the row has create, outputShape, weights and operations; RangeError for a name that is taken, and
 *   for a class that is known
 */
export function defineLayer<K extends string, O extends object = PlainOptions>(
  kind: K,
  row: LayerRow<O>,
): void {
  checkRow("defineLayer", kind, row, (each) => kindByClass.get(each) ?? kindOfClass(each));
  remember(kind, row as unknown as LayerRow<PlainOptions>);
}

/** A copy. @throws TypeError unless it is an object of plain data, which a model file can hold */
function plainOptions(where: string, options: unknown): PlainOptions {
  checkOptions(where, options, Object.keys(Object(options) as object));
  return plainCopy(where, options as object);
}
