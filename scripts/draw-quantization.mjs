/**
 * Draws the pictures of docs/quantization.md and docs/deployment.md from a network that it trains, quantizes and exports: the digits
 * by `atif train`, with the commands of docs/deployment.md. What is compared is compared here: it fails where an integer differs.
 * Needs `npm run build:library`, gcc, and the programs that .ci/boards installs.
 *
 *   node scripts/draw-quantization.mjs
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { init, loadDigits } from "../dist/index.js";
import { memoryPlanPicture } from "./pictures/memory-plan.mjs";
import { proofPicture } from "./pictures/proof.mjs";
import { staircasePicture } from "./pictures/quantized-staircase.mjs";

const cli = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const pictures = new URL("../docs/pictures/", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "atif-pictures-"));

function atif(...args) {
  const { status, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`atif ${args.join(" ")} failed:\n${stderr}`);
}

try {
  atif("train", "--out", "digits");
  atif("quantize", "digits", "--out", "digits-q8");
  await init({ threads: 1 });
  const data = await loadDigits();
  const [float, quantized] = ["digits", "digits-q8"].map((run) => join(folder, run));
  const drawn = {
    "quantized-staircase.svg": await staircasePicture(float, data),
    "memory-plan.svg": await memoryPlanPicture(quantized),
    "proof.svg": await proofPicture(quantized, data.test),
  };
  for (const [name, svg] of Object.entries(drawn)) writeFileSync(new URL(name, pictures), svg);
} finally {
  rmSync(folder, { recursive: true });
}
