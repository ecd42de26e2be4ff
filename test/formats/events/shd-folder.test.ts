/** Folders of the Heidelberg digits and the spiking speech commands, and the files that are missing in them. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadShdFolder } from "../../../src/formats/events/shd-folder.js";
import { spokenDigits } from "./spoken-digits.js";

let folder: string;
const put = (...names: string[]): void => {
  for (const name of names) writeFileSync(join(folder, name), spokenDigits);
};
const options = { integration: { frames: 3, by: "number" } } as const;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "atif-shd-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("loadShdFolder", () => {
  it("counts spikes into channel 1 of frames of 700", async () => {
    put("shd_train.h5", "shd_test.h5");
    const sets = await loadShdFolder(`${folder}/`, options);
    const { train } = sets;
    expect(Object.keys(sets)).toEqual(["train", "test"]);
    expect([train.name, train.sampleShape, train.classes, train.time]).toEqual([
      "SHD",
      [3, 700, 2],
      20,
      true,
    ]);
    expect([...train.labels]).toEqual([4, 0, 19]);
    const { x } = train.batch([0]);
    // Units 3, 699 and 0, one after the other.
    expect([...x.keys()].filter((i) => x[i] !== 0)).toEqual([2 * 3 + 1, 1400 + 2 * 699 + 1, 2800 + 1]);
  });

  it("has a set for validation of the commands, and 35 classes", async () => {
    put("ssc_train.h5", "ssc_test.h5", "ssc_valid.h5");
    const { valid, test } = await loadShdFolder(folder, { ...options, prefix: "ssc", maxCount: 1 });
    expect([valid?.length, test.classes, test.name, test.x.constructor.name]).toEqual([
      3,
      35,
      "SSC",
      "Uint8Array",
    ]);
    const without = await loadShdFolder(folder, { ...options, prefix: "ssc", valid: false });
    expect(Object.keys(without)).toEqual(["train", "test"]);
  });

  it("says which file is missing, or packed, before it reads one", async () => {
    await expect(loadShdFolder(folder, options)).rejects.toThrow("has no shd_train.h5; it is empty.");
    put("shd_train.h5", "shd_test.h5.gz");
    await expect(loadShdFolder(folder, options)).rejects.toThrow(
      "shd_test.h5.gz is packed; expected shd_test.h5 beside it. Unpack it first: gunzip -k shd_test.h5.gz.",
    );
    put("ssc_train.h5", "ssc_test.h5");
    await expect(loadShdFolder(folder, { ...options, prefix: "ssc" })).rejects.toThrow(
      "has no ssc_valid.h5; it",
    );
    await expect(loadShdFolder(folder, { ...options, prefix: "../ssc" })).rejects.toThrow("prefix is");
    await expect(loadShdFolder("", options)).rejects.toThrow("loadShdFolder: the folder is");
    put("shd_test.h5");
    await expect(loadShdFolder(folder, { ...options, classes: 5 })).rejects.toThrow("19");
    await expect(loadShdFolder(folder, { ...options, units: 5 } as never)).rejects.toThrow("units");
  });
});
