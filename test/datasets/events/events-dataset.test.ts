/** Data sets of recordings: which frames become which sample, labels, bytes, and what is refused. */

import { describe, expect, it } from "vitest";
import type { Events } from "../../../src/datasets/events/events.js";
import {
  eventsDataset,
  type EventRecording,
  type EventsDatasetOptions,
} from "../../../src/datasets/events/events-dataset.js";

/** Of a row of two cells: so many events on cell `x` at each time. */
function events(times: readonly number[], x: number, labels?: readonly number[]): Events {
  return {
    t: Float64Array.from(times),
    x: Uint16Array.from(times, () => x),
    p: Uint8Array.from(times, () => 1),
    width: 2,
    height: 1,
    ...(labels === undefined ? {} : { labels: Int32Array.from(labels) }),
  };
}

const two: readonly EventRecording[] = [
  { events: events([0, 1, 2, 10], 0), label: 2 },
  { events: events([5, 6, 24, 25], 1), label: 0 },
];
const byTime: EventsDatasetOptions = { name: "cells", integration: { frames: 2, by: "time" } };

describe("eventsDataset", () => {
  it("makes a sample in time of each recording", async () => {
    const data = await eventsDataset(two, byTime);
    expect(data.time).toBe(true);
    expect(data.sampleShape).toEqual([2, 2, 2]);
    expect([...data.labels]).toEqual([2, 0]);
    expect(data.classes).toBe(3);
    expect([...data.x]).toEqual([0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2]);
    expect(data.x).toBeInstanceOf(Float32Array);
    expect(data.batch([1]).time).toBe(true);
  });

  it("makes several of a long one, with frames of a duration, and drops the rest", async () => {
    const data = await eventsDataset(two, { name: "cells", integration: { duration: 4 }, timesteps: 2 });
    // 10 us are 3 frames and 20 us are 5: one sample, and two.
    expect([...data.labels]).toEqual([2, 0, 0]);
    expect([...data.x]).toEqual([
      ...[0, 3, 0, 0, 0, 0, 0, 0],
      ...[0, 0, 0, 2, 0, 0, 0, 0],
      ...[0, 0, 0, 0, 0, 0, 0, 0],
    ]);
  });

  it("takes labels from events where a recording shows several classes", async () => {
    const mixed = events([0, 1, 2, 4, 5, 6, 8], 0, [1, 1, 1, 1, 4, 4, 4]);
    const data = await eventsDataset([{ events: mixed }], {
      name: "mixed",
      integration: { duration: 4 },
      timesteps: 1,
      classes: 5,
      classNames: ["a", "b", "c", "d", "e"],
    });
    expect([...data.labels]).toEqual([1, 4]);
    expect(data.classNames?.[4]).toBe("e");
  });

  it("counts as far as a byte, or less, where that is asked for", async () => {
    const data = await eventsDataset(two, { ...byTime, maxCount: 2 });
    expect(data.x).toBeInstanceOf(Uint8Array);
    expect([...data.x].slice(0, 8)).toEqual([0, 2, 0, 0, 0, 1, 0, 0]);
    expect([...data.batch([0]).x]).toEqual([0, 2, 0, 0, 0, 1, 0, 0]);
  });

  it("holds one recording after the other where they come one by one", async () => {
    let given = 0;
    async function* many(): AsyncGenerator<EventRecording> {
      for (const each of two) {
        given++;
        yield await Promise.resolve(each);
      }
    }
    expect((await eventsDataset(many(), byTime)).x).toEqual((await eventsDataset(two, byTime)).x);
    expect(given).toBe(2);
  });

  const wide: Events = { ...events([0], 0), width: 3 };
  it.each<[string, readonly EventRecording[] | number, Partial<EventsDatasetOptions>, string]>([
    ["nothing", [], {}, 'there are no recordings in "cells"; expected at least one.'],
    [
      "short ones",
      two,
      { integration: { duration: 10 }, timesteps: 5 },
      'the longest of 2 recordings in "cells" has 2 frames; expected at least 5',
    ],
    [
      "two sensors",
      [...two, { events: wide, label: 1, source: "c.npy" }],
      {},
      "c.npy gives samples of [2, 3, 2], and recording 0 of [2, 2, 2]; expected recordings of one sensor.",
    ],
    ["no label", [{ events: events([0], 0) }], {}, "recording 0 has no label, nor have its events"],
    ["a label", [{ events: events([0], 0), label: -1 }], {}, "the label of recording 0 is -1"],
    ["no T", two, { integration: { duration: 4 } }, "timesteps is missing"],
    ["a count", two, { maxCount: 256 }, "maxCount is 256; expected 1 to 255"],
    ["a number", 3, {}, "the recordings are 3; expected a list"],
    ["a label past the classes", two, { classes: 2 }, "expected"],
    ["an option", two, { timestep: 3 } as never, "unknown option"],
  ])("refuses %s", async (_, recordings, more, message) => {
    await expect(
      eventsDataset(recordings as readonly EventRecording[], { ...byTime, ...more }),
    ).rejects.toThrow(message);
  });
});
