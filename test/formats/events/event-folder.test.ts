/** Recordings in folders by class: which are read, which class they are, and what is refused. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FormatError } from "../../../src/errors.js";
import { loadEventFolder } from "../../../src/formats/events/event-folder.js";
import { loadEvents, streamEventFile } from "../../../src/formats/events/event-file.js";
import { FileError } from "../../../src/platform/file-errors.js";
import { dat, little } from "./written.js";

let root: string;
const header = "% Version 2\n% Height 4\n% Width 4\n";
const put = (path: string, bytes: Uint8Array): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), bytes);
};
/** Of N-MNIST. */
const nmnist = (...rows: readonly (readonly [t: number, x: number, y: number, p: number])[]): Uint8Array =>
  Uint8Array.from(rows.flatMap(([t, x, y, p]) => [x, y, ...little(p * 2 ** 23 + t, 3).reverse()]));
const moving = (x: number): Uint8Array =>
  dat(
    [0, 10, 20, 30].map((t) => ({ t, x, y: 0, p: 1 })),
    header,
  );

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "atif-events-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const options = { integration: { frames: 2, by: "time" } } as const;

describe("loadEventFolder", () => {
  it("reads N-MNIST as it comes: classes in the order of their numbers, files in the order of their names", async () => {
    put("n/Train/10/00002.bin", nmnist([0, 1, 2, 1], [5, 3, 3, 0], [9, 33, 33, 1]));
    put("n/Train/2/00001.bin", nmnist([0, 0, 0, 0]));
    put("n/Train/2/00003.bin", nmnist([0, 7, 0, 0]));
    put("n/Test/2/00001.bin", nmnist([0, 9, 0, 0]));
    put("n/Train/readme.txt", new Uint8Array(3));
    put("n/Train/2/.hidden.bin", new Uint8Array(3));
    const { train, test } = await loadEventFolder(join(root, "n"), {
      ...options,
      sensorShape: [34, 34],
      classes: 2,
    });
    expect(train.sampleShape).toEqual([2, 34, 34, 2]);
    expect([train.classNames, train.name, train.time]).toEqual([["2", "10"], "n", true]);
    expect([[...train.labels], [...test.labels]]).toEqual([[0, 0, 1], [0]]);
    // One event: the second frame holds it, as the last goes on to the end.
    expect(train.batch([1]).x.indexOf(1)).toBe(34 * 34 * 2 + 2 * 7);
    expect(train.batch([2]).x[34 * 2 * 2 + 2 + 1]).toBe(1);
  });

  it("reads other files by what they begin with", async () => {
    for (const set of ["train", "test"]) {
      put(`d/${set}/left/a.dat`, moving(0));
      put(`d/${set}/right/a.dat`, moving(3));
    }
    const { train } = await loadEventFolder(`${join(root, "d")}/`, { ...options, maxCount: 1 });
    expect([train.classNames, train.sampleShape]).toEqual([
      ["left", "right"],
      [2, 4, 4, 2],
    ]);
    expect(train.x).toBeInstanceOf(Uint8Array);
    await expect(loadEventFolder(join(root, "d"), { ...options, classes: 3 })).rejects.toThrow(
      "train has 2 folders, a class each; expected 3, as classes says.",
    );
    await expect(loadEventFolder(join(root, "d"), { ...options, sensorShape: [8, 8] })).rejects.toThrow(
      "a.dat is of a sensor of [4, 4], [height, width]; expected [8, 8]",
    );
  });

  it("says what is missing or damaged, by its name", async () => {
    put("e/train/a/x.dat", moving(0));
    await expect(loadEventFolder(join(root, "e"), options)).rejects.toThrow(
      "e has no folder test; it holds train. Expected train and test, and in each a folder of recordings per class.",
    );
    put("e/test/b/x.dat", moving(0));
    await expect(loadEventFolder(join(root, "e"), options)).rejects.toThrow('test has a class "b", and');
    put("f/train/a/x.dat", moving(0).subarray(0, -3));
    put("f/test/a/x.dat", moving(0));
    const failed = loadEventFolder(join(root, "f"), options);
    await expect(failed).rejects.toThrow(FormatError);
    await expect(failed).rejects.toThrow(
      /f\/train\/a\/x\.dat has 29 bytes behind its header; expected a multiple of 8/,
    );
    await expect(loadEventFolder(join(root, "nowhere"), options)).rejects.toThrow(FileError);
    await expect(loadEventFolder("", options)).rejects.toThrow("loadEventFolder: the folder is");
    await expect(loadEventFolder(root, { ...options, by: 3 } as never)).rejects.toThrow(
      'unknown option "by"',
    );
  });
});

describe("loadEvents", () => {
  it("reads a file in pieces, and closes it where nobody asks for more", async () => {
    put("a.dat", moving(2));
    expect((await loadEvents(join(root, "a.dat"))).x).toEqual(Uint16Array.of(2, 2, 2, 2));
    for await (const chunk of streamEventFile(join(root, "a.dat"))) {
      expect(chunk.t.length).toBe(4);
      break;
    }
    await expect(loadEvents(join(root, "b.dat"))).rejects.toThrow(FileError);
    await expect(loadEvents(root)).rejects.toThrow("it is no regular file; expected a recording");
    await expect(loadEvents("")).rejects.toThrow("loadEvents: the path is");
  });
});
