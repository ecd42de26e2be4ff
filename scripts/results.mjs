/**
 * docs/results.md: accuracy by time steps, for learned thresholds and what they are compared with.
 *
 *   npm run results                              writes the page from results/*.json
 *   npm run results -- digits                    runs what is missing of a data set first; goes on where it was stopped
 *   npm run results -- fashion-mnist --data FOLDER --jobs 2
 *   npm run results -- fashion-mnist --data FOLDER --timesteps 1,4     a part of the table, besides the parts that are there
 *   npm run results -- digits --parts choice,final                     of choice, final, int8 and rates, these; all if left out
 *
 * choice: every setting of every kind is trained on nine tenths of the training data and measured on the tenth; what results/ knows
 * already is not tried again. final: those that were best are trained on all of it, with three seeds, and tested once. int8: these
 * are quantized and tested. rates: they are trained with a loss that holds layers to a firing rate, too. Runs go into runs/results;
 * what they said is kept in results/.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { candidates, choiceOf, choose, finalOf, joinedChoice, nameOf } from "./results/choose.mjs";
import { dataSets, kindsOf, scheduled, SEEDS, timestepsOf } from "./results/data-sets.mjs";
import { int8Of } from "./results/int8.mjs";
import { kept, keptPath, linesOf, read } from "./results/kept.mjs";
import { page } from "./results/page.mjs";
import { productsOf } from "./results/products.mjs";
import { rated } from "./results/rates.mjs";
import { ratesPicture } from "./results/rates-picture.mjs";
import { runSweep } from "./results/run-sweep.mjs";
import { sweepFile } from "./results/sweep-file.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const runs = join(root, "runs", "results");
const PARTS = ["choice", "final", "int8", "rates"];

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
  const { timesteps, rest } = askedTimesteps(name, data, others);
  const has = (part) => parts.includes(part);
  const told = (sentence) => ({ told: sentence, seeds: SEEDS, epochs: data.epochs });
  if (has("choice")) chooseSettings(name, data, timesteps, rest);
  const chosen = choose(
    kindsOf(data),
    timesteps,
    read(keptPath(root, name, "choice.json")) ?? { rows: [] },
  ).map((each) => ({ ...each, settings: { ...each.settings, ...scheduled(data) } }));
  if (has("final")) {
    const entries = chosen.map(({ kind, T, settings }) => ({ name: nameOf(kind, T), settings }));
    const sentence = `What was chosen on ${data.title}, trained on all of the training data and tested once.`;
    sweep(name, "final", rest, entries, told(sentence));
    const products = await productsOf(join(runs, `${name}-final`));
    keep(name, "products", { products });
  }
  if (has("int8")) {
    const results = read(keptPath(root, name, "final.json")) ?? { runs: [] };
    const spiking = new Set(chosen.flatMap(({ kind, T }) => (kind.spikes ? [nameOf(kind, T)] : [])));
    const at = rest.indexOf("--data");
    const accuracies = int8Of(results, {
      from: join(runs, `${name}-final`),
      out: join(runs, `${name}-int8`),
      words: at < 0 ? [] : rest.slice(at, at + 2),
      isQuantizable: (each) => spiking.has(each),
    });
    keep(name, "int8", accuracies);
  }
  if (has("rates")) {
    const sentence = `What was chosen on ${data.title}, with a loss that holds layers to a firing rate.`;
    sweep(name, "rates", rest, rated(chosen), told(sentence));
  }
}

/** Tries what results/ knows nothing of yet; the file of the sweep names all. */
function chooseSettings(name, data, timesteps, words) {
  const known = read(keptPath(root, name, "choice.json"));
  const tried = candidates(kindsOf(data), timesteps);
  const names = new Set(known?.rows.map(({ settings: [each] }) => each));
  const missing = tried.filter(({ name: each }) => !names.has(each));
  const options = {
    told: `Every setting that is tried on ${data.title}: chosen by a tenth of the training data.`,
    validation: 0.1,
    ...data.choice,
    name: `${name}-choice`,
  };
  const experiment = `networks/${name}.toml`;
  writeFileSync(keptPath(root, name, "choice.toml"), sweepFile({ ...options, experiment }, tried));
  if (missing.length === 0) return;
  mkdirSync(runs, { recursive: true });
  const file = join(runs, `${name}-choice.toml`);
  writeFileSync(file, sweepFile({ ...options, experiment: `../../results/${experiment}` }, missing));
  const results = JSON.parse(runSweep(file, join(runs, `${name}-choice`), words));
  keep(name, "choice", joinedChoice(known, choiceOf(results)));
}

/** What a word of the command line names, "1,4" as a list, and the words without it. */
function taken(word, words) {
  const at = words.indexOf(word);
  if (at < 0) return { asked: undefined, rest: words };
  return { asked: (words[at + 1] ?? "").split(","), rest: words.filter((_, i) => i !== at && i !== at + 1) };
}

/** The time steps of --timesteps and of what results/ holds already; all where it is left out. */
function askedTimesteps(name, data, words) {
  const all = timestepsOf(data);
  const { asked, rest } = taken("--timesteps", words);
  if (asked === undefined) return { timesteps: all, rest };
  const steps = asked.map(Number);
  if (!steps.every((T) => all.includes(T)))
    refuse(
      `--timesteps is ${asked.join(",") || "left empty"}; expected some of ${all.join(",")}, as in 1,4.`,
    );
  const held = kept(root)
    .find((each) => each.name === name)
    .chosen.map(({ T }) => T);
  return { timesteps: all.filter((T) => steps.includes(T) || held.includes(T)), rest };
}

function sweep(name, part, words, entries, options) {
  const file = keptPath(root, name, `${part}.toml`);
  const experiment = `networks/${name}.toml`;
  writeFileSync(file, sweepFile({ ...options, experiment, name: `${name}-${part}` }, entries));
  const results = JSON.parse(runSweep(file, join(runs, `${name}-${part}`), words));
  keep(name, part, finalOf(results));
}

function keep(name, part, value) {
  writeFileSync(keptPath(root, name, `${part}.json`), linesOf(value));
}

function refuse(sentence) {
  console.error(sentence);
  process.exit(2);
}
