/**
 * Draws the pictures of docs/spiking-neurons.md with the library: every potential, level, score and accuracy in them is computed
 * here, the last two by a network that is trained here for some seconds. The same bits every time, so the same files.
 * Needs `npm run build:library`: node scripts/draw-spiking-neurons.mjs
 */

import { writeFileSync } from "node:fs";
import { init, loadDigits, runExperiment } from "../dist/index.js";
import { answersPicture } from "./pictures/answers.mjs";
import { epochsPicture } from "./pictures/epochs.mjs";
import { levelsPicture } from "./pictures/levels.mjs";
import { potentialPicture } from "./pictures/potential.mjs";
import { thresholdsPicture } from "./pictures/thresholds.mjs";

const TIMESTEPS = 4;
const [EPOCHS, BATCH] = [10, 32];

await init();
const [{ model }] = await runExperiment({
  bench: { name: "pictures", seed: 1, first_run: 1, last_run: 1 },
  learningframework: { kind: "SpikingJellyMultiStep" },
  dataset: { kind: "Digits" },
  model: [
    {
      name: "digits",
      kind: "SMLP",
      epochs: EPOCHS,
      batch_size: BATCH,
      params: { units: [64], timesteps: TIMESTEPS, neuron: { kind: "ATIF", params: { step_mode: "m" } } },
      optimizer: { kind: "Adam", params: { lr: 0.01 } },
    },
  ],
});
model.eval();
const { train, test } = await loadDigits();

const drawn = {
  "spiking-potential.svg": potentialPicture(),
  "spiking-epochs.svg": epochsPicture({ train, epochs: EPOCHS, batchSize: BATCH, timesteps: TIMESTEPS }),
  "spiking-levels.svg": levelsPicture(),
  "spiking-answers.svg": answersPicture(model, test),
  "spiking-thresholds.svg": await thresholdsPicture(model, test),
};
for (const [name, svg] of Object.entries(drawn)) {
  writeFileSync(new URL(`../docs/pictures/${name}`, import.meta.url), svg);
}
