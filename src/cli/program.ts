/** The commands, their options and help texts, and what happens to what they throw. */

import { Command, CommanderError } from "commander";
import {
  collect,
  didYouMean,
  oneOf,
  opEstimations,
  partBelowOne,
  pathOf,
  severalOf,
  spellOutSettings,
  wholeNumber,
} from "./arguments.js";
import type { Logger } from "../experiment/description/experiment.js";
import { mostThreads } from "../kernels/most-threads.js";
import type { BenchArguments } from "./commands/bench.js";
import type { EnergyArguments } from "./commands/energy.js";
import type { EvalArguments } from "./commands/eval.js";
import type { InitArguments, InitChoices } from "./commands/init.js";
import type { InspectArguments } from "./commands/inspect.js";
import type { TrainArguments } from "./commands/train.js";
import { sramEstimations } from "../energy/estimations.js";
import { backend, threads } from "./compute-options.js";
import { addDeviceCommands } from "./device-commands.js";
import { addExchangeCommands } from "./exchange-commands.js";
import { ExitCode, failureOf, UsageError } from "./exit-codes.js";
import { Interrupt } from "./interrupt.js";
import { addPlayground } from "./playground-command.js";
import { addPlot } from "./plot-command.js";
import { addPredict } from "./predict-command.js";
import { addSweep, addWorker } from "./sweep-command.js";
import { VERSION } from "../version.js";
import { Terminal } from "./terminal.js";

const MAX_SEED = 2 ** 32 - 1;

/** Runs one command line and reports what went wrong with it. @param argv without node and the script */
export async function runCommandLine(argv: readonly string[], given?: Command): Promise<ExitCode> {
  const program = given ?? createAtif(await initChoices(argv));
  try {
    await program.parseAsync(spellOutSettings(argv), { from: "user" });
    return ExitCode.ok;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return ExitCode.ok; // --help, --version
    const failure = thrown instanceof CommanderError ? usageError(thrown, program, argv) : thrown;
    return (await isSaidByAnother()) ? failureOf(failure).exitCode : reportFailure(failure, argv);
  }
}

/** Of several ranks that have found the same, one says it: the others are ended while they wait for their turn. */
async function isSaidByAnother(): Promise<boolean> {
  const { silenceBefore } = await import("./mpi/turn-to-speak.js");
  const silence = silenceBefore(process.env);
  if (silence === 0) return false;
  const interrupt = new Interrupt();
  await new Promise((resolve) => setTimeout(resolve, silence));
  return interrupt.received !== null;
}

/** One sentence on stderr; with --json also an object on stdout. */
export function reportFailure(thrown: unknown, argv: readonly string[]): ExitCode {
  const { exitCode, sentence, facts } = failureOf(thrown);
  const terminal = new Terminal({ json: wantsJson(argv) });
  terminal.answer({ error: sentence, exitCode, ...facts });
  terminal.complain(sentence);
  if (process.env.ATIF_DEBUG === "1" && thrown instanceof Error) terminal.trace(fullStack(thrown));
  return exitCode;
}

function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return (end < 0 ? argv : argv.slice(0, end)).includes("--json");
}

