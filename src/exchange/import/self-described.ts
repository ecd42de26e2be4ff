/** Files that say themselves what network they hold: NIR, and those of this library. */

import { ConfigError } from "../../errors.js";
import { factNames, type ImportModelOptions } from "./import-options.js";

const DESCRIPTIONS = [...factNames, "config", "architecture", "prefix", "key"] as const;

/** @throws ConfigError for options that would describe the network once more */
export function checkSelfDescribed(
  options: ImportModelOptions,
  file: string,
  may: readonly (typeof DESCRIPTIONS)[number][],
): void {
  const wrong = DESCRIPTIONS.find((name) => options[name] !== undefined && !may.includes(name));
  if (wrong === undefined) return;
  throw new ConfigError(
    `${file} says itself what network it holds, and ${wrong} is given too; expected ${may.join(", ")} at most. Leave it out.`,
  );
}

/** @throws ConfigError for what is of NIR alone */
export function refuseNirOptions(options: ImportModelOptions, file: string): void {
  const wrong = (["reset", "dt", "startAtReset"] as const).find((name) => options[name] !== undefined);
  if (wrong === undefined) return;
  throw new ConfigError(
    `${file} is no file of NIR, and ${wrong} is of those alone; expected it left out. What its neurons do is said by neuron, config or architecture.`,
  );
}
