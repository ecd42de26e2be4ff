/** A file of NIR, in the words of importModel. */

import { ConfigError, FormatError, messageOf, OutOfMemoryError } from "../../errors.js";
import { readNir, type ReadNir } from "../nir/read-nir.js";
import type { ImportModelOptions } from "./import-options.js";
import { checkSelfDescribed } from "./self-described.js";

/** What readNir begins its sentences with. */
const OWN_WORDS = /^readNir: (this file cannot be read: )?/;

/** @throws FormatError, ConfigError naming the file */
export async function importNir(
  bytes: Uint8Array,
  name: string,
  options: ImportModelOptions,
): Promise<ReadNir> {
  checkSelfDescribed(options, name, ["timesteps"]);
  const { reset, dt, startAtReset, timesteps } = options;
  try {
    const read = await readNir(bytes, {
      ...(reset === undefined ? {} : { reset }),
      ...(dt === undefined ? {} : { dt }),
      ...(startAtReset === undefined ? {} : { startAtReset }),
      ...(timesteps === undefined ? {} : { timesteps }),
    });
    read.model.eval();
    return read;
  } catch (thrown) {
    const sentence = `${name}: ${messageOf(thrown).replace(OWN_WORDS, "")}`;
    if (thrown instanceof FormatError) throw new FormatError(sentence, { cause: thrown });
    const isArgument = thrown instanceof RangeError || thrown instanceof TypeError;
    if (!isArgument || thrown instanceof OutOfMemoryError) throw thrown;
    throw new ConfigError(sentence, { cause: thrown });
  }
}
