/** Reads a file that was exported again, as somebody else would, to be measured beside the network that it was made from. */

import { describesItself, importModel, type ImportedModel } from "../exchange/import/import-model.js";
import type { SpikingModel } from "../models/spiking-model.js";

export interface ReadAgainOptions {
  /** Of a file of NIR, as for atif import. */
  readonly reset?: "hard" | "subtract" | "metadata";
  readonly startAtReset?: boolean;
  readonly dt?: number;
}

/** Arrays with names are taken for those of the network. @throws FormatError, ConfigError as importModel */
export function readAgain(
  bytes: Uint8Array,
  name: string,
  model: SpikingModel,
  options: ReadAgainOptions = {},
): Promise<ImportedModel> {
  const { preprocessing: _, ...architecture } = model.architecture;
  const { timesteps } = model;
  const known = describesItself(bytes, name) ? { timesteps } : { architecture };
  return importModel(bytes, { name, ...known, ...options });
}
