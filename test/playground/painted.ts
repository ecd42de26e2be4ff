/** Pictures of strokes as somebody might draw and scan them: any size, pen, place and colours. */

import type { Picture } from "../../playground/pictures/picture.js";

export interface Paint {
  readonly width: number;
  readonly height: number;
  /** Of the ink and of the paper: brightness, opacity. */
  readonly ink: readonly [number, number];
  readonly paper: readonly [number, number];
  /** Pixels across. */
  readonly pen: number;
  /** Of the strokes, which are on a square of 280: their size, and where the square begins. */
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

export const blackOnWhite: Paint = {
  width: 280,
  height: 280,
  ink: [0, 255],
  paper: [255, 255],
  pen: 20,
  scale: 1,
  left: 0,
  top: 0,
};

export function painted(strokes: readonly (readonly number[])[], changes: Partial<Paint> = {}): Picture {
  const { width, height, ink, paper, pen, scale, left, top } = { ...blackOnWhite, ...changes };
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const away = Math.min(
        ...strokes.map((stroke) => distance(stroke, (x + 0.5 - left) / scale, (y + 0.5 - top) / scale)),
      );
      const [brightness, opacity] = away * scale <= pen / 2 ? ink : paper;
      rgba.set([brightness, brightness, brightness, opacity], 4 * (y * width + x));
    }
  }
  return { name: "painted.png", width, height, rgba };
}

/** Of a point to a line from point to point. */
function distance(stroke: readonly number[], x: number, y: number): number {
  let least = Infinity;
  for (let i = 0; i + 3 < stroke.length; i += 2) {
    const [x0, y0, x1, y1] = stroke.slice(i, i + 4);
    const [dx, dy] = [x1 - x0, y1 - y0];
    const length = dx * dx + dy * dy;
    const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / length));
    least = Math.min(least, Math.hypot(x - x0 - along * dx, y - y0 - along * dy));
  }
  return least;
}
