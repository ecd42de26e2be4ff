/** The staircase: what it shows is what the library computes in Node, before and after a threshold is moved. */

import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Staircases } from "../../playground/worker/protocol.js";
import {
  decodeModel,
  evaluate,
  histogram,
  init,
  inspectLayers,
  loadDigits,
  quantizationError,
  staircaseCorners,
  thresholdHealth,
  type ATIF,
  type SpikingModel,
} from "../../src/index.js";
import { describeInBrowser, launch, OpenPage } from "./browser.js";
import { serve, type Site } from "./site.js";

const modelFile = new URL("../../playground/generated/digits.safetensors", import.meta.url);

/** All numbers of the panel, from the library; only the range of the histogram is the page's. */
async function expectNumbers(shown: Staircases | null, model: SpikingModel): Promise<void> {
  if (shown === null) throw new Error("nothing was measured");
  const { test } = await loadDigits();
  const { accuracy, spikesPerInference } = await evaluate(model, test);
  expect(shown).toMatchObject({ accuracy, spikesPerInference, samples: 360, timesteps: model.timesteps });
  const layers = await inspectLayers(model, test, { maxInputs: 20_000 });
  expect(shown.findings).toEqual(thresholdHealth(layers));
  layers.forEach((layer, i) => {
    const { theta, firingRate, neurons, silentNeurons, saturatedNeurons, unevenness, meanInputs } = layer;
    const quantizer = { theta, timesteps: model.timesteps };
    const { low, high } = shown.layers[i].histogram;
    expect(shown.layers[i]).toEqual({
      name: ["Convolution 1", "Convolution 2", "Hidden"][i],
      isMovable: true,
      isLearned: true,
      theta, firingRate, neurons, silentNeurons, saturatedNeurons, unevenness,
      corners: staircaseCorners(quantizer),
      error: quantizationError(meanInputs, quantizer),
      histogram: histogram(meanInputs, { low, high, bins: 64 }),
    }); // prettier-ignore
  });
}

describeInBrowser("the staircase", () => {
  let browser: Browser;
  let site: Site;
  let open: OpenPage;
  let model: SpikingModel;

  beforeAll(async () => {
    await init({ threads: 1 });
    ({ model } = decodeModel(readFileSync(modelFile)));
    [browser, site] = await Promise.all([launch(), serve(true)]);
    open = await OpenPage.at(browser, site);
    await open.until(({ staircases }) => staircases.trained !== null);
  });

  afterAll(async () => {
    await open.close();
    await browser.close();
    await site.close();
  });

  it("shows every layer as the library measures it", async () => {
    const { staircases, findings } = await open.state();
    await expectNumbers(staircases.trained, model);
    expect(findings).toEqual(staircases.trained?.findings);
    await open.picture("staircase", "#stairs");
    await open.picture("health", "#health");
  });

  it("moves theta by its slider and T by its own: accuracy, rates and errors move with them", async () => {
    await open.page.locator("#stairs").getByRole("button", { name: "Convolution 2", exact: true }).click();
    const theta = open.page.getByRole("slider", { name: "θ of Convolution 2" });
    await theta.focus();
    for (let i = 0; i < 40; i++) await open.page.keyboard.press("ArrowLeft");
    await open.page.getByRole("slider", { name: "T, time steps of the whole network" }).fill("2");
    const { staircases } = await open.until(({ staircases: { whatIf, moved } }) => {
      return (
        moved !== null &&
        moved.timesteps === 2 &&
        Math.fround(whatIf?.thetas[1] ?? 0) === moved.layers[1].theta
      );
    });
    const { trained, moved, whatIf } = staircases;
    expect(whatIf?.thetas[1]).toBeLessThan(trained?.layers[1].theta ?? 0);
    const other = decodeModel(readFileSync(modelFile)).model;
    other.timesteps = 2;
    (other.spikingLayers()[1][1] as ATIF).setCoeffs(whatIf?.thetas[1] ?? 0);
    await expectNumbers(moved, other);
    const { look } = await open.until(({ look }) => look?.madeFor === 2);
    expect(look?.layers[1].theta).toBe(moved?.layers[1].theta);
    expect(moved?.accuracy).toBeLessThan(trained?.accuracy ?? 0);
    const cells = await open.page.locator(".before-after tbody tr").first().locator("td").allTextContents();
    expect(cells).toEqual([trained, moved].map((each) => `${(100 * (each?.accuracy ?? 0)).toFixed(1)} %`));
    await open.picture("staircase-moved", "#stairs");
  });

  it("is put back with one click; the network itself was never changed", async () => {
    await open.page.getByRole("button", { name: "Put everything back" }).click();
    // The whole page has shown the copy, and now shows the network again.
    const { staircases, look } = await open.until(
      ({ staircases: { trained }, look }) =>
        look?.layers[1].theta === trained?.layers[1].theta && look?.madeFor === 4,
    );
    expect([staircases.moved, staircases.whatIf]).toEqual([null, null]);
    expect(look?.layers.map(({ theta }) => theta)).toEqual(
      model.spikingLayers().map(([, { theta }]) => theta),
    );
    await expectNumbers(staircases.trained, model);
  });

  it("can be dragged", async () => {
    const handle = open.page.locator(".stairs .handle circle");
    await handle.scrollIntoViewIfNeeded();
    const box = await handle.boundingBox();
    if (box === null) throw new Error("the chart has no handle");
    const { staircases: before } = await open.state();
    await open.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await open.page.mouse.down();
    await open.page.mouse.move(box.x + 60, box.y + 5, { steps: 5 });
    await open.page.mouse.up();
    const { staircases } = await open.until(({ staircases: { moved } }) => moved !== null);
    expect(staircases.whatIf?.thetas[1]).toBeGreaterThan(before.trained?.layers[1].theta ?? 0);
    await open.page.getByRole("button", { name: "Put everything back" }).click();
  });

  it("has had no error in the console", () => expect(open.problems).toEqual([]));
});
