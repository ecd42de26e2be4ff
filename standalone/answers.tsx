/** How the answer builds up: the class after each time step, and the scores of all classes. */

import type { Activity } from "atif";
import { figure } from "../elements/format.js";
import type { Network } from "./network.js";

/** More classes than these are in the table alone: those with the highest scores in the end are shown. */
const MOST_CLASSES = 12;

interface Props {
  readonly network: Network;
  readonly activity: Activity;
  /** From 1 to T. */
  readonly step: number;
  readonly onStep: (step: number) => void;
}

export function Answers({ network, activity, step, onStep }: Props) {
  const { classNames, isUntrained, facts } = network;
  const { answers, timesteps } = activity;
  const trained = facts.plan.timesteps;
  return (
    <div class="answers">
      <p class="answer" data-answer={answers[step - 1]}>
        After {step} {step === 1 ? "time step" : "time steps"}: <b>{classNames[answers[step - 1]]}</b>
      </p>
      {isUntrained ? <p class="muted">It has learned nothing yet: its answers are chance.</p> : null}
      <div class="steps" role="group" aria-label="The answer after each time step">
        {Array.from({ length: timesteps }, (_, t) => (
          <button
            key={t}
            type="button"
            class={t + 1 > trained ? "beyond" : ""}
            aria-pressed={t + 1 === step}
            onClick={() => onStep(t + 1)}
          >
            <small>{t + 1}</small>
            <span>{classNames[answers[t]]}</span>
          </button>
        ))}
      </div>
      <Scores network={network} activity={activity} step={step} />
      <details>
        <summary>All scores as numbers</summary>
        <ScoreTable network={network} activity={activity} />
      </details>
    </div>
  );
}

/** A row for each class: its score at every step, pale to full, and a bar for the step that is shown. */
function Scores({ network: { classNames, facts }, activity, step }: Omit<Props, "onStep">) {
  const trained = facts.plan.timesteps;
  const { scores, classes, timesteps, answers } = activity;
  const at = (t: number, k: number): number => scores[t * classes + k];
  const all = Array.from({ length: classes }, (_, k) => k);
  const last = (k: number): number => at(timesteps - 1, k);
  const shown = classes <= MOST_CLASSES ? all : all.sort((a, b) => last(b) - last(a)).slice(0, MOST_CLASSES);
  const low = scores.reduce((least, score) => Math.min(least, score), 0);
  const high = Math.max(
    low + 1e-9,
    scores.reduce((most, score) => Math.max(most, score), 0),
  );
  const percent = (score: number): string => `${(100 * (score - low)) / (high - low)}%`;
  return (
    <figure class="scores" aria-label={`Scores of the classes after ${step} time steps; as numbers below.`}>
      {shown.map((k) => {
        const score = at(step - 1, k);
        return (
          <div key={k} class={answers[step - 1] === k ? "class winner" : "class"}>
            <span class="name">{classNames[k]}</span>
            <span class="heat" aria-hidden="true">
              {Array.from({ length: timesteps }, (_, t) => (
                <i
                  key={t}
                  class={t + 1 === step ? "now" : ""}
                  style={{ opacity: String(0.04 + 0.96 * Math.max(0, at(t, k) / high) ** 2) }}
                />
              ))}
            </span>
            <span class="track" aria-hidden="true">
              <i
                style={{
                  left: percent(Math.min(0, score)),
                  right: `calc(100% - ${percent(Math.max(0, score))})`,
                }}
              />
            </span>
            <span class="score">{figure(score)}</span>
          </div>
        );
      })}
      <figcaption class="muted">
        The score of a class is the mean of the network’s output for it so far. Squares: one for each time
        step, the stronger the higher. Bars: after {step} {step === 1 ? "step" : "steps"}.{" "}
        {timesteps > trained ? `Dashed: more steps than the ${trained} it has learned with. ` : ""}
        {classes > shown.length ? `${shown.length} of ${classes} classes.` : ""}
      </figcaption>
    </figure>
  );
}

function ScoreTable({ network: { classNames }, activity }: Omit<Props, "step" | "onStep">) {
  const { scores, classes, timesteps } = activity;
  const steps = Array.from({ length: timesteps }, (_, t) => t);
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Scores">
      <table>
        <thead>
          <tr>
            <th scope="col">step</th>
            {steps.map((t) => (
              <th key={t} scope="col">
                {t + 1}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: classes }, (_, k) => (
            <tr key={k}>
              <th scope="row">{classNames[k]}</th>
              {steps.map((t) => (
                <td key={t}>{figure(scores[t * classes + k])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
