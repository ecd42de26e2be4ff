/**
 * The lesson on what learning theta is good for: two networks are trained in the page, with the same seed and the same settings
 * but one, and the page puts them side by side. It sets what the reader could set, and presses the same buttons.
 */

import { effect } from "@preact/signals";
import {
  ask,
  modelChanged,
  pauseTraining,
  restoreStaircases,
  set,
  setPanel,
  startTraining,
} from "./actions.js";
import { loadLineChart } from "./charts/late-line-chart.js";
import { ComparisonLesson } from "./panels/comparison-lesson.js";
import { stop } from "./play.js";
import { comparison } from "./state/comparison.js";
import { change, current, noTraining, select, type PageState } from "./state/page-state.js";
import { sameSettings } from "./state/page-address.js";
import { defaultSettings, type Settings } from "./state/settings.js";
import { speakOfComparing } from "./words/comparison-words.js";

/** Seconds of training, with the digits that come with the page. */
const EPOCHS = 4;
/** theta of the network where it stays, and where it begins in the other: at 1 the two neurons are the same. */
const FIRST_THETA = 1;

/** What the lesson has changed. */
let before: Pick<PageState, "settings" | "training" | "previous"> | null = null;

const status = select(({ training }) => training.status);
const inUse = select(({ model }) => model?.settings ?? null);

/** Trains both; with the seed of the slider, so that the lesson can be had with another one. */
export async function startComparison(): Promise<void> {
  if (comparison.peek() !== null && comparison.peek()?.part !== "over") return;
  await speakOfComparing(document.documentElement.lang);
  stop();
  restoreStaircases();
  if (comparison.peek() === null) {
    const { settings, training, previous } = current();
    before = { settings, training, previous };
    await ask("setAside", null);
  }
  const settings: Settings = {
    ...defaultSettings,
    thetaLow: FIRST_THETA,
    thetaHigh: FIRST_THETA,
    epochs: EPOCHS,
    seed: current().settings.seed,
  };
  loadLineChart();
  setPanel("train", true);
  setPanel("compare", true);
  const lesson = { Told: ComparisonLesson, theta: FIRST_THETA, settings };
  comparison.value = { ...lesson, part: "fixed" };
  if (await trained({ ...settings, fixedTheta: FIRST_THETA })) {
    comparison.value = { ...lesson, part: "learned" };
    if (await trained(settings)) {
      comparison.value = { ...lesson, part: "over" };
      await until(() => !isAtHand(settings) || status.value !== "finished");
    }
  }
  // Another one may have begun since.
  if (comparison.peek()?.settings === settings) leaveComparison();
}

/** @returns whether it came to its end: the lesson can be left, and something else be done, at any time */
async function trained(settings: Settings): Promise<boolean> {
  set(settings);
  await startTraining();
  await until(() => !isAtHand(settings) || !["running", "paused"].includes(status.value));
  return isAtHand(settings) && status.value === "finished";
}

/** Whether the lesson is on, and the network its own. */
function isAtHand(settings: Settings): boolean {
  const own = inUse.value;
  return comparison.value !== null && own !== null && sameSettings(own, settings);
}

function until(condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const end = effect(() => {
      if (!condition()) return;
      resolve();
      // It may be so from the beginning, before there is an end.
      queueMicrotask(() => end());
    });
  });
}

/** Something else goes on: what was set and trained stays. */
export function leaveComparison(): void {
  comparison.value = null;
  before = null;
}

/** Everything as it was before, the network too. */
export async function endComparison(): Promise<void> {
  const kept = before;
  leaveComparison();
  await pauseTraining();
  const model = await ask("takeBack", null);
  if (kept === null) return;
  const { settings, training, previous } = kept;
  change({
    model,
    settings,
    previous,
    picked: null,
    // A run that is not over cannot go on.
    training: training.status === "finished" ? training : noTraining,
  });
  modelChanged();
}
