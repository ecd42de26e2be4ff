import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FASHION_MNIST_CLASSES } from "../../src/datasets/fashion-mnist-classes.js";
import { loadIdxFolder } from "../../src/datasets/idx-folder.js";

const images = (count: number, width = 3, first = 0): Uint8Array =>
  Uint8Array.of(
    0,
    0,
    8,
    3,
    0,
    0,
    0,
    count,
    0,
    0,
    0,
    2,
    0,
    0,
    0,
    width,
    ...Array.from({ length: count * 2 * width }, (_, i) => first + i),
  );
const labels = (...numbers: number[]): Uint8Array =>
  Uint8Array.of(0, 0, 8, 1, 0, 0, 0, numbers.length, ...numbers);

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "atif-idx-"));
  folder = join(root, "small-mnist");
  mkdirSync(folder);
});
afterEach(() => rmSync(root, { recursive: true }));

function write(files: Record<string, Uint8Array>): void {
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
}
const sound = (): Record<string, Uint8Array> => ({
  "train-images-idx3-ubyte": images(3),
  "train-labels-idx1-ubyte": labels(7, 0, 9),
  "t10k-images-idx3-ubyte": images(2, 3, 100),
  "t10k-labels-idx1-ubyte": labels(1, 2),
});
const refusal = (message: string): unknown =>
  expect.objectContaining({ name: "FormatError", message: message.replaceAll("FOLDER", folder) });

