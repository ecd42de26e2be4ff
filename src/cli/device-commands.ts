/** The commands that bring a network to a device: quantize, export, verify. */

import type { Command } from "commander";
import { collect, oneOf, pathOf, positiveNumber, signedNumber, wholeNumber } from "./arguments.js";
import type { ExportArguments } from "./exports/export-arguments.js";
import type { QuantizeArguments } from "./commands/quantize.js";
import type { VerifyArguments } from "./commands/verify.js";
import { backend, threads } from "./compute-options.js";
import { exportForms } from "./exports/table.js";

export function addDeviceCommands(program: Command): void {
  addQuantize(program);
  addExport(program);
  addVerify(program);
}

function addQuantize(program: Command): void {
  const bits = (option: string): ((text: string) => number) => wholeNumber(option, 8, 2, 16);
  program
    .command("quantize")
    .description("bring a trained network to integers of a few bits: calibrate it, train it on, test it")
    .argument("[run]", "run folder, or model file; left out with --resume")
    .option("--bits <n>", "of all integers, the sign included: 8 if it is left out", bits("--bits"))
    .option("--w <n>", "bits of weights", bits("--w"))
    .option("--v <n>", "bits of potentials", bits("--v"))
    .option("--act <n>", "bits of what layers give", bits("--act"))
    .option("--input <n>", "bits of what layers take in", bits("--input"))
    .option("--bias <n>", "bits of biases, which then have fractional bits of their own", bits("--bias"))
    .option("--roundtype <kind>", "nearest (default), floor or ceil")
    .option(
      "--quantype <kind>",
      "fxp (default): steps are powers of two; fake: any step, which no device has",
    )
    .option(
      "--force-q <n>",
      "fractional bits of everything, whatever its range is",
      signedNumber("--force-q", 64),
    )
    .option("--range-setting <way>", "what ranges are: minmax (default), MSE_simulation or MSE_analysis")
    .option("--lsq", "learn the steps (no device has them)")
    .option(
      "--set <key=value>",
      "any other option of quantizers, as experiment files have it: act.roundtype=ceil; may be given several times",
      collect,
    )
    .option("--no-fuse", "leave batch normalisations as layers of their own")
    .option("--fold", "put thresholds into the weights behind them: spikes are 0 or 1 then")
    .option(
      "-e, --epochs <n>",
      "passes over the training data with quantization in place; none if it is left out",
      wholeNumber("--epochs", 2, 0, 1_000_000),
    )
    .option(
      "--lr <rate>",
      "learning rate of those epochs; that of the run, with its schedule, if it is left out",
      positiveNumber("--lr", 0.001),
    )
    .option("-b, --batch-size <n>", "samples at a time", wholeNumber("--batch-size", 32, 1, 1_000_000))
    .option(
      "-d, --data <folder>",
      'folder with IDX files, or "digits"; what it was trained on if it is left out',
      pathOf("--data"),
    )
    .option(
      "-o, --out <folder>",
      "new or empty folder for the quantized run; runs/<name>-q<bits>-<number> if it is left out",
      pathOf("--out"),
    )
    .option(
      "--resume [folder]",
      "go on with a quantization that was interrupted: that folder, that of --out, or the latest",
    )
    .option(...threads())
    .option(...backend())
    .option("-q, --quiet", "print nothing but warnings and errors")
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", EXAMPLES.quantize)
    .action(async (run: string | undefined, options: Omit<QuantizeArguments, "run">) => {
      const { quantize } = await import("./commands/quantize.js");
      await quantize({ ...options, ...(run === undefined ? {} : { run }) });
    });
}

function addExport(program: Command): void {
  program
    .command("export")
    .description("write a network in another form: as code for a device with a self-test, or for other tools")
    .argument("<run>", "run folder, or model file")
    .option("--to <form>", formsTold())
    .option(
      "--target <target>",
      "what else is written: nothing (c99, the default), an arduino library, or what the boards cortex-m and riscv need",
    )
    .option(
      "-o, --out <path>",
      "where the files go; for onnx, nir and html, the name of the file",
      pathOf("--out"),
    )
    .option(
      "--name <name>",
      "what files and functions are called, network if it is left out; for html, what stands above it",
    )
    .option(
      "--width <numbers>",
      "bits of weights, activations and potentials, 8 or 16, as many as the network has if it is left out; or float32, of a network that is not quantized",
    )
    .option("--long-width <bits>", "of sums: 32 (default) or 64")
    .option(
      "--ranges <file>",
      "fractional bits from a range file; those of the network if it is left out",
      pathOf("--ranges"),
    )
    .option(
      "--form <form>",
      "for c, events (default): of spikes, only those that came cost anything; dense: for comparison; " +
        "for onnx, unrolled (default): all time steps; step: one, potentials come in and go out",
    )
    .option(
      "--profile <profile>",
      "for nir, portable (default): what most tools read; annotated: weights stay as they are; exact: soft resets spelled out",
    )
    .option(
      "--samples <n>",
      "samples of the self-test, or that are measured; for html, that come with the page: none if it is left out",
      wholeNumber("--samples", 20, 1, 100_000),
    )
    .option(
      "-d, --data <folder>",
      'folder with IDX files, or "digits", for the self-test and for measuring; what it was trained on if it is left out',
      pathOf("--data"),
    )
    .option("-f, --force", "replace files of those names")
    .option("--strict", "write nothing that would not compute the same")
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", EXAMPLES.export)
    .action(async (run: string, options: Omit<ExportArguments, "run">) => {
      const { exportNetwork } = await import("./commands/export.js");
      await exportNetwork({ ...options, run });
    });
}

