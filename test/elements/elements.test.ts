/** What the elements take and refuse, without a browser; test/browser/elements.test.ts has them in a page. */

import { describe, expect, it } from "vitest";
import { init, recordActivity, SMLP, tensor } from "../../src/index.js";
import {
  AtifDraw,
  AtifMembrane,
  AtifRaster,
  AtifStaircase,
  neuronName,
  traceOf,
  type GivenLayer,
} from "../../elements/index.js";
import { livelyNeuron } from "../../elements/lively-neuron.js";

/** Two time steps of three neurons. */
const hidden: GivenLayer = { name: "hidden", neurons: 3, spikes: [0, 1, 0, 1, 0, 0] };

describe("<atif-raster>", () => {
  it("takes the layers of an activity, or plain ones", async () => {
    await init();
    const model = new SMLP({
      inputShape: [4],
      outputShape: [2],
      units: [3],
      timesteps: 5,
      neuron: { kind: "ATIF" },
    });
    const activity = recordActivity(model, tensor([1, 0, 1, 0.5], [1, 4]));
    const raster = new AtifRaster();
    raster.layers = activity.layers;
    expect(raster.timesteps).toBe(5);
    expect(raster.step).toBe(5);
    const trace = traceOf(activity, { layer: 0, neuron: 2 });
    const membrane = new AtifMembrane();
    membrane.trace = trace;
    expect(membrane.trace?.charged).toEqual(
      Float32Array.from({ length: 5 }, (_, t) => activity.layers[0].charged[3 * t + 2]),
    );
    raster.layers = [hidden];
    expect(raster.timesteps).toBe(2);
    expect(neuronName({ layers: [{ ...hidden, shape: [3] }] }, { layer: 0, neuron: 1 })).toBe(
      "hidden, neuron 2",
    );
  });

  it("marks a step within those that there are", () => {
    const raster = new AtifRaster();
    raster.layers = [hidden];
    raster.attributeChangedCallback("step", null, "7");
    expect(raster.step).toBe(2);
    raster.step = 1;
    expect(raster.step).toBe(1);
    raster.attributeChangedCallback("step", "1", null);
    expect(raster.step).toBe(2);
  });

  it.each([
    [5, "layers is 5; expected a list, such as recordActivity(model, x).layers."],
    [[null], "layers[0] has no neurons; expected { name, neurons, spikes }."],
    [[{ ...hidden, neurons: 0 }], "layers[0].neurons is 0; expected at least 1."],
    [[{ ...hidden, neurons: 1.5 }], "layers[0].neurons is 1.5; expected a whole number."],
    [[{ ...hidden, spikes: "101" }], 'layers[0].spikes is "101"; expected a list of numbers.'],
    [
      [{ ...hidden, neurons: 4 }],
      "layers[0].spikes has 6 numbers for 4 neurons; expected so many for each time step.",
    ],
    [
      [hidden, { name: "out", neurons: 2, spikes: [1, 0] }],
      "out has 1 time steps and hidden 2; expected as many.",
    ],
  ])("refuses %j as layers", (layers, sentence) => {
    const raster = new AtifRaster();
    expect(() => (raster.layers = layers as never)).toThrow(`atif-raster: ${sentence}`);
    expect(raster.layers).toEqual([]);
  });

  it("refuses a neuron that is not there, and forgets the one of other layers", () => {
    const raster = new AtifRaster();
    raster.layers = [hidden];
    raster.picked = { layer: 0, neuron: 2 };
    expect(() => (raster.picked = { layer: 0, neuron: 3 })).toThrow(
      "picked is neuron 3 of layer 0; expected",
    );
    expect(() => (raster.picked = { layer: 1, neuron: 0 })).toThrow(
      "picked is neuron 0 of layer 1; expected",
    );
    expect(raster.picked).toEqual({ layer: 0, neuron: 2 });
    raster.layers = [hidden];
    expect(raster.picked).toBeNull();
  });
});

