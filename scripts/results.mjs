/**
 * docs/results.md: accuracy by time steps, for learned thresholds and what they are compared with.
 *
 *   npm run results                              writes the page from results/*.json
 *   npm run results -- digits                    runs what is missing of a data set first; goes on where it was stopped
 *   npm run results -- fashion-mnist --data FOLDER --jobs 2
 *   npm run results -- fashion-mnist --data FOLDER --timesteps 1,4     a part of the table, besides the parts that are there
 *
 * First every setting of every kind is trained on nine tenths of the training data and measured on the tenth. Then those that were
 * best are trained on all of it, with three seeds, and tested once. Runs go into runs/results; what they said is kept in results/.
 */

import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { candidates, choiceOf, choose, nameOf } from "./results/choose.mjs";
import { dataSets, SEEDS } from "./results/data-sets.mjs";
import { kept, keptPath } from "./results/kept.mjs";
import { kindsFor, TIMESTEPS } from "./results/kinds.mjs";
import { page } from "./results/page.mjs";
import { productsOf } from "./results/products.mjs";
import { runSweep } from "./results/run-sweep.mjs";
import { sweepFile } from "./results/sweep-file.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const [name, ...words] = process.argv.slice(2);
if (name !== undefined) await runDataSet(name, words);
writeFileSync(join(root, "docs", "results.md"), page(kept(root)));

async function runDataSet(name, words) {
  const data = dataSets[name];
  if (data === undefined)
    refuse(`${name} is no data set; expected one of ${Object.keys(dataSets).join(", ")}.`);
  if (data.needsData && !words.includes("--data"))
    refuse(`${name} wants --data with the folder of its files, as atif train does.`);
  const experiment = `networks/${name}.toml`;
  const kinds = kindsFor(data.lr);
  const { timesteps, rest } = askedTimesteps(words);
  const tried = candidates(kinds, timesteps);
  const choice = sweep(name, "choice", rest, tried, {
    told: `Every setting that is tried on ${data.title}: chosen by a tenth of the training data.`,
    experiment,
    validation: 0.1,
    ...data.choice,
  });
  const chosen = choose(kinds, timesteps, choice);
  const final = chosen.map(({ kind, T, settings }) => ({ name: nameOf(kind, T), settings }));
  sweep(name, "final", rest, final, {
    told: `What was chosen on ${data.title}, trained on all of the training data and tested once.`,
    experiment,
    seeds: SEEDS,
    epochs: data.epochs,
  });
  const products = await productsOf(join(root, "runs", "results", `${name}-final`));
  writeFileSync(keptPath(root, name, "products.json"), `${JSON.stringify({ products })}\n`);
}

/** The time steps of --timesteps and of what results/ holds already; all where it is left out. */
function askedTimesteps(words) {
  const at = words.indexOf("--timesteps");
  if (at < 0) return { timesteps: TIMESTEPS, rest: words };
  const asked = (words[at + 1] ?? "").split(",").map(Number);
  const strange = asked.find((T) => !TIMESTEPS.includes(T));
  if (strange !== undefined)
    refuse(
      `--timesteps is ${words[at + 1] ?? "left empty"}; expected some of ${TIMESTEPS.join(",")}, as in 1,4.`,
    );
  const held = kept(root)
    .find((each) => each.name === name)
    .chosen.map(({ T }) => T);
  return {
    timesteps: TIMESTEPS.filter((T) => asked.includes(T) || held.includes(T)),
    rest: words.filter((_, i) => i !== at && i !== at + 1),
  };
}

function sweep(name, part, words, entries, options) {
  const file = keptPath(root, name, `${part}.toml`);
  writeFileSync(file, sweepFile({ ...options, name: `${name}-${part}` }, entries));
  const results = JSON.parse(runSweep(file, join(root, "runs", "results", `${name}-${part}`), words));
  const worthKeeping = part === "choice" ? choiceOf(results) : results;
  writeFileSync(keptPath(root, name, `${part}.json`), `${JSON.stringify(worthKeeping, null, 1)}\n`);
  return results;
}

function refuse(sentence) {
  console.error(sentence);
  process.exit(2);
}
