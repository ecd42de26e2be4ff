/** What the page shows stands still: a network that learned from samples that change over time has no answer to that. */

import { parseExperiment, type ModelFacts, type SpikingModel } from "atif";
import { problems } from "../words/problems.js";

/** @throws Error that says what the network takes, if its file says that it learned from samples with time */
export function checkStill({ timesteps, inputShape }: SpikingModel, { experiment }: ModelFacts): void {
  const coders = typeof experiment === "string" ? codersOf(experiment) : null;
  if (coders === null) return;
  throw new Error(problems.network.hasTime(timesteps, `[${inputShape.join(", ")}]`, coders));
}

const KIND = /^\s*kind\s*=\s*["']SpikingJelly(?:MultiStep)?TimeStepsInData["']/m;

/** ["LatencyEncoder"]; empty where the samples have time by themselves; null for still ones. */
function codersOf(text: string): string[] | null {
  const experiment = readQuietly(text);
  // An experiment of Qualia may ask for what is not here, and still say this.
  if (experiment === null) return KIND.test(text) ? [] : null;
  if (!experiment.learningFramework.kind.endsWith("TimeStepsInData")) return null;
  return experiment.dataAugmentation.map(({ kind }) => kind).filter((kind) => kind.endsWith("Encoder"));
}

/** null if it is no experiment: the file may be anybody's. */
function readQuietly(text: string): ReturnType<typeof parseExperiment>["experiment"] | null {
  try {
    return parseExperiment(text, { lenient: true }).experiment;
  } catch {
    return null;
  }
}
