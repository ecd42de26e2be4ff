/** A step of a sequence, or all of one that is rows of numbers, on a canvas. */

import { useEffect, useRef } from "preact/hooks";
import { parseColour, pageColours } from "../../elements/colours.js";
import { useRedraw } from "../../elements/use-redraw.js";
import { figure } from "../format.js";
import { eventWords } from "../words/event-words.js";
import type { Sequence } from "../worker/protocol.js";
import { isPaired, planeOf, stepsOf, sumsOf } from "./sequence-numbers.js";
import { drawFrame, drawRows, rowsOf, type EventColours } from "./sequence-pixels.js";

interface Props {
  readonly sequence: Sequence;
  /** From 1. */
  readonly step: number;
  readonly class: string;
  /** Where words beside it say the same. */
  readonly isSilent?: boolean;
}

/** Of --series-N in the style sheet: blue and orange, which nearly everybody tells apart. */
const [ON, OFF] = [0, 3];

function eventColours(): EventColours {
  const { paper, ink, seriesColours } = pageColours();
  const [on, off] = [ON, OFF].map((i) => parseColour(seriesColours[i] ?? ink));
  return { paper: parseColour(paper), ink: parseColour(ink), on, off };
}

export function FramePicture({ sequence, step, class: name, isSilent = false }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const inRows = sequence.kind === "rows";
  const plane = planeOf(sequence);
  const [height, width] = inRows ? [rowsOf(sequence).rows, stepsOf(sequence)] : [plane.height, plane.width];
  const paint = (): void => {
    const context = canvas.current?.getContext("2d");
    if (context === null || context === undefined) return;
    const image = context.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    if (inRows) drawRows(pixels, sequence, eventColours());
    else drawFrame(pixels, sequence, step, eventColours());
    context.putImageData(image, 0, 0);
  };
  useEffect(paint, [sequence, inRows ? 0 : step]);
  useRedraw(paint);
  const said = isSilent
    ? { "aria-hidden": true as const }
    : { role: "img" as const, "aria-label": inRows ? allOf(sequence) : stepOf(sequence, step) };
  return <canvas ref={canvas} class={name} width={width} height={height} {...said} />;
}

/** "Step 3: 120 on, 98 off" */
export function stepOf(sequence: Sequence, step: number): string {
  const { view } = eventWords;
  const [off, on] = sumsOf(sequence)[step - 1] ?? [0, 0];
  return isPaired(sequence) ? view.step(step, on, off) : view.stepSum(step, on);
}

export function allOf(sequence: Sequence): string {
  const { view } = eventWords;
  const sums = sumsOf(sequence);
  const [off, on] = [0, 1].map((i) => sums.reduce((sum, each) => sum + each[i], 0));
  return isPaired(sequence) ? view.inAll(sums.length, on, off) : view.sumInAll(sums.length, on);
}

/** As the box of the input says it, below its size. */
export function briefly(sequence: Sequence, step: number): string {
  const [off, on] = sumsOf(sequence)[step - 1] ?? [0, 0];
  return isPaired(sequence) ? eventWords.view.count(off + on) : `Σ ${figure(on)}`;
}
