/** atif export --to nir: a network for the tools that read NIR, and how far what they compute is from it. */

import type { Dataset } from "../../datasets/dataset.js";
import {
  fidelityReport,
  type FidelityReport,
  type MeasuredFidelity,
} from "../../exchange/fidelity-report.js";
import { measureFidelity } from "../../exchange/measure-fidelity.js";
import { nirProfiles } from "../../exchange/nir/profiles.js";
import { readNir } from "../../exchange/nir/read-nir.js";
import { writeNir, type WrittenNir } from "../../exchange/nir/write-nir.js";
import { UnsupportedError } from "../../exchange/unsupported-error.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { shortPath } from "../../platform/paths.js";
import { shownDataset } from "../../training/shown-dataset.js";
import { initCompute } from "../compute-arguments.js";
import { FoundFailure, UsageError } from "../exit-codes.js";
import { wordAsked } from "../quantize-options.js";
import { Terminal } from "../terminal.js";
import { NoFittingData, testDataFor } from "../test-data.js";
import { openRun, type TrainedRun } from "../trained-run.js";
import { printReport, writeAs } from "./exchange-export.js";
import type { ExportArguments } from "./export-arguments.js";

const FILE = "network.nir";
const SAMPLES = 64;

export async function exportAsNir(args: ExportArguments): Promise<void> {
  const terminal = new Terminal(args);
  const { run, out = FILE, force = false, strict = false } = args;
  const profile = wordAsked("--profile", args.profile, nirProfiles) ?? "portable";
  await initCompute(args);
  const opened = await openRun(run, "export");
  const { model, path } = opened;
  const { bytes, report: told } = await written(run, () => writeNir(model, { profile }));
  const data = await dataFor(opened, args.data, (sentence) => terminal.warn(sentence));
  const measured = data === null ? null : await measure(model, bytes, data, args.samples ?? SAMPLES);
  const report = fidelityReport(told.notes, measured?.text);
  if (strict && report.verdict !== "exact") throw tooFar(run, report);
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

/** @throws UsageError for a network that NIR cannot say */
async function written(run: string, write: () => Promise<WrittenNir>): Promise<WrittenNir> {
  try {
    return await write();
  } catch (thrown) {
    if (!(thrown instanceof UnsupportedError)) throw thrown;
    const sentence = thrown.message.replace(/^writeNir: /, "");
    throw new UsageError(`${run} cannot be written as NIR: ${sentence}`, { cause: thrown });
  }
}

/** null: there are no data to measure with, which is said. */
async function dataFor(
  { model, known, config }: TrainedRun,
  asked: string | undefined,
  warn: (sentence: string) => void,
): Promise<Dataset | null> {
  try {
    const { data, augmentations } = await testDataFor(model, known, config, asked);
    return shownDataset(model, data, augmentations ?? null);
  } catch (thrown) {
    if (asked !== undefined || !(thrown instanceof NoFittingData)) throw thrown;
    warn(`nothing is measured: ${thrown.message}`);
    return null;
  }
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
  samples: number,
): Promise<Measured> {
  const [plain, own] = [await readNir(bytes, { reset: "hard", startAtReset: false }), await readNir(bytes)];
  return {
    text: measureFidelity(model, plain.model, data, { samples }),
    notes: measureFidelity(model, own.model, data, { samples }),
  };
}

function tooFar(run: string, report: FidelityReport): FoundFailure {
  const { layer, what, why } =
    report.notes.find((note) => note.verdict === report.verdict) ?? report.notes[0];
  return new FoundFailure(
    `${run} would not compute the same in NIR: ${layer === null ? "" : `${layer}: `}${what}: ${why}. ` +
      "Try --profile exact, or leave out --strict to write it all the same.",
    { report },
  );
}
