/** An experiment for data that come without one: what is there decides the network, as `atif init` would write it. */

import { STARTER_CHOICE, starterExperiment } from "../experiment/description/starter.js";
import { exists } from "../platform/folders.js";
import { UsageError } from "./exit-codes.js";
import type { MadeExperiment } from "./experiment-source.js";
import type { PlanArguments } from "./train-plan.js";

/** The arguments, with an experiment where they name data and no file. @throws UsageError; FormatError, FileError */
export async function withMadeExperiment<A extends PlanArguments>(
  args: A,
): Promise<A & { readonly made?: MadeExperiment }> {
  const { config, data, resume } = args;
  if (config !== undefined || resume !== undefined || data === undefined || data === "digits") return args;
  return { ...args, made: { text: await experimentFor(data), source: `the experiment made for ${data}` } };
}

async function experimentFor(data: string): Promise<string> {
  if (!exists(data)) {
    throw new UsageError(
      `there is no file or folder ${data}; expected data to learn from. Name another with --data, or an experiment file before it.`,
    );
  }
  const { dataAt, networkFor } = await import("./data-at.js");
  const found = await dataAt(data);
  return starterExperiment({
    ...STARTER_CHOICE,
    ...found.choice,
    model: networkFor(found.shape),
    path: data,
  });
}
