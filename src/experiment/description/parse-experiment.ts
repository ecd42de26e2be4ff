/** Experiment files, a subset of those of Qualia: TOML text in, a validated and normalised experiment out. */

import { checkOptions } from "../../checks.js";
import type { Experiment } from "./experiment.js";
import { mergeTemplate } from "./merge.js";
import { applyOverrides } from "./overrides.js";
import type { Override } from "./overrides.js";
import { parseToml } from "./parse.js";
import { validateExperiment } from "./validate.js";

export interface ParseExperimentOptions {
  /** The name messages give the file; "config.toml" if left out. */
  readonly source?: string;
  /** Undeclared keys and parameters that can be left out become warnings. */
  readonly lenient?: boolean;
  /** Set after [model_template] is merged; see parseOverride. */
  readonly overrides?: readonly Override[];
}

/**
 * Reads an experiment file.
 * @param text TOML 1.0
 * @returns the experiment with all defaults filled in, and sentences about what was ignored or looks like a slip
 * @throws ConfigError: file, line and column, dotted key, what came, what was expected
 */
export function parseExperiment(
  text: string,
  options: ParseExperimentOptions = {},
): { experiment: Experiment; warnings: string[] } {
  checkOptions("parseExperiment", options, ["source", "lenient", "overrides"]);
  const { source = "config.toml", lenient = false, overrides = [] } = options;
  const document = applyOverrides(mergeTemplate(parseToml(text, source)), overrides);
  return validateExperiment(document, lenient);
}
