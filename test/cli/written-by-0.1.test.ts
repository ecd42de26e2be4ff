/** A run that atif 0.1 began is continued to the bits that it would have had there. */

import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { runExperiment } from "../../src/experiment/run-experiment.js";
import { loadCheckpoint } from "../../src/formats/checkpoint.js";
import { readModelFile } from "../../src/formats/model-file.js";
import { init } from "../../src/kernels/select.js";
import "../../src/ops/install.js";
import { atif, temporaryFolder } from "./atif.js";

const old = fileURLToPath(new URL("written-by-0.1", import.meta.url));
const folder = temporaryFolder();

beforeAll(() => init());

/** A copy of the interrupted run. */
function copyOf(name: string): string {
  const path = join(folder, name);
  cpSync(join(old, "interrupted"), path, { recursive: true });
  return path;
}

describe("a run that was interrupted with 0.1", () => {
  it("has a checkpoint within its third epoch", async () => {
    const { state } = await loadCheckpoint(join(old, "interrupted", "checkpoint.safetensors"));
    expect([state.epoch, state.batch > 0]).toEqual([2, true]);
  });

  it("goes on with atif train --resume", async () => {
    const path = copyOf("resumed");
    const ended = await atif(["train", "--resume", "resumed", "--quiet"], { cwd: folder });
    expect(ended).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
    const [expected, got] = await Promise.all([
      readModelFile(join(old, "model.safetensors")),
      readModelFile(join(path, "model.safetensors")),
    ]);
    expect(got.model.stateDict()).toEqual(expected.model.stateDict());
    for (const fact of ["seed", "epochs", "bestEpoch", "testAccuracy", "testLoss"]) {
      expect(got.facts[fact], fact).toBe(expected.facts[fact]);
    }
    expect(readdirSync(path).sort()).toEqual([
      "config.toml",
      "metrics.jsonl",
      "model.safetensors",
      "summary.json",
    ]);
  });

  it("goes on with runExperiment", async () => {
    const path = copyOf("in code");
    const [{ model, history, interrupted }] = await runExperiment(join(path, "config.toml"), {
      out: path,
      resume: true,
    });
    const expected = await readModelFile(join(old, "model.safetensors"));
    expect(model.stateDict()).toEqual(expected.model.stateDict());
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(interrupted).toBe(false);
  });
});
