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
import { frameworkKey, validateExperiment } from "./validate.js";
import { withGivenNames, type GivenNames } from "./own-name.js";
import { metrics } from "./training-schema.js";

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
  return readText(text, options);
}

/** What a program says of an experiment beside its text. */
export interface ReadOptions extends ParseExperimentOptions {
  readonly given?: GivenNames;
}

/** As parseExperiment. */
export function readText(text: string, options: ReadOptions): { experiment: Experiment; warnings: string[] } {
  const { source = "config.toml" } = options;
  return readDocument(parseToml(text, source), options);
}

/**
 * Reads an experiment that is there as plain data: tables, lists and values under the keys of a file, as TOML or JSON
 * gives them.
 * @throws ConfigError: dotted key, what came, what was expected
 */
export function readTree(
  value: unknown,
  options: ReadOptions = {},
): { experiment: Experiment; warnings: string[] } {
  const { source = "the experiment" } = options;
  const tree = copyValue(value, [], (path, problem) => {
    throw new ConfigError(`${source}: ${formatPath(path)} ${problem}`);
  });
  if (!isTable(tree)) {
    throw new ConfigError(
      `${source} is ${describe(tree)}; expected an object with the keys of an experiment file.`,
    );
  }
  return readDocument({ source, tree, positions: new Positions(""), overridden: [] }, options);
}

function readDocument(
  document: ConfigDocument,
  { lenient = false, overrides = [], given }: ReadOptions,
): { experiment: Experiment; warnings: string[] } {
  const asked = applyOverrides(mergeTemplate(document), overrides);
  const named = given === undefined ? asked : withGivenNames(asked, given, frameworkKey(asked.tree), metrics);
  return validateExperiment(named, lenient);
}
