/** Frames of events by hand: SpikingJelly's counts for one small recording, and what is refused. */

import { describe, expect, it } from "vitest";
import type { Events } from "../../../src/datasets/events/events.js";
import { groupFrames, splitToTimesteps } from "../../../src/datasets/events/group-frames.js";
import { integrateEvents, type Integration } from "../../../src/datasets/events/integrate-events.js";

const events: Events = {
  t: Float64Array.of(100, 110, 120, 150, 199, 200, 249, 250),
  x: Uint16Array.of(0, 1, 1, 2, 0, 1, 2, 2),
  y: Uint16Array.of(0, 0, 0, 1, 1, 1, 0, 0),
  p: Uint8Array.of(1, 0, 0, 1, 1, 0, 1, 1),
  width: 3,
  height: 2,
};

/** Events of each frame. */
function counts(integration: Integration, of: Events = events): number[] {
  const { x, shape } = integrateEvents(of, integration);
  const size = x.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) =>
    x.subarray(i * size, (i + 1) * size).reduce((sum, count) => sum + count, 0),
  );
}

const instants = (...t: number[]): Events => ({
  t: Float64Array.from(t),
  x: new Uint16Array(t.length),
  p: new Uint8Array(t.length),
  width: 1,
  height: 1,
});

describe("integrateEvents", () => {
  it.each<[string, Integration, number[]]>([
    ["50 us", { duration: 50 }, [3, 2, 3]],
    ["60 us", { duration: 60 }, [4, 2, 2]],
    ["75 us", { duration: 75 }, [4, 4]],
    ["more than the recording", { duration: 1000 }, [8]],
    ["3 of equal number", { frames: 3, by: "number" }, [2, 2, 4]],
    ["5 of equal number", { frames: 5, by: "number" }, [1, 1, 1, 1, 4]],
    ["more frames than events", { frames: 9, by: "number" }, [0, 0, 0, 0, 0, 0, 0, 0, 8]],
    ["2 of equal time", { frames: 2, by: "time" }, [4, 4]],
    ["3 of equal time", { frames: 3, by: "time" }, [3, 2, 3]],
    ["an empty window", { frames: 5, by: "time" }, [3, 1, 0, 2, 2]],
  ])("frames of %s", (_, integration, expected) => {
    expect(counts(integration)).toEqual(expected);
  });

  it("counts where and of which polarity", () => {
    const { x, shape } = integrateEvents(events, { duration: 75 });
    expect(shape).toEqual([2, 2, 3, 2]);
    // [frame][row][column][off, on]
    expect([...x]).toEqual([0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 1, 1, 0, 0, 0]);
  });

  it("has empty frames in the middle, and takes what is left into the last", () => {
    const recording = instants(0, 0, 0, 1, 1, 900, 950, 1000);
    expect(counts({ duration: 100 }, recording)).toEqual([5, 0, 0, 0, 0, 0, 0, 0, 0, 3]);
    expect(integrateEvents(recording, { duration: 100 }).shape).toEqual([10, 1, 2]);
  });

  it("gives zeros where nothing happened", () => {
    expect(counts({ duration: 10 }, instants())).toEqual([0]);
    expect(counts({ frames: 3, by: "number" }, instants())).toEqual([0, 0, 0]);
    expect(counts({ frames: 3, by: "time" }, instants())).toEqual([0, 0, 0]);
    expect(counts({ frames: 3, by: "time" }, instants(7, 7))).toEqual([0, 0, 2]);
  });

  it("lets the events of a frame vote for its label, the smallest of equals", () => {
    const labels = Int32Array.of(3, 1, 1, 3, 2, 2, 2, 0);
    const frames = (integration: Integration) => [
      ...(integrateEvents({ ...events, labels }, integration).labels ?? []),
    ];
    expect(frames({ frames: 2, by: "number" })).toEqual([1, 2]);
    // the third window is empty: 2 is the most frequent of all
    expect(frames({ frames: 5, by: "time" })).toEqual([1, 3, 2, 2, 0]);
  });

  it.each<[string, Partial<Events>, Integration, string]>([
    [
      "places",
      { x: new Uint16Array(8).fill(3) },
      { duration: 1 },
      "event 0 is at x = 3, y = 0; expected a place on a sensor of 3 x 2",
    ],
    [
      "order",
      { t: Float64Array.of(0, 2, 1, 3, 4, 5, 6, 7) },
      { duration: 1 },
      "event 2 has the time 1 after 2; expected ascending",
    ],
    [
      "times",
      { t: new Float64Array(8).fill(NaN) },
      { duration: 1 },
      "event 0 has the time NaN; expected ascending",
    ],
    ["columns", { p: new Uint8Array(7) }, { duration: 1 }, "p has 7 elements and t has 8"],
    ["types", { t: [0] as unknown as Float64Array }, { duration: 1 }, "expected a Float64Array"],
    ["no length", {}, { duration: 0 }, "duration is 0"],
    ["no frames", {}, { frames: 0, by: "time" }, "frames is 0"],
    ["both", {}, { duration: 1, frames: 1, by: "time" }, "duration and frames are both given"],
    [
      "a window and more",
      {},
      { window: 1, frames: 1, by: "time" } as never,
      "window and frames are both given",
    ],
    ["no window", {}, { window: 0 }, "window is 0"],
    ["nothing", {}, {} as never, "neither duration nor frames is given; expected { duration }"],
    [
      "a hundred years",
      { t: Float64Array.of(0, 0, 0, 0, 0, 0, 0, 3e15) },
      { duration: 1 },
      "3000000000000000 frames of 12 values",
    ],
  ])("refuses wrong %s", (_, change, integration, message) => {
    expect(() => integrateEvents({ ...events, ...change }, integration)).toThrow(message);
  });
});

