/**
 * Trains the digits network that comes with the page, with the settings that the page begins with, and writes it to
 * playground/generated/digits.safetensors. It takes some seconds, so it is done again only when this recipe, the settings
 * or the data have changed. Needs `npm run build:library`.
 */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";
import {
  init,
  loadDigits,
  readModelFile,
  recordActivity,
  runExperiment,
  saveModel,
  scope,
  tensor,
} from "../dist/index.js";

const folder = fileURLToPath(new URL("../playground/generated/", import.meta.url));
const path = `${folder}digits.safetensors`;
const page = (file) => fileURLToPath(new URL(`../playground/state/${file}.ts`, import.meta.url));
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

const hash = createHash("sha256");
const data = fileURLToPath(new URL("../data/digits.csv.gz", import.meta.url));
for (const input of [fileURLToPath(import.meta.url), page("settings"), page("page-experiment"), data]) {
  hash.update(readFileSync(input));
}
const recipe = hash.digest("hex").slice(0, 16);

await init();

async function isUpToDate() {
  try {
    return (await readModelFile(path)).facts.recipe === recipe;
  } catch {
    return false;
  }
}

if (await isUpToDate()) process.exit(0);

console.log("playground: training the digits network that comes with the page, some seconds once …");
const { defaultSettings } = (await runnerImport(page("settings"))).module;
const { experimentOf } = (await runnerImport(page("page-experiment"))).module;
const dataset = { kind: "Digits" };
const [{ model, test, seed, epochs }] = await runExperiment({
  ...experimentOf(defaultSettings, [8, 8, 1]),
  dataset,
});
const { accuracy, samples } = test;

/** How many time steps the page shows, at least. */
const SHOWN_STEPS = 8;

/**
 * The held-out digit that the page opens with: of those that are taken for another one after the first step, and are right
 * from the last step that the network was trained with on, the one that is then the surest.
 * @returns its index; null if no digit changes the network's mind
 */
async function openingSample() {
  const { test: data } = await loadDigits();
  let [best, surest] = [null, 0];
  for (let i = 0; i < data.length; i++) {
    const { x } = data.batch([i]);
    const label = data.labels[i];
    const { answers, scores, classes } = scope(() =>
      recordActivity(model, tensor(x, [1, ...data.sampleShape]), { timesteps: SHOWN_STEPS }),
    );
    const T = model.timesteps;
    if (answers[0] === label || answers.subarray(T - 1).some((answer) => answer !== label)) continue;
    const last = scores.slice((T - 1) * classes, T * classes);
    const own = last[label];
    last[label] = -Infinity;
    const lead = own - Math.max(...last);
    if (lead > surest) [best, surest] = [i, lead];
  }
  return best;
}

const opening = await openingSample();
mkdirSync(folder, { recursive: true });
await saveModel(path, model, {
  dataset: "digits",
  epochs,
  seed,
  testAccuracy: accuracy,
  atifVersion: version,
  recipe,
  ...(opening === null ? {} : { openingSample: opening }),
});
console.log(
  `playground: trained the digits network, ${(100 * accuracy).toFixed(1)} % of ${samples} held-out digits right`,
);
