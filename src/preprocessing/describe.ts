/** Preprocessing in a few words, for people. */

import { formatShape } from "../shapes.js";
import type { PreprocessingStep, StepKind } from "./table.js";

type OptionsOfKind<K extends StepKind> = Extract<PreprocessingStep, { readonly kind: K }>["options"];

/** "mean 0.5, std 0.25" */
const words: { readonly [K in StepKind]: (options: OptionsOfKind<K>) => string } = {
  IntToFloat32: ({ scale }) => (scale ? "pixels from 0 to 1" : "pixels from 0 to 255"),
  Normalize: ({ mean, std }) => `mean ${listed(mean)}, std ${listed(std)}`,
  NormalizeDataset: ({ offset, scale }) =>
    `by the training set: offset ${listed(offset)}, scale ${listed(scale)}`,
  Reshape2DTo1D: ({ inputShape }) => `images of ${formatShape(inputShape)} as sequences`,
};

/** "Normalize (mean 0.5, std 0.25)", one after the other; "nothing" if there are none. */
export function describePreprocessing(own: readonly PreprocessingStep[]): string {
  if (own.length === 0) return "nothing";
  return own.map((step) => `${step.kind} (${wordsOf(step.kind, step.options)})`).join(", then ");
}

function wordsOf<K extends StepKind>(kind: K, options: PreprocessingStep["options"]): string {
  return words[kind](options as OptionsOfKind<K>);
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** One number, or how many and between which they lie. */
function listed(values: readonly number[]): string {
  if (values.length <= 4) return values.map(rounded).join(", ");
  const [low, high] = values.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
  return `${rounded(low)} to ${rounded(high)} (${values.length} numbers)`;
}
