/**
 * The jobs of a sweep. A job is one run of one network in a folder of its own, which holds its experiment from the start:
 * `atif train --resume FOLDER` is all there is to do, here, in a queue or on another machine that sees the folder.
 */

import { ConfigError, messageOf } from "../../errors.js";
import { Crc64 } from "../../formats/crc64.js";
import { lastPart } from "../../platform/paths.js";
import { functionsOf } from "../own-functions.js";
import { singleRuns, withDataFolder, withSeed, withValidation, type SingleRun } from "../adjust.js";
import { isFromFiles } from "../description/data-schema.js";
import type { Experiment } from "../description/experiment.js";
import { writeExperiment, type Override } from "../description/index.js";
import { toml } from "../description/reference-words.js";
import { emptyTable, isTable, type ConfigTable, type ConfigValue } from "../description/config-tree.js";
import { MOST_JOBS, type Combination, type SweepFile } from "./sweep-file.js";
import type { RankName } from "./rank.js";

/** One run. What is said of it is plain data, as the plan on the disk has it. */
export interface SweepJob {
  /** Its folder, in that of the sweep. Another experiment has another one. */
  readonly folder: string;
  /** What was set, a text for each column. */
  readonly settings: readonly string[];
  /** Of the network, in the experiment. */
  readonly model: string;
  readonly seed: number;
  /** Which epoch the weights are from that it ends with. */
  readonly keeps: "best" | "last";
}

export interface SweepColumn {
  /** "timesteps" */
  readonly title: string;
  /** The key of the experiment; null: the names of settings. */
  readonly path: string | null;
}

export interface SweepPlan {
  readonly name: string;
  readonly rank: RankName;
  readonly columns: readonly SweepColumn[];
  readonly jobs: readonly SweepJob[];
}

/** A job, and the experiment that it runs. */
export interface PlannedJob extends SweepJob {
  readonly run: SingleRun;
}

export interface PlannedSweep extends SweepPlan {
  readonly jobs: readonly PlannedJob[];
}

/**
 * @param name of the sweep, if the file says none
 * @param read reads the experiment of the sweep with these keys set
 * @throws ConfigError naming the settings with which the experiment cannot be obeyed
 */
export function planSweep(
  sweep: SweepFile,
  name: string,
  read: (overrides: readonly Override[]) => Experiment,
): PlannedSweep {
  const columns = columnsOf(sweep.combinations);
  const values = columns.map(({ path }) => valuesOf(sweep.combinations, path));
  const jobs = sweep.combinations.flatMap((combination) => {
    const settings = columns.map(({ path }, i) => cellOf(combination, path, values[i]));
    return runsOf(sweep, combination, read).map((run) => ({
      folder: folderOf(columns, settings, run),
      settings,
      model: run.model.name,
      seed: run.seed,
      keeps: run.experiment.learningFramework.params.useBestEpoch ? ("best" as const) : ("last" as const),
      run,
    }));
  });
  if (jobs.length > MOST_JOBS) {
    throw new ConfigError(`${sweep.source}: there are ${jobs.length} runs; expected at most ${MOST_JOBS}.`);
  }
  checkDifferent(sweep, jobs);
  return { name: sweep.name ?? name, rank: rankOf(sweep, jobs), columns, jobs };
}

function runsOf(
  sweep: SweepFile,
  { name, settings }: Combination,
  read: (overrides: readonly Override[]) => Experiment,
): SingleRun[] {
  const experiment = read(
    settings.map(({ path, value }): Override => [path, value, `${sweep.source}: ${path}`]),
  );
  const adjusted = measuredAs(sweep, experiment);
  // Before folders are made: its jobs are commands, which have no functions to give.
  functionsOf(adjusted);
  const runs =
    sweep.seeds === undefined
      ? singleRuns(adjusted)
      : sweep.seeds.flatMap((seed) => singleRuns(onlyFirst(withSeed(adjusted, seed))));
  if (runs.length > 0) return runs;
  const of = name === null ? "" : ` with the settings ${name}`;
  throw new ConfigError(
    `${sweep.source}: all models of the experiment are disabled${of}; expected one to train. Set disabled = false.`,
  );
}

function onlyFirst(experiment: Experiment): Experiment {
  const { bench } = experiment;
  return { ...experiment, bench: { ...bench, lastRun: bench.firstRun } };
}

/** With what chooses settings held back, and the test set left alone. */
function measuredAs(
  { source, validation, test = validation === undefined }: SweepFile,
  asked: Experiment,
): Experiment {
  let experiment = asked;
  try {
    if (validation !== undefined) experiment = withValidation(experiment, validation);
  } catch (thrown) {
    throw new ConfigError(`${source}: sweep.validation: ${messageOf(thrown)}`, { cause: thrown });
  }
  if (test) return experiment;
  return { ...experiment, models: experiment.models.map((model) => ({ ...model, evaluate: false })) };
}

