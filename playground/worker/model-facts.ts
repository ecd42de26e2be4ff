/** What a network has learned, as its file says it: the names of its answers, the kind of its data, whether it learned at all. */

import { FASHION_MNIST_CLASSES, type Dataset, type ModelFacts } from "atif";
import { YOUR_PICTURES } from "../pictures/picture.js";
import type { Preparation } from "../pictures/prepare-picture.js";
import { viewShape } from "./view-shape.js";

/** How far a run of the page has come. */
export interface RunProgress {
  /** That are over. */
  readonly epochs: number;
  /** Of the epoch under way. */
  readonly batches: number;
  /** On the held-out data, of the weights as they are now; null if they have changed since. */
  readonly measured: { readonly accuracy: number; readonly loss: number } | null;
}

export const nothingLearned: RunProgress = { epochs: 0, batches: 0, measured: null };

/** One per class: numbers where they have no names. */
export function namesOf({ classes, classNames }: Dataset): readonly string[] {
  return classNames ?? numbered(classes);
}

export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}

/** The data set by the name that many write many ways: "Fashion-MNIST", "fashion_mnist". null: the file does not say. */
function datasetOf({ dataset }: ModelFacts): string | null {
  return typeof dataset === "string" ? dataset.toLowerCase().replace(/[^a-z0-9]/g, "") : null;
}

/** Whether they are digits of one kind or another. */
export function hasLearnedDigits(facts: ModelFacts): boolean {
  return ["digits", "mnist", "movingdigits"].includes(datasetOf(facts) ?? "");
}

/** What the answers are called, by what the file says; null if it says nothing of it. */
export function knownClassNames(facts: ModelFacts, outputs: number): readonly string[] | null {
  const { classNames } = facts;
  if (
    Array.isArray(classNames) &&
    classNames.length === outputs &&
    classNames.every((name): name is string => typeof name === "string")
  ) {
    return classNames;
  }
  if (outputs !== 10) return null;
  if (hasLearnedDigits(facts)) return numbered(10);
  return datasetOf(facts) === "fashionmnist" ? FASHION_MNIST_CLASSES : null;
}

/** What the answers are called: never by names of data that the network does not fit. */
export function classNamesOf(facts: ModelFacts, outputs: number, fitting: Dataset | null): readonly string[] {
  const known = knownClassNames(facts, outputs);
  if (known !== null) return known;
  return fitting !== null && fitting.classes === outputs ? namesOf(fitting) : numbered(outputs);
}

/** Whether the samples are such as the network takes, and their classes those that it knows, as far as they have names. */
export function fits(
  {
    inputShape,
    outputShape,
    timesteps,
  }: {
    readonly inputShape: readonly number[];
    readonly outputShape: readonly number[];
    readonly timesteps?: number;
  },
  facts: ModelFacts,
  data: Dataset,
): boolean {
  const taken = data.time ? [timesteps, ...inputShape] : viewShape(inputShape);
  const isShape = taken.join() === data.sampleShape.join() && outputShape[0] >= data.classes;
  if (!isShape) return false;
  if (facts.dataset === YOUR_PICTURES && data.name !== YOUR_PICTURES) return false;
  const known = knownClassNames(facts, outputShape[0]);
  return known === null || (data.classNames ?? []).every((name, i) => name === known[i]);
}

/** Whether the weights are those that were drawn at first. A file that does not say so is believed to have learned. */
export function isUntrained({ epochs, batches }: ModelFacts): boolean {
  return epochs === 0 && (batches ?? 0) === 0;
}

/** How a picture is prepared for the network: as what it has learned from. Drawings go the way of digits. */
export function preparationFor(inputShape: readonly number[], facts: ModelFacts): Preparation {
  const [height, width, channels] = inputShape;
  if (facts.dataset === YOUR_PICTURES || channels > 1 || height === 1) return "whole";
  if (datasetOf(facts) === "fashionmnist") return "clothes";
  return height === 8 && width === 8 ? "uciDigits" : "mnist";
}
