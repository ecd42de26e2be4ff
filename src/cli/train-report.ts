/** What is printed when a run is complete. */

import { counted } from "../counted.js";
import { spellCommand } from "./command-line.js";
import { keptNetworks, printPostprocessing } from "./postprocessing-report.js";
import { formatDuration } from "./progress.js";
import { formatTable, percent, significant, thetaText } from "./report-table.js";
import type { RunFolder } from "../experiment/run-folder/run-folder.js";
import type { ModelStatistics, RunOfSeries } from "../experiment/run-folder/series-summary.js";
import { folderOf, shortPath } from "../platform/paths.js";
import { spreadLine } from "./spread-text.js";
import type { CompleteSummary } from "../experiment/run-folder/run-summary.js";
import type { Printed, Terminal } from "./terminal.js";

/** Thresholds, firing rates and levels by layer, the test, what was written where, and what to try next. */
export function printRun(terminal: Terminal, folder: RunFolder, summary: CompleteSummary): void {
  const { layers, test } = summary;
  if (layers.length > 0) {
    // Where all layers are in the group "layers", it tells nothing.
    const isGrouped = layers.every(({ name }) => name.startsWith("layers."));
    const lines = formatTable(
      [
        { title: "layer" },
        { title: "neuron" },
        { title: "theta", align: "right" },
        { title: "firing rate", align: "right" },
        { title: "levels", align: "right" },
      ],
      layers.map(({ name, kind, firingRate, levels, ...thresholds }) => [
        isGrouped ? name.slice("layers.".length) : name,
        kind,
        thetaText(thresholds),
        percent(firingRate),
        String(levels),
      ]),
      (titles) => terminal.bold(titles),
    );
    terminal.print();
    for (const line of lines) terminal.print(line);
  }
  terminal.print();
  if (test !== null) terminal.print(...testLine(terminal, test, summary.timesteps));
  terminal.print(trainingLine(summary));
  terminal.print();
  const { postprocessing = [] } = summary;
  printPostprocessing(terminal, postprocessing);
  printFiles(terminal, folder, postprocessing);
  terminal.print();
  terminal.print(`next: ${spellCommand(["inspect", folder.shortPath])}`);
}

/** A row for each of several runs, and mean and spread for all of one model. */
export function printSeries(
  terminal: Terminal,
  runs: readonly (RunOfSeries & { readonly folder?: string })[],
  statistics: readonly ModelStatistics[],
): void {
  const shown = (value: unknown, format: (value: number) => string): string =>
    typeof value === "number" ? format(value) : "";
  const lines = formatTable(
    [
      { title: "run" },
      { title: "seed", align: "right" },
      { title: "epochs", align: "right" },
      { title: "train loss", align: "right" },
      { title: "test accuracy", align: "right" },
      { title: "test loss", align: "right" },
    ],
    runs.map(({ model, run, seed, epochs, trainLoss, test }) => [
      `${model}-${run}`,
      shown(seed, String),
      shown(epochs, String),
      shown(trainLoss, significant),
      shown(test?.accuracy, percent),
      shown(test?.loss, significant),
    ]),
    (titles) => terminal.bold(titles),
  );
  terminal.print();
  for (const line of lines) terminal.print(line);
  terminal.print();
  for (const { model, runs: count, test, trainAccuracy, trainLoss } of statistics) {
    const figures = test ?? { accuracy: trainAccuracy, loss: trainLoss };
    terminal.print(
      ...spreadLine(terminal, {
        model: test === null ? `${model}, in training` : model,
        runs: count,
        ...figures,
      }),
    );
  }
  const [{ folder }] = runs;
  if (folder === undefined) return;
  terminal.print();
  terminal.print(`next: ${spellCommand(["eval", shortPath(folderOf(folder))])}`);
}

function testLine(
  terminal: Terminal,
  test: NonNullable<CompleteSummary["test"]>,
  timesteps: number,
): Printed[] {
  const { samples, accuracy, loss, confusion, spikesPerInference } = test;
  const right = confusion.reduce((sum, row, i) => sum + row[i], 0);
  return [
    "test accuracy ",
    terminal.bold(percent(accuracy)),
    ` (${right} of ${samples}), loss ${significant(loss)}, ` +
      `${spikesPerInference.toFixed(0)} spikes per sample in ${counted(timesteps, "time step")}`,
  ];
}

function trainingLine({ epochs, bestEpoch, stoppedEarly, seconds, seed }: CompleteSummary): string {
  const parts = [
    `${counted(epochs, "epoch")} in ${formatDuration(seconds)}`,
    stoppedEarly ? "stopped early" : "",
    bestEpoch === null ? "" : `best epoch ${bestEpoch}`,
    `seed ${seed}`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function printFiles(
  terminal: Terminal,
  folder: RunFolder,
  steps: NonNullable<CompleteSummary["postprocessing"]>,
): void {
  const files: (readonly [string, string])[] = [
    ["model.safetensors", "the network"],
    ["config.toml", "the experiment as run"],
    ["metrics.jsonl", "one line per epoch"],
    ["summary.json", "these results"],
    ...keptNetworks(steps).map(
      ({ folder: name, kind }) => [`${name}/`, `the network after ${kind}`] as const,
    ),
  ];
  terminal.print(`wrote ${folder.shortPath}`);
  for (const [name, what] of files) terminal.print(`  ${name.padEnd(18)}  `, terminal.dim(what));
}
