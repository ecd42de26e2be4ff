/**
 * Trains the digits network that comes with the page, with the settings that the page begins with, and writes it to
 * playground/generated/digits.safetensors. It takes some seconds, so it is done again only when this recipe, the settings
 * or the data have changed. Needs `npm run build:library`.
 */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";
import { init, readModelFile, runExperiment, saveModel } from "../dist/index.js";

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
mkdirSync(folder, { recursive: true });
await saveModel(path, model, {
  dataset: "digits",
  epochs,
  seed,
  testAccuracy: accuracy,
  atifVersion: version,
  recipe,
});
console.log(
  `playground: trained the digits network, ${(100 * accuracy).toFixed(1)} % of ${samples} held-out digits right`,
);
