/** The commands that bring networks of other tools in. */

import type { Command } from "commander";
import { oneOf, pathOf, positiveNumber, wholeNumber } from "./arguments.js";
import { backend, threads } from "./compute-options.js";
import type { ImportArguments } from "./import-arguments.js";
import { postpoolOf, shapeOf, windowOf, windowsOf } from "./window-arguments.js";

export function addExchangeCommands(program: Command): void {
  addImport(program);
}

function addImport(program: Command): void {
  program
    .command("import")
    .description("bring in a network of another tool, as a run folder that every other command reads")
    .argument("<file>", ".safetensors, .pth, .pt or .ckpt of PyTorch, .nir, or a model file of atif")
    .option(
      "-c, --config <file>",
      "the experiment file of Qualia that describes the network",
      pathOf("--config", "a file"),
    )
    .option(
      "-a, --architecture <file>",
      "JSON that describes it: Qualia's params, { kind, params }, or a list of layers",
      pathOf("--architecture", "a file"),
    )
    .option("--name <name>", "which [[model]] of the config; what the run is called")
    .option("--lenient", "step over keys of the config that are not known")
    .option("--kind <kind>", "SResNet or SResNetStride, whose files look alike")
    .option(
      "--input-shape <lengths>",
      "of one sample, channels last, as in 28,28,1",
      shapeOf("--input-shape"),
    )
    .option("-t, --timesteps <n>", "time steps T", wholeNumber("--timesteps", 4, 1, 65536))
    .option("--step-mode <mode>", "s or m; the numbers are the same", oneOf("--step-mode", ["s", "m"]))
    .option("--neuron <kind>", "with its params, as in LIFNode:v_reset=false,tau=2")
    .option(
      "--strides <list>",
      "of convolutions, one a stage, as in 1,2; or one for all",
      windowsOf("--strides"),
    )
    .option("--paddings <list>", "the same of paddings", windowsOf("--paddings"))
    .option("--pool-sizes <list>", "the same of max poolings; 0: none", windowsOf("--pool-sizes"))
    .option("--prepool <n>", "average pooling of the input; 1 if it is left out", windowOf("--prepool"))
    .option(
      "--postpool <what>",
      "average pooling before flatten; of residual networks max, avg or none",
      postpoolOf,
    )
    .option("--key <key>", "of a checkpoint, where the state dict stands, if it is not found")
    .option("--prefix <text>", "what all names begin with; module. and model. are found")
    .option(
      "--reset <kind>",
      "NIR: what a spike does, hard, subtract or metadata",
      oneOf("--reset", ["hard", "subtract", "metadata"]),
    )
    .option(
      "--dt <length>",
      "NIR: of a time step, in the unit of time constants",
      positiveNumber("--dt", 0.0001),
    )
    .option("--start-at-reset", "NIR: potentials begin at v_reset")
    .option(
      "-d, --data <folder>",
      'folder with IDX files, or "digits", to measure the accuracy on',
      pathOf("--data"),
    )
    .option(
      "-o, --out <folder>",
      "new or empty folder for the run; runs/<name>-<number> if it is left out",
      pathOf("--out"),
    )
    .option("--strict", "an error unless nothing is lost")
    .option(...threads())
    .option(...backend())
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", EXAMPLES.import)
    .action(async (file: string, options: Omit<ImportArguments, "file">) => {
      const { importNetwork } = await import("./commands/import.js");
      await importNetwork({ ...options, file });
    });
}

const EXAMPLES = {
  import: `
What the file does not say is asked for, all of it at once. docs/exchange.md has an example for each tool.

Examples:
  atif import net_r1.pth --config qualia.toml --name net --data digits
  atif import net.safetensors --input-shape 28,28,1 --timesteps 4 --strides 1 --paddings 1 --pool-sizes 2
  atif import spikingjelly.pth --architecture layers.json --input-shape 28,28,1 --timesteps 4
  atif import net.nir --reset subtract --out runs/net`,
} as const;
