/** Lessons, one click each: what was set, and what to look at. */

import { told } from "../actions.js";
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

/** A sequence has a T of its own. */
const isTimeMovable = select(({ staircases }) => staircases.trained?.isTimeMovable !== false);

/** With the first lesson. */
const teacher = () => import("../lessons.js").catch(notLoaded);

function begin(id: LessonId): void {
  void told(async () => (await teacher()).startLesson(id));
}

function end(): void {
  void told(async () => (await teacher()).endLesson());
}

export function Lessons() {
  const now = lesson.value;
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
            disabled={!isReady.value || (id === "oneStep" && !isTimeMovable.value)}
            onClick={() => begin(id)}
          >
            {lessons.names[id]}
          </button>
        ))}
      </div>
      <div role="status">
        {now === null ? null : (
          <p class="lesson">
            <Emphasised text={lessons.told[now]} />{" "}
            <button type="button" onClick={end}>
              {lessons.end}
            </button>
          </p>
        )}
      </div>
    </section>
  );
}
