/** Frames of events as pixels and as numbers, by hand. */

import { describe, expect, it } from "vitest";
import { mix, type Colour } from "../../elements/colours.js";
import { planeOf, rangeOf, stepsOf, sumsOf, valueAt } from "../../playground/events/sequence-numbers.js";
import { drawFrame, drawRows, rowsOf } from "../../playground/events/sequence-pixels.js";
import type { Sequence, SequenceKind } from "../../playground/worker/protocol.js";

const [paper, ink, on, off]: readonly Colour[] = [[255, 255, 255], [0, 0, 0], [0, 0, 200], [200, 100, 0]];
const colours = { paper, ink, on, off };

const sequenceOf = (kind: SequenceKind, shape: readonly number[], values: readonly number[]): Sequence => ({
  kind,
  shape,
  values: Float32Array.from(values),
  hasEvents: false,
});

/** Two steps of 1 x 3 pixels: off and on of each. */
const events = sequenceOf("events", [1, 3, 2], [0, 4, 1, 0, 0, 0, /* second */ 0, 0, 1, 1, 3, 0]);

describe("frames of events", () => {
  it("are counted: off and on, at each step and in each pixel", () => {
    expect([stepsOf(events), planeOf(events)]).toEqual([2, { height: 1, width: 3, channels: 2 }]);
    expect(sumsOf(events)).toEqual([[1, 4], [4, 1]]);
    expect([0, 1, 2].map((place) => valueAt(events, 2, place))).toEqual([[0, 0], [1, 1], [3, 0]]);
    expect(rangeOf(events)).toEqual([0, 4]);
  });

  it("are drawn in the colour of those that were more, the fuller the more there were, over all steps alike", () => {
    const pixels = new Uint32Array(3);
    drawFrame(pixels, events, 1, colours);
    // Of 4 events at most: all of the colour; one has 0.35 and a quarter of the rest.
    expect([...pixels]).toEqual([mix(paper, on, 1), mix(paper, off, 0.35 + 0.65 / 4), mix(paper, paper, 0)].map((x) => x >>> 0));
    drawFrame(pixels, events, 2, colours);
    const both: Colour = [100, 50, 100];
    expect([...pixels]).toEqual([mix(paper, paper, 0), mix(paper, both, 0.35 + (0.65 * 2) / 4), mix(paper, off, 0.35 + (0.65 * 3) / 4)].map((x) => x >>> 0));
  });
});

describe("other numbers", () => {
  it("are darker the larger they are, the lowest of all steps being paper", () => {
    const film = sequenceOf("video", [1, 2, 1], [0, 1, 0.5, 0]);
    const pixels = new Uint32Array(2);
    drawFrame(pixels, film, 2, colours);
    expect([...pixels]).toEqual([mix(paper, ink, 0.5), mix(paper, ink, 0)].map((x) => x >>> 0));
    expect(rangeOf(sequenceOf("rows", [2], [-1, 3, 0, 0]))).toEqual([-1, 3]);
    expect(rangeOf(sequenceOf("rows", [2], [0, 0]))).toEqual([0, 1]);
  });

  it("lie in rows over time, several to a row where there are many", () => {
    const rows = sequenceOf("rows", [3], [0, 1, 2, 2, 0, 1]);
    expect([planeOf(rows), rowsOf(rows)]).toEqual([{ height: 3, width: 1, channels: 1 }, { rows: 3, each: 1 }]);
    const pixels = new Uint32Array(6);
    drawRows(pixels, rows, colours);
    // From top to bottom the numbers, from left to right the steps.
    expect([...pixels]).toEqual([0, 1, 0.5, 0, 1, 0.5].map((share) => mix(paper, ink, share) >>> 0));
    const many = sequenceOf("rows", [700, 2], new Array<number>(2 * 1400).fill(0));
    expect([planeOf(many).height, planeOf(many).channels, rowsOf(many)]).toEqual([700, 2, { rows: 234, each: 3 }]);
    expect(planeOf(sequenceOf("coded", [64], new Array<number>(64).fill(0)))).toEqual({ height: 8, width: 8, channels: 1 });
  });
}); // prettier-ignore
