/**
 * docs/results.md: accuracy by time steps, for learned thresholds and what they are compared with.
 *
 *   npm run results                              writes the page from results/*.json
 *   npm run results -- digits                    runs what is missing of a data set first; goes on where it was stopped
 *   npm run results -- fashion-mnist --data FOLDER --jobs 2
 *   npm run results -- fashion-mnist --data FOLDER --timesteps 1,4     a part of the table, besides the parts that are there
 *   npm run results -- digits --parts choice,final                     of choice, final, int8 and rates, these; all if left out
 *
 * choice: every setting of every kind is trained on nine tenths of the training data and measured on the tenth. final: those that
 * were best are trained on all of it, with three seeds, and tested once. int8: these are quantized and tested. rates: they are
 * trained with a loss that holds layers to a firing rate, too. Runs go into runs/results; what they said is kept in results/, of
 * one that is stopped by Ctrl-C, too. What results/ knows already is not run again.
 */

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  candidates,
  choiceOf,
  choose,
  finalOf,
  isMeasured,
  joinedChoice,
  nameOf,
} from "./results/choose.mjs";
import { dataSets, kindsOf, scheduled, SEEDS, timestepsOf } from "./results/data-sets.mjs";
import { int8Of } from "./results/int8.mjs";
import { kept, keptPath, linesOf, read } from "./results/kept.mjs";
import { besides, isComplete, joinedRuns, missingOf, settingsIn } from "./results/missing.mjs";
import { page } from "./results/page.mjs";
import { productsOf } from "./results/products.mjs";
import { rated } from "./results/rates.mjs";
import { ratesPicture } from "./results/rates-picture.mjs";
import { runSweep } from "./results/run-sweep.mjs";
import { sweepFile } from "./results/sweep-file.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const runs = join(root, "runs", "results");
const PARTS = ["choice", "final", "int8", "rates"];

// Ctrl-C stops the sweep; what it has completed is then kept here.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => undefined);

const [name, ...words] = process.argv.slice(2);
if (name !== undefined) await runDataSet(name, words);
await writePage();

async function writePage() {
  const known = kept(root);
  for (const each of known) {
    const svg = await ratesPicture(each);
    if (svg !== null) writeFileSync(join(root, "docs", "pictures", `results-${each.name}.svg`), svg);
  }
  writeFileSync(join(root, "docs", "results.md"), page(known));
}

async function runDataSet(name, words) {
  const data = dataSets[name];
  if (data === undefined)
    refuse(`${name} is no data set; expected one of ${Object.keys(dataSets).join(", ")}.`);
  if (data.needsData && !words.includes("--data"))
    refuse(`${name} wants --data with the folder of its files, as atif train does.`);
  const { asked: parts = PARTS, rest: others } = taken("--parts", words);
  const strange = parts.find((part) => !PARTS.includes(part));
  if (strange !== undefined) refuse(`--parts names ${strange}; expected some of ${PARTS.join(",")}.`);
  const { timesteps, asked, rest } = askedTimesteps(name, data, others);
  const isAsked = ({ T }) => asked.includes(T);
  const has = (part) => parts.includes(part);
  const told = (sentence) => ({ told: sentence, seeds: SEEDS, epochs: data.epochs });
  if (has("choice")) chooseSettings(name, data, { timesteps, isAsked }, rest);
  const choice = read(keptPath(root, name, "choice.json")) ?? { rows: [] };
  const chosen = timesteps
    .flatMap((T) => kindsOf(data).map((kind) => ({ kind, T })))
    .filter(({ kind, T }) => isMeasured(kind, T, choice))
    .flatMap(({ kind, T }) => choose([kind], [T], choice))
    .map((each) => ({ ...each, settings: { ...each.settings, ...scheduled(data) } }));
  if (!chosen.some(isAsked)) refuse(`Nothing is chosen yet for ${name}; expected --parts choice first.`);
  if (has("final")) {
    const sentence = `What was chosen on ${data.title}, trained on all of the training data and tested once.`;
    const entries = chosen.map((each) => ({ ...entryOf(each), isAsked: isAsked(each) }));
    sweep(name, "final", rest, entries, told(sentence));
    const trained = join(runs, `${name}-final`);
    if (existsSync(trained)) keep(name, "products", { products: await productsOf(trained) });
  }
  if (has("int8")) {
    quantize(
      name,
      chosen.filter((each) => each.kind.spikes && isAsked(each)),
      told(`What was chosen on ${data.title}.`),
      rest,
    );
  }
  if (has("rates")) {
    const sentence = `What was chosen on ${data.title}, with a loss that holds layers to a firing rate.`;
    const entries = chosen.flatMap((each) =>
      rated([each]).map((entry) => ({ ...entry, isAsked: isAsked(each) })),
    );
    sweep(name, "rates", rest, entries, told(sentence));
  }
}

