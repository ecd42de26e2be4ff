/**
 * Steps of a sequence as pixels. A pixel with events is the fuller the more there were, in the colour of those that were more
 * often on or off, or between the two; of other numbers it is the darker the larger they are.
 */

import { mix, type Colour } from "../../elements/colours.js";
import type { Sequence } from "../worker/protocol.js";
import { isPaired, planeOf, rangeOf, stepsOf, valueAt, type OffOn } from "./sequence-numbers.js";

export interface EventColours {
  readonly paper: Colour;
  readonly ink: Colour;
  readonly on: Colour;
  readonly off: Colour;
}

/** A single event is seen, too. */
const LEAST = 0.35;
/** Rows at most: of more, those side by side are one. */
export const MOST_ROWS = 256;

function colourOf(
  [off, on]: OffOn,
  paired: boolean,
  [low, high]: readonly [number, number],
  { paper, ink, on: onColour, off: offColour }: EventColours,
): number {
  const all = off + on;
  if (!paired) return mix(paper, ink, (all - low) / (high - low));
  if (all <= 0) return mix(paper, paper, 0);
  const between = (i: 0 | 1 | 2): number => offColour[i] + (onColour[i] - offColour[i]) * (on / all);
  return mix(paper, [between(0), between(1), between(2)], LEAST + ((1 - LEAST) * all) / high);
}

/** @param pixels [height × width] of its plane. @param step from 1 */
export function drawFrame(
  pixels: Uint32Array,
  sequence: Sequence,
  step: number,
  colours: EventColours,
): void {
  const [range, paired] = [rangeOf(sequence), isPaired(sequence)];
  for (let i = 0; i < pixels.length; i++)
    pixels[i] = colourOf(valueAt(sequence, step, i), paired, range, colours);
}

/** Of numbers in rows: as many as are drawn, each of so many of the sequence. */
export function rowsOf(sequence: Sequence): { readonly rows: number; readonly each: number } {
  const { height } = planeOf(sequence);
  const each = Math.ceil(height / MOST_ROWS);
  return { rows: Math.ceil(height / each), each };
}

/** All steps side by side. @param pixels [rows × T] */
export function drawRows(pixels: Uint32Array, sequence: Sequence, colours: EventColours): void {
  const timesteps = stepsOf(sequence);
  const { height } = planeOf(sequence);
  const { rows, each } = rowsOf(sequence);
  const [range, paired] = [rangeOf(sequence), isPaired(sequence)];
  for (let row = 0; row < rows; row++) {
    for (let t = 0; t < timesteps; t++) {
      let most: OffOn = [0, 0];
      for (let place = row * each; place < Math.min(height, (row + 1) * each); place++) {
        const own = valueAt(sequence, t + 1, place);
        if (Math.abs(own[0] + own[1]) >= Math.abs(most[0] + most[1])) most = own;
      }
      pixels[row * timesteps + t] = colourOf(most, paired, range, colours);
    }
  }
}
