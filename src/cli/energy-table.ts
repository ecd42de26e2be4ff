/** What an inference costs, layer by layer, as a table. */

import type { EnergyEstimate, EnergyRow } from "../energy/estimate-energy.js";
import { formatEnergy } from "../energy/format-energy.js";
import { formatTable, percent, type Column } from "./report-table.js";
import type { Printed } from "./terminal.js";

const right = { align: "right" } as const;
const COLUMNS: readonly Column[] = [
  { title: "layer" },
  { title: "in", ...right },
  { title: "out", ...right },
  { title: "potentials", ...right },
  { title: "weights", ...right },
  { title: "biases", ...right },
  { title: "in/out", ...right },
  { title: "operations", ...right },
  { title: "total", ...right },
  { title: "share", ...right },
];

function cells(row: EnergyRow, { total }: EnergyEstimate): string[] {
  const { memPot, memWeights, memBias, memIo, opsAddr } = row;
  const rate = (value: number | null): string => (value === null ? "" : value.toFixed(3));
  const name =
    row.neuron === null || row.name.endsWith(row.neuron) ? row.name : `${row.name} + ${row.neuron}`;
  return [
    name,
    rate(row.inputRate),
    rate(row.outputRate),
    ...[memPot, memWeights, memBias, memIo, opsAddr, row.total].map(formatEnergy),
    total.total === 0 ? "" : percent(row.total / total.total),
  ];
}

/** A line per layer, and one for all of them. */
export function energyTable(estimate: EnergyEstimate, bold: (text: string) => Printed): Printed[] {
  const { rows, total } = estimate;
  return formatTable(
    COLUMNS,
    [...rows, total].map((row) => cells(row, estimate)),
    bold,
  );
}
