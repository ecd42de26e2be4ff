/** What the worker says comes one message a frame, in its order; reports that wait together come as one. */

import { afterEach, beforeEach, expect, it } from "vitest";
import { FrameQueue } from "../../playground/frame-queue.js";
import { mergedReports } from "../../playground/worker/merged-reports.js";
import type { FromWorker, TrainingReport } from "../../playground/worker/protocol.js";

const host = globalThis as Record<string, unknown>;
let frames: (() => void)[];
let onVisibility: () => void;
let page: { visibilityState: string; addEventListener(name: string, listener: () => void): void };
const before = [host.document, host.requestAnimationFrame];

beforeEach(() => {
  frames = [];
  page = { visibilityState: "visible", addEventListener: (_, listener) => (onVisibility = listener) };
  host.document = page;
  host.requestAnimationFrame = (frame: () => void) => frames.push(frame);
});

afterEach(() => {
  [host.document, host.requestAnimationFrame] = before;
});

/** All that is due at the next frame. */
const frame = (): void => frames.splice(0).forEach((each) => each());

const heard = (): { queue: FrameQueue<string>; said: string[] } => {
  const said: string[] = [];
  const both = (a: string, b: string): string | null =>
    a.startsWith("r") && b.startsWith("r") ? a + b : null;
  return { queue: new FrameQueue<string>((message) => said.push(message), both), said };
};

it("gives one message to a frame, in their order, and asks for no frame without a message", () => {
  const { queue, said } = heard();
  for (const message of ["a", "r1", "r2", "b"]) queue.add(message);
  expect([said, frames.length]).toEqual([[], 1]);
  frame();
  expect([said, frames.length]).toEqual([["a"], 1]);
  frame();
  expect(said).toEqual(["a", "r1r2"]);
  frame();
  expect([said, frames.length]).toEqual([["a", "r1r2", "b"], 0]);
});

it("catches up when many wait", () => {
  const { queue, said } = heard();
  for (let i = 0; i < 40; i++) queue.add(`m${i}`);
  for (let i = 0; i < 20; i++) frame();
  expect(said).toEqual(Array.from({ length: 40 }, (_, i) => `m${i}`));
});

it("keeps nothing back from a page in the background", () => {
  const { queue, said } = heard();
  queue.add("a");
  queue.add("b");
  page.visibilityState = "hidden";
  onVisibility();
  expect(said).toEqual(["a", "b"]);
  queue.add("c");
  expect(said).toEqual(["a", "b", "c"]);
  frame();
  expect(said).toEqual(["a", "b", "c"]);
});

it("adds up two reports, and nothing else", () => {
  const report = (batch: number, losses: number[], thetas: number[][]): FromWorker => ({
    type: "report",
    report: {
      epoch: 1,
      epochs: 2,
      batch,
      batches: 9,
      samplesPerSecond: batch,
      secondsLeft: null,
      losses,
      thetas,
    },
  });
  const both = mergedReports(report(1, [5], [[1], [2]]), report(3, [4, 3], [[1.5, 1.6], [2.5, 2.6]])); // prettier-ignore
  const sum: TrainingReport = {
    epoch: 1,
    epochs: 2,
    batch: 3,
    batches: 9,
    samplesPerSecond: 3,
    secondsLeft: null,
    losses: [5, 4, 3],
    thetas: [
      [1, 1.5, 1.6],
      [2, 2.5, 2.6],
    ],
  };
  expect(both).toEqual({ type: "report", report: sum });
  const stopped: FromWorker = { type: "stopped", how: "paused", error: null };
  expect(mergedReports(report(1, [5], []), stopped)).toBeNull();
  expect(mergedReports(stopped, report(1, [5], []))).toBeNull();
});
