/** Plays the time steps, and goes to any of them. */

import { goToStep } from "../actions.js";
import { play, stop } from "../play.js";
import { select } from "../state/page-state.js";
import { words } from "../words/words.js";
import { Slider } from "./slider.js";
import "./scrubber.css";

const look = select((state) => state.look);
const step = select((state) => state.step);
const playing = select((state) => state.playing);

export function Scrubber() {
  const { timesteps = 1, madeFor = 1 } = look.value ?? {};
  const isThere = look.value !== null;
  const { inside, strip } = words;
  const shown = inside.stepOf(step.value, timesteps);
  return (
    <div class="scrubber">
      <button type="button" class="primary" disabled={!isThere} onClick={playing.value ? stop : play}>
        {playing.value ? inside.stop : inside.play}
      </button>
      <Slider
        label={inside.timeStep}
        low={1}
        high={timesteps}
        step={1}
        value={step.value}
        shown={step.value > madeFor ? `${shown}, ${strip.beyond(madeFor)}` : shown}
        disabled={!isThere}
        onInput={(value) => {
          stop();
          goToStep(value);
        }}
      />
    </div>
  );
}
