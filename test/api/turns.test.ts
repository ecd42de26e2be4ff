/** Who awaits the library alone, in a loop, lets the event loop turn by it. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as atif from "../../src/index.js";
import { noteTurn, waitForTurn } from "../../src/platform/event-loop.js";

const folder = mkdtempSync(join(tmpdir(), "atif-turns-"));
const file = join(folder, "model.safetensors");
const checkpoint = join(folder, "checkpoint.safetensors");
let model: atif.SMLP;
let data: atif.Dataset;
let trainer: atif.Trainer;

beforeAll(async () => {
  await atif.init();
  model = new atif.SMLP({
    inputShape: [2],
    outputShape: [2],
    units: [3],
    timesteps: 1,
    neuron: { kind: "ATIF" },
  });
  data = new atif.Dataset({ name: "d", x: new Float32Array(4), labels: [0, 1], sampleShape: [2] });
  trainer = new atif.Trainer(model, data, {
    optimizer: { kind: "SGD", params: { lr: 0.1 } },
    epochs: 1_000_000,
  });
  await atif.saveModel(file, model);
  await atif.saveCheckpoint(checkpoint, trainer.state(), model.architecture);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const idx = new Uint8Array([0, 0, 8, 1, 0, 0, 0, 1, 7]);

const calls: readonly [name: string, call: () => Promise<unknown>][] = [
  ["init", () => atif.init()],
  ["nextTurn", () => atif.nextTurn()],
  ["loadDigits", () => atif.loadDigits()],
  ["readIdx", () => atif.readIdx(new Blob([idx]).stream(), "labels")],
  ["evaluate", () => atif.evaluate(model, data)],
  ["inspectLayers", () => atif.inspectLayers(model, data)],
  ["saveModel", () => atif.saveModel(file, model)],
  ["loadModel", () => atif.loadModel(file)],
  ["readModelFile", () => atif.readModelFile(file)],
  ["saveCheckpoint", () => atif.saveCheckpoint(checkpoint, trainer.state(), model.architecture)],
  ["loadCheckpoint", () => atif.loadCheckpoint(checkpoint)],
];

describe("with 64 MiB left to the garbage collector", () => {
  beforeEach(() => {
    noteTurn();
    waitForTurn(2 ** 26);
  });

  it.each(calls)("%s turns the event loop", async (_name, call) => {
    let turned = false;
    setImmediate(() => (turned = true));
    await call();
    expect(turned).toBe(true);
  });
});

it("training turns it too, however short its epochs are: a timer can stop it", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 0);
  const { history } = await trainer.fit({ signal: stop.signal });
  expect(history.length).toBeLessThan(1_000_000);
});
