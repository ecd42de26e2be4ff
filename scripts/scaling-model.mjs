/**
 * docs/scaling.md: what reducing gradients over many machines costs, by a model.
 *
 *   npm run scaling-model                         writes the page
 *   npm run scaling-model -- --step 40            prints it for a step of 40 ms of the network of the bench (npm run bench -- c)
 *   npm run scaling-model -- --step-resnet 500    the same for the larger network
 */

import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createNetwork, SIZES } from "../dist/cli/quick-bench/network.js";
import { init } from "../dist/index.js";
import { page, STEP } from "./scaling/page.mjs";

const { values } = parseArgs({ options: { step: { type: "string" }, "step-resnet": { type: "string" } } });

await init({ backend: "wasm", threads: 1 });
const parameters = createNetwork(SIZES.full)
  .parameters()
  .reduce((sum, { size }) => sum + size, 0);
const asked = values.step !== undefined || values["step-resnet"] !== undefined;
const text = page(parameters, {
  bench: milliseconds("step", STEP.bench),
  resnet18: milliseconds("step-resnet", STEP.resnet18),
});
if (asked) process.stdout.write(text);
else writeFileSync(join(dirname(dirname(fileURLToPath(import.meta.url))), "docs", "scaling.md"), text);

function milliseconds(option, otherwise) {
  const given = values[option];
  if (given === undefined) return otherwise;
  const value = Number(given);
  if (value > 0 && Number.isFinite(value)) return value;
  process.stderr.write(`--${option} is ${given}; expected milliseconds above 0, as in --${option} 40.\n`);
  return process.exit(2);
}
