/** Runs whose loss and metrics are functions of a program: the command line says so, and measures what it can. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { crossEntropy, init, parseExperiment, runExperiment } from "../../src/index.js";
import { configText, temporaryFolder } from "./atif.js";
import { atifHere } from "./in-process.js";

const folder = temporaryFolder();
const { experiment } = parseExperiment(configText({ epochs: 0 }));

beforeAll(async () => {
  await init();
  await runExperiment(experiment, {
    out: join(folder, "run"),
    loss: { name: "half", loss: (outputs, labels) => crossEntropy(outputs, labels).mul(0.5) },
  });
});

it("atif train refuses what it has the name of alone", async () => {
  const { code, stderr } = await atifHere(["train", "run/config.toml"], { cwd: folder });
  expect(code).toBe(2);
  expect(stderr).toContain(
    'learningframework.params.loss names "half", a function of a program; expected that program: ' +
      'runExperiment(…, { loss: { name: "half", loss } }).',
  );
});

it("atif sweep refuses it before it makes folders", async () => {
  const text = '[sweep]\nexperiment = "run/config.toml"\n[grid]\nmodel.0.batch_size = [16, 32]\n';
  writeFileSync(join(folder, "grid.toml"), text);
  const { code, stderr } = await atifHere(["sweep", "grid.toml", "--plan"], { cwd: folder });
  expect(code).toBe(2);
  expect(stderr).toContain('learningframework.params.loss names "half", a function of a program;');
});

it("atif eval says what it measures instead", async () => {
  const { code, stdout, stderr } = await atifHere(["eval", "run", "--json"], { cwd: folder });
  expect(code).toBe(0);
  expect(stderr).toBe(
    'atif: warning: the network was trained by the loss "half", a function of a program; the loss that is measured here is the cross-entropy.\n',
  );
  expect((JSON.parse(stdout) as { loss: number }).loss).toBeGreaterThan(1);
});
