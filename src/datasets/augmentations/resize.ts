/** Resizing along one axis: which places a place of the result is made of, with their weights. */

export type Interpolation = "nearest" | "bilinear";

type Tap = readonly [from: number, weight: number];

/**
 * Half-pixel centres: place i of the result lies at (i + 1/2) before / after - 1/2.
 *
 * @param antialias of "bilinear" that makes smaller: the mean over all that lies between, by a triangle as wide
 * @returns for each place of the result
 */
export function resizeWeights(
  before: number,
  after: number,
  interpolation: Interpolation,
  antialias: boolean,
): readonly (readonly Tap[])[] {
  const scale = before / after;
  return Array.from({ length: after }, (_, i): readonly Tap[] => {
    if (interpolation === "nearest") return [[Math.min(before - 1, Math.floor(i * scale)), 1]];
    const centre = (i + 0.5) * scale;
    if (antialias && scale > 1) return triangle(centre, scale, before);
    const place = Math.max(0, centre - 0.5);
    const low = Math.min(before - 1, Math.floor(place));
    const high = Math.min(before - 1, low + 1);
    const share = place - low;
    return share === 0 || high === low
      ? [[low, 1]]
      : [[low, 1 - share], [high, share]]; // prettier-ignore
  });
}

function triangle(centre: number, width: number, before: number): readonly Tap[] {
  const taps: [number, number][] = [];
  for (
    let j = Math.max(0, Math.floor(centre - width));
    j < Math.min(before, Math.ceil(centre + width));
    j++
  ) {
    const weight = 1 - Math.abs(j + 0.5 - centre) / width;
    if (weight > 0) taps.push([j, weight]);
  }
  const sum = taps.reduce((total, [, weight]) => total + weight, 0);
  return taps.map(([j, weight]): Tap => [j, weight / sum]);
}