function rankOf({ source, rank }: SweepFile, jobs: readonly PlannedJob[]): RankName {
  const all = jobs.map(({ run }) => run);
  const validated = all.every(({ experiment }) => hasValidation(experiment));
  const tested = all.every(({ model }) => model.evaluate);
  const usual = validated ? "val_acc" : tested ? "test_acc" : "train_loss";
  if (rank === undefined) return usual;
  const lacks = rank.startsWith("val_") ? !validated : rank.startsWith("test_") && !tested;
  if (!lacks) return rank;
  throw new ConfigError(
    `${source}: sweep.rank is "${rank}", but ${rank.startsWith("val_") ? "there is no validation set" : "networks are not tested"}; ` +
      `expected ${JSON.stringify(usual)}, or ${rank.startsWith("val_") ? "validation = 0.1" : "test = true"} in [sweep].`,
  );
}

function hasValidation({ bench, preprocessing }: Experiment): boolean {
  return (
    bench.useTestAsValid ||
    preprocessing.some(({ kind, params }) => kind === "DatasetSplitter" && params.dest === "valid")
  );
}

/** A column for the names, if there are any, and one for each key. */
function columnsOf(combinations: readonly Combination[]): SweepColumn[] {
  const paths = [...new Set(combinations.flatMap(({ shown }) => shown.map(({ path }) => path)))];
  const named = combinations.some(({ name }) => name !== null);
  return [
    ...(named ? [{ title: "settings", path: null }] : []),
    ...paths.map((path) => ({ title: shortest(path, paths), path })),
  ];
}

/** The last parts of a path, as many as tell it from the others. */
function shortest(path: string, paths: readonly string[]): string {
  const parts = path.split(".");
  for (let count = 1; count < parts.length; count++) {
    const end = parts.slice(-count).join(".");
    if (/^\d+$/.test(parts[parts.length - count])) continue;
    if (paths.every((other) => other === path || !`.${other}`.endsWith(`.${end}`))) return end;
  }
  return path;
}

function cellOf({ name, shown }: Combination, path: string | null, all: readonly ConfigValue[]): string {
  if (path === null) return name ?? "";
  const set = shown.find((each) => each.path === path);
  return set === undefined ? "" : textOf(set.value, all);
}

/** What is tried of one key. */
function valuesOf(combinations: readonly Combination[], path: string | null): ConfigValue[] {
  return combinations.flatMap(({ shown }) =>
    shown.filter((each) => each.path === path).map(({ value }) => value),
  );
}

/** "LIFNode tau=2" of a kind, with those parameters that not all values have alike; everything else as files spell it. */
function textOf(value: ConfigValue, all: readonly ConfigValue[]): string {
  if (typeof value === "string") return value;
  const params = paramsOf(value);
  if (params === null) return toml(value);
  const others = all.map((each) => paramsOf(each) ?? {});
  const own = Object.entries(params).filter(([key, each]) =>
    others.some((other) => !Object.hasOwn(other, key) || toml(other[key]) !== toml(each)),
  );
  return [kindOf(value), ...own.map(([key, each]) => `${key}=${toml(each)}`)].join(" ");
}

function paramsOf(value: ConfigValue): ConfigTable | null {
  if (!isTable(value) || typeof value.kind !== "string") return null;
  return isTable(value.params) ? value.params : emptyTable();
}

function kindOf(value: ConfigValue): string {
  return isTable(value) && typeof value.kind === "string" ? value.kind : "";
}

/** Readable, and another one for every experiment: what was changed since is not taken for what was run. */
function folderOf(columns: readonly SweepColumn[], settings: readonly string[], run: SingleRun): string {
  const words = columns.map(({ title, path }, i) =>
    path === null ? settings[i] : `${title}-${settings[i]}`,
  );
  const readable = [...words, run.model.name, `seed-${run.seed}`]
    .map((word) => word.replaceAll(/[^A-Za-z0-9.=-]+/g, "-").replaceAll(/^[-.]+|[-.]+$/g, ""))
    .filter((word) => word !== "")
    .join("_")
    .slice(0, 80);
  return `${readable}-${digestOf(run.experiment)}`;
}

/** Of the experiment wherever its data are. */
function digestOf(experiment: Experiment): string {
  const { dataset } = experiment;
  const portable = isFromFiles(dataset)
    ? withDataFolder(experiment, lastPart(dataset.params.path))
    : experiment;
  const text = writeExperiment({ ...portable, bench: { ...portable.bench, name: "sweep" } });
  return new Crc64().update(new TextEncoder().encode(text)).digest().slice(0, 8);
}

function checkDifferent({ source }: SweepFile, jobs: readonly PlannedJob[]): void {
  const experiments = new Map<string, PlannedJob>();
  for (const job of jobs) {
    const text = writeExperiment(job.run.experiment);
    const twin = experiments.get(text);
    experiments.set(text, job);
    if (twin === undefined) continue;
    const said = ({ settings, model, seed }: SweepJob): string =>
      [...settings, model, `seed ${seed}`].filter((each) => each !== "").join(", ");
    throw new ConfigError(
      `${source}: the settings ${said(twin)} and ${said(job)} are the same run; expected each once. Leave one of them out.`,
    );
  }
}
