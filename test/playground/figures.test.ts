/** Figures as files: pictures of the library, and tables that hold the numbers that they show. */

import { beforeAll, describe, expect, it } from "vitest";
import { figureOf, type Drawable } from "../../playground/worker/figures.js";
import {
  init,
  inspectLayers,
  loadDigits,
  manualSeed,
  plotRaster,
  recordActivity,
  SMLP,
  tensor,
  type EpochMetrics,
} from "atif";

let drawable: Drawable;
const nothing: Drawable = { activity: null, inspections: null, sequence: null, events: null };
const table = (csv: string): string[][] =>
  csv
    .trimEnd()
    .split("\n")
    .map((line) => line.split(","));

beforeAll(async () => {
  await init();
  manualSeed(2);
  const model = new SMLP({
    inputShape: [8, 8, 1],
    outputShape: [10],
    units: [6],
    timesteps: 3,
    neuron: { kind: "ATIF" },
  }).eval();
  const { test } = await loadDigits();
  const activity = recordActivity(model, tensor(test.batch([0]).x, [1, 8, 8, 1]));
  const inspections = await inspectLayers(model, test.subset({ start: 0, end: 50 }));
  drawable = { activity, inspections, sequence: null, events: null };
});

describe("figureOf", () => {
  it("gives the spikes of every neuron and step", () => {
    const { svg, csv } = figureOf({ figure: "raster" }, drawable);
    const [head, ...rows] = table(csv);
    const activity = drawable.activity;
    if (activity === null) throw new Error("there is one");
    expect(svg).toBe(plotRaster(activity));
    expect(head).toEqual(["layer", "neuron", "spikes_1", "spikes_2", "spikes_3"]);
    expect(rows).toHaveLength(6);
    const spikes = rows.flatMap((row) => row.slice(2).map(Number));
    expect(spikes.reduce((a, b) => a + b, 0)).toBe(activity.layers[0].spikes.reduce((a, b) => a + b, 0));
  });

  it("gives the potential of one neuron, to the bit", () => {
    const { svg, csv } = figureOf({ figure: "membrane", picked: { layer: 0, neuron: 4 } }, drawable);
    const [, ...rows] = table(csv);
    expect(svg).toContain("Neuron 4");
    const potential = drawable.activity?.layers[0].potential;
    expect(rows.map((row) => Number(row[4]))).toEqual([0, 1, 2].map((t) => potential?.[6 * t + 4]));
  });

  it("gives what a layer receives and the corners of its staircase", () => {
    const { svg, csv } = figureOf({ figure: "staircase" }, drawable);
    const rows = table(csv);
    expect(svg).toMatch(/^<svg/);
    const inputs = rows.filter(([, what]) => what === "inputs");
    expect(inputs.reduce((sum, row) => sum + Number(row[3]), 0)).toBe(drawable.inspections?.[0].meanInputs.length);
    const theta = drawable.inspections?.[0].theta ?? 0;
    expect(rows.at(-1)?.slice(2).map(Number)).toEqual([theta, theta]);
  });

  it("gives the epochs of a training, with columns of every layer", () => {
    const epoch = {
      epoch: 1, trainLoss: 2.5, trainAccuracy: 0.5, validation: null, spikesPerInference: 7,
      layers: [{ name: "a,b", theta: 1.5, firingRate: 0.25 }],
    } as unknown as EpochMetrics;
    const { csv } = figureOf({ figure: "curves", history: [epoch] }, nothing);
    expect(csv).toBe(
      'epoch,train_loss,train_acc,val_loss,val_acc,spikes_per_inference,"theta/a,b","firing_rate/a,b"\n1,2.5,0.5,,,7,1.5,0.25\n',
    );
  });

  it("gives the health of layers as a table alone, and says when there is nothing yet", () => {
    const { svg, csv } = figureOf({ figure: "health" }, drawable);
    expect(svg).toBeNull();
    expect(table(csv).map((row) => row[0])).toEqual(["layer", "layers.neuron1"]);
    expect(() => figureOf({ figure: "raster" }, nothing)).toThrow(/ready/);
  });
}); // prettier-ignore
