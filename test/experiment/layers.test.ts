/** A network as a list of layers, from the file of the example to a trained model and back. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";
import { parseExperiment } from "../../src/experiment/description/index.js";
import { prepareExperiment } from "../../src/experiment/prepare-experiment.js";
import { runExperiment } from "../../src/experiment/run-experiment.js";
import "../../src/ops/install.js";
import { init } from "../../src/kernels/select.js";
import { createModel } from "../../src/models/table.js";
import { tensor } from "../../src/tensor/tensor.js";

beforeAll(async () => {
  await init();
});

const path = fileURLToPath(new URL("../../examples/digits-layers.toml", import.meta.url));
const text = readFileSync(path, "utf8");

it("examples/digits-layers.toml learns, and is made again from what it is stored as", async () => {
  const { experiment } = parseExperiment(text.replace("epochs = 8", "epochs = 2"), { source: path });
  const runs = await runExperiment(experiment);
  const [{ model, test }] = runs;
  // Two epochs of eight: 92 % and more with seeds 1 to 3.
  expect(test?.accuracy).toBeGreaterThan(0.9);
  expect(model.architecture.kind).toBe("GraphModel");
  const again = createModel(JSON.parse(JSON.stringify(model.architecture)) as typeof model.architecture);
  again.loadStateDict(model.stateDict());
  const x = tensor(
    Float32Array.from({ length: 64 }, (_, i) => i / 64),
    [1, 8, 8, 1],
  );
  expect([...again.eval().run(x).data]).toEqual([...model.eval().run(x).data]);
});

it("gives the same network in both step modes", async () => {
  const single = text.replace('"SpikingJellyMultiStep"', '"SpikingJelly"');
  const [a, b] = await Promise.all(
    [text, single].map(async (each) => (await prepareExperiment(parseExperiment(each).experiment))[0].model),
  );
  expect([a.stepMode, b.stepMode]).toEqual(["m", "s"]);
  expect(Object.keys(a.stateDict())).toContain("far.weight");
  const x = tensor(
    Float32Array.from({ length: 128 }, (_, i) => (i % 17) / 16),
    [2, 8, 8, 1],
  );
  // The mean over T is summed in another order.
  const [of, other] = [a, b].map((each) => each.eval().run(x).data);
  of.forEach((value, i) => expect(value).toBeCloseTo(other[i], 6));
});
