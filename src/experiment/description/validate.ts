/** A parsed and merged document to an experiment: sections in turn, then what must agree between them. */

import { counted } from "../../counted.js";
import { ConfigError } from "../../errors.js";
import { refuse } from "../../schema/place.js";
import { describe, isList, isTable } from "./config-tree.js";
import type { ConfigTable } from "./config-tree.js";
import type { Bench, Experiment, LearningFramework, ModelConfig } from "./experiment.js";
import { FilePlace } from "./file-place.js";
import { ignoredAlways } from "./ignored-keys.js";
import { readRow, readVariant, tableAt } from "./kinds.js";
import { templateKeys } from "./model-schema.js";
import type { ConfigDocument } from "./parse.js";
import { Report } from "./report.js";
import { LEGACY_FRAMEWORK, OTHER_PROGRAMS, SECTION_KEYS, UNSUPPORTED_KEYS } from "./sections.js";
import { BENCH, FRAMEWORKS, TRAINING } from "./training-schema.js";
import { readAugmentations, readData } from "./validate-data.js";
import type { DataFacts, Item } from "./validate-data.js";
import { hasTime, readModel } from "./validate-model.js";
import { readPostprocessing, type PlacedModel } from "./validate-postprocessing.js";

const MAX_ITEMS = 1024;

/** Found by checkSections itself. */
const NOT_READ = Object.fromEntries(UNSUPPORTED_KEYS.map((key) => [key, ignoredAlways("")]));

/**
 * @param document parsed, with the template merged and options applied
 * @param lenient turns undeclared keys and parameters that can be left out into warnings
 * @throws ConfigError naming file, line, column and key of the first thing that is wrong
 */
export function validateExperiment(
  document: ConfigDocument,
  lenient: boolean,
): { experiment: Experiment; warnings: string[] } {
  const report = new Report(document, lenient);
  const root = new FilePlace(report);
  const { tree } = document;
  if (Object.keys(tree).length === 0) {
    throw new ConfigError(
      `${document.source} is empty; expected an experiment with [bench], [learningframework], [dataset], ` +
        `[model_template] and [[model]].`,
    );
  }
  checkSections(root, tree);
  const bench = readBench(root, tree);
  const learningFramework = readFramework(root, tree);
  const prepared = readData(
    root.at("dataset"),
    tableAt(root, tree, "dataset", "a section [dataset]"),
    itemsOf(root, tree, "preprocessing"),
  );
  const augmented = readAugmentations(
    itemsOf(root, tree, "data_augmentation"),
    prepared.facts,
    prepared.dataset,
  );
  checkTime(root, tree, learningFramework, augmented.facts);
  checkOtherPrograms(root, tree);
  checkTemplate(root, tree);
  const models = readModels(itemsOf(root, tree, "model"), root, learningFramework, augmented.facts);
  const postprocessing = readPostprocessing(itemsOf(root, tree, "postprocessing"), models);
  const experiment = {
    bench,
    learningFramework,
    dataset: augmented.dataset,
    preprocessing: prepared.preprocessing,
    dataAugmentation: augmented.dataAugmentation,
    postprocessing,
    models: models.map(({ model }) => model),
  };
  return { experiment, warnings: report.warnings };
}

function checkSections(root: FilePlace, tree: ConfigTable): void {
  const ignored = { [LEGACY_FRAMEWORK]: ignoredAlways(""), ...NOT_READ };
  root.holding({ ignored, what: "section" }).checkKeys(tree, SECTION_KEYS);
  if (Object.hasOwn(tree, LEGACY_FRAMEWORK)) {
    const both = Object.hasOwn(tree, "learningframework");
    const place = root.at(LEGACY_FRAMEWORK);
    place.objection("is the old name of learningframework", "rename it", both ? "ignored" : "read as that");
  }
  for (const key of UNSUPPORTED_KEYS) {
    if (!Object.hasOwn(tree, key)) continue;
    root.at(key).fail("is not supported by this version; put the included sections into this file.");
  }
}

/** Without a last run, the first is the only one. */
function readBench(root: FilePlace, tree: ConfigTable): Bench {
  const table = tableAt(root, tree, "bench", "a section [bench]");
  const bench = readRow(root.key("bench"), table, BENCH);
  return { ...bench, lastRun: bench.lastRun ?? bench.firstRun };
}

export function frameworkKey(tree: ConfigTable): string {
  const isLegacy = !Object.hasOwn(tree, "learningframework") && Object.hasOwn(tree, LEGACY_FRAMEWORK);
  return isLegacy ? LEGACY_FRAMEWORK : "learningframework";
}

