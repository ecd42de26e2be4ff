/** Time steps one after another: what plays is in the state, so that whatever stops it needs no handle of it. */

import { goToStep } from "./actions.js";
import { change, current } from "./state/page-state.js";

/** Milliseconds that a step is shown. */
const STEP_TIME = 700;

let timer: ReturnType<typeof setInterval> | undefined;

/** From this step on, or from the first one after the last. */
export function play(): void {
  const { look, step } = current();
  if (look === null) return;
  change({ playing: true });
  if (step >= look.timesteps) goToStep(1);
  clearInterval(timer);
  timer = setInterval(goOn, STEP_TIME);
}

export function stop(): void {
  clearInterval(timer);
  if (current().playing) change({ playing: false });
}

function goOn(): void {
  const { look, step, playing } = current();
  if (!playing || look === null || step >= look.timesteps) return stop();
  goToStep(step + 1);
}

/** For who has asked for no motion, nothing plays by itself. */
export function mayMove(): boolean {
  return !matchMedia("(prefers-reduced-motion: reduce)").matches;
}