/** "c (default): C99 without allocation and floating point" */
function formsTold(): string {
  return Object.entries(exportForms)
    .map(([form, { summary }]) => `${form}${form === "c" ? " (default)" : ""}: ${summary}`)
    .join("; ");
}

function addVerify(program: Command): void {
  program
    .command("verify")
    .description(
      "compare what was exported with the network: code integer by integer, files of other tools by their spikes and logits",
    )
    .argument("<run>", "folder of the run that was exported, or model file")
    .argument(
      "<exported>",
      "what atif export has written: a folder of C or for PyTorch, or a file for other tools",
    )
    .option(
      "--samples <n>",
      "the first of them; all if it is left out",
      wholeNumber("--samples", 100, 1, 2 ** 31),
    )
    .option("--cc <compiler>", "cc, gcc or clang, whichever is there, if it is left out", pathOf("--cc"))
    .option(
      "--ranges <file>",
      "the range file that it was exported with; that in the folder if it is left out",
      pathOf("--ranges"),
    )
    .option(
      "-d, --data <folder>",
      'folder with IDX files, or "digits"; what it was trained on if it is left out',
      pathOf("--data"),
    )
    .option(
      "--reset <kind>",
      "how a file of NIR is read: hard, subtract or metadata",
      oneOf("--reset", ["hard", "subtract", "metadata"]),
    )
    .option(
      "--dt <length>",
      "of a time step of NIR, in the unit of its time constants",
      positiveNumber("--dt", 1),
    )
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", EXAMPLES.verify)
    .action(async (run: string, folder: string, options: Omit<VerifyArguments, "run" | "folder">) => {
      const { verifyExported } = await import("./commands/verify-exported.js");
      await verifyExported({ ...options, run, folder });
    });
}

const EXAMPLES = {
  quantize: `
Examples:
  atif quantize runs/digits-1                            8 bits, ranges from the training data
  atif quantize runs/digits-1 --roundtype floor --epochs 2
                                                         as a device rounds, and learn to live with it
  atif quantize runs/digits-1 --bits 8 --w 4 --v 16 --out runs/small
  atif quantize --resume                                 go on where Ctrl-C stopped the latest one`,
  export: `
Examples:
  atif export runs/digits-q8-1 --to c --out device --name digits
  make -C device test                                    the self-test, on this machine
  atif verify runs/digits-q8-1 device                    all of the test set
  atif export runs/digits-1 --to c --width float32 --out device
                                                         a network that is not quantized
  atif export runs/digits-1 --to onnx --out digits.onnx  docs/exchange.md has what runs it
  atif export runs/digits-1 --to nir --profile exact --out digits.nir
                                                         what differs is measured
  atif export runs/digits-1 --to pytorch --out network   python network/network.py checks itself
  atif export runs/digits-1 --to html --out digits.html  to open, to send, to put beside a paper
  atif export runs/moving-digits-1 --to html --samples 10
                                                         with samples of the test set in it`,
  verify: `
Code is compiled by the compiler of this machine, beside a program that tells what every layer gives. Exit code 1 if an
integer differs; of float32 numbers, if a spike does that does not hang on rounding, or a logit by more than 1e-5. The first is
named. A file (.nir, .safetensors, .pth, or that in a folder for PyTorch) is read again, as atif import reads it; exit code 1 if a
spike or a class differs, or a logit by more than sums in another order do. ONNX is not run here.

Examples:
  atif verify runs/digits-q8-1 device
  atif verify runs/digits-q8-1 device --cc clang --samples 50 --json
  atif verify runs/digits-1 network.nir
  atif verify runs/digits-1 network.nir --reset hard     as the text of NIR has it`,
} as const;
