/** npm run bench: its options and help text. */

import type { Command } from "commander";
import { pathOf, wholeNumber } from "../../dist/cli/arguments.js";
import { UsageError } from "../../dist/cli/exit-codes.js";
import { createProgram, runCommandLine } from "../../dist/cli/program.js";
import { runProcess } from "../../dist/cli/whole-process.js";
import { bench, type BenchArguments } from "./bench.js";
import type { SuiteLetter } from "./suite-result.js";
import { suiteLetters, suiteTable } from "./suites.js";

const SUMMARIES = suiteLetters.map((letter) => `  ${letter}  ${suiteTable[letter].summary}`).join("\n");

const HELP = `
Suites:
${SUMMARIES}

Every result is validated before it is timed; a wrong one is not timed, and the exit code is 1.

Examples:
  npm run bench -- c,d
  npm run --silent bench -- --python ~/torch/bin/python --json > bench.json
  npm run bench -- --quick --no-peers`;

await runProcess((argv) => runCommandLine(argv, createBench()));

function createBench(): Command {
  return createProgram("npm run bench --")
    .description(
      "Measures speed and memory on this machine, beside PyTorch and others where they are installed.",
    )
    .argument("[suites]", "suites to run, as in a,c; all if it is left out", suiteList("suites"))
    .option("-s, --suite <letters>", "the suites as an option", suiteList("--suite"))
    .option(
      "--threads <n>",
      "threads to compute on, here and in peers; 2 if it is left out",
      wholeNumber("--threads", 2, 1, 1024),
    )
    .option("--rounds <n>", "turns that each contestant takes", wholeNumber("--rounds", 9, 1, 10_000))
    .option("--no-peers", "nothing but this library")
    .option("--python <path>", "the Python that has PyTorch; the newest one if it is left out")
    .option("-d, --data <folder>", "where the files of Fashion-MNIST are", pathOf("--data"))
    .option("--quick", "small sizes, to see that everything works")
    .option("--markdown", "print rows, figures and bars as Markdown tables besides")
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", HELP)
    .action(async (suites: SuiteLetter[] | undefined, options: BenchArguments) => {
      if (suites !== undefined && options.suite !== undefined)
        throw new UsageError("suites were named twice, as words and by --suite; expected one of the two.");
      await bench({ ...options, ...(suites === undefined ? {} : { suite: suites }) });
    });
}

/** A reader of suites' letters, separated by commas. */
function suiteList(what: string): (text: string) => SuiteLetter[] {
  return (text) =>
    text.split(",").map((word) => {
      const known = suiteLetters.find((letter) => letter === word.trim());
      if (known !== undefined) return known;
      const [first, last] = [suiteLetters[0], suiteLetters[suiteLetters.length - 1]];
      throw new UsageError(
        `${what} is ${JSON.stringify(text)}; expected letters from ${first} to ${last}, as in --suite a,c.`,
      );
    });
}
