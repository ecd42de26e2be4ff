/** The command that draws: plot. */

import type { Command } from "commander";
import { collect, oneOf, pathOf, wholeNumber } from "./arguments.js";
import type { PlotArguments } from "./commands/plot.js";
import { backend, threads } from "./compute-options.js";
import { plotSubjects } from "./plot-subjects.js";

export function addPlot(program: Command): void {
  program
    .command("plot")
    .description(
      "draw a network, its spikes, potentials and staircases, or how it was trained, as SVG or PNG",
    )
    .argument("<run>", "run folder, or model file; of events a recording, or moving-digits")
    .option(
      "-w, --what <subject>",
      Object.entries(plotSubjects)
        .map(([subject, told]) => `${subject}: ${told}`)
        .join("; "),
      oneOf("--what", Object.keys(plotSubjects)),
    )
    .option(
      "-o, --out <file>",
      "an .svg or a .png file; SVG goes to stdout if it is left out",
      pathOf("--out", "a file"),
    )
    .option(
      "--sample <n>",
      "which of the test samples raster and potential show, or which moving digit events; 0 if it is left out",
      wholeNumber("--sample", 0, 0, 2 ** 31),
    )
    .option(
      "--timesteps <n>",
      "of raster and potential; those of the network if it is left out",
      wholeNumber("--timesteps", 16, 1, 4096),
    )
    .option("--layer <name>", "of potential; the first spiking layer if it is left out")
    .option(
      "--neuron <n>",
      "of potential, may be given several times; up to four that fire differently often if it is left out",
      collect,
    )
    .option(
      "--samples <n>",
      "how many of the test samples staircase measures; 256 if it is left out",
      wholeNumber("--samples", 256, 1, 2 ** 31),
    )
    .option(
      "--sensor <HxW>",
      "of events, height and width of the sensor, as 34x34, or its channels; what the recording says if it is left out",
    )
    .option(
      "--frames <n>",
      "of events, how many below; 8 if it is left out",
      wholeNumber("--frames", 8, 0, 64),
    )
    .option(
      "-d, --data <folder>",
      'folder with IDX files, or "digits"; what it was trained on if it is left out',
      pathOf("--data"),
    )
    .option(...threads())
    .option(...backend())
    .option("--json", "print one JSON object and nothing else; needs --out")
    .addHelpText("after", EXAMPLES)
    .action(async (run: string, options: Omit<PlotArguments, "run">) => {
      const { plot } = await import("./commands/plot.js");
      await plot({ ...options, run });
    });
}

const EXAMPLES = `
PNG is made by the package sharp, which is installed beside atif: npm install sharp

Examples:
  atif plot runs/digits-1 --what graph > network.svg
  atif plot runs/digits-1 --what raster --sample 3 --timesteps 32 --out spikes.svg
  atif plot runs/digits-1 --what potential --layer layers.neuron2 --neuron 7 --out potential.png
  atif plot moving-digits --what events --sample 7 --out digit.svg
  atif plot hand.aedat --what events --sensor 128x128 --out hand.svg
  atif plot runs/digits-1 --what training --out curves.svg
  atif plot runs/digits-1 --what confusion --out confusion.svg`;