/** Samples that change over time have frameworks of their own. */
function checkTime(
  root: FilePlace,
  tree: ConfigTable,
  { kind }: LearningFramework,
  { timesteps, name }: DataFacts,
): void {
  if (hasTime(kind) === (timesteps !== null)) return;
  const place = root.at(frameworkKey(tree)).at("kind");
  if (timesteps === null) {
    const still = kind.replace("TimeStepsInData", "");
    place.fail(
      `is "${kind}", but the samples of ${name} do not change over time; expected "${still}". ` +
        "An encoder in [[data_augmentation]] makes time of them, and Split2TimeSteps in [[preprocessing]] of sequences.",
    );
  } else {
    place.fail(
      `is "${kind}", which shows still samples, but those of ${name} have ${counted(timesteps, "time step")}; ` +
        `expected "${kind}TimeStepsInData".`,
    );
  }
}

function readFramework(root: FilePlace, tree: ConfigTable): LearningFramework {
  const key = frameworkKey(tree);
  const table = tableAt(root, tree, key, "a section [learningframework]");
  root.key(key).checkKeys(table, ["kind", "params"]);
  return readVariant(root.key(key), table, FRAMEWORKS);
}

/** The tables of an array of tables; none if the section is missing. */
function itemsOf(root: FilePlace, tree: ConfigTable, key: string): Item[] {
  const place = root.at(key);
  const value = Object.hasOwn(tree, key) ? tree[key] : [];
  if (!isList(value))
    return place.fail(`is ${describe(value)}; expected an array of tables. Write [[${key}]].`);
  if (value.length > MAX_ITEMS) place.fail(`has ${value.length} entries; expected at most ${MAX_ITEMS}.`);
  return value.map((table, i) => {
    const at = place.at(i);
    return { place: at, table: isTable(table) ? table : refuse(at, table, `a table. Write [[${key}]]`) };
  });
}

/** Sections that ask for what this library does not do; those that are empty or switched off ask for nothing. */
function checkOtherPrograms(root: FilePlace, tree: ConfigTable): void {
  for (const [key, why] of Object.entries(OTHER_PROGRAMS)) {
    if (!Object.hasOwn(tree, key)) continue;
    const { [key]: section } = tree;
    const tables = isList(section) ? section : [section];
    for (const [i, table] of tables.entries()) {
      const place = isList(section) ? root.at(key).at(i) : root.at(key);
      if (!isTable(table)) refuse(place, table, `a section [${key}]`);
      if (asksForNothing(table)) continue;
      place.objection(
        `is not obeyed, since ${why}`,
        "remove the section, or set enabled = false in it",
        "left out",
      );
    }
  }
}

function asksForNothing(table: ConfigTable): boolean {
  return Object.keys(table).length === 0 || table.enabled === false || table.disabled === true;
}

function checkTemplate(root: FilePlace, tree: ConfigTable): void {
  const place = root.at("model_template");
  if (!Object.hasOwn(tree, "model_template")) return;
  const template = tableAt(root, tree, "model_template", "a section [model_template]");
  place.holding(TRAINING).checkKeys(template, templateKeys);
}

function readModels(
  items: readonly Item[],
  root: FilePlace,
  framework: LearningFramework,
  data: DataFacts,
): PlacedModel[] {
  if (items.length === 0) root.at("model").fail("is missing; expected at least one [[model]].");
  const models: PlacedModel[] = [];
  const placeOf = new Map<string, FilePlace>();
  for (const { place, table } of items) {
    const model = readUnlessDisabled(place, table, framework, data);
    if (model === null) continue;
    const twin = model.disabled ? undefined : placeOf.get(model.name);
    if (twin !== undefined) {
      place
        .at("name")
        .fail(
          `is "${model.name}", as that of model[${String(twin.path[1])}] is; expected a name of its own.`,
        );
    }
    if (!model.disabled) placeOf.set(model.name, place);
    models.push({ model, place });
  }
  if (placeOf.size === 0) root.at("model").warn("has only disabled models, so there is nothing to run.");
  return models;
}

/** A disabled model is not run, so what is wrong in it is a warning, and it is left out (null). */
function readUnlessDisabled(
  place: FilePlace,
  table: ConfigTable,
  framework: LearningFramework,
  data: DataFacts,
): ModelConfig | null {
  try {
    return readModel(place, table, framework.kind, data);
  } catch (thrown) {
    if (!(thrown instanceof ConfigError) || table.disabled !== true) throw thrown;
    place.warn(`is disabled and left out: ${thrown.message}`);
    return null;
  }
}
