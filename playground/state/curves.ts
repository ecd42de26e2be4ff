/**
 * Numbers of every batch, as lines of a bounded length: when there are too many points, two become their mean. What a
 * report costs does not grow with the run.
 */

/** Points of a line at most: more than a chart has pixels. */
export const MOST_POINTS = 2000;

export interface Curves {
  /** Batches so far. */
  readonly batches: number;
  /** Batches that a point is the mean of; the last point may have fewer. 1: every batch has its point. */
  readonly stride: number;
  /** All of the same length. */
  readonly lines: readonly (readonly number[])[];
}

export const noCurves: Curves = { batches: 0, stride: 1, lines: [] };

/** @param added one list per line, one number per batch */
export function extended(curves: Curves, added: readonly (readonly number[])[], most = MOST_POINTS): Curves {
  const count = added[0]?.length ?? 0;
  let { stride } = curves;
  while (Math.ceil((curves.batches + count) / stride) > most) stride *= 2;
  const lines = added.map((values, i) => {
    const line = thinned(curves.lines[i] ?? [], curves, stride);
    values.forEach((value, j) => put(line, value, (curves.batches + j) % stride));
    return line;
  });
  return { batches: curves.batches + count, stride, lines };
}

/** The batch at which each point ends. */
export function ends({ batches, stride }: Curves): number[] {
  return Array.from({ length: Math.ceil(batches / stride) }, (_, i) => Math.min(batches, (i + 1) * stride));
}

/** A copy, whose points are means over more batches. */
function thinned(line: readonly number[], { batches, stride }: Curves, wider: number): number[] {
  if (wider === stride) return [...line];
  const result: number[] = [];
  line.forEach((value, i) => {
    const begin = i * stride;
    put(result, value, begin % wider, Math.min(stride, batches - begin));
  });
  return result;
}

/** Adds the mean of so many batches to a line whose last point has `before` of its batches. */
function put(line: number[], value: number, before: number, count = 1): void {
  if (before === 0) line.push(value);
  else line[line.length - 1] += ((value - line[line.length - 1]) * count) / (before + count);
}
