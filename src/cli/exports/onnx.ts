/** atif export --to onnx: a network for the runtimes that read ONNX. */

import { writeOnnx, type OnnxForm } from "../../exchange/onnx/write-onnx.js";
import { shortPath } from "../../platform/paths.js";
import { initCompute } from "../compute-arguments.js";
import { UsageError } from "../exit-codes.js";
import { wordAsked } from "../quantize-options.js";
import { Terminal } from "../terminal.js";
import { learnedFromTime } from "../test-data.js";
import { openRun } from "../trained-run.js";
import { checkVerdict, inUsersWords, printReport, writeAs } from "./exchange-export.js";
import type { ExportArguments } from "./export-arguments.js";

const FORMS = ["unrolled", "step"] as const satisfies readonly OnnxForm[];

export async function exportAsOnnx(args: ExportArguments): Promise<void> {
  const terminal = new Terminal(args);
  const { run, out, force = false, strict = false } = args;
  const form = wordAsked("--form", args.form, FORMS) ?? "unrolled";
  if (out === undefined)
    throw new UsageError("--out is missing; expected the name of the file, as in --out network.onnx.");
  await initCompute(args);
  const { model, path, known } = await openRun(run, "export");
  // One step has its own input anyway.
  const temporal = form === "unrolled" && learnedFromTime(known);
  const written = await inUsersWords(() => writeOnnx(model, { form, temporal }));
  const { metadata, report } = written;
  const bytes = checkVerdict({ run, form: "ONNX", strict }, written.bytes, report);
  const file = writeAs(out, "network.onnx", bytes, force);
  terminal.answer({
    to: "onnx",
    file,
    form,
    ...(temporal ? { temporal } : {}),
    bytes: bytes.length,
    model: path,
    metadata,
    report,
  });
  const each = temporal ? ", an input for each" : "";
  const steps = form === "step" ? "one time step" : `${model.timesteps} time steps${each}`;
  terminal.print(terminal.bold(path), ` in ONNX, ${steps}`);
  terminal.print();
  printReport(terminal, report);
  terminal.print();
  terminal.print(`wrote ${shortPath(file)}`, terminal.dim(`  ${bytes.length} bytes`));
}
