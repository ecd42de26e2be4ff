/** atif export: writes a network in another form. */

import type { ComputeArguments } from "../compute-arguments.js";
import { UsageError } from "../exit-codes.js";
import { exportForms, type ExportFormName } from "../exports/table.js";
import { wordAsked } from "../quantize-options.js";

export interface ExportArguments extends ComputeArguments {
  readonly run: string;
  readonly to?: string;
  readonly target?: string;
  readonly out?: string;
  readonly name?: string;
  readonly width?: string;
  readonly longWidth?: string;
  readonly ranges?: string;
  readonly form?: string;
  readonly samples?: number;
  readonly data?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export async function exportNetwork(args: ExportArguments): Promise<void> {
  const to = wordAsked("--to", args.to, Object.keys(exportForms) as ExportFormName[]) ?? "c";
  const { takes, load } = exportForms[to];
  for (const [form, { takes: others }] of Object.entries(exportForms)) {
    const foreign = others.find((option) => args[option] !== undefined && !takes.includes(option));
    if (foreign === undefined) continue;
    throw new UsageError(
      `--${foreign.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} is for --to ${form}; ` +
        `expected it left out with --to ${to}.`,
    );
  }
  const write = await load();
  await write(args);
}
