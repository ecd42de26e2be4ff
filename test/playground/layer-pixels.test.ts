/** A layer as a small picture, and curves of two runs in one chart. */

import { describe, expect, it } from "vitest";
import { drawLayer, pictureSize, tileLayout } from "../../playground/charts/layer-pixels.js";
import { overlaid } from "../../playground/charts/overlaid.js";
import { mix as signed, type Colour } from "../../elements/colours.js";

const mix = (from: Colour, to: Colour, share: number): number => signed(from, to, share) >>> 0;

describe("the picture of a layer", () => {
  const colours = { paper: [255, 255, 255], line: [0, 0, 0], past: [0, 0, 255], spike: [255, 0, 0] } as const;

  it("has a map for each channel, with who fires now, who has fired, and who has not", () => {
    // [H, W, C] = [1, 2, 2]; over two steps
    const layer = { shape: [1, 2, 2], neurons: 4, spikes: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 1) };
    const layout = tileLayout(layer);
    const [width, height] = pictureSize(layout);
    expect([layout.columns, layout.rows, width, height]).toEqual([1, 2, 4, 5]);
    const pixels = new Uint32Array(width * height);
    drawLayer(pixels, layer, layout, 2, colours);
    const line = mix(colours.line, colours.line, 1);
    const [silent, past, now] = [
      mix(colours.paper, colours.past, 0),
      mix(colours.paper, colours.past, 0.4),
      mix(colours.paper, colours.spike, 1),
    ];
    expect([...pixels]).toEqual(
      [line, line, line, line, line, past, silent, line, line, line, line, line, line, silent, now, line, line, line, line, line], // prettier-ignore
    );
  });

  it("has a dot for each neuron, those that never fired too, and no more than can be told apart", () => {
    const layer = { shape: [2], neurons: 2, spikes: Uint8Array.of(0, 1) };
    const layout = tileLayout(layer);
    const [width, height] = pictureSize(layout);
    const pixels = new Uint32Array(width * height);
    drawLayer(pixels, layer, layout, 1, colours);
    const count = (colour: number): number => pixels.filter((pixel) => pixel === colour).length;
    expect([count(mix(colours.line, colours.line, 1)), count(mix(colours.spike, colours.spike, 1))]).toEqual([
      9, 9,
    ]);
    expect(tileLayout({ shape: [9000], neurons: 9000, spikes: new Uint8Array(9000) }).tiles).toBe(512);
    expect(tileLayout({ shape: [4, 4, 100], neurons: 1600, spikes: new Uint8Array(1600) }).tiles).toBe(64);
  });
});

describe("curves of two runs", () => {
  const series = (values: (number | null)[]) => [{ label: "loss", values, colour: 0 }];

  it("lie over one another, each at its own places", () => {
    const { x, series: both } = overlaid(
      { x: [2, 4], series: series([5, 6]) },
      { x: [1, 2], series: series([7, 8]) },
    );
    expect(x).toEqual([1, 2, 4]);
    expect(both.map(({ isPale, values }) => [isPale, values])).toEqual([
      [true, [7, 8, null]],
      [false, [null, 5, 6]],
    ]);
  });

  it("are those of one run where there is no other", () => {
    const now = { x: [1], series: series([2]) };
    expect(overlaid(now, null)).toBe(now);
    expect(overlaid(now, { x: [], series: series([]) })).toBe(now);
  });
});
