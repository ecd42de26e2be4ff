/**
 * The numbers of a run for other programs: metrics.csv for tables, an event file for TensorBoard. Both follow from the epochs that
 * are over, so that a run that goes on from a checkpoint has each epoch once, and what was written before begins what is written now.
 */

import { encodeEvents, beginningOf } from "../../formats/event-file.js";
import type { EpochMetrics } from "../../training/epoch-metrics.js";
import type { Logger } from "../description/experiment.js";
import { epochScalars } from "./epoch-scalars.js";
import type { RunFolder } from "./run-folder.js";

type Write = (folder: RunFolder, epochs: readonly EpochMetrics[], now: () => number) => void;

const writers: { readonly [L in Logger]: Write } = {
  csv: (folder, epochs) => folder.writeCsv(csvOf(epochs)),
  tensorboard(folder, epochs, now) {
    const events = folder.readEvents();
    const begun = (events === null ? null : beginningOf(events)) ?? now() / 1000;
    folder.writeEvents(eventsOf(epochs, begun));
  },
};

/** @param now milliseconds since 1970 */
export function writeLogs(
  folder: RunFolder,
  loggers: readonly Logger[],
  epochs: readonly EpochMetrics[],
  now: () => number = Date.now,
): void {
  for (const logger of loggers) writers[logger](folder, epochs, now);
}

/** A line of names, and one for each epoch; what an epoch does not have is empty. */
export function csvOf(epochs: readonly EpochMetrics[]): string {
  const rows = epochs.map(
    (metrics) => new Map<string, number | null>([["epoch", metrics.epoch], ...epochScalars(metrics)]),
  );
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  const lines = rows.map((row) => names.map((name) => String(row.get(name) ?? "")));
  return [names.map(cell), ...lines].map((cells) => `${cells.join(",")}\n`).join("");
}

/** Names of layers and metrics are anybody's. @source RFC 4180 */
function cell(name: string): string {
  return /[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

/** A step for each epoch, at the time that its training took. @param begun seconds since 1970 */
export function eventsOf(epochs: readonly EpochMetrics[], begun: number): Uint8Array<ArrayBuffer> {
  let wallTime = begun;
  return encodeEvents(
    begun,
    epochs.map((metrics) => {
      wallTime += metrics.seconds;
      return { wallTime, step: metrics.epoch, scalars: epochScalars(metrics) };
    }),
  );
}
