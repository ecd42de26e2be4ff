/**
 * A drawing as a short text for an address, and back: its points are whole units of the square, so nothing of it is lost.
 *
 * One byte is a small step from the point before; three are a point by itself, which goes on with a stroke or begins one.
 * The bytes are written in base64url.
 */

import type { Stroke } from "atif";
import { DRAWING_SIZE } from "../pictures/curve.js";

/** Units to each side that one byte can go. */
const NEAR = 7;
const ACROSS = 2 * NEAR + 1;
/** Codes from here on are points by themselves, with the highest bit of the place. */
const POINT = ACROSS * ACROSS;
const FIRST_POINT = POINT + 2;
/** Whole units in a row of the square, both ends included. */
const ROW = DRAWING_SIZE + 1;

/** Letters of a text at most: longer addresses are cut by what they are sent with. */
export const MOST_LETTERS = 16_000;

/** With points at whole units inside of the square. */
export function onGrid(strokes: readonly Stroke[]): Stroke[] {
  return strokes.map((stroke) =>
    stroke.map((value) => Math.min(DRAWING_SIZE, Math.max(0, Math.round(value)))),
  );
}

/** @param strokes as onGrid() gives them. @returns null if the text would be too long */
export function drawingToText(strokes: readonly Stroke[]): string | null {
  const bytes: number[] = [];
  for (const stroke of strokes) {
    for (let i = 0; i + 1 < stroke.length; i += 2) {
      const [x, y] = [stroke[i], stroke[i + 1]];
      const [dx, dy] = i === 0 ? [Infinity, Infinity] : [x - stroke[i - 2], y - stroke[i - 1]];
      if (Math.abs(dx) <= NEAR && Math.abs(dy) <= NEAR) bytes.push((dx + NEAR) * ACROSS + dy + NEAR);
      else {
        const place = x * ROW + y;
        bytes.push((i === 0 ? FIRST_POINT : POINT) + (place >> 16), (place >> 8) & 255, place & 255);
      }
    }
    if (bytes.length > MOST_LETTERS) return null;
  }
  const text = btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
  return text.length > MOST_LETTERS ? null : text;
}

/** @returns null if the text is none that drawingToText() writes */
export function drawingFromText(text: string): Stroke[] | null {
  if (text.length > MOST_LETTERS || !/^[\w-]*$/.test(text) || text.length % 4 === 1) return null;
  const bytes = Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) =>
    letter.charCodeAt(0),
  );
  const strokes: number[][] = [];
  for (let i = 0; i < bytes.length;) {
    const code = bytes[i];
    const stroke = strokes.at(-1);
    if (code < POINT) {
      if (stroke === undefined) return null;
      const x = stroke[stroke.length - 2] + Math.floor(code / ACROSS) - NEAR;
      const y = stroke[stroke.length - 1] + (code % ACROSS) - NEAR;
      if (Math.min(x, y) < 0 || Math.max(x, y) > DRAWING_SIZE) return null;
      stroke.push(x, y);
      i += 1;
    } else {
      const begins = code >= FIRST_POINT;
      const place = (code - (begins ? FIRST_POINT : POINT)) * 65_536 + bytes[i + 1] * 256 + bytes[i + 2];
      // Not a number, too, where bytes are missing.
      if (!(place < ROW * ROW)) return null;
      const point = [Math.floor(place / ROW), place % ROW];
      if (begins) strokes.push(point);
      else if (stroke === undefined) return null;
      else stroke.push(...point);
      i += 3;
    }
  }
  return strokes;
}
