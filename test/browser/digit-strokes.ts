/**
 * One hand's digits, as a pen would go on a square of 280: the ways people write them, not the ways the network likes.
 * x0, y0, x1, y1, …
 */

const points = (count: number, at: (share: number) => [number, number]): number[] =>
  Array.from({ length: count }, (_, i) => at(i / (count - 1))).flat();

/** Part of an ellipse; angles in turns, clockwise from the right. */
const arc = (x: number, y: number, rx: number, ry: number, from: number, to: number): number[] =>
  points(24, (share) => {
    const angle = 2 * Math.PI * (from + (to - from) * share);
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
  });

export const digitStrokes: readonly (readonly number[][])[] = [
  // 0: from the top, against the clock
  [arc(140, 140, 62, 92, 0.75, -0.25)],
  // 1: a short rise, then down
  [[112, 82, 146, 48, 146, 232]],
  // 2: a bow, a diagonal, a foot
  [[...arc(138, 98, 58, 52, 0.5, 1.08), 84, 226, 206, 226]],
  // 3: two bows
  [[...arc(134, 94, 52, 46, 0.58, 1.25), ...arc(134, 184, 60, 48, 0.75, 1.42)]],
  // 4: an open top, then the long stroke
  [
    [110, 52, 78, 156, 206, 156],
    [168, 92, 168, 236],
  ],
  // 5: down and around, then the roof
  [
    [98, 52, 92, 130, ...arc(132, 176, 62, 54, 0.65, 1.4)],
    [98, 52, 196, 52],
  ],
  // 6: a long bow that ends in a loop
  [[176, 48, 128, 92, 96, 148, ...arc(138, 186, 46, 46, 0.5, -0.5)]],
  // 7: without a bar
  [[82, 56, 202, 56, 122, 234]],
  // 8: two loops in one go
  [[...arc(140, 94, 46, 44, 0.25, 1.25), ...arc(140, 188, 56, 50, 0.75, -0.25)]],
  // 9: a loop, then down
  [[...arc(134, 100, 50, 48, 1, 0), 184, 100, 178, 170, 158, 234]],
];
