/** What the lesson on learned thresholds says: which network learns, and what came of both. */

import { figure, grouped } from "../format.js";
import { comparison, type Comparison } from "../state/comparison.js";
import { select } from "../state/page-state.js";
import type { TrainingState } from "../state/page-state.js";
import { comparisonWords, type Came } from "../words/comparison-words.js";
import type { Text } from "../words/text.js";
import { Emphasised } from "./emphasised.js";

const previous = select((state) => state.previous?.training ?? null);
const training = select((state) => state.training);
const images = select((state) => state.data?.test ?? 0);

export function ComparisonLesson() {
  const now = comparison.value;
  return now === null ? null : <Emphasised text={told(now)} />;
}

function told({ part, theta: first, settings }: Comparison): Text {
  const w = comparisonWords;
  const theta = figure(first);
  if (part === "fixed") return w.fixed(theta, settings.epochs, settings.seed);
  if (part === "learned") return w.learned(theta);
  const thetas = training.value.thetas.flatMap((line) => line.at(-1) ?? []).map(figure);
  const [own, other] = [training.value, previous.value].map(cameTo);
  const found = own === null || other === null ? [] : w.found(own, other, images.value);
  return [...w.over(theta, thetas.join(", ")), ...found, ...w.chance(settings.seed)];
}

/** null: it was not measured. */
function cameTo(run: TrainingState | null): Came | null {
  const last = run?.history.at(-1);
  const accuracy = last?.validation?.accuracy;
  if (last === undefined || accuracy === undefined) return null;
  return {
    right: Math.round(accuracy * images.value),
    spikes: grouped(Math.round(last.spikesPerInference)),
  };
}
