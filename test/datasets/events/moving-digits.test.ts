import { expect, it } from "vitest";
import { checkEvents, type Events } from "../../../src/datasets/events/events.js";
import { loadMovingDigits, movingDigitEvents } from "../../../src/datasets/events/moving-digits.js";

async function first(set: "train" | "test", seed: number): Promise<Events> {
  for await (const { events } of movingDigitEvents(set, { seed })) return events;
  throw new Error("none");
}

it("moves each digit before a camera: a seed fixes every event", async () => {
  const events = await first("train", 1);
  expect(checkEvents("test", events)).toBe(events);
  expect(await first("train", 1)).toEqual(events);
  expect((await first("train", 2)).t).not.toEqual(events.t);
  expect((await first("test", 1)).t).not.toEqual(events.t);
  const on = events.p.reduce((sum, p) => sum + p, 0) / events.p.length;
  // What brightens a pixel darkens it later.
  expect(Math.abs(on - 0.5)).toBeLessThan(0.1);
});

it("refuses what is no seed", async () => {
  await expect(first("train", 2 ** 32)).rejects.toThrow("movingDigitEvents: seed is 4294967296");
  await expect(loadMovingDigits({ seed: -1 })).rejects.toThrow("loadMovingDigits: seed is -1");
  await expect(first("valid" as never, 1)).rejects.toThrow('movingDigitEvents: set is "valid"');
});