describe("windows that begin with an event", () => {
  it("hold what lies within, both ends included, and follow one another on no grid", () => {
    // 100 to 150, 199 to 249, 250.
    expect(counts({ window: 50 })).toEqual([4, 3, 1]);
    // 100 to 110, 120, 150, 199 and 200, 249 and 250: none is empty.
    expect(counts({ window: 10 })).toEqual([2, 1, 1, 2, 2]);
    expect(counts({ window: 1000 })).toEqual([8]);
    expect(counts({ window: 1 }, instants())).toEqual([0]);
    expect(counts({ window: 5 }, instants(0, 5, 5, 6, 11, 12))).toEqual([3, 2, 1]);
    const voted = integrateEvents({ ...instants(0, 1, 9), labels: Int32Array.of(2, 1, 1) }, { window: 2 });
    expect([voted.shape, voted.labels]).toEqual([[2, 1, 2], Int32Array.of(1, 1)]);
  });
});

describe("groups of frames", () => {
  it("drops what does not fill a group, and has no sample of too few", () => {
    const frames = { x: Float32Array.of(1, 2, 3, 4, 5), shape: [5, 1], labels: Int32Array.of(0, 0, 1, 1, 1) };
    const two = groupFrames(frames, 2);
    expect(two.shape).toEqual([2, 2, 1]);
    expect([...two.x]).toEqual([1, 2, 3, 4]);
    expect([...(two.labels ?? [])]).toEqual([0, 1]);
    expect(groupFrames(frames, 6)).toEqual({
      x: new Float32Array(0),
      shape: [0, 6, 1],
      labels: new Int32Array(0),
    });
    expect(() => groupFrames({ x: frames.x, shape: [4, 1] }, 2)).toThrow(
      "x holds 5 values and its shape is [4, 1]",
    );
  });

  it.each<[string, unknown, string]>([
    ["nothing", undefined, "no options were given"],
    ["numbers", { x: [1, 2], shape: [2, 1] }, "x is [1, 2]; expected a Float32Array"],
    ["a shape that is a number", { x: new Float32Array(2), shape: 2 }, "shape is 2; expected an array"],
    [
      "labels of other frames",
      { x: new Float32Array(2), shape: [2, 1], labels: new Int32Array(3) },
      "3 labels for 2 frames",
    ],
    [
      "labels as a list",
      { x: new Float32Array(2), shape: [2, 1], labels: [1, 1] },
      "labels is [1, 1]; expected an Int32Array",
    ],
  ])("refuse %s", (_, frames, message) => {
    expect(() => groupFrames(frames as never, 1)).toThrow(`groupFrames: ${message}`);
    expect(() => splitToTimesteps(frames as never, 1)).toThrow(`splitToTimesteps: ${message}`);
  });

  it("splits no sequence that is too short", () => {
    const x = new Float32Array(6);
    expect(() => splitToTimesteps({ x, shape: [1, 3, 2] }, 4)).toThrow(
      "expected [N, S, C] with at least 4 of S",
    );
    expect(() => splitToTimesteps({ x, shape: [3, 2] }, 1)).toThrow("expected [N, S, C]");
  });
});
