/** Draw: a digit on a square, and how the answer builds up step by step. */

import { draw, goToStep, showSample } from "../actions.js";
import { PixelImage } from "../charts/pixel-image.js";
import { figure, grouped, oneDecimal } from "../format.js";
import { select } from "../state/page-state.js";
import type { Input, Look } from "../worker/protocol.js";
import { DrawingCanvas } from "./drawing-canvas.js";

const input = select((state) => state.input);
const look = select((state) => state.look);
const step = select((state) => state.step);
const data = select((state) => state.data);

export function DrawPanel() {
  const strokes = input.value.source === "drawing" ? input.value.strokes : [];
  return (
    <>
      <p>
        Draw a digit. While you draw, the network looks at it anew: the same image at every time step, and
        after each step an answer, the class with the highest score so far. The first step is a guess; with
        every further one the answer becomes finer.
      </p>
      <div class="draw">
        <div class="draw-input">
          <DrawingCanvas strokes={strokes} onChange={draw} />
          <div class="buttons">
            <button type="button" onClick={() => draw([])}>
              Clear
            </button>
            <button type="button" onClick={() => showSample(-1)} aria-label="Show the held-out image before">
              ‹
            </button>
            <button type="button" onClick={() => showSample(1)}>
              Held-out image ›
            </button>
          </div>
          {look.value === null ? null : <Seen look={look.value} />}
        </div>
        {look.value === null ? null : (
          <div class="draw-answers">
            <Answers look={look.value} />
            <Scores look={look.value} />
          </div>
        )}
      </div>
    </>
  );
}

/** The image as the network got it. */
function Seen({ look: { image, imageShape, input: seen, label } }: { look: Look }) {
  const [height = 1, width = 1, channels = 1] = imageShape.length === 3 ? imageShape : [1, image.length, 1];
  const grey = channels === 1 ? image : image.filter((_, i) => i % channels === 0);
  const most = grey.reduce((a, b) => Math.max(a, b), 1e-9);
  return (
    <div class="seen">
      <PixelImage
        values={grey}
        width={width}
        height={height}
        most={Math.max(1, most)}
        label="The image as the network sees it"
      />
      <p class="muted">
        What the network sees: {height} × {width} pixels. {sentenceOn(seen, label)}
      </p>
    </div>
  );
}

function sentenceOn(input: Input, label: number | null): string {
  switch (input.source) {
    case "drawing":
      return "Your drawing is brought to the size and the thickness of the digits it has learned from.";
    case "picture":
      return `${input.file.name}, scaled to its size.`;
    case "sample":
      return `Held-out image ${input.index + 1}, which it has never learned from. Its class is ${nameOf(label ?? 0)}.`;
  }
}

function nameOf(label: number): string {
  return data.value?.classNames[label] ?? String(label);
}

/** After 1, 2, 4 and 8 steps, side by side. */
function Answers({ look: { answers, scores, classes, layers, label } }: { look: Look }) {
  return (
    <ol class="answers" aria-label="The answer after 1, 2, 4 and 8 time steps">
      {[1, 2, 4, 8].map((steps) => {
        const answer = answers[steps - 1] ?? 0;
        const row = scores.subarray((steps - 1) * classes, steps * classes);
        const others = row.filter((_, i) => i !== answer);
        const lead = (row[answer] ?? 0) - others.reduce((a, b) => Math.max(a, b), -Infinity);
        const spikes = layers.reduce(
          (sum, layer) => sum + layer.spikes.subarray(0, steps * layer.neurons).reduce((a, b) => a + b, 0),
          0,
        );
        const verdict = label === null ? "" : answer === label ? "right" : "wrong";
        return (
          <li key={steps} class={`answer ${verdict}`} data-steps={steps} data-answer={answer}>
            <span class="answer-steps">T = {steps}</span>
            <b>{nameOf(answer)}</b>
            <small>
              {verdict === "" ? "" : `${verdict}, `}
              {figure(lead)} ahead
              <br />
              {grouped(spikes)} spikes
            </small>
          </li>
        );
      })}
    </ol>
  );
}

function Scores({ look: { scores, classes, timesteps, answers } }: { look: Look }) {
  const steps = Array.from({ length: timesteps }, (_, t) => t);
  const low = scores.reduce((a, b) => Math.min(a, b), Infinity);
  const high = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  return (
    <div class="table-scroll">
      <table class="scores">
        <caption>
          Score of each class after each time step: the mean of the network's output so far. The highest is
          the answer.
        </caption>
        <thead>
          <tr>
            <th scope="col">step</th>
            {steps.map((t) => (
              <th key={t} scope="col" class={t + 1 === step.value ? "now" : ""}>
                <button
                  type="button"
                  class="plain"
                  onClick={() => goToStep(t + 1)}
                  aria-label={`Go to step ${t + 1}`}
                >
                  {t + 1}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: classes }, (_, k) => (
            <tr key={k}>
              <th scope="row">{nameOf(k)}</th>
              {steps.map((t) => {
                const score = scores[t * classes + k] ?? 0;
                const share = high > low ? (score - low) / (high - low) : 0;
                return (
                  <td
                    key={t}
                    class={answers[t] === k ? "winner" : ""}
                    style={{ "--share": `${(100 * share ** 2).toFixed(0)}%` }}
                  >
                    {oneDecimal(score)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
