/** What is printed of a quantization: accuracy on the way, layer by layer what it costs, and what was written where. */

import type { ByStage, QuantizationSummary } from "../experiment/quantized/quantization-summary.js";
import type { QuantizedSummary } from "../experiment/quantized/quantized-folder.js";
import type { RunFolder } from "../experiment/run-folder/run-folder.js";
import { tensorTypes, type QuantParams } from "../quantization/quantizer-options.js";
import { spellCommand } from "./command-line.js";
import { formatTable, percent, significant, type Column } from "./report-table.js";
import type { Terminal } from "./terminal.js";

const right = (title: string): Column => ({ title, align: "right" });

/** Shares that are small and not 0 must not look like 0. */
function share(value: number | null): string {
  if (value === null) return "";
  return value > 0 && value < 0.0005 ? "<0.1 %" : percent(value);
}

export function printQuantized(
  terminal: Terminal,
  { quantization }: QuantizedSummary,
  testedOn: string,
): void {
  const { words, of } = quantization;
  terminal.print(terminal.bold(of), `: ${words}; tested on ${testedOn}`);
  terminal.print();
  printQuantization(terminal, quantization);
}

/** Accuracy on the way, and the layers. */
export function printQuantization(terminal: Terminal, { test, layers, folded }: QuantizationSummary): void {
  const stages = (["float", "calibrated", "trained"] as const).flatMap((name) => {
    const measured = test[name];
    if (measured === null) return [];
    const { accuracy, loss, spikesPerInference } = measured;
    return [[name, percent(accuracy), significant(loss), spikesPerInference.toFixed(0)]];
  });
  const table = (columns: readonly Column[], rows: readonly (readonly string[])[]): void => {
    for (const line of formatTable(columns, rows, (titles) => terminal.bold(titles))) terminal.print(line);
    terminal.print();
  };
  table([{ title: "network" }, right("accuracy"), right("loss"), right("spikes per sample")], stages);
  const [before, after] =
    test.trained === null ? (["float", "calibrated"] as const) : (["calibrated", "trained"] as const);
  table(LAYER_COLUMNS, layerRows(layers, before, after));
  terminal.print(`before: ${before}; after: ${after}`);
  terminal.print("q: fractional bits of what a layer gives, and of its weights or its potential");
  terminal.print(
    "saturated: of its outputs or its potentials; silent: of its neurons, without a spike in all samples",
  );
  for (const { name, reason } of folded?.kept ?? []) terminal.print(`not folded: ${name}: ${reason}`);
}

const LAYER_COLUMNS: readonly Column[] = [
  { title: "layer" },
  ...["q", "q w/v", "theta before", "after", "saturated before", "after", "silent before", "after"].map(
    right,
  ),
];

function layerRows(
  layers: QuantizedSummary["quantization"]["layers"],
  before: keyof ByStage<number>,
  after: keyof ByStage<number>,
): string[][] {
  const isGrouped = layers.every(({ name }) => name.startsWith(GROUP));
  const theta = (value: number | null): string => (value === null ? "" : significant(value));
  return layers.map(({ name, q, weightsQ, theta: thetas, saturation, silence }) => [
    isGrouped ? name.slice(GROUP.length) : name,
    q === null ? "" : String(q),
    weightsQ === null ? "" : String(weightsQ),
    theta(thetas[before]),
    theta(thetas[after]),
    share(saturation[before]),
    share(saturation[after]),
    share(silence[before]),
    share(silence[after]),
  ]);
}

const GROUP = "layers.";

/** Whether C can have it: steps are powers of two everywhere. */
function isExportable(params: QuantParams): boolean {
  return [params, ...tensorTypes.map((type) => params[type] ?? {})].every(
    ({ LSQ = false, quantype = "fxp", quantEnable = true }) => !LSQ && quantype === "fxp" && quantEnable,
  );
}

export function printQuantizedFiles(
  terminal: Terminal,
  folder: RunFolder,
  { params }: Pick<QuantizationSummary, "params">,
): void {
  const files = [
    ["model.safetensors", "the quantized network"],
    ["activations_range.txt", "its fractional bits"],
    ["summary.json", "these results"],
  ] as const;
  terminal.print();
  terminal.print(`wrote ${folder.shortPath}`);
  for (const [name, what] of files) terminal.print(`  ${name.padEnd(21)}  `, terminal.dim(what));
  terminal.print();
  const next = isExportable(params)
    ? ["export", folder.shortPath, "--to", "c", "--out", "device"]
    : ["inspect", folder.shortPath];
  terminal.print(`next: ${spellCommand(next)}`);
}
