/** atif export --to nir: a network for the tools that read NIR, and how far what they compute is from it. */

import type { Dataset } from "../../datasets/dataset.js";
import { fidelityReport, type MeasuredFidelity } from "../../exchange/fidelity-report.js";
import { nirProfiles } from "../../exchange/nir/profiles.js";
import { writeNir } from "../../exchange/nir/write-nir.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { shortPath } from "../../platform/paths.js";
import { initCompute } from "../compute-arguments.js";
import { UsageError } from "../exit-codes.js";
import { wordAsked } from "../quantize-options.js";
import { Terminal } from "../terminal.js";
import { openRun } from "../trained-run.js";
import { checkVerdict, inUsersWords, printReport, writeAs } from "./exchange-export.js";
import type { ExportArguments } from "./export-arguments.js";
import { dataToMeasure, measureExported } from "./measured-export.js";

const FILE = "network.nir";

export async function exportAsNir(args: ExportArguments): Promise<void> {
  const terminal = new Terminal(args);
  const { run, out, force = false, strict = false } = args;
  const profile = wordAsked("--profile", args.profile, nirProfiles) ?? "portable";
  if (out === undefined)
    throw new UsageError(`--out is missing; expected the name of the file, as in --out ${FILE}.`);
  await initCompute(args);
  const opened = await openRun(run, "export");
  const { model, path } = opened;
  const written = await inUsersWords(() => writeNir(model, { profile }));
  const { notes } = written.report;
  const instead = profile === "exact" ? "" : "Try --profile exact, or ";
  const bytes = checkVerdict({ run, form: "NIR", strict, instead }, written.bytes, written.report);
  const data = await dataToMeasure(opened, args.data, (sentence) => terminal.warn(sentence));
  const measured = data === null ? null : await measure(model, bytes, data, args.samples);
  const report = fidelityReport(notes, measured?.text);
  const file = writeAs(out, FILE, bytes, force);
  const readBack = measured?.notes ?? null;
  terminal.answer({ to: "nir", file, profile, bytes: bytes.length, model: path, report, readBack });
  terminal.print(terminal.bold(path), ` in NIR, profile ${profile}`);
  terminal.print();
  printReport(terminal, report);
  if (readBack !== null) {
    const { differing, spikes } = readBack;
    terminal.print(
      terminal.dim("the spikes above are those of the text of NIR; "),
      `read back by atif, ${differing} of ${spikes} spikes differ`,
    );
  }
  terminal.print();
  terminal.print(`wrote ${shortPath(file)}`, terminal.dim(`  ${bytes.length} bytes`));
}

interface Measured {
  /** Of what the text of NIR says. */
  readonly text: MeasuredFidelity;
  /** Of what atif reads, with the notes in the file. */
  readonly notes: MeasuredFidelity;
}

async function measure(
  model: SpikingModel,
  bytes: Uint8Array,
  data: Dataset,
  samples: number | undefined,
): Promise<Measured> {
  const file = { bytes, name: FILE };
  return {
    text: await measureExported(model, file, data, { samples, reset: "hard", startAtReset: false }),
    notes: await measureExported(model, file, data, { samples }),
  };
}
