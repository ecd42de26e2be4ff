/** Curves of two runs in one chart: those of the run before are pale. */

import type { Series } from "./line-chart.js";

export interface Lines {
  readonly x: readonly number[];
  readonly series: readonly Series[];
}

/** @param before null: there is nothing to lay under the curves */
export function overlaid(now: Lines, before: Lines | null): Lines {
  if (before === null || before.x.length === 0) return now;
  const x = [...new Set([...now.x, ...before.x])].sort((a, b) => a - b);
  const spread = (lines: Lines, isPale: boolean): Series[] => {
    const places = new Map(lines.x.map((at, i) => [at, i]));
    return lines.series.map((series) => ({
      ...series,
      isPale,
      values: x.map((at) => {
        const place = places.get(at);
        return place === undefined ? null : (series.values[place] ?? null);
      }),
    }));
  };
  return { x, series: [...spread(before, true), ...spread(now, false)] };
}
