/** How much there is at each step: on events upwards, off events downwards, and the frame above. A click goes to the step. */

import { goToStep } from "../actions.js";
import { stop } from "../play.js";
import { eventWords } from "../words/event-words.js";
import type { Sequence } from "../worker/protocol.js";
import { FramePicture, stepOf } from "./frame-picture.js";
import { isPaired, sumsOf, type OffOn } from "./sequence-numbers.js";

/** More buttons would be too many stops of the Tab key, and too narrow: the slider of the steps does it then. */
const MOST_BUTTONS = 32;
/** More frames would be too small. */
const MOST_FRAMES = 16;

interface Props {
  readonly sequence: Sequence;
  readonly step: number;
  /** T that the network was made for. */
  readonly madeFor: number;
}

export function StepBars({ sequence, step, madeFor }: Props) {
  const { view } = eventWords;
  const sums = sumsOf(sequence);
  const most = sums.reduce((high, [off, on]) => Math.max(high, off, Math.abs(on)), 1e-9);
  const paired = isPaired(sequence);
  const label = paired ? view.steps : view.sums;
  const hasFrames = sequence.kind !== "rows" && sums.length <= MOST_FRAMES;
  const go = (to: number): void => {
    stop();
    goToStep(to);
  };
  if (sums.length > MOST_BUTTONS) {
    return (
      <div class="event-bars thin" role="img" aria-label={`${label}. ${stepOf(sequence, step)}`}>
        {sums.map((each, t) => (
          <span key={t} class={classOf(t + 1, step, madeFor)} title={stepOf(sequence, t + 1)}>
            <Bars sums={each} most={most} paired={paired} />
          </span>
        ))}
      </div>
    );
  }
  return (
    <ol class="event-bars" aria-label={label}>
      {sums.map((each, t) => (
        <li key={t} class={classOf(t + 1, step, madeFor)}>
          <button
            type="button"
            class="plain"
            aria-label={stepOf(sequence, t + 1)}
            aria-pressed={t + 1 === step}
            title={stepOf(sequence, t + 1)}
            onClick={() => go(t + 1)}
          >
            {hasFrames ? (
              <FramePicture sequence={sequence} step={t + 1} class="event-small" isSilent />
            ) : null}
            <Bars sums={each} most={most} paired={paired} />
            <span aria-hidden="true">{t + 1}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

function Bars({ sums: [off, on], most, paired }: { sums: OffOn; most: number; paired: boolean }) {
  const height = (value: number): string => `${((100 * Math.abs(value)) / most).toFixed(1)}%`;
  return (
    <span class={paired ? "event-bar" : "event-bar single"} aria-hidden="true">
      <span>
        <span class="on" style={{ height: height(on) }} />
      </span>
      {paired ? (
        <span>
          <span class="off" style={{ height: height(off) }} />
        </span>
      ) : null}
    </span>
  );
}

function classOf(step: number, now: number, madeFor: number): string {
  return `event-step ${step === now ? "now" : ""} ${step > madeFor ? "beyond" : ""}`.trim();
}
