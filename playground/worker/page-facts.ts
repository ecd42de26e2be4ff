/** What the file of a network that the page has made says of it. */

import { parseExperiment, writeExperiment, type Dataset, type ModelFacts } from "atif";
import { experimentOf, MOVING_SEED } from "../state/page-experiment.js";
import type { Settings } from "../state/settings.js";
import { namesOf, type RunProgress } from "./model-facts.js";

/** What a network of the page was made for. */
export interface PageData {
  readonly train: Dataset;
  /** Whether they are the digits that come with the library. */
  readonly builtIn: boolean;
}

/**
 * Facts of a network that the page has made, under the names that `atif train` uses: `atif eval` finds the digits by
 * itself, and is given the folder of other data.
 */
export function pageFacts(
  settings: Settings,
  { train, builtIn }: PageData,
  { epochs, batches, measured }: RunProgress,
): ModelFacts {
  return {
    ...(builtIn ? builtInFacts(settings, train) : { dataset: ownName(train), classNames: namesOf(train) }),
    seed: settings.seed,
    epochs,
    ...(batches === 0 ? {} : { batches }),
    ...(measured === null ? {} : { testAccuracy: measured.accuracy, testLoss: measured.loss }),
  };
}

/** Not that of the digits which come with the library: eval would test on those. */
function ownName({ name }: Dataset): string {
  return name.toLowerCase() === "digits" ? `your ${name}` : name;
}

function builtInFacts(settings: Settings, { time, sampleShape }: Dataset): ModelFacts {
  const kind = time ? "MovingDigits" : "Digits";
  const params = time ? { params: { timesteps: sampleShape[0], seed: MOVING_SEED } } : {};
  const tables = { ...experimentOf(settings, sampleShape, time), dataset: { kind, ...params } };
  return { experiment: experimentText(tables), dataset: kind };
}

/** As a file of experiments, on the digits. */
function experimentText(tables: object): string {
  const text = Object.entries(tables).map(([key, value]) => `${key} = ${inToml(value)}\n`);
  return writeExperiment(parseExperiment(text.join("")).experiment);
}

/** Plain data on one line. */
function inToml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inToml).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, own]) => `${key} = ${inToml(own)}`)
    .join(", ")} }`;
}
