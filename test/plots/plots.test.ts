/** Pictures of a network: what is drawn is what is there. */

import { beforeAll, describe, expect, it } from "vitest";
import type { Activity, LayerActivity } from "../../src/inspection/activity.js";
import type { LayerInspection } from "../../src/inspection/inspect-layers.js";
import {
  GraphModel,
  init,
  networkGraph,
  plotGraph,
  plotPotential,
  plotRaster,
  plotStaircases,
  plotTraining,
  SResNet,
  type PlottedEpoch,
} from "../../src/index.js";
import { layoutOf } from "../../src/plots/graph-layout.js";
import { tagsOf } from "../drawing/tags.js";

beforeAll(() => init({ backend: "reference" }));

const residual = (): SResNet =>
  new SResNet({
    inputShape: [8, 8, 1],
    outputShape: [3],
    filters: [4, 4, 6],
    kernelSizes: [3, 3, 3],
    numBlocks: [1, 1],
    strides: [1, 1, 2],
    paddings: [1, 1, 1],
    neuron: { kind: "ATIF" },
    timesteps: 2,
  });

/** Two neurons over three steps with theta = 1: one fires at every step, one never. */
const layer: LayerActivity = {
  name: 'n<1>"&',
  kind: "ATIF",
  theta: 1,
  shape: [2],
  neurons: 2,
  input: Float32Array.of(1, 0.25, 1, 0.25, 1, 0.25),
  charged: Float32Array.of(1, 0.25, 1, 0.5, 1, 0.75),
  spikes: Uint8Array.of(1, 0, 1, 0, 1, 0),
  potential: Float32Array.of(0, 0.25, 0, 0.5, 0, 0.75),
  rest: 0,
};
const activity: Activity = {
  timesteps: 3,
  classes: 2,
  layers: [layer],
  outputs: new Float32Array(6),
  scores: new Float32Array(6),
  answers: Int32Array.of(0, 0, 1),
};

describe("plotGraph", () => {
  it("has every layer, and a line for everything that is read", () => {
    const model = residual();
    const svg = plotGraph(model);
    const { nodes } = networkGraph(model);
    const tags = tagsOf(svg);
    expect(tags.filter((tag) => tag === "path")).toHaveLength(
      nodes.reduce((sum, { inputs }) => sum + inputs.length, 0),
    );
    for (const { name, kind } of nodes) {
      expect(svg).toContain(`>${name}</text>`);
      expect(svg).toContain(`>${kind}`);
    }
    expect(svg).toContain(`<text class="head" x="16" y="22">${nodes.length - 1} layers, `);
  });

  it("cuts long names at their beginning, and leaves numbers out before shapes", () => {
    const name = `${"group_of_layers.".repeat(6)}n1`;
    const model = new GraphModel({
      ...{ inputShape: [8, 8, 2], outputShape: [128], timesteps: 1 },
      layers: [
        { name, kind: "ParametricLIFNode" },
        { name: "flatten", kind: "Flatten" },
      ],
    });
    const svg = plotGraph(model);
    expect(svg).toMatch(/<text class="head" x="26" y="\d+">…[\w.]*layers\.n1<\/text>/);
    expect(svg).toContain(">ParametricLIFNode · [8, 8, 2]</text>");
    expect(svg).toContain("2 layers, ");
  });

  it("puts no two boxes at one place, what is read above what reads it, and lines that pass boxes into lanes", () => {
    const { placed, edges, lanes } = layoutOf(networkGraph(residual()));
    expect(new Set(placed.map(({ row, column }) => `${row} ${column}`)).size).toBe(placed.length);
    for (const { from, to, lane } of edges) {
      expect(to.row).toBeGreaterThan(from.row);
      expect(lane === null).toBe(to.row === from.row + 1);
    }
    expect(lanes).toBeGreaterThan(0);
    const long = edges.filter(({ lane }) => lane !== null);
    for (const a of long) {
      for (const b of long) {
        if (a === b || a.lane !== b.lane) continue;
        expect(a.to.row <= b.from.row || b.to.row <= a.from.row).toBe(true);
      }
    }
  });

  it("takes lists with branches of any length", () => {
    const linear = { inFeatures: 4, outFeatures: 4 };
    const model = new GraphModel({
      inputShape: [4],
      outputShape: [4],
      timesteps: 1,
      layers: [
        { name: "a", kind: "Linear", options: linear },
        { name: "b", kind: "Linear", options: linear },
        { name: "c", kind: "Linear", options: linear, inputs: ["input"] },
        { name: "sum", kind: "Add", inputs: ["a", "b", "c", "input"] },
      ],
    });
    const { lanes } = layoutOf(networkGraph(model));
    // From the input, from a and from c past b.
    expect(lanes).toBe(3);
    tagsOf(plotGraph(model));
  });
});

