/**
 * The neurons by name: models, configuration files and the command line read this table. A new neuron of the library is one
 * file, one row here and one test; programs add theirs with defineNeuron.
 */

import { checkOneOf, checkOptions, isList } from "../checks.js";
import { claimKind } from "../module/kinds.js";
import type { Module, StepMode } from "../module/module.js";
import { plainCopy } from "../schema/plain-copy.js";
import { readOptions, type Schema } from "../schema/schema.js";
import { show } from "../show.js";
import { atifRow } from "./atif.js";
import { BaseNode } from "./base-node.js";
import { ifNodeRow } from "./if-node.js";
import { ifsrlRow } from "./ifsrl.js";
import { kindOfClass, rememberClass } from "./known-classes.js";
import { lifNodeRow } from "./lif-node.js";
import { paramsOfMade, rememberMade } from "./made.js";
import type { BinaryTwin, DefinedNeuronRow, NeuronRow } from "./neuron-row.js";
import { parametricLifNodeRow } from "./parametric-lif-node.js";

export const neuronTable = {
  ATIF: { ...atifRow, binary: { kind: "IFSRL", arrays: { v_threshold: "vp_th" } } },
  IFSRL: ifsrlRow,
  IFNode: ifNodeRow,
  LIFNode: lifNodeRow,
  ParametricLIFNode: parametricLifNodeRow,
} as const;

type ParamsOf<Row> = Row extends { options(neuron: never): infer P } ? P : never;

type BuiltInNeuronParams = {
  readonly [K in keyof typeof neuronTable]: ParamsOf<(typeof neuronTable)[K]>;
};

/**
 * The options each kind takes, apart from the step mode, which the model sets. Kinds that are defined elsewhere are added by
 * declaration merging: `declare module "atif" { interface NeuronParams { MyNeuron: MyNeuronOptions } }`.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- others add to it
export interface NeuronParams extends BuiltInNeuronParams {}

export type NeuronKind = keyof NeuronParams;

/** A neuron as a model wants it: { kind: "ATIF", params: { alpha: 2 } } */
export type NeuronSpec = { [K in NeuronKind]: { kind: K; params?: NeuronParams[K] } }[NeuronKind];

/** A row of any kind, of which no more is known than that its parts fit together. */
export type AnyNeuronRow = NeuronRow<Record<string, unknown>>;

const rows = new Map<string, AnyNeuronRow>();

/** The names of the kinds to choose from, in order; those that are defined are added. */
export const neuronKinds: NeuronKind[] = [];

for (const [kind, row] of Object.entries(neuronTable)) addRow(kind, row as unknown as AnyNeuronRow);

/** Of another room of the library: a neuron whose row leaves nothing out. Returns the kind. */
export function addNeuron<P extends object, N extends BaseNode, R>(
  kind: string,
  row: NeuronRow<P, N, R>,
): string {
  addRow(kind, row as unknown as AnyNeuronRow);
  return kind;
}

/**
 * Makes a neuron of another package known by name, to models, experiment files, model files and inspection. Of the row, only
 * `create` is needed: without a schema, its params are plain data that only `create` looks at; without `options`, a neuron is
 * remade from the params that it was made with, and one whose settings were changed since is refused when it is saved.
 *
 * @param kind a name that no layer and no other neuron has
 * @throws TypeError for what is no row; RangeError for a name that is taken
 */
export function defineNeuron<P extends object, N extends BaseNode, R = P>(
  kind: string,
  row: DefinedNeuronRow<P, N, R>,
): void {
  checkRow(row);
  const given = row as unknown as DefinedNeuronRow<Record<string, unknown>>;
  addRow(kind, {
    summary: given.summary ?? `${kind}, of another package`,
    classes: given.classes ?? [],
    schema: given.schema ?? anyParams,
    create: (params, stepMode) => given.create(params, stepMode),
    options: given.options ?? ((neuron) => paramsOfMade(kind, neuron)),
    ...(given.dynamics === undefined ? {} : { dynamics: given.dynamics }),
    ...(given.binary === undefined ? {} : { binary: given.binary }),
  });
}

/** Whether there is such a kind, to choose from or not. */
export function isNeuronKind(kind: string): kind is NeuronKind {
  return rows.has(kind);
}

/** What a kind is. @throws RangeError unless it is known */
export function neuronRow(kind: string): AnyNeuronRow {
  const row = rows.get(kind) ?? rows.get(checkOneOf("neuron.kind", kind, neuronKinds));
  if (row === undefined) throw new RangeError(`neuron.kind is ${show(kind)}; expected a kind with a row.`);
  return row;
}

/** The params of a kind with every default filled in. @throws as createNeuron */
export function completeParams(kind: string, params: object): Record<string, unknown> {
  return readParams(kind, params, neuronRow(kind));
}

/** A new neuron with its own state and threshold. @throws TypeError, RangeError on a kind or parameter that is not known */
export function createNeuron(spec: NeuronSpec, stepMode: StepMode = "s"): BaseNode {
  checkSpec(spec);
  const row = neuronRow(spec.kind);
  checkOptions("neuron", spec, ["kind", "params"]);
  checkOneOf("createNeuron: stepMode", stepMode, ["s", "m"]);
  const params: object = spec.params ?? {};
  if (typeof params === "object" && "stepMode" in params) {
    throw new TypeError(
      "neuron.params: stepMode is given for the neuron alone; expected it left out. Set the stepMode of the model.",
    );
  }
  const read = readParams(spec.kind, params, row);
  return rememberMade(checkCreated(spec.kind, row.create(read, stepMode), row, stepMode), read);
}

