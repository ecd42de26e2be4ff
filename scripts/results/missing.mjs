/** What results/ knows already is not run again: long tables are made in several sittings, and on several machines. */

import { readFileSync, existsSync } from "node:fs";
import { parse } from "smol-toml";
import { SEEDS } from "./data-sets.mjs";

/** The settings of a sweep file by their names; none where there is no file. */
export function settingsIn(path) {
  if (!existsSync(path)) return new Map();
  const { settings } = parse(readFileSync(path, "utf8"));
  return new Map(settings.map((each) => [each.name, JSON.stringify(each)]));
}

/** Whether a row has a complete run of every seed. @param results null, or what finalOf gives */
export const isComplete = (results, name) =>
  SEEDS.every((seed) => runsOf(results, name).some((run) => run.seed === seed));

const runsOf = (results, name) =>
  (results?.runs ?? []).filter(({ settings, state }) => settings[0] === name && state === "complete");

/**
 * The entries that have to be run: all of whose seeds are not known, or known for other settings than these.
 *
 * @param results null, or what was kept @param before settings that it was made with, by name @param now those of the entries
 */
export const missingOf = (entries, results, before, now) =>
  entries.filter(({ name }) => !isComplete(results, name) || before.get(name) !== now.get(name));

/** What is known besides these entries: a row that is run again was of other settings. */
export function besides(results, entries) {
  const names = new Set(entries.map(({ name }) => name));
  return results && { ...results, runs: results.runs.filter(({ settings: [name] }) => !names.has(name)) };
}

/** Runs with those known before; of a row that is there twice the newer ones, and only rows that have all their seeds. */
export function joinedRuns(before, { runs, ...told }) {
  const whole = runs.filter(({ settings: [name] }) => isComplete({ runs }, name));
  const isNew = new Set(whole.map(({ settings: [name] }) => name));
  const known = before?.runs.filter(({ settings: [name] }) => !isNew.has(name)) ?? [];
  return { ...told, runs: [...known, ...whole] };
}