describe("plotRaster", () => {
  it("has a mark for each spike, and words for the rest", () => {
    const svg = plotRaster(activity);
    tagsOf(svg);
    expect([...svg.matchAll(/M\d[^M]*z/g)]).toHaveLength(3);
    expect(svg).toContain("n&lt;1&gt;&quot;&amp;: 2 neurons, 50.0 % fire at a step");
    expect(svg).toContain("the answer after the last is 1");
  });

  it("takes an even selection of many neurons", () => {
    expect(plotRaster(activity, { neurons: 1 })).toContain("1 of 2 neurons");
  });

  it("refuses what is no activity, and a network that does not fire", () => {
    expect(() => plotRaster({} as Activity)).toThrow("expected that of recordActivity(model, x)");
    expect(() => plotRaster({ ...activity, layers: [] })).toThrow("no spiking layers");
    expect(() => plotRaster(activity, { neurons: 0 })).toThrow("plotRaster: neurons is 0");
  });
});

describe("plotPotential", () => {
  const circles = (svg: string): number => tagsOf(svg).filter((tag) => tag === "circle").length;

  it("has a panel for neurons that fire differently often, and a dot for each spike", () => {
    const svg = plotPotential(activity);
    expect(circles(svg)).toBe(3);
    expect(svg).toContain("neuron 0: fires 3 of 3");
    expect(svg).toContain("neuron 1: fires 0 of 3");
  });

  it("falls by the threshold where a neuron fires", () => {
    const points = /stroke="#0072b2"[^>]* points="([^"]*)"/.exec(plotPotential(activity, { neurons: [0] }));
    const ys = points?.[1].split(" ").map((point) => Number(point.split(",")[1])) ?? [];
    // At rest, up to theta and down again, three times.
    expect(ys).toHaveLength(7);
    expect(new Set(ys.filter((_, i) => i % 2 === 0)).size).toBe(1);
    expect(new Set(ys.filter((_, i) => i % 2 === 1)).size).toBe(1);
    expect(ys[0]).toBeGreaterThan(ys[1]);
  });

  it.each([
    [{ layer: "n1" }, 'layer is "n1"; expected one of'],
    [{ neurons: [2] }, "neurons has 2; expected numbers from 0 to 1"],
    [{ neurons: [] }, "expected a list of 1 to 16 numbers"],
  ])("refuses %j", (options, sentence) => {
    expect(() => plotPotential(activity, options)).toThrow(sentence);
  });
});

describe("plotStaircases", () => {
  const inspected = {
    name: "neuron1",
    theta: 2,
    timesteps: 4,
    meanInputs: Float32Array.of(-9, 0.1, 0.6, 1.1, 1.6, 2.5),
    unevenness: 0,
  } as unknown as LayerInspection;

  it("has the corners of the staircase, and the shares of what is lost", () => {
    const svg = plotStaircases([inspected]);
    tagsOf(svg);
    expect(svg).toContain("neuron1: theta 2");
    expect(svg).toContain("16.7 % clipped, 16.7 % vanish, 16.7 % outside");
    const points = /stroke="#0072b2"[^>]* points="([^"]*)"/.exec(svg)?.[1].split(" ") ?? [];
    expect(points).toHaveLength(2 + 1 + 2 * 4);
    expect(new Set(points.map((point) => point.split(",")[1])).size).toBe(5);
  });

  it("leaves out what is no staircase, and says so", () => {
    const leaky = { ...inspected, name: "leaky", unevenness: null };
    expect(plotStaircases([inspected, leaky])).toContain("no staircase: leaky");
    expect(() => plotStaircases([leaky])).toThrow("no layer is a staircase");
    expect(() => plotStaircases([{}] as LayerInspection[])).toThrow("inspectLayers(model, data)");
  });
});

describe("plotTraining", () => {
  const epoch = (n: number): PlottedEpoch =>
    ({
      epoch: n,
      trainLoss: 2 / n,
      trainAccuracy: null,
      validation: null,
      spikesPerInference: 100,
      layers: [{ name: "neuron1", theta: 1 + n / 10 }],
    }) as unknown as PlottedEpoch;

  it("has a curve for what was measured and none for what was not", () => {
    const svg = plotTraining([epoch(1), epoch(2), epoch(3)]);
    expect(tagsOf(svg).filter((tag) => tag === "polyline")).toHaveLength(3);
    expect(svg).toContain("3 epochs: loss 0.6667 in training");
    expect(svg).not.toContain("accuracy");
  });

  it("shows one epoch as dots", () => {
    expect(tagsOf(plotTraining([epoch(1)])).filter((tag) => tag === "circle")).toHaveLength(3);
  });

  it("refuses what is no history", () => {
    expect(() => plotTraining([])).toThrow("no epoch");
    expect(() => plotTraining([{}] as PlottedEpoch[])).toThrow("the metrics that fit() returns");
  });
});
