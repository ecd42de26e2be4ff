/** atif init: writes an experiment file to begin with. */

import {
  STARTER_CHOICE,
  starterExperiment,
  starterKinds,
  type StarterChoice,
} from "../../experiment/description/starter.js";
import { exists, isFolder } from "../../platform/folders.js";
import { writeFileAtomic } from "../../platform/files.js";
import { absolutePath, shortPath } from "../../platform/paths.js";
import { didYouMean } from "../arguments.js";
import { spellCommand } from "../command-line.js";
import { UsageError } from "../exit-codes.js";
import type { DataFacts } from "../data-facts.js";
import { Terminal } from "../terminal.js";

export interface InitArguments {
  readonly file?: string;
  readonly dataset?: string;
  readonly data?: string;
  readonly model?: string;
  readonly neuron?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export const USUAL_FILE = "experiment.toml";

/** What may be chosen, for the help: "SCNN (default), SMLP, SResNet or SResNetStride". */
export type InitChoices = Readonly<Record<"dataset" | "model" | "neuron", string>>;

export const initChoices: InitChoices = {
  dataset: listed(starterKinds.dataset.map(spelled), spelled(STARTER_CHOICE.dataset)),
  model: listed(starterKinds.model, STARTER_CHOICE.model),
  neuron: listed(starterKinds.neuron, STARTER_CHOICE.neuron),
};

function listed(kinds: readonly string[], usual: string): string {
  const words = [`${usual} (default)`, ...kinds.filter((kind) => kind !== usual)];
  return `${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}`;
}

/** As it is typed: "fashion-mnist" */
function spelled(kind: string): string {
  return kind.replaceAll(/([a-z])([A-Z])/g, "$1-$2").toLowerCase();
}

/**
 * For data that are looked at, unless a kind of data set is named.
 * @throws as initExperiment; UsageError for what is no data; FormatError for what is damaged
 */
export async function initFor(args: InitArguments): Promise<void> {
  const { data, dataset } = args;
  if (data === undefined || dataset !== undefined || data === "digits") {
    initExperiment(args);
    return;
  }
  if (!exists(data)) {
    throw new UsageError(
      `there is no file or folder ${data}; expected data to write an experiment for. Name another with --data, or say what is ` +
        "to come there with --dataset.",
    );
  }
  const choice = choiceOf({ ...args, dataset: "Digits", data: "digits" });
  const { dataAt, networkFor } = await import("../data-at.js");
  const { factsOfData, factsSentence } = await import("../data-facts.js");
  const found = await dataAt(data);
  const facts = await factsOfData(data, found);
  const model = args.model === undefined ? networkFor(found.shape) : choice.model;
  initExperiment(
    args,
    { ...choice, ...found.choice, model, path: data },
    { facts, says: factsSentence(data, facts) },
  );
}

/** @throws UsageError if there is a file of that name, or a kind that is not known; FileError */
export function initExperiment(
  args: InitArguments,
  choice: StarterChoice = choiceOf(args),
  found?: { readonly facts: DataFacts; readonly says: string },
): void {
  const terminal = new Terminal(args);
  const file = args.file ?? USUAL_FILE;
  const replaced = exists(file);
  if (replaced && isFolder(file)) {
    throw new UsageError(
      `${file} is a folder; expected the name of a file, such as ${file.replace(/[/\\]+$/, "")}/${USUAL_FILE}.`,
    );
  }
  if (replaced && args.force !== true) {
    throw new UsageError(
      `there is a file ${file}; expected a name that is free. Choose another, or replace it with --force.`,
    );
  }
  writeFileAtomic(file, starterExperiment(choice));
  const { dataset, model, neuron } = choice;
  terminal.answer({
    ...{ file: absolutePath(file), replaced, dataset, model, neuron },
    ...(found === undefined ? {} : { found: found.facts }),
  });
  if (found !== undefined) terminal.print(found.says);
  terminal.print(`wrote ${shortPath(file)}`);
  terminal.print(`  ${dataset}, ${model} of ${neuron}: `, terminal.dim("change what you like"));
  terminal.print();
  terminal.print(`next: ${spellCommand(["train", file])}`);
}

function choiceOf({ dataset, model, neuron, data }: InitArguments): StarterChoice {
  const choice: StarterChoice = {
    dataset: kindAsked("--dataset", dataset, starterKinds.dataset) ?? STARTER_CHOICE.dataset,
    model: kindAsked("--model", model, starterKinds.model) ?? STARTER_CHOICE.model,
    neuron: kindAsked("--neuron", neuron, starterKinds.neuron) ?? STARTER_CHOICE.neuron,
  };
  if (data === undefined) return choice;
  if (choice.dataset !== "Digits") return { ...choice, path: data };
  if (data === "digits") return choice;
  throw new UsageError(
    `--data is ${data}, but the digits come with the package; expected a data set of files with it. ` +
      "Name one, as in --dataset fashion-mnist.",
  );
}

/** Kinds are written as people write them: FashionMNIST, fashion-mnist, fashion_mnist. */
function kindAsked<K extends string>(
  option: string,
  text: string | undefined,
  kinds: readonly K[],
): K | undefined {
  if (text === undefined) return undefined;
  const found = kinds.find((kind) => plain(kind) === plain(text));
  if (found !== undefined) return found;
  throw new UsageError(
    `${option} is ${JSON.stringify(text)}; expected one of ${kinds.join(", ")}.${didYouMean(text, kinds)}`,
  );
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[-_ ]/g, "");
}
