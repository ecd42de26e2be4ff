/** Draw: a digit on a square, and how the answer builds up step by step. */

import { DrawingSquare } from "../../elements/drawing-square.js";
import { draw, goToStep, showSample } from "../actions.js";
import { PixelImage } from "../charts/pixel-image.js";
import { figure, oneDecimal } from "../format.js";
import { select } from "../state/page-state.js";
import { words } from "../words/words.js";
import type { Look } from "../worker/protocol.js";
import { sentenceOn } from "./seen-sentence.js";
import { announce } from "../state/announcement.js";
import { Emphasised } from "./emphasised.js";

const input = select((state) => state.input);
const look = select((state) => state.look);
const step = select((state) => state.step);

export function DrawPanel() {
  const strokes = input.value.source === "drawing" ? input.value.strokes : [];
  return (
    <>
      <p>
        {look.value?.preparation === "clothes" || look.value?.preparation === "whole"
          ? words.draw.invitation.other
          : words.draw.invitation.digit}{" "}
        {words.draw.lead}
      </p>
      <div class="draw">
        <div class="draw-input">
          <DrawingSquare strokes={strokes} onChange={draw} say={announce} />
          <div class="buttons">
            <button type="button" onClick={() => draw([])}>
              {words.drawings.draw.clear}
            </button>
            <button type="button" onClick={() => showSample(-1)} aria-label={words.draw.sampleBefore}>
              ‹
            </button>
            <button type="button" onClick={() => showSample(1)}>
              {words.draw.sampleAfter}
            </button>
          </div>
          {look.value === null ? null : <Seen look={look.value} />}
        </div>
        {look.value === null ? null : (
          <div class="draw-answers">
            {look.value.isBlank ? (
              <NothingToSee look={look.value} />
            ) : (
              <>
                {look.value.isUntrained ? <Chance /> : <Answers look={look.value} />}
                <Scores look={look.value} />
              </>
            )}
          </div>
        )}
      </div>
    </>
  );
}

/** The image as the network got it. */
function Seen({ look }: { look: Look }) {
  const { image, imageShape } = look;
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
        label={words.draw.seen}
      />
      <p class="muted">
        {words.draw.seenSize(height, width)} {sentenceOn(look)}
      </p>
    </div>
  );
}

/** Of an empty canvas a network has an answer too, and it means nothing. */
function NothingToSee({ look: { input } }: { look: Look }) {
  return (
    <p class="muted no-answer" role="status">
      <Emphasised
        text={input.source === "picture" ? words.draw.blankPicture(input.name) : words.draw.blankDrawing}
      />
    </p>
  );
}

function Chance() {
  return (
    <p class="muted no-answer" role="status">
      <Emphasised text={words.draw.chance} />
    </p>
  );
}

/** After 1, 2, 4 and 8 steps, side by side. */
function Answers({ look: { answers, scores, classes, classNames, layers, label } }: { look: Look }) {
  return (
    <ol class="answers" aria-label={words.draw.answers}>
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
            <b>{classNames[answer]}</b>
            <small>
              {words.draw.ahead(figure(lead), verdict)}
              <br />
              {words.draw.spikes(spikes)}
            </small>
          </li>
        );
      })}
    </ol>
  );
}

function Scores({ look: { scores, classes, classNames, timesteps, answers, isUntrained } }: { look: Look }) {
  const steps = Array.from({ length: timesteps }, (_, t) => t);
  const low = scores.reduce((a, b) => Math.min(a, b), Infinity);
  const high = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  return (
    <div class="table-scroll">
      <table class="scores">
        <caption>
          {words.draw.scores} {isUntrained ? words.draw.scoresMeanNothing : words.draw.highestScore}
        </caption>
        <thead>
          <tr>
            <th scope="col">{words.draw.step}</th>
            {steps.map((t) => (
              <th key={t} scope="col" class={t + 1 === step.value ? "now" : ""}>
                <button
                  type="button"
                  class="plain"
                  onClick={() => goToStep(t + 1)}
                  aria-label={words.draw.goToStep(t + 1)}
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
              <th scope="row">{classNames[k]}</th>
              {steps.map((t) => {
                const score = scores[t * classes + k] ?? 0;
                const share = high > low ? (score - low) / (high - low) : 0;
                return (
                  <td
                    key={t}
                    class={answers[t] === k && !isUntrained ? "winner" : ""}
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
