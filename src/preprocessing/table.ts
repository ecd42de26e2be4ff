/**
 * What is done to samples before a network sees them, as plain data: a list of { kind, options }. It belongs to the model,
 * which files keep it with; a data set says what was done to its samples already.
 */

import { ArgumentPlace, type Place } from "../schema/place.js";
import { sameData } from "../schema/plain-copy.js";
import { optional, readSchema, required, type OptionsOf, type Schema } from "../schema/schema.js";
import { listOf, oneOf } from "../schema/value-types.js";
import { formatShape, sameShape, type Shape } from "../shapes.js";
import { intToFloat32Step } from "./int-to-float32.js";
import { normalizeDatasetStep } from "./normalize-dataset.js";
import { normalizeStep } from "./normalize.js";
import { reshape2DTo1DStep } from "./reshape-2d-to-1d.js";
import type { Samples } from "./samples.js";
import type { StepRow } from "./step-row.js";

const stepTable = {
  IntToFloat32: intToFloat32Step,
  Normalize: normalizeStep,
  NormalizeDataset: normalizeDatasetStep,
  Reshape2DTo1D: reshape2DTo1DStep,
};

export type StepKind = keyof typeof stepTable;

/** One step, every option checked. */
export type PreprocessingStep = {
  readonly [K in StepKind]: {
    readonly kind: K;
    readonly options: OptionsOf<(typeof stepTable)[K]["schema"]>;
  };
}[StepKind];

/** One step as it may be given: numbers for lists of one number. */
export interface PreprocessingSpec {
  readonly kind: string;
  readonly options?: object;
}

const MAX_STEPS = 64;

const specSchema: Schema<{ kind: StepKind; options?: object }> = {
  fields: {
    kind: required(oneOf(Object.keys(stepTable) as StepKind[])),
    // They are read by the schema of their kind.
    options: optional({ expects: "an object", read: (value) => value as object, write: (value) => value }),
  },
};

/** Steps that were read, which do not change any more: they are not read again. */
const read = new WeakSet();

const steps = listOf<PreprocessingStep>(
  {
    expects: '{ kind, options }, such as { kind: "Normalize", options: { mean: 0.5, std: 0.25 } }',
    read: readStep,
    write: () => undefined,
  },
  0,
  MAX_STEPS,
);

function readStep(value: unknown, place: Place): PreprocessingStep {
  if (typeof value === "object" && value !== null && read.has(value)) return value as PreprocessingStep;
  const { kind, options } = readSchema(value ?? null, place, specSchema);
  const own = readSchema(options ?? null, place.at("options"), stepTable[kind].schema as Schema<object>);
  for (const each of Object.values(own)) if (Array.isArray(each)) Object.freeze(each);
  const step = Object.freeze({ kind, options: Object.freeze(own) }) as PreprocessingStep;
  read.add(step);
  return step;
}

/**
 * Steps from plain data, checked; a frozen copy.
 *
 * @param where what messages begin with: "SMLP"
 * @throws TypeError, RangeError
 */
export function readPreprocessing(where: string, value: unknown): readonly PreprocessingStep[] {
  return Object.freeze(steps.read(value, new ArgumentPlace(where).at("preprocessing")));
}

/**
 * Whether samples of a shape that is given or, where the first step fixes it, of that come out in the shape of the network.
 *
 * @throws RangeError naming the option that does not fit
 */
export function checkPreprocessing(
  where: string,
  own: readonly PreprocessingStep[],
  inputShape: Shape,
): void {
  let shape = shapeBefore(own, inputShape);
  own.forEach((step, i) => {
    const place = new ArgumentPlace(where).at("preprocessing").at(i).at("options");
    shape = rowOf(step).shapeAfter(shape, step.options, place);
  });
  if (sameShape(shape, inputShape)) return;
  throw new RangeError(
    `${where}: preprocessing makes samples of ${formatShape(shape)}; expected ${formatShape(inputShape)}, which the network takes.`,
  );
}

/** The shape of a sample before these steps, where the network takes one of inputShape after them. */
export function shapeBefore(own: readonly PreprocessingStep[], inputShape: Shape): Shape {
  const reshape = own.find((step) => step.kind === "Reshape2DTo1D");
  return reshape?.kind === "Reshape2DTo1D" ? reshape.options.inputShape : inputShape;
}

/** All steps, in order. @throws ShapeError, RangeError for samples that do not fit them */
export function applyPreprocessing(own: readonly PreprocessingStep[], samples: Samples): Samples {
  return own.reduce((before, step) => rowOf(step).apply(before, step.options), samples);
}

/** The first of the steps, up to the last that is done to whole data sets: augmentations come after those. */
export function stepsOfData(own: readonly PreprocessingStep[]): readonly PreprocessingStep[] {
  const isOfData = own.map(({ kind }) => kind === "NormalizeDataset" || kind === "Reshape2DTo1D");
  return own.slice(0, isOfData.lastIndexOf(true) + 1);
}

/** Whether two lists say the same. */
export function samePreprocessing(a: readonly PreprocessingStep[], b: readonly PreprocessingStep[]): boolean {
  return a.length === b.length && a.every((step, i) => step === b[i] || sameData(step, b[i]));
}

/** What is left of the steps once the first of them are done; null if those that are done are others. */
export function stepsLeft(
  own: readonly PreprocessingStep[],
  done: readonly PreprocessingStep[],
): readonly PreprocessingStep[] | null {
  return samePreprocessing(own.slice(0, done.length), done) ? own.slice(done.length) : null;
}

function rowOf({ kind }: PreprocessingStep): StepRow<unknown> {
  return stepTable[kind] as StepRow<unknown>;
}
