/** The command that serves the page: playground. */

import type { Command } from "commander";
import { pathOf, wholeNumber } from "./arguments.js";
import type { PlaygroundArguments } from "./commands/playground.js";

export function addPlayground(program: Command): void {
  program
    .command("playground")
    .description("serve the page of this package and open it: draw, look inside, train")
    .option(
      "-m, --model <run>",
      "run folder, or model file, that it opens with; of other tools too",
      pathOf("--model", "a run or a model file"),
    )
    .option(
      "-p, --port <n>",
      "where it listens; 5270, or any that is free, if it is left out",
      wholeNumber("--port", 8080, 0, 65_535),
    )
    .option("--host <address>", "to whom it is served; this machine alone if it is left out")
    .option("--open", "open a browser also where there is no terminal")
    .option("--no-open", "print the address and open nothing")
    .option("--json", "print one JSON object, with the address, and nothing else")
    .addHelpText("after", EXAMPLES)
    .action(async (options: PlaygroundArguments) => {
      const { playground } = await import("./commands/playground.js");
      await playground(options);
    });
}

const EXAMPLES = `
Examples:
  atif playground
  atif playground --model runs/digits-1
  atif playground --model runs/digits-1 --port 8080 --no-open`;
