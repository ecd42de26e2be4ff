/** Experiment files, a subset of those of Qualia: TOML text in, a validated and normalised experiment out. */

import { checkOptions } from "../../checks.js";
import { ConfigError } from "../../errors.js";
import { copyValue, describe, formatPath, isTable } from "./config-tree.js";
import type { Experiment } from "./experiment.js";
import { mergeTemplate } from "./merge.js";
import { applyOverrides } from "./overrides.js";
import type { Override } from "./overrides.js";
import { parseToml, type ConfigDocument } from "./parse.js";
import { Positions } from "./positions.js";
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
  return readDocument(parseToml(text, source), lenient, overrides);
}

/**
 * Reads an experiment that is there as plain data: tables, lists and values under the keys of a file, as TOML or JSON
 * gives them.
 * @throws ConfigError: dotted key, what came, what was expected
 */
export function readTree(
  value: unknown,
  options: ParseExperimentOptions = {},
): { experiment: Experiment; warnings: string[] } {
  const { source = "the experiment", lenient = false, overrides = [] } = options;
  const tree = copyValue(value, [], (path, problem) => {
    throw new ConfigError(`${source}: ${formatPath(path)} ${problem}`);
  });
  if (!isTable(tree)) {
    throw new ConfigError(
      `${source} is ${describe(tree)}; expected an object with the keys of an experiment file.`,
    );
  }
  return readDocument({ source, tree, positions: new Positions(""), overridden: [] }, lenient, overrides);
}

function readDocument(
  document: ConfigDocument,
  lenient: boolean,
  overrides: readonly Override[],
): { experiment: Experiment; warnings: string[] } {
  return validateExperiment(applyOverrides(mergeTemplate(document), overrides), lenient);
}
