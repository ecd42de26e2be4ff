/** A square to draw on: with the mouse, a finger or a pen, or with the arrow keys. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Stroke } from "atif";
import { themeColours } from "./colours.js";
import { DRAWING_SIZE } from "./drawing-size.js";
import { useRedraw } from "./use-redraw.js";
import { drawingWords as words } from "./words.js";

const KEY_STEP = 10;

interface Props {
  readonly strokes: readonly Stroke[];
  readonly onChange: (strokes: readonly Stroke[]) => void;
  /** The pen was lifted. */
  readonly onEnd?: () => void;
  /** To those who do not see it. */
  readonly say: (sentence: string) => void;
}

interface Pen {
  readonly x: number;
  readonly y: number;
  readonly down: boolean;
}

export function DrawingSquare({ strokes, onChange, onEnd, say }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  /** The strokes as they are drawn, ahead of the state. */
  const drawn = useRef(strokes);
  const pointer = useRef<number | null>(null);
  /** Where the arrow keys have the pen; null until they are used. */
  const [pen, setPen] = useState<Pen | null>(null);
  drawn.current = strokes;

  const paint = (): void => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (element === null || context === null || context === undefined) return;
    const { ink, seriesColours } = themeColours(element);
    context.clearRect(0, 0, DRAWING_SIZE, DRAWING_SIZE);
    if (drawn.current.length === 0 && pen === null) {
      context.fillStyle = ink;
      context.font = "18px system-ui, sans-serif";
      context.textAlign = "center";
      context.fillText(words.draw.here, DRAWING_SIZE / 2, DRAWING_SIZE / 2);
    }
    context.lineWidth = 18;
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = seriesColours[0] ?? ink;
    for (const stroke of drawn.current) {
      context.beginPath();
      // A little to the side: a line of no length is not drawn, and a tap is to leave a dot.
      context.moveTo((stroke[0] ?? 0) - 0.01, stroke[1] ?? 0);
      for (let i = 0; i + 1 < stroke.length; i += 2) context.lineTo(stroke[i] ?? 0, stroke[i + 1] ?? 0);
      context.stroke();
    }
    if (pen === null) return;
    context.lineWidth = 2;
    context.strokeStyle = ink;
    context.beginPath();
    context.arc(pen.x, pen.y, pen.down ? 6 : 11, 0, 2 * Math.PI);
    context.stroke();
  };
  useEffect(paint, [strokes, pen]);
  useRedraw(paint);

  const add = (x: number, y: number, begin: boolean): void => {
    const before = drawn.current;
    const last = before.at(-1);
    const next =
      begin || last === undefined ? [...before, [x, y]] : [...before.slice(0, -1), [...last, x, y]];
    drawn.current = next;
    onChange(next);
  };

  const place = ({ clientX, clientY }: PointerEvent): [number, number] => {
    const box = canvas.current?.getBoundingClientRect() ?? new DOMRect();
    const across = (value: number, start: number, size: number): number =>
      Math.min(DRAWING_SIZE, Math.max(0, ((value - start) / size) * DRAWING_SIZE));
    return [across(clientX, box.left, box.width), across(clientY, box.top, box.height)];
  };

  const onPointerDown = (event: PointerEvent): void => {
    if (pointer.current !== null || event.button !== 0) return;
    event.preventDefault();
    pointer.current = event.pointerId;
    canvas.current?.setPointerCapture(event.pointerId);
    setPen(null);
    add(...place(event), true);
  };

  const onPointerMove = (event: PointerEvent): void => {
    if (event.pointerId === pointer.current) add(...place(event), false);
  };

  const onPointerEnd = (event: PointerEvent): void => {
    if (event.pointerId !== pointer.current) return;
    pointer.current = null;
    onEnd?.();
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const now = pen ?? { x: DRAWING_SIZE / 2, y: DRAWING_SIZE / 4, down: false };
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [-KEY_STEP, 0],
      ArrowRight: [KEY_STEP, 0],
      ArrowUp: [0, -KEY_STEP],
      ArrowDown: [0, KEY_STEP],
    };
    const move = moves[event.key];
    if (event.key === " ") {
      event.preventDefault();
      if (now.down) onEnd?.();
      else add(now.x, now.y, true);
      setPen({ ...now, down: !now.down });
      say(now.down ? words.pen.up : words.pen.down);
    } else if (move !== undefined) {
      event.preventDefault();
      const inside = (value: number): number => Math.min(DRAWING_SIZE, Math.max(0, value));
      const next = { ...now, x: inside(now.x + move[0]), y: inside(now.y + move[1]) };
      setPen(next);
      if (next.down) add(next.x, next.y, false);
    }
  };

  return (
    <canvas
      ref={canvas}
      class="drawing"
      width={DRAWING_SIZE}
      height={DRAWING_SIZE}
      tabIndex={0}
      role="application"
      aria-roledescription={words.draw.square}
      aria-label={words.draw.squareHelp}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerEnd}
      onPointerCancel={onPointerEnd}
      onKeyDown={onKeyDown}
    />
  );
}
