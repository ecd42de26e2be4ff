/** Pixels of the raster, by hand. */

import { describe, expect, it } from "vitest";
import { mix, parseColour, type Colour } from "../../elements/colours.js";
import {
  clampView,
  drawRaster,
  neuronOfRow,
  rowOfNeuron,
  totalNeurons,
} from "../../elements/raster-pixels.js";

const colours = { paper: [255, 255, 255], spike: [0, 0, 0], line: [0, 0, 255] } satisfies Record<
  string,
  Colour
>;
const white = mix(colours.paper, colours.paper, 0);
const black = mix(colours.paper, colours.spike, 1);

const layers = [
  { neurons: 2, spikes: Uint8Array.of(1, 0, 0, 1) },
  { neurons: 1, spikes: Uint8Array.of(0, 1) },
];

describe("colours", () => {
  it("are read as they are written, and as a browser computes them", () => {
    expect(parseColour("#1d4ed8")).toEqual([0x1d, 0x4e, 0xd8]);
    expect(parseColour("#fa0")).toEqual([255, 170, 0]);
    expect(parseColour("rgb(12, 0, 255)")).toEqual([12, 0, 255]);
  });
});

describe("the raster", () => {
  it("has a row per neuron, a column per step, and a line between layers", () => {
    const pixels = new Uint32Array(6 * 2);
    drawRaster(pixels, 2, 6, layers, 2, { first: 0, count: 3 }, 2, colours);
    const line = mix(colours.paper, colours.line, 0.6);
    expect([...pixels]).toEqual([
      black, white, black, white,
      white, black, white, black,
      line, line, white, black,
    ].map((pixel) => pixel | 0).map((pixel) => pixel >>> 0)); // prettier-ignore
  });

  it("shows which part fired where neurons share a pixel, and later steps pale", () => {
    const many = [{ neurons: 4, spikes: Uint8Array.of(1, 1, 0, 0, 1, 1, 1, 1) }];
    const pixels = new Uint32Array(2);
    drawRaster(pixels, 2, 1, many, 2, { first: 0, count: 4 }, 1, colours);
    expect([...pixels]).toEqual([
      mix(colours.paper, colours.spike, 0.5) >>> 0,
      mix(colours.paper, colours.spike, 0.25) >>> 0,
    ]);
  });

  it("finds neurons by row and rows by neuron", () => {
    expect(totalNeurons(layers)).toBe(3);
    for (const [row, layer, neuron] of [
      [0, 0, 0],
      [1, 0, 1],
      [2, 1, 0],
    ] as const) {
      expect(neuronOfRow(layers, row)).toEqual({ layer, neuron });
      expect(rowOfNeuron(layers, { layer, neuron })).toBe(row);
    }
    expect(neuronOfRow(layers, 9)).toEqual({ layer: 1, neuron: 0 });
  });

  it("keeps the view inside, and at least 8 rows high", () => {
    expect(clampView({ first: -5, count: 50 }, 100)).toEqual({ first: 0, count: 50 });
    expect(clampView({ first: 80, count: 50 }, 100)).toEqual({ first: 50, count: 50 });
    expect(clampView({ first: 10, count: 1 }, 100)).toEqual({ first: 10, count: 8 });
    expect(clampView({ first: 0, count: 900 }, 5)).toEqual({ first: 0, count: 5 });
  });
});
