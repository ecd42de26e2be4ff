/** A file as h5py writes it, and what else might come under its name. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventsDataset, type EventRecording } from "../../../src/datasets/events/events-dataset.js";
import { FormatError } from "../../../src/errors.js";
import { readShd } from "../../../src/formats/events/read-shd.js";
import { FileError } from "../../../src/platform/file-errors.js";
import { spokenDigits as bytes } from "./spoken-digits.js";

let folder: string;
const put = (name: string, content: Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "atif-shd-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function all(source: string | Blob | Uint8Array): Promise<EventRecording[]> {
  const recordings: EventRecording[] = [];
  for await (const recording of readShd(source)) recordings.push(recording);
  return recordings;
}

describe("readShd", () => {
  it("gives spikes in microseconds, cut and not rounded, in the order of time, and labels", async () => {
    const path = put("shd_train.h5", bytes);
    const recordings = await all(path);
    expect(recordings.map(({ label }) => label)).toEqual([4, 0, 19]);
    expect(recordings.map(({ events }) => [...events.t])).toEqual([
      [16525, 250_000, 500_000],
      // Of float16, 0.001 is 0.00100040435791015625.
      [1000],
      [125_000, 125_000, 750_000],
    ]);
    expect(recordings.map(({ events }) => [...events.x])).toEqual([[3, 699, 0], [12], [2, 3, 1]]); // prettier-ignore
    const [{ events }] = recordings;
    expect([events.width, events.height, events.y, [...events.p]]).toEqual([700, 1, undefined, [1, 1, 1]]);
    expect((await all(bytes)).map((recording) => recording.events)).toEqual(recordings.map((recording) => recording.events)); // prettier-ignore
    const data = await eventsDataset(readShd(path), {
      name: "shd",
      integration: { frames: 2, by: "number" },
      classes: 20,
    });
    expect(data.sampleShape).toEqual([2, 700, 2]);
  });

  it("says what it is not", async () => {
    await expect(all(put("a.gz", Uint8Array.of(0x1f, 0x8b, 8)))).rejects.toThrow(
      "a.gz is packed by gzip; expected HDF5. Unpack it first",
    );
    await expect(all(put("b.h5", Uint8Array.of(1, 2)))).rejects.toThrow("b.h5 is no HDF5 file");
    await expect(all(join(folder, "none.h5"))).rejects.toThrow(FileError);
    await expect(all(3 as never)).rejects.toThrow("readShd: the source is 3");
  });

  it("is a sentence or recordings where it is truncated or damaged", async () => {
    for (const end of [9, 100, 800, 2000, 5000, bytes.length - 1])
      await expect(all(put("cut.h5", bytes.subarray(0, end)))).rejects.toThrow(FormatError);
    for (let at = 8; at < bytes.length; at += 97) {
      const damaged = bytes.slice();
      damaged[at] ^= 0xff;
      const outcome = await all(put("damaged.h5", damaged)).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(FormatError);
    }
  });
});
