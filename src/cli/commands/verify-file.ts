/** atif verify: reads a file that atif export has written for other tools again, and measures how far it is from the network. */

import { counted } from "../../counted.js";
import { ConfigError, FormatError, messageOf, OutOfMemoryError } from "../../errors.js";
import { formatFidelity, fidelityReport, type MeasuredFidelity } from "../../exchange/fidelity-report.js";
import type { ImportedModel } from "../../exchange/import/import-model.js";
import { measureFidelity } from "../../exchange/measure-fidelity.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { readFileBounded } from "../../platform/files.js";
import { shortPath } from "../../platform/paths.js";
import { shownDataset } from "../../training/shown-dataset.js";
import { initCompute } from "../compute-arguments.js";
import { FoundFailure, UsageError } from "../exit-codes.js";
import { readAgain } from "../read-again.js";
import { Terminal } from "../terminal.js";
import { testDataFor } from "../test-data.js";
import { openRun } from "../trained-run.js";
import type { VerifyArguments } from "./verify.js";

/** Sums in another order differ by less; what changes a weight, by more. */
const SAME_LOGITS = 1e-4;
const MOST_BYTES = 2 ** 32;

/** @param file of args.folder, or in it: what is read */
export async function verifyFile(args: VerifyArguments, file = args.folder): Promise<void> {
  const terminal = new Terminal(args);
  const isInside = file !== args.folder;
  for (const option of ["cc", "ranges"] as const) {
    if (args[option] === undefined) continue;
    throw new UsageError(
      `--${option} is for a folder of C, and ${args.folder} is ${isInside ? "one of PyTorch" : "a file"}; expected it left out.`,
    );
  }
  await initCompute(args);
  const { model, known, config } = await openRun(args.run, "verify");
  const found = await testDataFor(model, known, config, args.data);
  const read = await readFile(args, file, model);
  const data = shownDataset(model, found.data, found.augmentations ?? null);
  const measured = inUsersWords(args, file, () =>
    measureFidelity(model, read.model, data, { samples: args.samples ?? data.length }),
  );
  report(terminal, { run: args.run, file, data: found.name }, read, measured);
  if (isInside)
    terminal.print(
      terminal.dim(
        `network.py is not run here; it checks itself: python ${shortPath(args.folder)}/network.py`,
      ),
    );
}

/** @throws UsageError for what cannot be read, or not run */
async function readFile(
  { run, reset, dt }: VerifyArguments,
  file: string,
  model: SpikingModel,
): Promise<ImportedModel> {
  const bytes = readFileBounded(file, MOST_BYTES);
  if (isOnnx(bytes, file)) {
    throw new UsageError(
      `${file} is a graph of ONNX, which atif writes and does not run; expected .nir, .safetensors or .pth. ` +
        "ONNX Runtime runs it: docs/exchange.md shows how, and its logits at every step are those of model.run to 1e-5.",
    );
  }
  const asked = { ...(reset === undefined ? {} : { reset }), ...(dt === undefined ? {} : { dt }) };
  try {
    return await readAgain(bytes, file, model, asked);
  } catch (thrown) {
    const isOfFile = thrown instanceof FormatError || thrown instanceof ConfigError;
    if (!isOfFile) throw thrown;
    throw new UsageError(`${messageOf(thrown)} It was to be the network of ${run}.`, { cause: thrown });
  }
}

/** By its first field, the version; a length of safetensors may begin with that byte, too, and is followed by zeros. */
function isOnnx(bytes: Uint8Array, file: string): boolean {
  return bytes[0] === 0x08 && (file.toLowerCase().endsWith(".onnx") || bytes[2] === 0x12);
}

/** What the library refuses here are two networks that are not one. @throws UsageError */
function inUsersWords<R>({ run }: VerifyArguments, file: string, work: () => R): R {
  try {
    return work();
  } catch (thrown) {
    const isRefused = thrown instanceof RangeError || thrown instanceof TypeError;
    if (!isRefused || thrown instanceof OutOfMemoryError) throw thrown;
    const sentence = messageOf(thrown).replace(/^measureFidelity: /, "");
    throw new UsageError(`${run} and ${file} cannot be compared: ${sentence}`, { cause: thrown });
  }
}

/** @throws FoundFailure if a spike or a class differs, or a logit by more than the order of sums explains */
function report(
  terminal: Terminal,
  { run, file, data }: { readonly run: string; readonly file: string; readonly data: string },
  { report: read }: ImportedModel,
  measured: MeasuredFidelity,
): void {
  const { samples, timesteps, spikes, differing, differingShare, logitDrift, otherClass } = measured;
  const whole = fidelityReport(read.notes, measured);
  const facts = { run, file, data, report: whole };
  const proof =
    `${counted(samples, "sample")}, ${counted(timesteps, "step")}: ${differing} of ${counted(spikes, "spike")} differ ` +
    `(${(100 * differingShare).toFixed(3)} %), logits by at most ${logitDrift.toExponential(1)}, ` +
    `${counted(otherClass, "other class", "other classes")}`;
  if (differing > 0 || otherClass > 0 || !(logitDrift <= SAME_LOGITS)) {
    throw new FoundFailure(
      `the network in ${shortPath(file)} computes something else than ${shortPath(run)}, measured on ${data}: ${proof}. ` +
        "What was lost is in the report that came with the export.",
      facts,
    );
  }
  terminal.answer(facts);
  terminal.print(terminal.bold("the same"), `: ${proof}`);
  terminal.print(`read again from ${shortPath(file)}, measured on ${data}`);
  for (const line of formatFidelity(fidelityReport(read.notes)).slice(1)) terminal.print(line);
}
