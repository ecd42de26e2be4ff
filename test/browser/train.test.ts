/** Training in the page: it learns, to the bits of Node; it pauses, goes on and can be left. */

import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { experimentOf } from "../../playground/state/page-experiment.js";
import { testDataFor } from "../../src/cli/test-data.js";
import { readFacts } from "../../src/experiment/run-folder/training-facts.js";
import {
  decodeModel,
  evaluate,
  init,
  loadDigits,
  manualSeed,
  prepareExperiment,
  SCNN,
  Trainer,
  type BatchProgress,
  type EpochMetrics,
} from "../../src/index.js";
import { describeInBrowser, launch, OpenPage } from "./browser.js";
import { serve, type Site } from "./site.js";

/** What does not depend on the machine. */
function withoutClock({ seconds: _, samplesPerSecond: __, ...metrics }: EpochMetrics): object {
  return metrics;
}

describeInBrowser("training", () => {
  let browser: Browser;
  let site: Site;

  beforeAll(async () => {
    await init({ threads: 1 });
    [browser, site] = await Promise.all([launch(), serve(true)]);
  });

  afterAll(async () => {
    await browser.close();
    await site.close();
  });

  it("learns the digits to 95 % of those it never saw, and the page keeps drawing", async () => {
    const open = await OpenPage.at(browser, site);
    await open.page.getByRole("button", { name: "Start training" }).click();
    await open.until(({ training }) => training.epoch >= 3);
    await open.picture("training");
    const { training } = await open.until(({ training: { status } }) => status !== "running", 90_000);
    expect(training.status, training.error?.sentence).toBe("finished");
    expect(
      Math.max(...training.history.map(({ validation }) => validation?.accuracy ?? 0)),
    ).toBeGreaterThanOrEqual(0.95);
    expect(training.losses).toHaveLength(12 * 45);
    const { drawn, dropped } = training.frames;
    console.log(`frames while training: ${drawn} drawn, ${dropped} dropped`);
    expect(drawn).toBeGreaterThan(0);
    await expect.poll(() => open.page.locator("#training-state").textContent()).toBe("finished");
    await open.picture("trained", "#train");
    expect(open.problems).toEqual([]);
    await open.close();
  });

  it("gives the numbers that the library gives in Node, to the bit, paused or not", async () => {
    const open = await OpenPage.at(browser, site, {
      hash: "#net=convolutions&c=4-6&h=16&T=3&lr=0.01&e=5&s=7&a=2",
    });
    await open.page.getByRole("button", { name: "One batch" }).click();
    await open.until(({ training: { status, losses } }) => status === "paused" && losses.length === 1);
    await open.page.getByRole("button", { name: "Go on" }).click();
    await open.page.getByRole("button", { name: "Pause" }).click();
    // On a busy machine it may be through before the pause arrives; one batch alone is a pause in any case.
    const { training: halfway } = await open.until(({ training: { status } }) => status !== "running");
    if (halfway.status === "paused") await open.page.getByRole("button", { name: "Go on" }).click();
    const { training, model: shown } = await open.until(({ training: { status } }) => status === "finished");

    const { train, test } = await loadDigits();
    manualSeed(7);
    const model = new SCNN({
      inputShape: [8, 8, 1],
      outputShape: [10],
      filters: [4, 6],
      kernelSizes: [3, 3],
      paddings: [1, 1],
      strides: [1, 1],
      poolSizes: [2, 2],
      fcUnits: [16],
      batchNorm: true,
      timesteps: 3,
      stepMode: "m",
      neuron: { kind: "ATIF", params: { vThreshold: 1, vthInitL: 0.8, vthInitH: 1, alpha: 2 } },
    });
    const losses: number[] = [];
    const thetas: number[][] = [[], [], []];
    const layers = model.spikingLayers().map(([, neuron]) => neuron);
    const { history } = await new Trainer(model, train, {
      optimizer: { kind: "Adam", params: { lr: 0.01 } },
      scheduler: { kind: "CosineAnnealingLR", params: { tMax: 5 } },
      epochs: 5,
      batchSize: 32,
      seed: 7,
      validation: test,
      callbacks: [
        {
          onBatch: ({ loss }) => {
            losses.push(loss);
            layers.forEach(({ theta }, i) => thetas[i].push(theta));
          },
        },
      ],
    }).fit();
    expect(training.losses).toEqual(losses);
    expect(training.thetas).toEqual(thetas);
    expect(training.history.map(withoutClock)).toEqual(history.map(withoutClock));
    expect(shown?.layers.map(({ theta }) => theta)).toEqual(layers.map(({ theta }) => theta));

    // What the sliders say now is not what this network was trained with.
    await open.page.getByRole("slider", { name: "Seed", exact: true }).fill("8");
    await expect
      .poll(() => open.page.locator(".in-use").textContent())
      .toBe("In use: seed 7 (slider: 8). “Train again” makes a new network with what the sliders say.");
    const download = open.page.waitForEvent("download");
    await open.page.getByRole("button", { name: "Save model.safetensors" }).click();
    const file = decodeModel(readFileSync(await (await download).path()));
    const facts = readFacts(file.facts);
    const { accuracy, loss } = await evaluate(file.model, test, { batchSize: 32 });
    expect(facts).toMatchObject({ dataset: "Digits", seed: 7, epochs: 5, testAccuracy: accuracy, testLoss: loss }); // prettier-ignore
    // What `atif eval` tests it on.
    const { data, name } = await testDataFor(file.model, facts, null, undefined);
    expect([name, data.x]).toEqual(["the digits", test.x]);
    expect(open.problems).toEqual([]);
    await open.close();
  });

  it("teaches what a learned threshold is worth: two networks, to the bits of Node; it can be paused, reset and left", async () => {
    const open = await OpenPage.at(browser, site, { closed: true, hash: "#net=dense&s=3" });
    const { page } = open;
    await open.until(({ staircases }) => staircases.trained !== null);
    const lesson = page.getByRole("button", { name: "Learned against fixed" });
    const said = page.locator(".lesson");
    await lesson.click();
    // Paused, it waits; and goes on to the second network by itself.
    await open.until(({ training }) => training.losses.length > 5);
    await page.getByRole("button", { name: "Pause" }).click();
    const { training: halfway, model: first } = await open.until(({ training }) => training.status !== "running");
    if (halfway.status === "paused") {
      expect(first?.settings).toMatchObject({ fixedTheta: 1, seed: 3 });
      await expect.poll(() => said.textContent()).toContain("First, a network whose θ stays");
      await page.getByRole("button", { name: "Go on" }).click();
    }
    const { training, previous, settings, model } = await open.until(
      ({ training, model }) => training.status === "finished" && model?.settings?.fixedTheta === null,
      60_000,
    );
    await expect.poll(() => said.textContent()).toContain("Both have learned.");
    const { train, test } = await loadDigits();
    const right = [training, previous?.training].map((run) =>
      Math.round((run?.history.at(-1)?.validation?.accuracy ?? NaN) * test.length),
    );
    await expect.poll(() => said.textContent()).toContain(`learned θ has ${right[0]} right`);
    await expect.poll(() => said.textContent()).toContain(`the other one ${right[1]}, with`);
    expect([model?.settings, previous?.settings]).toEqual([settings, { ...settings, fixedTheta: 1 }]);
    for (const [own, run] of [
      [settings, training],
      [{ ...settings, fixedTheta: 1 }, previous?.training],
    ] as const) {
      const [{ trainer }] = await prepareExperiment(experimentOf(own, [8, 8, 1]), { data: { train, test } });
      const losses: number[] = [];
      const abort = new AbortController();
      const onBatch = ({ loss }: BatchProgress): void => {
        if (losses.push(loss) === 50) abort.abort();
      };
      await trainer({ onBatch }).fit({ signal: abort.signal });
      expect(run?.losses.slice(0, 50)).toEqual(losses);
      expect([run?.history.length, run?.losses.length]).toEqual([4, 4 * 45]);
    }
    await open.picture("lesson-compared");
    await said.getByRole("button").click();
    const back = await open.until(
      ({ model, staircases }) => model?.origin === "shipped" && staircases.trained !== null,
    );
    expect(back).toMatchObject({ settings: { network: "dense", seed: 3 }, training: { status: "idle" }, previous: null });
    await expect.poll(() => said.count()).toBe(0);
    // Reset while it trains: nothing goes on by itself.
    await lesson.click();
    await open.until(({ training }) => training.losses.length > 5);
    await page.getByRole("button", { name: "Reset" }).click();
    await open.until(({ model, training }) => model?.origin === "new" && training.status === "idle");
    await expect.poll(() => said.count()).toBe(0);
    // Left while it trains, without an error.
    await page.getByRole("button", { name: "Start training" }).click();
    await open.until(({ training: { losses } }) => losses.length > 5);
    await page.close({ runBeforeUnload: true });
    expect(open.problems).toEqual([]);
    await page.context().close();
  }); // prettier-ignore
});
