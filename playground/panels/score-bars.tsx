/** The scores of all classes over time: a bar for each class after each step, and the number at the step that is shown. */

import { goToStep } from "../actions.js";
import { eventParts } from "../events/late-events.js";
import { oneDecimal } from "../format.js";
import { select } from "../state/page-state.js";
import { words } from "../words/words.js";
import type { Look } from "../worker/protocol.js";
import "./score-bars.css";

const step = select((state) => state.step);

export function ScoreBars({ look }: { look: Look }) {
  const { scores, classes, classNames, timesteps, answers, isUntrained, madeFor, sequence } = look;
  const steps = Array.from({ length: timesteps }, (_, t) => t);
  // From the lowest score of all to the highest: which is the highest of its step is what counts.
  const low = scores.reduce((a, b) => Math.min(a, b), Infinity);
  const high = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const range = high > low ? high - low : 1;
  const now = Math.min(step.value, timesteps);
  const { draw } = words;
  return (
    <div class="table-scroll">
      <table class="scores">
        <caption>
          {draw.scores} {isUntrained ? draw.scoresMeanNothing : draw.highestScore}{" "}
          {madeFor < timesteps && !isUntrained
            ? sequence === null
              ? draw.beyond(madeFor)
              : eventParts()?.eventWords.beyond(madeFor)
            : ""}
        </caption>
        <thead>
          <tr>
            <th scope="col">{draw.step}</th>
            {steps.map((t) => (
              <th key={t} scope="col" class={classOf(t, now, madeFor)}>
                <button
                  type="button"
                  class="plain"
                  onClick={() => goToStep(t + 1)}
                  aria-label={draw.goToStep(t + 1)}
                >
                  {t + 1}
                </button>
              </th>
            ))}
            <th scope="col">{draw.score}</th>
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: classes }, (_, k) => (
            <tr key={k} class={answers[now - 1] === k && !isUntrained ? "leads" : ""}>
              <th scope="row">{classNames[k]}</th>
              {steps.map((t) => {
                const score = scores[t * classes + k] ?? 0;
                const isAnswer = answers[t] === k && !isUntrained;
                return (
                  <td
                    key={t}
                    class={`${classOf(t, now, madeFor)} ${isAnswer ? "winner" : ""}`}
                    title={draw.scoreAt(classNames[k], t + 1, oneDecimal(score))}
                  >
                    <span class="unseen">{oneDecimal(score)}</span>
                    <span
                      class="bar"
                      style={{ transform: `scaleY(${((score - low) / range).toFixed(3)})` }}
                    />
                  </td>
                );
              })}
              <td class="score">{oneDecimal(scores[(now - 1) * classes + k] ?? 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** @param t from 0 */
function classOf(t: number, now: number, madeFor: number): string {
  return `${t + 1 === now ? "now" : ""} ${t >= madeFor ? "beyond" : ""}`.trim();
}
