import { describe, expect, it } from "vitest";
import type { Events } from "../../src/datasets/events/events.js";
import { plotEvents } from "../../src/plots/events-plot.js";

const events: Events = {
  t: Float64Array.of(1000, 1500, 2000, 3000),
  x: Uint16Array.of(0, 1, 1, 3),
  y: Uint16Array.of(0, 1, 1, 1),
  p: Uint8Array.of(1, 0, 0, 1),
  width: 4,
  height: 2,
};

/** Dots of the panels, in the order of the picture. */
const dots = (svg: string): string[] =>
  [...svg.matchAll(/stroke-width="1.6" d="([^"]*)"/g)].map(([, d]) => d);
const starts = (path: string): number[][] =>
  [...path.matchAll(/M([\d.-]+) ([\d.-]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

describe("plotEvents", () => {
  it("places each event in time, x and y, off and on apart", () => {
    const svg = plotEvents(events, { frames: 0 });
    expect(svg).toContain("4 events of 4 x 2 pixels in 2 ms: 2 on, 2 off");
    const [offX, onX, offY, onY] = dots(svg).map(starts);
    // 560 pixels for 2 ms from pixel 56 on, less half a dot; 130 for four columns, below pixel 62.
    [
      [55.2, 62 + 130 * (1 - 0.125)],
      [615.2, 62 + 130 * (1 - 0.875)],
    ].forEach((place, i) => {
      place.forEach((pixel, axis) => {
        expect(Math.abs(onX[i][axis] - pixel)).toBeLessThan(0.06);
      });
    });
    expect(offX.map(([x]) => x)).toEqual([195.2, 335.2]);
    expect([onY.length, offY.length]).toEqual([2, 2]);
  });

  it("draws frames with a mark where something happened, in the colour of what prevailed", () => {
    const svg = plotEvents(events, { frames: 2 });
    const marks = [...svg.matchAll(/<path fill="(#\w+)" fill-opacity="([\d.]+)" d="([^"]*)"/g)];
    // The first frame has an on event and an off one; the second, from 2 ms on, an off one and an on one.
    expect(marks.map(([, colour, strength, d]) => [colour, strength, starts(d).length])).toEqual([
      ["#0072b2", "1", 1],
      ["#e69f00", "1", 1],
      ["#0072b2", "1", 1],
      ["#e69f00", "1", 1],
    ]);
  });

  it("draws an even part of many events, sensors of one dimension, and none", () => {
    const count = 1000;
    const { y: _, ...flat } = events;
    const long: Events = {
      ...flat,
      t: Float64Array.from({ length: count }, (_, i) => i),
      x: new Uint16Array(count),
      p: new Uint8Array(count),
      height: 1,
    };
    const svg = plotEvents(long, { events: 100 });
    expect(svg).toContain("1000 events of 4 channels");
    expect(dots(svg).map((d) => starts(d).length)).toEqual([100, 0]);
    const empty = { ...flat, t: new Float64Array(0), x: new Uint16Array(0), p: new Uint8Array(0), height: 1 };
    expect(plotEvents(empty)).toContain("0 events of 4 channels in 0 ms");
  });

  it("refuses what is no recording", () => {
    expect(() => plotEvents(3 as never)).toThrow("plotEvents: options are 3");
    expect(() => plotEvents(events, { frames: 65 })).toThrow("plotEvents: frames is 65; expected at most 64");
    expect(() => plotEvents(events, { events: 0 })).toThrow("plotEvents: events is 0");
  });
});
