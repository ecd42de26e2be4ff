/** Mean and spread of the figures of several runs, as they are printed. */

import { counted } from "../counted.js";
import type { Spread } from "../experiment/spread.js";
import { significant } from "./report-table.js";
import type { Printed, Terminal } from "./terminal.js";

/** What is printed of the runs of one model. */
export interface SpreadLine {
  readonly model: string;
  readonly runs: number;
  readonly accuracy: Spread | null;
  readonly loss: Spread | null;
}

/** "net: accuracy 93.61 ± 0.71 % (92.50 to 94.44 %), loss 0.231 ± 0.011 (0.223 to 0.239), 3 runs" */
export function spreadLine(terminal: Terminal, { model, runs, accuracy, loss }: SpreadLine): Printed[] {
  const parts: Printed[] = [`${model}: `];
  if (accuracy !== null) {
    const percents = formatSpread(accuracy, (fraction) => (100 * fraction).toFixed(2));
    parts.push("accuracy ", terminal.bold(`${percents.mean} %`), percents.range(" %"), ", ");
  }
  if (loss !== null) {
    const { mean, range } = formatSpread(loss, significant);
    parts.push(`loss ${mean}${range("")}, `);
  }
  return [...parts, counted(runs, "run")];
}

/** Mean, with the sample standard deviation, and from the least to the most. Of one number there is only the number. */
function formatSpread(
  { mean, std, min, max }: Spread,
  format: (value: number) => string,
): { readonly mean: string; range(unit: string): string } {
  return {
    mean: std === null ? format(mean) : `${format(mean)} ± ${format(std)}`,
    range: (unit) => (std === null ? "" : ` (${format(min)} to ${format(max)}${unit})`),
  };
}
