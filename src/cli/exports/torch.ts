/** atif export --to pytorch: a network as a file of Python, with the weights and some samples beside it. */

import { toPyTorch } from "../../exchange/torch/torch-network.js";
import { WEIGHTS_FILE } from "../../exchange/torch/file-names.js";
import { fidelityReport } from "../../exchange/fidelity-report.js";
import type { Dataset } from "../../datasets/dataset.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { inputOf } from "../../measuring/batch-input.js";
import { shortPath } from "../../platform/paths.js";
import type { Tensor } from "../../tensor/tensor.js";
import { initCompute } from "../compute-arguments.js";
import { UsageError } from "../exit-codes.js";
import { Terminal } from "../terminal.js";
import { openRun } from "../trained-run.js";
import { checkVerdict, inUsersWords, printReport, writeInto } from "./exchange-export.js";
import type { ExportArguments } from "./export-arguments.js";
import { dataToMeasure, measureExported } from "./measured-export.js";

export async function exportAsPyTorch(args: ExportArguments): Promise<void> {
  const terminal = new Terminal(args);
  const { run, out, force = false, strict = false } = args;
  if (out === undefined)
    throw new UsageError("--out is missing; expected the folder for the files, as in --out digits-torch.");
  await initCompute(args);
  const opened = await openRun(run, "export");
  const { model, path } = opened;
  const data = await dataToMeasure(opened, args.data, (sentence) => terminal.warn(sentence));
  const samples = data === null ? null : firstOf(model, data, args.samples ?? 16);
  const written = await inUsersWords(() => toPyTorch(model, samples === null ? {} : { samples }));
  const files = checkVerdict({ run, form: "PyTorch", strict }, written.files, written.report);
  const weights = { bytes: files[WEIGHTS_FILE] as Uint8Array, name: WEIGHTS_FILE };
  const measured =
    data === null ? undefined : await measureExported(model, weights, data, { samples: args.samples });
  const report = fidelityReport(written.report.notes, measured);
  writeInto(out, files, force);
  const names = Object.keys(files);
  terminal.answer({ to: "pytorch", folder: out, model: path, tests: samples !== null, files: names, report });
  terminal.print(terminal.bold(path), " in PyTorch");
  terminal.print();
  printReport(terminal, report);
  if (measured !== undefined)
    terminal.print(
      terminal.dim(
        `measured with ${WEIGHTS_FILE}, read back by atif; Python is not run here: network.py checks itself`,
      ),
    );
  const folder = shortPath(out);
  terminal.print();
  terminal.print(`wrote ${folder}`);
  for (const file of names) terminal.print(`  ${file}`);
  terminal.print();
  terminal.print(`next: python ${folder}/network.py`);
}

/** The first samples of the test set, as the network takes them. */
function firstOf(model: SpikingModel, data: Dataset, samples: number): Tensor {
  return inputOf(model, data.batch(Array.from({ length: Math.min(samples, data.length) }, (_, i) => i)));
}