function fullStack(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by ${fullStack(error.cause)}` : own;
}

/** A program whose failures runCommandLine reports. @param name as it is typed */
export function createProgram(name: string): Command {
  return new Command(name)
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .exitOverride()
    .configureOutput({ writeErr: () => undefined }); // errors are said once, in reportFailure
}

/** Of tables of the library, which take a moment to load: for who asks for that command or for help with it. */
async function initChoices(argv: readonly string[]): Promise<InitChoices | null> {
  return argv.includes("init") ? (await import("./commands/init.js")).initChoices : null;
}

function createAtif(choices: InitChoices | null): Command {
  const program = createProgram("atif")
    .description("Spiking neural networks with learnable thresholds: train, evaluate and look into them.")
    .addHelpText("after", EXAMPLES.atif);
  addInit(program, choices);
  addTrain(program);
  addSweep(program);
  addWorker(program);
  addEval(program);
  addPredict(program);
  addInspect(program);
  addDeviceCommands(program);
  addExchangeCommands(program);
  addEnergy(program);
  addPlot(program);
  addPlayground(program);
  addBench(program);
  return program;
}

function addInit(program: Command, choices: InitChoices | null): void {
  program
    .command("init")
    .description("write an experiment file to begin with: every common key, with what it means")
    .argument("[file]", "its name; experiment.toml if it is left out")
    .option("--dataset <kind>", choices?.dataset)
    .option(
      "-d, --data <folder>",
      "where the files of the data set are; without --dataset they are looked at, and the experiment fits them",
      pathOf("--data"),
    )
    .option("--model <kind>", choices?.model)
    .option("--neuron <kind>", choices?.neuron)
    .option("-f, --force", "replace a file of that name")
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", EXAMPLES.init)
    .action(async (file: string | undefined, options: Omit<InitArguments, "file">) => {
      const { initFor } = await import("./commands/init.js");
      await initFor({ ...options, ...(file === undefined ? {} : { file }) });
    });
}

function addTrain(program: Command): void {
  program
    .command("train")
    .description("train a network, by default one that reads the built-in handwritten digits")
    .argument("[config]", "experiment file in TOML; the digits experiment if it is left out")
    .option(
      "-e, --epochs <n>",
      "passes over the training data; schedules that span the run follow",
      wholeNumber("--epochs", 10, 0, 1_000_000),
    )
    .option("-b, --batch-size <n>", "samples per step", wholeNumber("--batch-size", 32, 1, 1_000_000))
    .option(
      "-s, --seed <n>",
      "seed of everything random: the same seed gives the same network",
      wholeNumber("--seed", 1, 0, MAX_SEED),
    )
    .option(
      "-d, --data <path>",
      "where the files of the data set are; without a config, what to learn: a folder of pictures by class, a CSV, .npz or IDX file",
      pathOf("--data"),
    )
    .option(
      "--limit <n>",
      "samples of each set at most, drawn by the seed: a quick look",
      wholeNumber("--limit", 1000, 1, 2 ** 31 - 1),
    )
    .option(
      "--val <part>",
      "part of the training data to hold back and measure after every epoch, as in --val 0.1",
      partBelowOne("--val", 0.1),
    )
    .option(
      "--loggers <names>",
      "write the numbers of each epoch for csv, tensorboard or both, as in --loggers csv,tensorboard",
      severalOf("--loggers", ["csv", "tensorboard"] satisfies readonly Logger[]),
    )
    .option(
      "-o, --out <folder>",
      "new or empty folder for the run; runs/<name>-<number> if it is left out",
      pathOf("--out"),
    )
    .option("-r, --resume [folder]", "continue a run that was interrupted or failed, by default the latest")
    .option(
      "--set <key=value>",
      "set a key of the configuration, as in --set model.0.optimizer.params.lr=0.01",
      collect,
    )
    .option("--lenient", "step over keys of the configuration that are not known, with a warning")
    .option(
      "--ranks <n>",
      "processes that share out every batch over MPI, here or on the machines of a cluster",
      wholeNumber("--ranks", 4, 1, 65_536),
    )
    .option(...threads())
    .option(...backend())
    .option("-q, --quiet", "print nothing but warnings and errors")
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", EXAMPLES.train)
    .action(async (config: string | undefined, options: Omit<TrainArguments, "config">) => {
      if (options.ranks !== undefined) {
        const { launchRanks } = await import("./mpi/launch-ranks.js");
        return launchRanks(process.argv.slice(2), { ...options, ranks: options.ranks });
      }
      const { train } = await import("./commands/train.js");
      await train({ ...options, ...(config === undefined ? {} : { config }) });
    });
}

function addEval(program: Command): void {
  program
    .command("eval")
    .description("test a trained network: accuracy, loss, mistakes by class")
    .argument("<model>", "model file, or run folder; of a folder of several runs, all of them")
    .option(
      "-d, --data <folder>",
      'folder of pictures by class, CSV, .npz or IDX files, or "digits"; what it was trained on if it is left out',
      pathOf("--data"),
    )
    .option(
      "--limit <n>",
      "test samples at most, always the same ones: a quick look",
      wholeNumber("--limit", 1000, 1, 2 ** 31 - 1),
    )
    .option("-b, --batch-size <n>", "samples at a time", wholeNumber("--batch-size", 64, 1, 1_000_000))
    .option(...threads())
    .option(...backend())
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", EXAMPLES.eval)
    .action(async (model: string, options: Omit<EvalArguments, "model">) => {
      const { evaluateModel } = await import("./commands/eval.js");
      await evaluateModel({ ...options, model });
    });
}

function addInspect(program: Command): void {
  program
    .command("inspect")
    .description("look into a network: layers, shapes, parameters, thresholds, firing rates, levels")
    .argument("<model>", "model file, or run folder; of a folder of several runs, all of them")
    .option(
      "-d, --data <folder>",
      'folder with IDX files, or "digits", to measure firing rates on',
      pathOf("--data"),
    )
    .option("--no-data", "measure no firing rates")
    .option("-b, --batch-size <n>", "samples at a time", wholeNumber("--batch-size", 64, 1, 1_000_000))
    .option(...threads())
    .option(...backend())
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", EXAMPLES.inspect)
    .action(async (model: string, options: Omit<InspectArguments, "model">) => {
      const { inspect } = await import("./commands/inspect.js");
      await inspect({ ...options, model });
    });
}

function addEnergy(program: Command): void {
  program
    .command("energy")
    .description("estimate what an inference costs, layer by layer, and beside a network of ReLUs")
    .argument("<model>", "model file, or run folder")
    .option(
      "-d, --data <folder>",
      'folder with IDX files, or "digits", to measure rates on; what it was trained on if it is left out',
      pathOf("--data"),
    )
    .option("-b, --batch-size <n>", "samples at a time", wholeNumber("--batch-size", 64, 1, 1_000_000))
    .option(
      "--mem-width <bits>",
      "bits of a word in every memory, and of operands; 16 if it is left out",
      wholeNumber("--mem-width", 8, 1, 1024),
    )
    .option(
      "--fifo-size <words>",
      "words of the memory that spikes wait in; 100 if it is left out",
      wholeNumber("--fifo-size", 100, 1, 2 ** 40),
    )
    .option(
      "--op-estimation <way>",
      "operations of other widths than 8 and 32 bits: ICONIP, saturation, linear, quadratic; or add=<way>,mul=<way>",
      opEstimations,
    )
    .option(
      "--sram-estimation <way>",
      "accesses to memory: old, by its size, or new, by the width of words",
      oneOf("--sram-estimation", sramEstimations),
    )
    .option("--compat <name>", "qualia: its numbers, its defects included", oneOf("--compat", ["qualia"]))
    .option("--svg <file>", "write a chart", pathOf("--svg", "a file"))
    .option(...threads())
    .option(...backend())
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", EXAMPLES.energy)
    .action(async (model: string, options: Omit<EnergyArguments, "model">) => {
      const { energy } = await import("./commands/energy.js");
      await energy({ ...options, model });
    });
}

function addBench(program: Command): void {
  program
    .command("bench")
    .description("measure speed and memory on this machine: a training step, inference, the neuron")
    .option(
      "--threads <n>",
      "most threads to compute on; as many as there are cores, up to 8, if it is left out",
      wholeNumber("--threads", 2, 1, mostThreads()),
    )
    .option("--rounds <n>", "turns that each number of threads takes", wholeNumber("--rounds", 9, 1, 10_000))
    .option("-d, --data <folder>", "where the files of Fashion-MNIST are", pathOf("--data"))
    .option("--quick", "small sizes, to see that everything works")
    .option("--json", "print one JSON object and nothing else")
    .addHelpText("after", EXAMPLES.bench)
    .action(async (options: BenchArguments) => {
      const { bench } = await import("./commands/bench.js");
      await bench(options);
    });
}

const EXAMPLES = {
  atif: `
Examples:
  atif train                          learn to read handwritten digits
  atif init my.toml                   write an experiment of your own; atif train my.toml runs it
  atif sweep grid.toml --jobs 2       the same with other settings, and a table of what came out
  atif inspect runs/digits-1          look into the trained network
  atif eval runs/digits-1             test it again
  atif predict runs/digits-1 7.png    what it says to a picture, step by step
  atif quantize runs/digits-1         integers of 8 bits
  atif export runs/digits-q8-1 --to c --out device
                                      the network in C, for a device
  atif energy runs/digits-1           estimate what an inference costs
  atif bench                          how fast it is on this machine
  atif train --help                   options of one command

Exit codes: 0 done, 1 the run failed, 2 bad usage or bad input, 130 stopped by Ctrl-C,
143 by SIGTERM, 129 by SIGHUP, when the terminal was closed.
Environment: NO_COLOR=1 for plain text, ATIF_DEBUG=1 to see where an error comes from.`,
  init: `
Examples:
  atif init                                          experiment.toml: a convolutional network that reads digits
  atif init my.toml --model SMLP --neuron LIFNode
  atif init mine.toml --data pictures                looks at what is there, and says what it found
  atif init fashion.toml --dataset fashion-mnist --data /usr/share/datasets/fashion-mnist
  atif train experiment.toml`,
  train: `
Examples:
  atif train                                         the digits, into runs/digits-1
  atif train --seed 3 --epochs 5 --out runs/short    another seed, fewer epochs, a folder of your choice
  atif train my.toml --set model.0.params.timesteps=8
  atif train my.toml --data /usr/share/datasets/fashion-mnist
  atif train --data pictures --val 0.1               a folder with a folder of pictures per class
  atif train my.toml --limit 2000 --epochs 1         a quick look
  atif train --resume                                go on where Ctrl-C stopped the latest run
  atif train --resume runs/digits-1 --set model.0.optimizer.params.lr=0.001
                                                     the same, with a lower rate after a divergence
  atif train my.toml --ranks 4                       by 4 processes over MPI: docs/clusters.md`,
  eval: `
Examples:
  atif eval runs/digits-1
  atif eval runs/digits-1/model.safetensors --json
  atif eval fashion.safetensors --data /usr/share/datasets/fashion-mnist`,
  bench: `
Timed with 1, 2, 4 and 8 threads, where there are as many cores:
  one training step of a convolutional network (32 and 64 filters, 28 x 28, T = 4, batch 64), and its memory
  inference with it, images per second
  the neuron alone, 1 Mi of them: forward and backward over 4 time steps

Every result is validated before it is timed; a wrong one is not timed, and the exit code is 1.
The full comparison, beside PyTorch and others, is npm run bench in a checkout of the repository.

Examples:
  atif bench
  atif bench --threads 1 --json > bench.json
  atif bench --quick`,
  energy: `
An estimate for 45 nm by the method of Lemaire et al., ICONIP 2022: operations, addresses, and accesses to memory, which are
most of it. docs/energy.md has the formulas, and what they leave out.

Examples:
  atif energy runs/digits-1
  atif energy runs/digits-1 --mem-width 8 --sram-estimation new --svg energy.svg
  atif energy model.safetensors --op-estimation add=linear,mul=quadratic --json`,
  inspect: `
Examples:
  atif inspect runs/digits-1
  atif inspect model.safetensors --no-data
  atif inspect runs/digits-1 --json`,
} as const;

function unknownCommand(word: string, program: Command, help: string): UsageError {
  const known = program.commands.map((each) => each.name());
  return new UsageError(
    `there is no command ${JSON.stringify(word)}; expected one of ${known.join(", ")}.${didYouMean(word, known)}${help}`,
  );
}

function surplus({ args, registeredArguments }: Command): string {
  const most = registeredArguments.length;
  return `${args.length} words beside its options, ${args.join(" ")}; expected at most ${most}`;
}

/** What the option parser has refused, as a sentence with the nearest valid word. */
function usageError(error: CommanderError, program: Command, argv: readonly string[]): UsageError {
  const command = program.commands.find((each) => each.name() === argv[0]) ?? program;
  const name = command === program ? program.name() : `${program.name()} ${command.name()}`;
  const [, word = ""] = /'([^']*)'/.exec(error.message) ?? [];
  const help = ` Run ${name} --help to see how it is used.`;
  switch (error.code) {
    case "commander.unknownOption": {
      const known = command.options.flatMap(({ long }) =>
        long === undefined || long === null ? [] : [long.slice(2)],
      );
      return new UsageError(
        `${name} has no option ${word}.${didYouMean(word.split("=")[0].replace(/^-+/, ""), [...known, "help"], "--")}${help}`,
      );
    }
    case "commander.unknownCommand":
      return unknownCommand(word, program, help);
    case "commander.missingArgument": {
      const example = command.registeredArguments.length > 1 ? "runs/digits-q8-1 device" : "runs/digits-1";
      return new UsageError(`${name} needs a ${word}, as in ${name} ${example}.${help}`);
    }
    case "commander.excessArguments":
      return new UsageError(`${name} has been given ${surplus(command)}.${help}`);
    case "commander.optionMissingArgument":
      return new UsageError(`${name}: the option ${word} needs a value, as its help shows.${help}`);
    case "commander.help":
      if (argv[0] === "help") return unknownCommand(argv[1], program, help);
      return new UsageError(`no command was given; expected one, as in atif train.${help}`);
    default:
      return new UsageError(`${name}: ${error.message.replace(/^error: /, "")}.${help}`);
  }
}
