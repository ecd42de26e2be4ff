/** What is printed of the steps after a training: what they measured, and the networks that were kept. */

import { dirname, join } from "node:path";
import type { OperationCount, OperationRow } from "../energy/count-operations.js";
import { formatEnergy } from "../energy/format-energy.js";
import type {
  FusedSummary,
  PostprocessingSummary,
  QuantizedStepSummary,
} from "../experiment/postprocessing/results.js";
import type { Measured } from "../experiment/quantized/quantization-summary.js";
import { RunFolder } from "../experiment/run-folder/run-folder.js";
import { counted } from "../counted.js";
import { isFolder } from "../platform/folders.js";
import { shortPath } from "../platform/paths.js";
import { spellCommand } from "./command-line.js";
import { energyTable } from "./energy-table.js";
import type { ModelPlace } from "./model-path.js";
import { printQuantization } from "./quantize-report.js";
import { formatTable, percent, significant, type Column } from "./report-table.js";
import type { Terminal } from "./terminal.js";

/** A step whose network was kept, and where. */
export interface KeptNetwork {
  readonly kind: string;
  readonly network: string;
  readonly folder: string;
  /** When it was made; null if it was not tested. */
  readonly accuracy: number | null;
}

const right = (title: string): Column => ({ title, align: "right" });

export function printPostprocessing(terminal: Terminal, steps: readonly PostprocessingSummary[]): void {
  for (const step of steps) {
    terminal.print(terminal.bold(step.kind), `: ${step.network}`);
    terminal.print();
    printStep(terminal, step);
    terminal.print();
  }
}

function printStep(terminal: Terminal, step: PostprocessingSummary): void {
  switch (step.kind) {
    case "FuseBatchNorm": {
      const { fused, test } = step;
      const rows = [
        ["before", test.before],
        ["fused", test.after],
      ] as const;
      table(
        terminal,
        [{ title: "network" }, right("accuracy"), right("loss"), right("spikes per sample")],
        rows.flatMap(([name, measured]) => (measured === null ? [] : [[name, ...figures(measured)]])),
      );
      terminal.print(
        fused.length === 0 ? "no batch normalisation was there to be fused" : `fused: ${fused.join(", ")}`,
      );
      return;
    }
    case "QuantizationAwareTraining":
      terminal.print(step.quantization.words);
      terminal.print();
      printQuantization(terminal, step.quantization);
      return;
    case "EnergyEstimationMetric": {
      const { total } = step.energy;
      for (const line of energyTable(step.energy, (text) => terminal.bold(text))) terminal.print(line);
      terminal.print();
      terminal.print(
        terminal.bold(formatEnergy(total.total)),
        ` per inference, rates measured on ${counted(step.samples, "sample")}; an estimate, not a measurement`,
      );
      return;
    }
    case "OperationCounter":
      table(terminal, OPERATIONS, operationRows(step.operations));
      terminal.print(`per inference, rates measured on ${counted(step.samples, "sample")}`);
  }
}

function figures({ accuracy, loss, spikesPerInference }: Measured): string[] {
  return [percent(accuracy), significant(loss), spikesPerInference.toFixed(0)];
}

const OPERATIONS: readonly Column[] = [
  { title: "layer" },
  ...["in", "out", "ACC", "MAC", "addresses ACC", "MAC", "read", "written"].map(right),
];

function operationRows({ rows, total }: OperationCount): string[][] {
  const rate = (value: number | null): string => (value === null ? "" : value.toFixed(3));
  return [...rows, total].map((row: OperationRow) => {
    const { name, neuron, inputRate, outputRate, synAcc, synMac, addrAcc, addrMac, memRead, memWrite } = row;
    const numbers = [synAcc, synMac, addrAcc, addrMac, memRead, memWrite].map((value) => value.toFixed(0));
    return [neuron === null ? name : `${name} + ${neuron}`, rate(inputRate), rate(outputRate), ...numbers];
  });
}

function table(terminal: Terminal, columns: readonly Column[], rows: readonly (readonly string[])[]): void {
  if (rows.length === 0) return;
  for (const line of formatTable(columns, rows, (titles) => terminal.bold(titles))) terminal.print(line);
  terminal.print();
}

export function keptNetworks(steps: readonly PostprocessingSummary[]): KeptNetwork[] {
  return steps.flatMap((step) => {
    const { kind, network, folder } = step;
    return folder === null ? [] : [{ kind, network, folder, accuracy: accuracyOf(step) }];
  });
}

/** The file may have been written by anybody. */
function accuracyOf(step: PostprocessingSummary): number | null {
  const { test, quantization } = step as Partial<FusedSummary> & Partial<QuantizedStepSummary>;
  const after = test?.after ?? quantization?.test.trained ?? quantization?.test.calibrated;
  const accuracy: unknown = after?.accuracy;
  return typeof accuracy === "number" ? accuracy : null;
}

/** Those that are there in the folder of a run. */
export function networksIn({ path }: ModelPlace): KeptNetwork[] {
  const folder = dirname(path);
  const steps: unknown = new RunFolder(folder).readSummary()?.postprocessing;
  if (!Array.isArray(steps)) return [];
  return keptNetworks(steps as readonly PostprocessingSummary[]).filter(({ folder: name }) =>
    isFolder(join(folder, name)),
  );
}

export function printKept(terminal: Terminal, { path }: ModelPlace, kept: readonly KeptNetwork[]): void {
  if (kept.length === 0) return;
  terminal.print();
  table(
    terminal,
    [{ title: "made of it" }, { title: "by" }, right("accuracy")],
    kept.map(({ folder, kind, accuracy }) => [folder, kind, accuracy === null ? "" : percent(accuracy)]),
  );
  const { folder } = kept[kept.length - 1];
  terminal.print(`next: ${spellCommand(["eval", shortPath(join(dirname(path), folder))])}`);
}