describe("loadIdxFolder", () => {
  it("reads the four files and names the sets after the folder", async () => {
    write(sound());
    for (const path of [folder, `${folder}/`]) {
      const { train, test } = await loadIdxFolder(path);
      expect([train.name, train.length, test.length]).toEqual(["small-mnist", 3, 2]);
      expect([train.sampleShape, train.classes, train.divisor]).toEqual([[2, 3, 1], 10, 255]);
      expect([[...train.labels], [...test.labels]]).toEqual([
        [7, 0, 9],
        [1, 2],
      ]);
      expect([...train.x]).toEqual(Array.from({ length: 18 }, (_, i) => i));
      expect([...test.x.subarray(0, 2)]).toEqual([100, 101]);
    }
  });

  it("reads gzipped files and names with a dot, and prefers the plain one", async () => {
    const files = sound();
    write({
      "train-images.idx3-ubyte": files["train-images-idx3-ubyte"],
      "train-labels-idx1-ubyte.gz": gzipSync(files["train-labels-idx1-ubyte"]),
      "t10k-images.idx3-ubyte.gz": gzipSync(files["t10k-images-idx3-ubyte"]),
      "t10k-labels-idx1-ubyte": labels(5, 5),
      "t10k-labels-idx1-ubyte.gz": gzipSync(labels(1, 2)),
    });
    const { train, test } = await loadIdxFolder(folder);
    expect([[...train.labels], [...test.labels], test.x[0]]).toEqual([[7, 0, 9], [5, 5], 100]);
  });

  it("goes by what a file is, not by whether its name ends in .gz", async () => {
    const files = Object.entries(sound());
    write(
      Object.fromEntries(
        files.map(([name, bytes], i) => (i % 2 ? [name, gzipSync(bytes)] : [`${name}.gz`, bytes])),
      ),
    );
    expect((await loadIdxFolder(folder)).train.length).toBe(3);
  });

  it("takes name, divisor, classes and class names", async () => {
    write(sound());
    const { train } = await loadIdxFolder(folder, {
      name: "mine",
      divisor: 1,
      classNames: FASHION_MNIST_CLASSES,
    });
    expect([train.name, train.divisor, train.classNames?.[9]]).toEqual(["mine", 1, "Ankle boot"]);
    expect([...train.batch([1]).x]).toEqual([6, 7, 8, 9, 10, 11]);
    expect((await loadIdxFolder(folder, { classes: 47 })).test.classes).toBe(47);
    await expect(loadIdxFolder(folder, { clases: 3 } as never)).rejects.toThrow(
      /unknown option "clases".*Did you mean "classes"\?$/,
    );
  });

  it.each<[string, Record<string, Uint8Array>, string]>([
    [
      "a truncated file",
      { "t10k-images-idx3-ubyte": images(2).subarray(0, 20) },
      "FOLDER/t10k-images-idx3-ubyte is truncated: its header promises [2, 2, 3], 12 bytes, but 4 follow. Download it again.",
    ],
    [
      "a damaged gzip file",
      { "train-labels-idx1-ubyte": gzipSync(labels(7, 0, 9)).subarray(0, 25) },
      "FOLDER/train-labels-idx1-ubyte is damaged gzip data (unexpected end of file); expected a whole file. Download it again.",
    ],
    [
      "a count mismatch",
      { "train-labels-idx1-ubyte": labels(1, 2) },
      "FOLDER/train-labels-idx1-ubyte holds 2 labels but FOLDER/train-images-idx3-ubyte holds 3 images; expected one label per image. One of the files may belong to another set.",
    ],
    [
      "a label out of range",
      { "t10k-labels-idx1-ubyte": labels(1, 200) },
      "FOLDER/t10k-labels-idx1-ubyte: label 1 is 200; expected 0 to 9. If the set has more classes, say how many (classes).",
    ],
    [
      "sizes that differ",
      { "t10k-images-idx3-ubyte": images(2, 4) },
      "FOLDER: the training images are [2, 3, 1] and the test images [2, 4, 1]; expected the same size. The files are of different sets.",
    ],
  ])("refuses %s", async (_, files, message) => {
    write({ ...sound(), ...files });
    await expect(loadIdxFolder(folder)).rejects.toEqual(refusal(message));
  });

  it("says which file is missing and what is there", async () => {
    await expect(loadIdxFolder(folder)).rejects.toEqual(
      refusal(
        "FOLDER has no train-images-idx3-ubyte, with or without .gz; it is empty. Name the folder with the IDX files.",
      ),
    );
    write({ ...sound(), "t10k-labels-idx1-ubyte": labels() });
    rmSync(join(folder, "t10k-labels-idx1-ubyte"));
    await expect(loadIdxFolder(folder)).rejects.toEqual(
      refusal(
        "FOLDER has no t10k-labels-idx1-ubyte, with or without .gz; it holds t10k-images-idx3-ubyte, train-images-idx3-ubyte, train-labels-idx1-ubyte. Name the folder with the IDX files.",
      ),
    );
  });

  it("refuses what is no folder, no file, or a pipe that would wait for ever", async () => {
    await expect(loadIdxFolder(join(folder, "none"))).rejects.toEqual(
      refusal(
        "FOLDER/none cannot be read as a folder (ENOENT: no such file or directory, scandir 'FOLDER/none'); expected one with IDX files.",
      ),
    );
    write(sound());
    const path = join(folder, "train-images-idx3-ubyte");
    const message = "FOLDER/train-images-idx3-ubyte is not a regular file; expected an IDX file.";
    rmSync(path);
    mkdirSync(path);
    await expect(loadIdxFolder(folder)).rejects.toEqual(refusal(message));
    if (process.platform !== "win32") {
      rmSync(path, { recursive: true });
      execFileSync("mkfifo", [path]);
      await expect(loadIdxFolder(folder)).rejects.toEqual(refusal(message));
    }
  });

  it("says so where there is no file system", async () => {
    vi.stubGlobal("process", undefined);
    const loading = loadIdxFolder("mnist");
    vi.unstubAllGlobals();
    await expect(loading).rejects.toEqual(
      expect.objectContaining({
        name: "StateError",
        message:
          'loadIdxFolder("mnist"): there is no file system here; expected Node 20.16 or newer. In a browser use readIdx and idxDataset.',
      }),
    );
  });
});
