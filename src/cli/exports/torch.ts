/** atif export --to pytorch: a network as a file of Python, with the weights and some samples beside it. */

import { toPyTorch } from "../../exchange/torch/torch-network.js";
import { inputOf } from "../../measuring/batch-input.js";
import { shortPath } from "../../platform/paths.js";
import type { Tensor } from "../../tensor/tensor.js";
import { measuredBatches } from "../../training/measured-batches.js";
import { initCompute } from "../compute-arguments.js";
import { UsageError } from "../exit-codes.js";
import { Terminal } from "../terminal.js";
import { NoFittingData, testDataFor } from "../test-data.js";
import { openRun, type TrainedRun } from "../trained-run.js";
import { checkVerdict, inUsersWords, printReport, writeInto } from "./exchange-export.js";
import type { ExportArguments } from "./export-arguments.js";

export async function exportAsPyTorch(args: ExportArguments): Promise<void> {
  const terminal = new Terminal(args);
  const { run, out, force = false, strict = false } = args;
  if (out === undefined)
    throw new UsageError("--out is missing; expected the folder for the files, as in --out digits-torch.");
  await initCompute(args);
  const opened = await openRun(run, "export");
  const { model, path } = opened;
  const samples = await samplesFor(opened, args);
  const { files, report } = inUsersWords(() => toPyTorch(model, samples === null ? {} : { samples }));
  checkVerdict(run, report, strict);
  if (files === null) throw new UsageError(`${run} cannot be written for PyTorch.`);
  writeInto(out, files, force);
  const names = Object.keys(files);
  terminal.answer({ to: "pytorch", folder: out, model: path, tests: samples !== null, files: names, report });
  terminal.print(terminal.bold(path), " in PyTorch");
  terminal.print();
  printReport(terminal, report);
  const folder = shortPath(out);
  terminal.print();
  terminal.print(`wrote ${folder}`);
  for (const file of names) terminal.print(`  ${file}`);
  terminal.print();
  terminal.print(`next: python ${folder}/network.py`);
}

/** The first samples of the test set, as the network takes them; null: there is none, and others are drawn. */
async function samplesFor(
  { model, known, config }: TrainedRun,
  { data: asked, samples = 16 }: ExportArguments,
): Promise<Tensor | null> {
  try {
    const { data, augmentations } = await testDataFor(model, known, config, asked);
    const [batch] = measuredBatches(model, data, samples, augmentations ?? null);
    return inputOf(model, batch);
  } catch (thrown) {
    if (asked !== undefined || !(thrown instanceof NoFittingData)) throw thrown;
    return null;
  }
}