/** As a sweep has it. */
function entryOf({ kind, T, settings }) {
  return { name: nameOf(kind, T), settings };
}

/** Tries what results/ knows nothing of yet; the file of the sweep names all. */
function chooseSettings(name, data, { timesteps, isAsked }, words) {
  const known = read(keptPath(root, name, "choice.json"));
  const tried = candidates(kindsOf(data), timesteps);
  const names = new Set(known?.rows.map(({ settings: [each] }) => each));
  const missing = tried.filter((each) => isAsked(each) && !names.has(each.name));
  const options = {
    told: `Every setting that is tried on ${data.title}: chosen by a tenth of the training data.`,
    validation: 0.1,
    ...data.choice,
    name: `${name}-choice`,
  };
  const experiment = `networks/${name}.toml`;
  writeFileSync(keptPath(root, name, "choice.toml"), sweepFile({ ...options, experiment }, tried));
  runMissing(name, "choice", options, missing, words, (results) =>
    keep(name, "choice", joinedChoice(known, choiceOf(results))),
  );
}

/** What a word of the command line names, "1,4" as a list, and the words without it. */
function taken(word, words) {
  const at = words.indexOf(word);
  if (at < 0) return { asked: undefined, rest: words };
  return { asked: (words[at + 1] ?? "").split(","), rest: words.filter((_, i) => i !== at && i !== at + 1) };
}

/** Those of --timesteps, which are run, and with those of what results/ holds already, which files name; all where it is left out. */
function askedTimesteps(name, data, words) {
  const all = timestepsOf(data);
  const { asked, rest } = taken("--timesteps", words);
  if (asked === undefined) return { timesteps: all, asked: all, rest };
  const steps = asked.map(Number);
  if (!steps.every((T) => all.includes(T)))
    refuse(
      `--timesteps is ${asked.join(",") || "left empty"}; expected some of ${all.join(",")}, as in 1,4.`,
    );
  const held = kept(root)
    .find((each) => each.name === name)
    .chosen.map(({ T }) => T);
  return { timesteps: all.filter((T) => steps.includes(T) || held.includes(T)), asked: steps, rest };
}

/** Runs the entries that are asked for and that results/ does not know; the file of the sweep names all. */
function sweep(name, part, words, entries, told) {
  const path = keptPath(root, name, `${part}.toml`);
  const before = settingsIn(path);
  const options = { ...told, name: `${name}-${part}` };
  writeFileSync(path, sweepFile({ ...options, experiment: `networks/${name}.toml` }, entries));
  const results = read(keptPath(root, name, `${part}.json`));
  const missing = missingOf(entries, results, before, settingsIn(path));
  const known = besides(results, missing);
  if (known !== null) keep(name, part, known);
  const asked = missing.filter(({ isAsked }) => isAsked);
  runMissing(name, part, options, asked, words, (now) => keep(name, part, joinedRuns(known, finalOf(now))));
}

/** Quantizes what is not known yet, row by row; networks that are not in runs/ are trained first. */
function quantize(name, chosen, told, words) {
  const known = read(keptPath(root, name, "int8.json")) ?? {};
  const missing = chosen.map(entryOf).filter((each) => known[each.name]?.length !== told.seeds.length);
  const at = words.indexOf("--data");
  const places = { from: join(runs, `${name}-final`), out: join(runs, `${name}-int8`) };
  const options = { ...told, name: `${name}-final` };
  runMissing(name, "final", options, missing, words, (results) => {
    for (const entry of missing) {
      if (!isComplete(results, entry.name)) continue;
      known[entry.name] = int8Of(results, entry.name, {
        ...places,
        words: at < 0 ? [] : words.slice(at, at + 2),
      });
      keep(name, "int8", known);
    }
  });
}

/** Runs entries in runs/; what is complete is kept, of a sweep that was stopped, too, with which all of this ends. */
function runMissing(name, part, options, entries, words, keepThem) {
  if (entries.length === 0) return;
  mkdirSync(runs, { recursive: true });
  const file = join(runs, `${name}-${part}.toml`);
  writeFileSync(file, sweepFile({ ...options, experiment: `../../results/networks/${name}.toml` }, entries));
  const { results, ended } = runSweep(file, join(runs, `${name}-${part}`), words);
  if (results !== null) keepThem(results);
  if (ended !== 0) process.exit(typeof ended === "number" ? ended : 130);
}

function keep(name, part, value) {
  writeFileSync(keptPath(root, name, `${part}.json`), linesOf(value));
}

function refuse(sentence) {
  console.error(sentence);
  process.exit(2);
}
