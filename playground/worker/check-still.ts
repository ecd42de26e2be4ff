/** What the page shows stands still: a network that learned from samples that change over time has no answer to that. */

import { parseExperiment, type ModelFacts, type SpikingModel } from "atif";

/** @throws Error that says what the network takes, if its file says that it learned from samples with time */
export function checkStill({ timesteps, inputShape }: SpikingModel, { experiment }: ModelFacts): void {
  const coding = typeof experiment === "string" ? codingOf(experiment) : null;
  if (coding === null) return;
  throw new Error(
    `This network learned from samples that change over time: ${timesteps} time steps of [${inputShape.join(", ")}]${coding}. ` +
      "The page shows pictures that stand still, and its answers to them would mean nothing. Take one that learned from still " +
      "samples; atif eval, atif inspect and atif plot show this one what it takes.",
  );
}

const KIND = /^\s*kind\s*=\s*["']SpikingJelly(?:MultiStep)?TimeStepsInData["']/m;

/** ", coded by LatencyEncoder"; "" where the samples have time by themselves; null for still ones. */
function codingOf(text: string): string | null {
  const experiment = readQuietly(text);
  // An experiment of Qualia may ask for what is not here, and still say this.
  if (experiment === null) return KIND.test(text) ? "" : null;
  if (!experiment.learningFramework.kind.endsWith("TimeStepsInData")) return null;
  const coders = experiment.dataAugmentation
    .map(({ kind }) => kind)
    .filter((kind) => kind.endsWith("Encoder"));
  return coders.length === 0 ? "" : `, coded by ${coders.join(" and ")}`;
}

/** null if it is no experiment: the file may be anybody's. */
function readQuietly(text: string): ReturnType<typeof parseExperiment>["experiment"] | null {
  try {
    return parseExperiment(text, { lenient: true }).experiment;
  } catch {
    return null;
  }
}
