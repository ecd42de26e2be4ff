/** Two reports of a run that came between two frames, as one. */

import type { FromWorker } from "./protocol.js";

/** @returns null: not two reports */
export function mergedReports(before: FromWorker, after: FromWorker): FromWorker | null {
  if (before.type !== "report" || after.type !== "report") return null;
  const [first, last] = [before.report, after.report];
  return {
    type: "report",
    report: {
      ...last,
      losses: [...first.losses, ...last.losses],
      thetas: last.thetas.map((line, layer) => [...(first.thetas[layer] ?? []), ...line]),
    },
  };
}
