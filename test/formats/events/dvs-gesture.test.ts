/** DVS128 Gesture as its archive holds it: what the tables cut, and what is refused. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadDvsGesture } from "../../../src/formats/events/dvs-gesture.js";
import { FileError } from "../../../src/platform/file-errors.js";
import { aedat3Header, aedat3Packet, ascii, type WrittenEvent } from "./written.js";

let root: string;
const put = (path: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
};
const recording = (events: readonly WrittenEvent[], overflow = 0): Uint8Array =>
  Uint8Array.from([...ascii(aedat3Header()), ...aedat3Packet({ events, overflow })]);
const at = (t: number, x: number, y = 0, p = 1): WrittenEvent => ({ t, x, y, p });
const table = (...rows: readonly string[]): string =>
  ["class,startTime_usec,endTime_usec", ...rows, ""].join("\r\n");

/** Two gestures that overlap, at 10 to 30 and 20 to 40; and one of the test. */
function written(folder = ""): void {
  put(`${folder}trials_to_train.txt`, "user01_led.aedat\n\nuser02_led.aedat\r\n");
  put(`${folder}trials_to_test.txt`, "user24_led.aedat");
  put(
    `${folder}user01_led.aedat`,
    recording([at(9, 1), at(10, 2), at(20, 3), at(29, 4, 127, 0), at(30, 5), at(40, 6)]),
  );
  put(`${folder}user01_led_labels.csv`, table("11,10,30", "1,20,40"));
  put(`${folder}user02_led.aedat`, recording([at(7, 100), at(8, 127)], 1));
  put(`${folder}user02_led_labels.csv`, table(`2,${2 ** 31},${2 ** 31 + 8}`));
  put(`${folder}user24_led.aedat`, recording([at(5, 1), at(11, 9), at(12, 1)]));
  put(`${folder}user24_led_labels.csv`, table("5,0,12"));
}

const options = { integration: { frames: 2, by: "time" } } as const;
const pixel = (frame: number, x: number, y: number, p: number): number =>
  frame * 2 * 128 * 128 + 2 * (128 * y + x) + p;
/** Where a sample is not 0. */
const counted = (x: Float32Array): number[] => [...x.keys()].filter((i) => x[i] !== 0);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "atif-gestures-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("loadDvsGesture", () => {
  it.each(["", "DvsGesture/", "extract/DvsGesture/"])("cuts by start <= t < end, in %s", async (folder) => {
    written(folder);
    const { train, test } = await loadDvsGesture(`${root}/`, options);
    expect([train.sampleShape, train.classes, train.time]).toEqual([[2, 128, 128, 2], 11, true]);
    expect([train.name, train.classNames?.[10]]).toEqual(["DVSGesture", "other gestures"]);
    expect([[...train.labels], [...test.labels]]).toEqual([[10, 0, 1], [4]]);
    // 10 to 29 in two frames of floor(19 / 2): 10; 20 and 29, the last going on to the end.
    expect(counted(train.batch([0]).x)).toEqual([pixel(0, 2, 0, 1), pixel(1, 3, 0, 1), pixel(1, 4, 127, 0)]);
    // What the first gesture took is the second one's as well: 20 and 29 are not parted from 30 by time.
    expect(counted(train.batch([1]).x)).toEqual([pixel(0, 3, 0, 1), pixel(1, 5, 0, 1), pixel(1, 4, 127, 0)]);
    // Times go on where the counter of the camera overflowed.
    expect(counted(train.batch([2]).x)).toEqual([pixel(1, 100, 0, 1)]);
    expect(counted(test.batch([0]).x)).toEqual([pixel(0, 1, 0, 1), pixel(1, 9, 0, 1)]);
  });

  it("gives as many samples as a gesture is long, and leaves out gestures that are too short", async () => {
    written();
    const { train } = await loadDvsGesture(root, { integration: { duration: 5 }, timesteps: 2, maxCount: 1 });
    // 19 us are four frames of 5, two samples; 10 us are two frames; one event is one frame.
    expect([...train.labels]).toEqual([10, 10, 0]);
    expect(train.x).toBeInstanceOf(Uint8Array);
    const windows = await loadDvsGesture(root, { integration: { window: 9 }, timesteps: 1 });
    // 10; 20 and 29 | 20 and 29; 30 | one event.
    expect([...windows.train.labels]).toEqual([10, 10, 0, 0, 1]);
  });

  it.each<[string, (() => void) | null, string | RegExp]>([
    [
      "no lists",
      () => rmSync(join(root, "trials_to_train.txt")),
      /has no trials_to_train.txt; it holds trials_to_test.txt, user01/,
    ],
    [
      "no list of the test",
      () => rmSync(join(root, "trials_to_test.txt")),
      /cannot read .*trials_to_test.txt/,
    ],
    [
      "an empty list",
      () => put("trials_to_train.txt", " \n"),
      "trials_to_train.txt is empty; expected the names of recordings.",
    ],
    [
      "a path",
      () => put("trials_to_train.txt", "../user01_led.aedat\n"),
      'has the line "../user01_led.aedat"; expected the name of',
    ],
    ["a missing recording", () => rmSync(join(root, "user02_led.aedat")), /cannot read .*user02_led.aedat/],
    [
      "a missing table",
      () => rmSync(join(root, "user02_led_labels.csv")),
      /cannot read .*user02_led_labels.csv/,
    ],
    [
      "a damaged recording",
      () => put("user02_led.aedat", recording([at(1, 1)]).subarray(0, -1)),
      "user02_led.aedat",
    ],
    [
      "another header",
      () => put("user01_led_labels.csv", "class,start,end\n1,2,3\n"),
      'begins with "class,start,end"; expected class,',
    ],
    [
      "an empty table",
      () => put("user01_led_labels.csv", ""),
      'begins with ""; expected class,startTime_usec',
    ],
    [
      "class 12",
      () => put("user01_led_labels.csv", table("1,9,30", "12,9,30")),
      'row 3 is "12,9,30"; expected a class from 1 to 11',
    ],
    ["class 0", () => put("user01_led_labels.csv", table("0,9,30")), "expected a class from 1 to 11"],
    ["half a row", () => put("user01_led_labels.csv", table("1,9")), 'row 2 is "1,9"; expected'],
    ["an end before the start", () => put("user01_led_labels.csv", table("1,30,9")), 'row 2 is "1,30,9"'],
    ["a word", () => put("user01_led_labels.csv", table("1,a,9")), 'row 2 is "1,a,9"'],
    [
      "another time",
      () => put("user01_led_labels.csv", table("1,100,200")),
      "row 2 is of 100 to 200 microseconds, when there are no events; the recording goes from 9 to 40.",
    ],
    ["no events", () => put("user01_led.aedat", recording([])), "the recording has no events."],
  ])("refuses %s", async (_, change, message) => {
    // prettier-ignore
    written();
    change?.();
    await expect(loadDvsGesture(root, options)).rejects.toThrow(message);
  });

  it("says what it was given", async () => {
    await expect(loadDvsGesture("", options)).rejects.toThrow('loadDvsGesture: the folder is ""');
    await expect(loadDvsGesture(join(root, "none"), options)).rejects.toThrow(FileError);
    await expect(loadDvsGesture(root, { ...options, sensorShape: [1] } as never)).rejects.toThrow(
      "sensorShape",
    );
  });
});