describe("the first neuron to be shown", () => {
  const ofLayer = (spikes: number[], neurons: number): unknown =>
    livelyNeuron({
      timesteps: spikes.length / neurons,
      layers: [{ name: "a", shape: [neurons], neurons, spikes }],
    });

  it("fires in a third of the steps, or most of all, where there are neurons", () => {
    expect(ofLayer([1, 0, 0, 1, 0, 1, 1, 0, 0], 3)).toEqual({ layer: 0, neuron: 2 });
    expect(ofLayer([0, 1, 0, 1, 0, 1, 1, 1, 0, 0], 2)).toEqual({ layer: 0, neuron: 1 });
    expect(ofLayer([0, 0, 0], 3)).toEqual({ layer: 0, neuron: 0 });
    expect(livelyNeuron({ timesteps: 3, layers: [] })).toBeNull();
  });
});

describe("<atif-membrane>", () => {
  it.each([
    ["a text", 'trace is "a text"; expected { input, charged, spikes, potential }, as traceOf() gives it.'],
    [{}, "trace.charged is undefined; expected a list of numbers."],
    [{ charged: [] }, "trace.charged is empty; expected a number for each time step."],
    [{ charged: [1, 2], input: [1] }, "trace.input has 1 numbers; expected 2."],
  ])("refuses %j as a trace", (trace, sentence) => {
    expect(() => (new AtifMembrane().trace = trace as never)).toThrow(`atif-membrane: ${sentence}`);
  });
});

describe("<atif-staircase>", () => {
  it("takes numbers, and attributes, which are texts", () => {
    const staircase = new AtifStaircase();
    staircase.attributeChangedCallback("theta", null, "0.8");
    staircase.attributeChangedCallback("timesteps", null, "4");
    staircase.attributeChangedCallback("movable", null, "");
    expect([staircase.theta, staircase.timesteps, staircase.movable]).toEqual([0.8, 4, true]);
    staircase.attributeChangedCallback("movable", "", null);
    expect(staircase.movable).toBe(false);
    staircase.inputs = [0.5, 1.5];
    expect(staircase.inputs).toEqual(Float32Array.of(0.5, 1.5));
  });

  it.each([
    [{ theta: 0 }, "theta is 0; expected a number above 0."],
    [{ theta: "much" }, 'theta is "much"; expected a finite number.'],
    [{ timesteps: 2.5 }, "timesteps is 2.5; expected a whole number."],
    [{ inputs: 3 }, "inputs is 3; expected a list of numbers."],
  ])("refuses %j", (given, sentence) => {
    expect(() => Object.assign(new AtifStaircase(), given)).toThrow(`atif-staircase: ${sentence}`);
  });
});

describe("<atif-draw>", () => {
  it("gives the drawing as a network takes it", () => {
    const draw = new AtifDraw();
    expect(draw.image).toBeNull();
    draw.attributeChangedCallback("shape", null, "8 x 8 x 1");
    draw.strokes = [[140, 40, 140, 240]];
    expect(draw.shape).toEqual([8, 8, 1]);
    expect(draw.image).toHaveLength(64);
    expect(draw.image?.some((pixel) => pixel === 1)).toBe(true);
  });

  it.each([
    [
      { strokes: [[1, 2, 3]] },
      "strokes is a list; expected a list of strokes, each a list x0, y0, x1, y1, …",
    ],
    [{ strokes: "M 0 0" }, 'strokes is "M 0 0"; expected'],
    [{ shape: "28" }, 'shape is "28"; expected height, width and channels, such as [8, 8, 1].'],
    [{ shape: [8, 0, 1] }, "shape is [8, 0, 1]; expected"],
  ])("refuses %j", (given, sentence) => {
    expect(() => Object.assign(new AtifDraw(), given)).toThrow(`atif-draw: ${sentence}`);
  });
});
