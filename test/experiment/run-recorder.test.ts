import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { RunFolder } from "../../src/experiment/run-folder/run-folder.js";
import { RunRecorder } from "../../src/experiment/run-folder/run-recorder.js";
import { Dataset } from "../../src/datasets/dataset.js";
import { loadCheckpoint } from "../../src/formats/checkpoint.js";
import { init } from "../../src/kernels/select.js";
import { SMLP } from "../../src/models/smlp.js";
import "../../src/ops/install.js";
import { Trainer } from "../../src/training/trainer.js";
import { temporaryFolder } from "../cli/atif.js";

const base = temporaryFolder();

beforeAll(() => init());

function trainer(): { model: SMLP; trainer: Trainer } {
  const model = new SMLP({
    inputShape: [2],
    outputShape: [2],
    units: [3],
    timesteps: 2,
    neuron: { kind: "ATIF" },
  });
  const x = Float32Array.from({ length: 16 }, (_, i) => i / 16);
  const data = new Dataset({ name: "x", x, labels: [0, 1, 0, 1, 0, 1, 0, 1], sampleShape: [2] });
  const options = { optimizer: { kind: "Adam" as const, params: {} }, epochs: 3, batchSize: 2 };
  return { model, trainer: new Trainer(model, data, options) };
}

describe("RunRecorder", () => {
  it("writes after 20 seconds within an epoch, and at the end of epochs that take a second", async () => {
    const folder = RunFolder.claim(join(base, "times"));
    const made = trainer();
    let time = 5_000_000;
    const recorder = new RunRecorder(folder, made.trainer, made.model.architecture, () => time);
    const written = (): boolean => {
      const is = existsSync(folder.checkpointPath);
      rmSync(folder.checkpointPath, { force: true });
      return is;
    };
    const { history } = await made.trainer.fit();
    const steps: [milliseconds: number, batch: boolean, expected: boolean][] = [
      [19_999, true, false],
      [1, true, true],
      [19_999, true, false],
      [1, true, true],
      [999, false, false],
      [1, false, true],
      [999, false, false],
      [19_001, true, true],
    ];
    for (const [milliseconds, batch, expected] of steps) {
      time += milliseconds;
      if (batch) await recorder.afterBatch();
      else await recorder.afterEpoch(history[0]);
      expect(written()).toBe(expected);
    }
    expect(readFileSync(folder.metricsPath, "utf8")).toBe(`${JSON.stringify(history[0])}\n`.repeat(3));
  });

  it("restores the lines of the epochs that the checkpoint knows, whatever the file has", async () => {
    const folder = RunFolder.claim(join(base, "lines"));
    const first = trainer();
    const recorder = new RunRecorder(folder, first.trainer, first.model.architecture);
    expect(await recorder.restore()).toBe(false);
    const { history } = await first.trainer.fit();
    await recorder.save();
    folder.writeMetrics(["torn", "and", "too", "many"]);
    const second = trainer();
    const again = new RunRecorder(folder, second.trainer, second.model.architecture);
    expect(await again.restore()).toBe(true);
    await again.save();
    expect(readFileSync(folder.metricsPath, "utf8")).toBe(
      history.map((metrics) => `${JSON.stringify(metrics)}\n`).join(""),
    );
    expect((await loadCheckpoint(folder.checkpointPath)).state).toEqual(first.trainer.state());
  });
});
