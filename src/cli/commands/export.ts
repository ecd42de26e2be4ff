/** atif export: writes a network in another form. */

import { UsageError } from "../exit-codes.js";
import type { ExportArguments } from "../exports/export-arguments.js";
import { exportForms, type ExportForm, type ExportFormName } from "../exports/table.js";
import { wordAsked } from "../quantize-options.js";

export async function exportNetwork(args: ExportArguments): Promise<void> {
  const to = wordAsked("--to", args.to, Object.keys(exportForms) as ExportFormName[]) ?? "c";
  const { takes, load }: ExportForm = exportForms[to];
  const forms: readonly (readonly [string, ExportForm])[] = Object.entries(exportForms);
  const foreign = forms
    .flatMap(([, form]) => form.takes)
    .find((option) => args[option] !== undefined && !takes.includes(option));
  if (foreign !== undefined) {
    const takers = forms.flatMap(([form, { takes: own }]) => (own.includes(foreign) ? [form] : []));
    throw new UsageError(
      `--${foreign.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} is for --to ${takers.join(", ")}; ` +
        `expected it left out with --to ${to}.`,
    );
  }
  const write = await load();
  await write(args);
}
