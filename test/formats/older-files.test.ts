/** Files that version 0.1 wrote: models give the same bits, and an interrupted run goes on to the bits of the whole one. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { loadDigits } from "../../src/datasets/digits.js";
import { loadCheckpoint } from "../../src/formats/checkpoint.js";
import { loadModel } from "../../src/formats/model-file.js";
import { init } from "../../src/kernels/select.js";
import { createModel } from "../../src/models/table.js";
import "../../src/ops/install.js";
import { manualSeed } from "../../src/random/generator.js";
import { tensor } from "../../src/tensor/tensor.js";
import { Trainer } from "../../src/training/trainer.js";
import { expectSameBits } from "../closeness.js";

const path = (file: string): string => fileURLToPath(new URL(`written-by-0.1/${file}`, import.meta.url));

const expected = JSON.parse(readFileSync(path("expected.json"), "utf8")) as {
  readonly outputs: Readonly<Record<string, readonly number[]>>;
  readonly afterResume: Readonly<Record<string, readonly number[]>>;
};

beforeAll(() => init({ backend: "wasm", threads: 1 }));

it.each(["smlp", "scnn"])("the model %s", async (name) => {
  const model = await loadModel(path(`${name}.safetensors`));
  const { test } = await loadDigits();
  const outputs = noGrad(() => model.eval().run(tensor(test.batch([0, 1, 2]).x, [3, 8, 8, 1])));
  expectSameBits(outputs.toArray(), expected.outputs[name]);
});

it("a checkpoint", async () => {
  const { state, architecture } = await loadCheckpoint(path("run.checkpoint"));
  manualSeed(99);
  const model = createModel(architecture);
  const { train } = await loadDigits();
  const trainer = new Trainer(model, train, {
    optimizer: { kind: "Adam", params: { lr: 0.01 } },
    epochs: 2,
    batchSize: 512,
    seed: 7,
  });
  trainer.loadState(state);
  await trainer.fit();
  for (const [name, { data }] of Object.entries(model.stateDict())) {
    expectSameBits(data, expected.afterResume[name], name);
  }
});
