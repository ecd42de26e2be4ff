/** Networks of other tools, and what has to be known before they can be opened. Loaded when the first one comes. */

import {
  ConfigError,
  importModel,
  MissingFactsError,
  MissingKeyError,
  UnknownNamesError,
  type ImportedModel,
  type ImportModelOptions,
  type SuggestedLayer,
} from "atif";
import { problems } from "../words/problems.js";
import type { AskedFact, Opened } from "./protocol.js";
import { toldError } from "./told-error.js";

type Asks = Extract<Opened, { kind: "asks" }>;

export type ImportedOrAsks = ({ readonly kind: "imported" } & ImportedModel) | Asks;

const HDF5 = 0x89;

const asked = (...options: readonly ("inputShape" | "timesteps" | "dt" | "name")[]): readonly AskedFact[] =>
  options.map((option) => ({ option, expects: problems.asks[option] }));

const MOST_SHOWN_KEYS = 8;

function ofCheckpoint({ keys }: MissingKeyError): AskedFact {
  const named = keys.filter((key) => key !== "");
  const shown = named
    .slice(0, MOST_SHOWN_KEYS)
    .map((key) => JSON.stringify(key))
    .join(", ");
  const rest = named.length > MOST_SHOWN_KEYS ? ", …" : "";
  return { option: "key", expects: problems.asks.key(shown + rest) };
}

/** @throws FormatError, or any other error of importModel that no answer of the reader would mend */
export async function importNetwork(
  bytes: Uint8Array,
  file: string,
  options: ImportModelOptions,
): Promise<ImportedOrAsks> {
  try {
    const named = options.config === undefined ? { ...options, name: file } : options;
    return { kind: "imported", ...(await importModel(bytes, named)) };
  } catch (error) {
    const facts = factsFor(error, bytes, options);
    if (facts === null || !(error instanceof Error)) throw error;
    const draft =
      error instanceof UnknownNamesError && error.layers.length > 0 ? draftOf(error.layers) : null;
    return { kind: "asks", ...toldError(error, file), facts, isDescribable: bytes[0] !== HDF5, draft };
  }
}

/** A layer to a line, so that others can be put between them. */
function draftOf(layers: readonly SuggestedLayer[]): string {
  const lines = layers.map(
    ({ name, kind }) => `  { "name": ${JSON.stringify(name)}, "kind": ${JSON.stringify(kind)} }`,
  );
  return `[\n${lines.join(",\n")}\n]`;
}

/** null: nothing that could be asked for would help. */
function factsFor(
  error: unknown,
  bytes: Uint8Array,
  { config }: ImportModelOptions,
): readonly AskedFact[] | null {
  if (error instanceof MissingFactsError) return error.missing;
  if (error instanceof ConfigError) {
    if (bytes[0] === HDF5) return asked("dt");
    return asked(...(config === undefined ? (["inputShape", "timesteps"] as const) : (["name"] as const)));
  }
  return error instanceof MissingKeyError ? [ofCheckpoint(error)] : null;
}
