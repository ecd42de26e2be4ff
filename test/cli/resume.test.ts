/** A run that is killed and continued, again and again, ends with the bits of one that was left alone. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadCheckpoint } from "../../src/formats/checkpoint.js";
import { Generator } from "../../src/random/generator.js";
import { until } from "../until.js";
import { atif, SMALL_SCNN, start, temporaryFolder, writeConfig } from "./atif.js";

const folder = temporaryFolder();

/** Each of three signals twice. */
const KILLS = 6;

/** So many that a quick machine is not done before it was killed for the last time. */
const EPOCHS = 22;

/** Augmentation, dropout and validation: all that draws numbers or is measured on the way. */
const config = writeConfig(folder, {
  epochs: EPOCHS,
  batchSize: 8,
  model: SMALL_SCNN,
  framework: "[learningframework.params]\nuse_best_epoch = true",
  sections: `[[preprocessing]]
kind = "DatasetSplitter"
params = { source = "train", dest = "valid", ratio = 0.1 }
[[data_augmentation]]
kind = "GaussianNoise"
params = { sigma = 0.1 }
[[data_augmentation]]
kind = "Crop"
params = { size = [8, 8], padding = [1, 1] }
`,
});

interface Line {
  epoch: number;
  seconds?: number;
  samplesPerSecond?: number;
}

/** The lines of metrics.jsonl without times. */
function metricsOf(run: string): Line[] {
  const path = join(folder, run, "metrics.jsonl");
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const metrics = JSON.parse(line) as Line;
      delete metrics.seconds;
      delete metrics.samplesPerSecond;
      return metrics;
    });
}

function oneTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

/** A moment that nothing is waited for at: anything may be going on. */
function anyMoment(random: Generator, longest: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, random.integer(longest)));
}

describe("a run that is killed at random moments", () => {
  it("continues to the bits of an uninterrupted one", { timeout: 120_000 }, async () => {
    const alone = await atif(["train", config, "--out", "alone", "--quiet"], { cwd: folder });
    expect(alone).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });

    const random = new Generator(7);
    const words = ["train", config, "--out", "killed", "--resume"];
    const story: string[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const signal = kill % 3 === 2 ? "SIGKILL" : kill % 3 === 1 ? "SIGTERM" : "SIGINT";
      const epochsBefore = random.integer(3);
      const { child, ended } = start(words, { cwd: folder });
      let [said, over] = ["", false];
      child.stderr?.on("data", (text: string) => (said += text));
      const end = ended.finally(() => (over = true));
      const trained = (): boolean =>
        (said.match(new RegExp(`^epoch +\\d+/${EPOCHS} {2}`, "gm")) ?? []).length >= epochsBefore;
      await until(`${epochsBefore} epochs`, () => over || trained());
      await anyMoment(random, epochsBefore === 0 ? 500 : 100);
      child.kill(signal);
      const { code, signal: died, stderr } = await end;
      story.push(`${signal} after ${epochsBefore} epochs: ${code ?? died}`);
      // Before the program could ask for them, the system obeys the signals itself.
      expect([0, null, signal === "SIGINT" ? 130 : 143], story.join("; ")).toContain(code);
      if (code !== null && code !== 0) expect(stderr).toMatch(/(^|\n)atif: stopped [^\n]*\n$/);
      const epochs = metricsOf("killed").map(({ epoch }) => epoch);
      expect(epochs, story.join("; ")).toEqual(oneTo(epochs.length));
      const checkpoint = join(folder, "killed", "checkpoint.safetensors");
      if (existsSync(checkpoint)) {
        const { state } = await loadCheckpoint(checkpoint);
        expect(state.epoch, story.join("; ")).toBeLessThanOrEqual(epochs.length);
      }
    }
    const last = await atif([...words, "--quiet"], { cwd: folder });
    expect(last, story.join("; ")).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
    expect(story.filter((line) => /: (130|143)$/.test(line)).length, story.join("; ")).toBeGreaterThan(2);

    const [expected, got] = ["alone", "killed"].map((run) =>
      readFileSync(join(folder, run, "model.safetensors")),
    );
    expect(got.equals(expected), story.join("; ")).toBe(true);
    expect(metricsOf("killed")).toEqual(metricsOf("alone"));
    expect(metricsOf("killed").map(({ epoch }) => epoch)).toEqual(oneTo(EPOCHS));
    expect(readdirSync(join(folder, "killed")).sort()).toEqual([
      "config.toml",
      "metrics.jsonl",
      "model.safetensors",
      "summary.json",
    ]);
  });
});
