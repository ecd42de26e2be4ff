/** Draw: a digit on a square, and beside it how the answer builds up step by step. */

import { DrawingSquare } from "../../elements/drawing-square.js";
import { draw, showSample } from "../actions.js";
import { eventParts } from "../events/late-events.js";
import { figure } from "../format.js";
import { select } from "../state/page-state.js";
import { words } from "../words/words.js";
import type { Look } from "../worker/protocol.js";
import { sentenceOn } from "./seen-sentence.js";
import { announce } from "../state/announcement.js";
import { Emphasised } from "./emphasised.js";
import { SampleImage } from "./sample-image.js";
import { ScoreBars } from "./score-bars.js";
import "./draw.css";

const input = select((state) => state.input);
const look = select((state) => state.look);
const sequences = select((state) => state.model?.sequences ?? null);

export function DrawPanel() {
  const strokes = input.value.source === "drawing" ? input.value.strokes : [];
  const now = look.value;
  const isOther = now?.preparation === "clothes" || now?.preparation === "whole";
  const kind = sequences.value;
  const events = kind === null ? null : eventParts();
  return (
    <div class="draw">
      <div class="draw-input">
        <div class="square">
          {kind === "rows" ? (
            <p class="muted no-square">{events?.eventWords.invitation.rows}</p>
          ) : (
            <DrawingSquare strokes={strokes} onChange={draw} say={announce} />
          )}
          {now !== null && input.value.source !== "drawing" ? <SampleImage look={now} /> : null}
        </div>
        {kind === "events" || kind === "video" ? events === null ? null : <events.MotionChoice /> : null}
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
      </div>
      {now === null ? null : (
        <>
          <div>
            {now.isBlank ? (
              <NothingToSee look={now} />
            ) : now.isUntrained ? (
              <Chance />
            ) : (
              <>
                <Story look={now} />
                <Answers look={now} />
              </>
            )}
          </div>
          <div class="draw-scores">
            {now.isBlank ? (
              <p>
                {kind === null
                  ? `${isOther ? words.draw.invitation.other : words.draw.invitation.digit} ${words.draw.lead}`
                  : events?.eventWords.invitation[kind]}
              </p>
            ) : (
              <ScoreBars look={now} />
            )}
            <p class="muted seen-note">
              {now.sequence === null ? sentenceOn(now) : events?.sentenceOnSequence(now)}
            </p>
          </div>
        </>
      )}
    </div>
  );
}

/** Of an empty canvas a network has an answer too, and it means nothing. */
function NothingToSee({ look: { input } }: { look: Look }) {
  return (
    <p class="muted" role="status">
      <Emphasised
        text={input.source === "picture" ? words.draw.blankPicture(input.name) : words.draw.blankDrawing}
      />
    </p>
  );
}

function Chance() {
  return (
    <p class="muted" role="status">
      <Emphasised text={words.draw.chance} />
    </p>
  );
}

/** Whether the network has changed its mind between the first step and the last one that it was made for. */
function Story({ look: { answers, classNames, madeFor, label } }: { look: Look }) {
  const [first, last] = [answers[0], answers[madeFor - 1] ?? answers[0]];
  const { changed, kept, isRight, isWrong } = words.draw.story;
  const told =
    first === last ? kept(classNames[last], madeFor) : changed(classNames[first], classNames[last], madeFor);
  return (
    <p class="story">
      <Emphasised text={told} />
      {label === null ? "" : ` ${last === label ? isRight : isWrong(classNames[label] ?? String(label))}`}
    </p>
  );
}

/** After 1, 2, 4 and 8 steps, one under the other; of a sequence, after each doubling up to its end. */
function Answers({ look }: { look: Look }) {
  const { answers, scores, classes, classNames, layers, label, madeFor, sequence, timesteps } = look;
  const doubled = [8, 4, 2, 1].map((part) => Math.ceil(timesteps / part));
  const after = sequence === null ? [1, 2, 4, 8] : [...new Set(doubled)];
  return (
    <ol class="answers" aria-label={words.draw.answers(after)}>
      {after.map((steps) => {
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
          <li
            key={steps}
            class={`answer ${verdict} ${steps > madeFor ? "beyond" : ""}`}
            data-steps={steps}
            data-answer={answer}
          >
            <span>T = {steps}</span>
            <b class={classNames[answer].length > 3 ? "long" : ""}>{classNames[answer]}</b>
            <small>
              {words.draw.ahead(figure(lead), verdict)}
              <br />
              {words.draw.spikes(spikes)}
              {steps > madeFor ? `, ${words.draw.beyondTrained}` : ""}
            </small>
          </li>
        );
      })}
    </ol>
  );
}
