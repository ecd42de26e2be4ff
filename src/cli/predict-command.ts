/** The command that asks a trained network: predict. */

import type { Command } from "commander";
import { wholeNumber } from "./arguments.js";
import type { PredictArguments } from "./commands/predict.js";
import { backend, threads } from "./compute-options.js";

export function addPredict(program: Command): void {
  program
    .command("predict")
    .description("show pictures or arrays to a trained network: classes, scores after each time step, spikes")
    .argument("<run>", "run folder, or model file")
    .argument("[pictures...]", "PNG files, or JPEG where the package sharp is installed")
    .option(
      "--stdin",
      "read arrays in their place: an .npy array of one or several samples, or a line of JSON or CSV for each",
    )
    .option("--invert", "pictures are dark on light, and the network learned light on dark, as MNIST is")
    .option(
      "--timesteps <n>",
      "how long still samples are shown; as long as in training if it is left out",
      wholeNumber("--timesteps", 8, 1, 4096),
    )
    .option(...threads())
    .option(...backend())
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", EXAMPLES)
    .action(async (run: string, files: string[], options: Omit<PredictArguments, "run" | "files">) => {
      const { predict } = await import("./commands/predict.js");
      await predict({ ...options, run, files });
    });
}

const EXAMPLES = `
Pictures are scaled to what the network takes; then all is done to them that was done to the data it was trained with.

Examples:
  atif predict runs/pictures-scnn-1 cat.png dog.png
  atif predict runs/digits-1 seven.png --invert --timesteps 16
  atif predict model.safetensors --stdin --json < samples.npy
  echo "[5.1, 3.5, 1.4, 0.2]" | atif predict runs/iris-1 --stdin`;
