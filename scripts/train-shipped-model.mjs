/**
 * Trains the digits network that comes with the page and writes it to playground/generated/digits.safetensors. It takes
 * some seconds, so it is done again only when this recipe or the data have changed. Needs `npm run build:library`.
 */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  evaluate,
  init,
  loadDigits,
  manualSeed,
  readModelFile,
  saveModel,
  SCNN,
  Trainer,
} from "../dist/index.js";

const folder = fileURLToPath(new URL("../playground/generated/", import.meta.url));
const path = `${folder}digits.safetensors`;
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

const hash = createHash("sha256");
for (const input of [import.meta.url, new URL("../data/digits.csv.gz", import.meta.url)]) {
  hash.update(readFileSync(new URL(input)));
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
const seed = 1;
const epochs = 12;
manualSeed(seed);
const { train, test } = await loadDigits();
const model = new SCNN({
  inputShape: [8, 8, 1],
  outputShape: [10],
  filters: [12, 24],
  kernelSizes: [3, 3],
  paddings: [1, 1],
  strides: [1, 1],
  poolSizes: [2, 2],
  fcUnits: [48],
  batchNorm: true,
  timesteps: 4,
  stepMode: "m",
  neuron: { kind: "ATIF" },
});
const trainer = new Trainer(model, train, {
  optimizer: { kind: "Adam", params: { lr: 0.008 } },
  scheduler: { kind: "CosineAnnealingLR", params: { tMax: epochs } },
  epochs,
  batchSize: 32,
  seed,
});
await trainer.fit();
const { accuracy } = await evaluate(model, test);
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
  `playground: trained the digits network, ${(100 * accuracy).toFixed(1)} % of ${test.length} held-out digits right`,
);
