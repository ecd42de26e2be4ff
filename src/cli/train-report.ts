/** What is printed when a run is complete. */

import { spellCommand } from "./command-line.js";
import { formatDuration } from "./progress.js";
import { formatTable, percent, significant } from "./report-table.js";
import type { RunFolder } from "../experiment/run-folder/run-folder.js";
import type { CompleteSummary } from "../experiment/run-folder/run-summary.js";
import type { Terminal } from "./terminal.js";

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
      layers.map(({ name, kind, theta, firingRate, levels }) => [
        isGrouped ? name.slice("layers.".length) : name,
        kind,
        significant(theta),
        percent(firingRate),
        String(levels),
      ]),
      (titles) => terminal.bold(titles),
    );
    terminal.print();
    for (const line of lines) terminal.print(line);
  }
  terminal.print();
  if (test !== null) terminal.print(testLine(terminal, test, summary.timesteps));
  terminal.print(trainingLine(summary));
  terminal.print();
  printFiles(terminal, folder);
  terminal.print();
  terminal.print(`next: ${spellCommand(["inspect", folder.shortPath])}`);
}

function testLine(terminal: Terminal, test: NonNullable<CompleteSummary["test"]>, timesteps: number): string {
  const { samples, accuracy, loss, confusion, spikesPerInference } = test;
  const right = confusion.reduce((sum, row, i) => sum + row[i], 0);
  return (
    `test accuracy ${terminal.bold(percent(accuracy))} (${right} of ${samples}), loss ${significant(loss)}, ` +
    `${spikesPerInference.toFixed(0)} spikes per sample in ${timesteps} time steps`
  );
}

function trainingLine({ epochs, bestEpoch, stoppedEarly, seconds, seed }: CompleteSummary): string {
  const parts = [
    `${epochs} ${epochs === 1 ? "epoch" : "epochs"} in ${formatDuration(seconds)}`,
    stoppedEarly ? "stopped early" : "",
    bestEpoch === null ? "" : `best epoch ${bestEpoch}`,
    `seed ${seed}`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function printFiles(terminal: Terminal, folder: RunFolder): void {
  const files = [
    ["model.safetensors", "the network"],
    ["config.toml", "the experiment as run"],
    ["metrics.jsonl", "one line per epoch"],
    ["summary.json", "these results"],
  ] as const;
  terminal.print(`wrote ${folder.shortPath}`);
  for (const [name, what] of files) terminal.print(`  ${name.padEnd(18)}  ${terminal.dim(what)}`);
}
