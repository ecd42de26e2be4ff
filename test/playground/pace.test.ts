/** Speed and time left against a run whose clock is known. */

import { describe, expect, it } from "vitest";
import { Pace } from "../../playground/worker/pace.js";

interface Report {
  readonly time: number;
  readonly rate: number | null;
  readonly left: number | null;
}

/**
 * Epochs of batches of 32 that take 10 ms each, with a test of some ms after every epoch; the first batch of an epoch
 * takes `first` ms. Time begins anywhere.
 */
function run(
  epochs: number,
  batches: number,
  first: number,
  test: number,
): { reports: Report[]; end: number } {
  const pace = new Pace();
  const start = 123_456;
  let now = start;
  const reports: Report[] = [];
  pace.go(now);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let batch = 0; batch < batches; batch++) {
      now += batch === 0 ? first : 10;
      pace.add(32, now);
      const left = 32 * ((epochs - epoch) * batches - batch - 1);
      reports.push({ time: now - start, rate: pace.samplesPerSecond, left: pace.secondsFor(left) });
    }
    now += test;
  }
  return { reports, end: now - start };
}

describe("the pace of a run", () => {
  it.each([
    [0.1, 200],
    [10, 0],
    [100, 500],
    [0.01, 0],
  ])("is right at every batch of every epoch, if the first batches of epochs take %d ms, and tests %d", (first, test) => {
    const { reports, end } = run(20, 60, first, test);
    const mean = (1000 * 20 * 60 * 32) / end;
    const said = reports.filter(({ rate }) => rate !== null);
    expect(said.length).toBeGreaterThan(1100);
    for (const { time, rate, left } of said) {
      expect(rate).toBeGreaterThan(mean / 2);
      expect(rate).toBeLessThan(2 * mean);
      // To a third, once the first test has been seen; before, a run that only learns is what is known.
      const truth = (end - test - time) / 1000;
      const bound = time > 1200 ? truth / 3 : truth / 2;
      expect(Math.abs((left ?? 0) - truth)).toBeLessThan(bound + 0.5);
    }
  }); // prettier-ignore

  it("is that of late, and the time left that of all", () => {
    const pace = new Pace();
    pace.go(0);
    for (let now = 10; now <= 10_000; now += 10) pace.add(1, now);
    expect(pace.samplesPerSecond).toBeCloseTo(100, 0);
    for (let now = 10_020; now <= 20_000; now += 20) pace.add(1, now);
    expect(pace.samplesPerSecond).toBeCloseTo(50, 0);
    expect(pace.secondsFor(75)).toBeCloseTo(1, 5);
  });

  it("does not count pauses", () => {
    const pace = new Pace();
    pace.go(0);
    for (let now = 10; now <= 1000; now += 10) pace.add(1, now);
    pace.pause(1010);
    pace.go(1_000_000);
    for (let now = 1_000_010; now <= 1_000_500; now += 10) pace.add(1, now);
    expect(pace.samplesPerSecond).toBeGreaterThan(95);
    expect(pace.secondsFor(100)).toBeLessThan(1.05);
  });

  it("says nothing of a single batch, nor before there was one", () => {
    const pace = new Pace();
    expect([pace.samplesPerSecond, pace.secondsFor(1)]).toEqual([null, null]);
    pace.go(5);
    pace.add(32, 15);
    expect([pace.samplesPerSecond, pace.secondsFor(1)]).toEqual([null, null]);
  });
});
