/** Files of N-MNIST, written here bit by bit by the format's definition. */

import { describe, expect, it } from "vitest";
import { parseNmnist } from "../../../src/datasets/events/parse-nmnist.js";

/** 40 bits: x, y, polarity and 23 bits of time. */
function event(x: number, y: number, polarity: 0 | 1, t: number): number[] {
  const bits = [
    x.toString(2).padStart(8, "0"),
    y.toString(2).padStart(8, "0"),
    polarity.toString(2),
    t.toString(2).padStart(23, "0"),
  ].join("");
  return Array.from({ length: 5 }, (_, i) => parseInt(bits.slice(8 * i, 8 * i + 8), 2));
}

describe("parseNmnist", () => {
  it("reads places, polarity and times of 23 bits", () => {
    const bytes = Uint8Array.from(
      [event(10, 30, 1, 937), event(33, 0, 0, 70_000), event(0, 33, 1, 2 ** 23 - 1)].flat(),
    );
    expect(parseNmnist(bytes, "00002.bin")).toEqual({
      t: Float64Array.of(937, 70_000, 8_388_607),
      x: Uint16Array.of(10, 33, 0),
      y: Uint16Array.of(30, 0, 33),
      p: Uint8Array.of(1, 0, 1),
      width: 34,
      height: 34,
    });
  });

  it("adds 8,192 us for each overflow of the clock", () => {
    const marker = event(0, 240, 0, 0);
    const bytes = Uint8Array.from(
      [event(1, 2, 1, 5), marker, event(1, 2, 1, 6), marker, event(1, 2, 1, 7)].flat(),
    );
    expect([...parseNmnist(bytes, "file").t]).toEqual([5, 6 + 8192, 7 + 2 * 8192]);
  });

  it("reads an empty recording", () => {
    expect(parseNmnist(new Uint8Array(0), "file").t.length).toBe(0);
  });

  it.each<[string, number[], string]>([
    ["a truncated file", event(1, 2, 1, 5).slice(1), "x.bin holds 4 bytes; expected a multiple of 5"],
    ["an event beside the sensor", event(34, 2, 1, 5), "x.bin: event 0 is at x = 34, y = 2, 5 us; expected"],
    [
      "a clock that goes back",
      [...event(1, 2, 1, 5), ...event(1, 2, 1, 4)],
      "event 1 is at x = 1, y = 2, 4 us after 5",
    ],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => parseNmnist(Uint8Array.from(bytes), "x.bin")).toThrow(message);
  });
});
