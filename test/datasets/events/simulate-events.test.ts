/** A simulated event camera: events of one pixel by hand, laws of its noise, and what is refused. */

import { describe, expect, it } from "vitest";
import { checkEvents } from "../../../src/datasets/events/events.js";
import {
  simulateEvents,
  type EventSensorOptions,
  type Scene,
} from "../../../src/datasets/events/simulate-events.js";
import { Generator } from "../../../src/random/generator.js";

const plain = (more: Partial<EventSensorOptions> = {}): EventSensorOptions => ({
  width: 1,
  height: 1,
  duration: 2000,
  step: 1000,
  threshold: 0.3,
  thresholdSpread: 0,
  dark: 1,
  noiseRate: 0,
  generator: new Generator(1),
  ...more,
});

/** Of one pixel whose ln(1 + I) goes straight from one corner [microseconds, level] to the next. */
const levels =
  (...corners: readonly (readonly [number, number])[]): Scene =>
  (t) => {
    const next = Math.max(
      1,
      corners.findIndex(([at]) => at >= t),
    );
    const [[t0, from], [t1, to]] = [corners[next - 1], corners[next]];
    return [Math.exp(from + ((t - t0) / (t1 - t0)) * (to - from)) - 1];
  };

describe("simulateEvents", () => {
  it("writes an event whenever the logarithm has moved by the threshold, between two looks too", () => {
    const events = simulateEvents(levels([0, 0], [1000, 1], [2000, 0.2]), plain());
    // Up through 0.3, 0.6 and 0.9; down from 0.9 through 0.6 and 0.3: (1 - 0.6) / 0.8 of the second step, and (1 - 0.3) / 0.8.
    // Whole microseconds, and the last bit of a logarithm.
    [300, 600, 900, 1500, 1875].forEach((t, i) => {
      expect(Math.abs(events.t[i] - t)).toBeLessThanOrEqual(1);
    });
    expect([...events.p]).toEqual([1, 1, 1, 0, 0]);
    expect(checkEvents("test", events)).toBe(events);
  });

  it("remembers what did not reach the threshold", () => {
    const slow = levels([0, 0], [1000, 0.2], [2000, 0.35]);
    expect([...simulateEvents(slow, plain()).p]).toEqual([1]);
    expect([...simulateEvents(levels([0, 0.2], [1000, 0.35], [2000, 0.2]), plain()).p]).toEqual([]);
  });

  it("dims what dark hides: the same change of brightness gives fewer events on a brighter ground", () => {
    const scene: Scene = (t) => [t / 2000];
    const counts = [0.01, 0.1, 1].map((dark) => simulateEvents(scene, plain({ dark })).t.length);
    // ln((dark + 1) / dark) / 0.3
    expect(counts).toEqual([Math.floor(Math.log(101) / 0.3), Math.floor(Math.log(11) / 0.3), 2]);
  });

  it("places events of several pixels in time, and those of one microsecond by pixel", () => {
    const scene: Scene = (t) => [
      0,
      Math.exp(t / 1000) - 1,
      0,
      Math.exp(t / 1000) - 1,
      0,
      Math.exp(t / 500) - 1,
    ];
    const events = simulateEvents(
      scene,
      plain({ width: 3, height: 2, duration: 500, step: 500, threshold: 0.5 }),
    );
    expect([...events.x].map((x, i) => [x, events.y?.[i], events.t[i]])).toEqual([
      [2, 1, 250],
      [1, 0, 500],
      [0, 1, 500],
      [2, 1, 500],
    ]);
  });

  it("draws thresholds and noise from the generator alone", () => {
    const scene: Scene = (t) => Array.from({ length: 64 }, (_, i) => ((i * t) % 1000) / 1000);
    const run = (seed: number): number[] => [
      ...simulateEvents(
        scene,
        plain({ width: 8, height: 8, generator: new Generator(seed), noiseRate: 500, thresholdSpread: 0.1 }),
      ).t,
    ];
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it("has noise of the rate that is asked for, on and off alike, everywhere", () => {
    const still = plain({ width: 10, height: 10, duration: 1e6, step: 1e6, noiseRate: 100 });
    const events = simulateEvents(() => new Float32Array(100), still);
    // Poisson: 10,000 within five standard deviations.
    expect(Math.abs(events.t.length - 10_000)).toBeLessThan(500);
    const on = events.p.reduce((sum, p) => sum + p, 0) / events.t.length;
    expect(Math.abs(on - 0.5)).toBeLessThan(0.025);
    expect(new Set([...events.x].map((x, i) => 10 * (events.y?.[i] ?? NaN) + x)).size).toBe(100);
    expect(checkEvents("test", events)).toBe(events);
  });

  it.each<[Scene, Partial<EventSensorOptions>, string]>([
    [() => [0, 0], {}, "simulateEvents: the scene at 0 us is "],
    [(t) => [-t], {}, "simulateEvents: pixel 0 of the scene at 1000 us is -1000; expected 0 (dark) or more."],
    [() => [NaN], {}, "simulateEvents: pixel 0 of the scene at 0 us is NaN; expected 0 (dark) or more."],
    [() => [0], { threshold: 0 }, "simulateEvents: threshold is 0; expected"],
    [() => [0], { dark: -1 }, "simulateEvents: dark is -1; expected"],
    [() => [0], { duration: Infinity }, "simulateEvents: duration is Infinity; expected"],
    [() => [0], { width: 70000 }, "simulateEvents: width is 70000; expected"],
    [() => [0], { generator: 3 as never }, "simulateEvents: generator is 3; expected a Generator"],
    [() => [0], { thresold: 1 } as never, "unknown option"],
    [3 as never, {}, "simulateEvents: scene is 3; expected a function"],
  ])("refuses %s %j", (scene, more, message) => {
    expect(() => simulateEvents(scene, plain(more))).toThrow(message);
  });
});
