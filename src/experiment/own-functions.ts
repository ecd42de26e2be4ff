/** A loss and metrics of a program's own, of an experiment: the program gives the functions, the experiment has their names. */

import { ConfigError } from "../errors.js";
import type { LossSpec, NamedLoss } from "../losses/loss-spec.js";
import { lossSpec } from "../losses/loss-spec.js";
import { lossNames } from "../losses/table.js";
import { ArgumentPlace } from "../schema/place.js";
import { show } from "../show.js";
import { namedMetrics, type NamedMetric } from "../training/named-metrics.js";
import type { GivenNames } from "./description/own-name.js";
import type { Experiment, LearningFrameworkParams, OwnName } from "./description/experiment.js";

/** What a program gives. */
export interface GivenFunctions {
  /** Made small by the training instead of that of the experiment: by name, or a function of one's own, { name, loss }. */
  loss?: LossSpec;
  /** Figures of one's own, { name, metric }, of the validation set after every epoch, and of the test set. */
  metrics?: readonly NamedMetric[];
}

/** Those of an experiment, which names them. */
export interface OwnFunctions {
  readonly loss: NamedLoss | null;
  readonly metrics: readonly NamedMetric[];
}

export const NO_FUNCTIONS: OwnFunctions = { loss: null, metrics: [] };

/** Checked; the names go into the experiment. @throws TypeError, RangeError */
export function givenNames(where: string, { loss, metrics = [] }: GivenFunctions): GivenNames {
  const place = new ArgumentPlace(where);
  const spec = loss === undefined ? undefined : lossSpec.read(loss, place.at("loss"));
  if (typeof spec === "object" && lossNames.some((name) => name === spec.name)) {
    place
      .at("loss")
      .at("name")
      .fail(`is ${show(spec.name)}, which is a loss of this library; expected another name.`);
  }
  const names = namedMetrics.read(metrics, place.at("metrics")).map(({ name }) => name);
  return {
    ...(spec === undefined ? {} : { loss: typeof spec === "string" ? spec : { name: spec.name } }),
    metrics: names,
  };
}

/** @throws ConfigError for a function that the experiment names, but nobody has given */
export function functionsOf(
  { learningFramework }: Pick<Experiment, "learningFramework">,
  { loss, metrics = [] }: GivenFunctions = {},
): OwnFunctions {
  const { params } = learningFramework;
  const named = ownMetricNames(params);
  const missing = named.find((name) => !metrics.some((metric) => metric.name === name));
  if (missing !== undefined)
    throw notGiven("metrics", missing, `metrics: [{ name: ${show(missing)}, metric }]`);
  const own = { metrics: metrics.filter(({ name }) => named.includes(name)) };
  if (typeof params.loss === "string") return { loss: null, ...own };
  const { name } = params.loss;
  if (typeof loss === "object" && loss.name === name) return { loss, ...own };
  throw notGiven("loss", name, `loss: { name: ${show(name)}, loss }`, loss);
}

export function ownMetricNames({ metrics }: Pick<LearningFrameworkParams, "metrics">): string[] {
  return metrics.filter((metric): metric is OwnName => typeof metric !== "string").map(({ name }) => name);
}

function notGiven(key: "loss" | "metrics", name: string, option: string, given?: LossSpec): ConfigError {
  const instead = given === undefined ? "" : ` The one that was given is ${show(nameOf(given))}.`;
  return new ConfigError(
    `learningframework.params.${key} names ${show(name)}, a function of a program; expected that program: ` +
      `runExperiment(…, { ${option} }). A file and the command line have its name alone.${instead}`,
  );
}

function nameOf(loss: LossSpec): string {
  return typeof loss === "string" ? loss : loss.name;
}