/**
 * The kind and the options that make a neuron again, as they are now. What it has learned is in its state dict.
 *
 * @throws TypeError for a class that no kind makes, and for a setting that no option brings back
 */
export function neuronSpecOf(neuron: Module): NeuronSpec {
  const kind = neuron instanceof BaseNode ? kindOfClass(neuron.constructor) : undefined;
  if (!(neuron instanceof BaseNode) || kind === undefined) {
    throw new TypeError(
      `neuronSpecOf: ${show(neuron)} is not known by name; expected a neuron of ${neuronKinds.join(", ")}, and no subclass. ` +
        `Make its class known with defineNeuron(kind, row).`,
    );
  }
  return { kind, params: neuronRow(kind).options(neuron) } as NeuronSpec;
}

/** A copy that does not change with the one given. @throws TypeError unless it is an object */
export function copyNeuronSpec(spec: NeuronSpec): NeuronSpec {
  checkSpec(spec);
  if (typeof spec.params !== "object") return { ...spec };
  return Object.assign({ ...spec }, { params: { ...spec.params } });
}

/** Of a row without a schema: whatever is plain data. */
const anyParams: Schema<Record<string, unknown>> = { fields: {} };

function readParams(kind: string, params: unknown, { schema }: AnyNeuronRow): Record<string, unknown> {
  if (schema !== anyParams) return readOptions(kind, params, schema);
  checkOptions(kind, params, Object.keys(Object(params) as object));
  return plainCopy(kind, params as object);
}

function addRow(kind: string, row: AnyNeuronRow): void {
  claimKind("defineNeuron", kind);
  rows.set(kind, row);
  if (row.isDerived !== true) neuronKinds.push(kind as NeuronKind);
  for (const each of row.classes) rememberClass(each, kind);
}

/** @throws TypeError for what is no row of a neuron; RangeError for a class that is known */
function checkRow(row: unknown): void {
  const where = "defineNeuron";
  checkOptions(where, row ?? null, [
    "summary",
    "classes",
    "schema",
    "create",
    "options",
    "dynamics",
    "binary",
  ]);
  const { summary, classes, schema, create, options, dynamics, binary } = row as Partial<
    Record<string, unknown>
  >;
  if (summary !== undefined && (typeof summary !== "string" || summary === "")) {
    throw new TypeError(`${where}: summary is ${show(summary)}; expected one line about the neuron.`);
  }
  const fields: unknown = (schema as { fields?: unknown } | null | undefined)?.fields;
  if (schema !== undefined && (typeof fields !== "object" || fields === null)) {
    throw new TypeError(
      `${where}: schema is ${show(schema)}; expected { fields }, with a field for each option, such as schema.withDefault(…).`,
    );
  }
  if (typeof create !== "function")
    throw new TypeError(`${where}: create is ${show(create)}; expected a function.`);
  if (options !== undefined && typeof options !== "function")
    throw new TypeError(`${where}: options is ${show(options)}; expected a function.`);
  if (dynamics !== undefined && typeof dynamics !== "function")
    throw new TypeError(`${where}: dynamics is ${show(dynamics)}; expected a function.`);
  const { kind, arrays } = (binary ?? { kind: "", arrays: {} }) as Partial<BinaryTwin>;
  if (typeof kind !== "string" || typeof arrays !== "object") {
    throw new TypeError(
      `${where}: binary is ${show(binary)}; expected { kind, arrays }: a kind of neuron, and the names of its arrays by those of this one.`,
    );
  }
  if (classes === undefined) return;
  if (!isList(classes) || (classes as unknown[]).length === 0) {
    throw new TypeError(`${where}: classes is ${show(classes)}; expected the classes that create() makes.`);
  }
  for (const each of classes as unknown[]) {
    if (typeof each !== "function" || !(each.prototype instanceof BaseNode)) {
      throw new TypeError(`${where}: classes holds ${show(each)}; expected a class that extends BaseNode.`);
    }
    const known = kindOfClass(each);
    if (known !== undefined) {
      throw new RangeError(
        `${where}: the class ${each.name} is ${show(known)} already; expected one that is not known. Extend it.`,
      );
    }
  }
}

/** What the row of another package has made. @throws TypeError unless the row says so */
function checkCreated(kind: string, neuron: unknown, row: AnyNeuronRow, stepMode: StepMode): BaseNode {
  // A row that names no class is of those that it makes.
  if (neuron instanceof BaseNode && row.classes.length === 0 && kindOfClass(neuron.constructor) === undefined)
    rememberClass(neuron.constructor, kind);
  if (!(neuron instanceof BaseNode) || kindOfClass(neuron.constructor) !== kind) {
    const expected = row.classes.map(({ name }) => name).join(" or ") || "neuron of a class of its own";
    throw new TypeError(
      `createNeuron: create() of ${show(kind)} returned ${show(neuron)}; expected a new ${expected}, as its row says.`,
    );
  }
  if (neuron.stepMode !== stepMode) {
    throw new TypeError(
      `createNeuron: create() of ${show(kind)} returned a neuron in step mode '${neuron.stepMode}'; expected '${stepMode}', its second argument.`,
    );
  }
  return neuron;
}

function checkSpec(spec: unknown): void {
  if (typeof spec === "object" && spec !== null) return;
  throw new TypeError(
    `neuron is ${show(spec)}; expected { kind, params }, with a kind of ${neuronKinds.join(", ")}.`,
  );
}
