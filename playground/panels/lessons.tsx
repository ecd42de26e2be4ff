/** Lessons, one click each: what was set, and what to look at. */

import { told } from "../actions.js";
import { comparison } from "../state/comparison.js";
import { LESSONS, type LessonId } from "../state/lessons.js";
import { notLoaded } from "../state/not-loaded.js";
import { select } from "../state/page-state.js";
import { words } from "../words/words.js";
import { Emphasised } from "./emphasised.js";
import "./lessons.css";

const lesson = select((state) => state.lesson);
/** Thetas can be moved once they are measured. */
const isReady = select(
  ({ staircases }) => staircases.trained?.layers.some(({ isMovable }) => isMovable) === true,
);

/** Of the reader's own data it would take long, and a run under way would be lost. */
const canCompare = select(
  ({ data, training }) => data?.isBuiltIn === true && !["running", "paused"].includes(training.status),
);

/** A sequence has a T of its own. */
const isTimeMovable = select(({ staircases }) => staircases.trained?.isTimeMovable !== false);

/** With the first lesson. */
const teacher = () => import("../lessons.js").catch(notLoaded);

function begin(id: LessonId): void {
  void told(async () => (await teacher()).startLesson(id));
}

function canBegin(id: LessonId): boolean {
  if (id === "learned") return comparison.value !== null || canCompare.value;
  return isReady.value && (id !== "oneStep" || isTimeMovable.value);
}

function end(): void {
  void told(async () => (await teacher()).endLesson());
}

export function Lessons() {
  const compared = comparison.value;
  const now = compared !== null ? "learned" : lesson.value;
  const { lessons } = words;
  return (
    <section class="lessons" aria-labelledby="lessons-title">
      <div class="buttons">
        <h2 id="lessons-title">{lessons.title}</h2>
        {LESSONS.map((id) => (
          <button
            key={id}
            type="button"
            aria-pressed={now === id}
            disabled={!canBegin(id)}
            onClick={() => begin(id)}
          >
            {lessons.names[id]}
          </button>
        ))}
      </div>
      <div role="status">
        {now === null ? null : (
          <p class="lesson">
            {compared !== null ? <compared.Told /> : null}
            {now === "learned" ? null : <Emphasised text={lessons.told[now]} />}{" "}
            <button type="button" onClick={end}>
              {lessons.end}
            </button>
          </p>
        )}
      </div>
    </section>
  );
}
