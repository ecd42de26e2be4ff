/** Data sets in files of common kinds: values by hand, files that are damaged or say what is not so. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { loadCifar } from "../../../src/formats/data/cifar.js";
import { csvLines } from "../../../src/formats/data/csv.js";
import { loadCsv, type CsvOptions } from "../../../src/formats/data/csv-dataset.js";
import { parseNpy } from "../../../src/formats/data/npy.js";
import { loadNumpy } from "../../../src/formats/data/numpy-dataset.js";
import { Npz } from "../../../src/formats/data/npz.js";
import { loadPictureFolder } from "../../../src/formats/data/picture-folder.js";

const root = mkdtempSync(join(tmpdir(), "atif-data-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Writes a file, with the folders above it; returns its path. */
function write(name: string, content: string | Uint8Array): string {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

describe("CSV", () => {
  it("is read with quotes, separators and line ends of all kinds", () => {
    expect([...csvLines('a,"b ""c"", d",\r\n\r\n1,,"x\ny"\n', "t.csv")]).toEqual([
      ["a", 'b "c", d', ""],
      ["1", "", "x\ny"],
    ]);
    expect([...csvLines("a;b\n1,5;2", "t.csv")]).toEqual([
      ["a", "b"],
      ["1,5", "2"],
    ]);
    expect([...csvLines("a\tb\r\n1\t2\r\n", "t.csv")]).toEqual([
      ["a", "b"],
      ["1", "2"],
    ]);
    expect(() => [...csvLines('a,b\n1,"2', "t.csv")]).toThrow("t.csv: a quote in line 2 is not closed");
    expect(() => [...csvLines('a\n"1" 2', "t.csv")]).toThrow("t.csv: line 2 goes on behind a closing quote");
  });

  const options: CsvOptions = { label: "kind", sampleShape: [2], dtype: "float32", testPart: 0.5 };

  it("has a sample per line, and the same test samples every time", () => {
    const path = write("t.csv", "x,kind,y\n1,b,2\n3,a,-4\n5e-1,b,6\n7,c,8\n");
    const { train, test } = loadCsv(path, options);
    expect([train.length, test.length, train.classNames]).toEqual([2, 2, ["a", "b", "c"]]);
    const whole = loadCsv(path, { ...options, testPart: 0 });
    expect([...whole.test.x]).toEqual([1, 2, 3, -4, 0.5, 6, 7, 8]);
    expect([...whole.test.labels]).toEqual([1, 0, 1, 2]);
    expect([...loadCsv(path, options).test.x]).toEqual([...test.x]);
    expect([...train.x, ...test.x].sort()).toEqual([...whole.test.x].sort());
  });

  it("keeps bytes, and counts classes that are numbers in their order", () => {
    const path = write("b.csv", "kind,x,y\n10,0,255\n9,1,2\n");
    const { train } = loadCsv(path, { ...options, dtype: "uint8", testPart: 0 });
    expect(train.x).toBeInstanceOf(Uint8Array);
    expect([train.classNames, [...train.labels], train.divisor]).toEqual([["9", "10"], [1, 0], 1]);
  });

  it("may come as a folder of two, the classes those of the training", () => {
    const folder = dirname(write("two/train.csv", "x,y,kind\n1,2,a\n3,4,b\n"));
    write("two/test.csv", "x,y,kind\n5,6,b\n");
    const { train, test } = loadCsv(folder, options);
    expect([train.length, [...test.labels], test.classes]).toEqual([2, [1], 2]);
    write("two/test.csv", "x,y,kind\n5,6,z\n");
    expect(() => loadCsv(folder, options)).toThrow(
      'test.csv: sample 1 is of the class "z", which there is none of',
    );
  });

  it.each([
    ["", "is empty; expected a line with the names"],
    ["x,kind,y\n", "has no sample"],
    [
      "x,kinds,y\n1,a,2",
      'has no column "kind"; expected one with the classes. Its columns are "x", "kinds", "y". Did you mean "kinds"?',
    ],
    ["x,kind\n1,a", 'has 1 column besides "kind"; expected 2, as sample_shape [2] says'],
    ["x,kind,y\n1,a", "sample 1 has 2 cells; expected 3"],
    ["x,kind,y\n1,a,two", 'sample 1, column "y", is "two"; expected a number'],
    ["x,kind,y\n1,a,", 'sample 1, column "y", is ""; expected a number'],
    ["x,kind,y\n1,a,1e99", "expected a number"],
    ["x,kind,y\n1,a,2", "holds 1 samples, and 0.5 of them for the test is 1; expected both parts to get one"],
  ])("%j is refused", (text, sentence) => {
    expect(() => loadCsv(write("bad.csv", text), options)).toThrow(sentence);
  });
});

/** As numpy.save writes it. */
function npy(descr: string, shape: readonly number[], body: Uint8Array, fortran = "False"): Uint8Array {
  const tuple = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${tuple}, }`;
  const header = new TextEncoder().encode(`${text.padEnd(118 - 1)}\n`);
  const size = [header.length & 255, header.length >> 8];
  return Uint8Array.from([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, ...size, ...header, ...body]);
}

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** A ZIP archive, as numpy.savez and savez_compressed write it. */
function zip(files: Readonly<Record<string, Uint8Array>>, packed: boolean): Uint8Array {
  const [parts, central]: [number[], number[]] = [[], []];
  for (const [name, data] of Object.entries(files)) {
    const body = packed ? deflateRawSync(data) : data;
    const fixed = new Uint8Array(26);
    const view = new DataView(fixed.buffer);
    view.setUint16(0, 20, true);
    view.setUint16(4, packed ? 8 : 0, true);
    view.setUint32(10, crc32(data), true);
    view.setUint32(14, body.length, true);
    view.setUint32(18, data.length, true);
    view.setUint16(22, name.length, true);
    const text = [...new TextEncoder().encode(name)];
    const at = parts.length;
    parts.push(0x50, 0x4b, 3, 4, ...fixed, ...text, ...body);
    central.push(
      0x50,
      0x4b,
      1,
      2,
      20,
      0,
      ...fixed,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...bytesOf(Uint32Array.of(at)),
      ...text,
    );
  }
  const count = Object.keys(files).length;
  const end = [0x50, 0x4b, 5, 6, 0, 0, 0, 0, count, 0, count, 0];
  return Uint8Array.from([
    ...parts,
    ...central,
    ...end,
    ...bytesOf(Uint32Array.of(central.length, parts.length)),
    0,
    0,
  ]);
}

describe("NumPy", () => {
  it.each([
    ["|u1", Uint8Array.of(1, 200), [1, 200]],
    ["|b1", Uint8Array.of(1, 0), [1, 0]],
    ["|i1", Int8Array.of(-1, 7), [-1, 7]],
    ["<i2", Int16Array.of(-300, 7), [-300, 7]],
    [">i2", Uint8Array.of(1, 0, 255, 255), [256, -1]],
    ["<i8", BigInt64Array.of(-5n, 9n), [-5, 9]],
    ["<f2", Uint16Array.of(0x3c00, 0xc000), [1, -2]],
    ["<f4", Float32Array.of(0.5, -2), [0.5, -2]],
    ["<f8", Float64Array.of(0.1, 2), [0.1, 2]],
  ])("reads numbers of the type %s", (descr, body, values) => {
    const { shape, data } = parseNpy(npy(descr, [2, 1], bytesOf(body)), "a.npy");
    expect([shape, [...data]]).toEqual([[2, 1], values]);
  });

  it.each([
    [npy("<f4", [3], new Uint8Array(8)), "holds 8 bytes of numbers in place of 12"],
    [npy("<f4", [2 ** 40], new Uint8Array(8)), "in place of 4398046511104"],
    [npy("|O8", [1], new Uint8Array(8)), 'holds elements of type "|O8"'],
    [npy("<U3", [1], new Uint8Array(12)), 'holds elements of type "<U3"'],
    [npy("<f4", [1], new Uint8Array(4)).subarray(0, 60), "has a header of 118 bytes"],
    [Uint8Array.of(1, 2, 3), 'is no .npy array; expected "\\x93NUMPY" at its start'],
    [npy("toString", [1], new Uint8Array(4)), 'holds elements of type "toString"'],
  ])("what is damaged is refused, %#", (bytes, sentence) => {
    expect(() => parseNpy(bytes, "a.npy")).toThrow(sentence);
  });

  const x = npy("|u1", [3, 1, 2], Uint8Array.of(1, 2, 3, 4, 5, 6));
  const y = npy("<i8", [3, 1], bytesOf(BigInt64Array.of(0n, 2n, 1n)));
  const options = { sampleShape: [1, 2, 1], time: false, testPart: 0.3 };

  it.each([false, true])("comes as .npz, packed: %s", (packed) => {
    const files = {
      "x_train.npy": x,
      "y_train.npy": y,
      "x_test.npy": x,
      "y_test.npy": y,
      "notes.txt": Uint8Array.of(1),
    };
    const { train, test } = loadNumpy(write("a.npz", zip(files, packed)), options);
    expect([[...train.x], [...test.labels], train.sampleShape, train.classes]).toEqual([
      [1, 2, 3, 4, 5, 6],
      [0, 2, 1],
      [1, 2, 1],
      3,
    ]);
    expect(train.divisor).toBe(1);
  });

  it("comes as a folder, part of it drawn for the test", () => {
    const folder = dirname(write("arrays/x.npy", npy("<f8", [4], bytesOf(Float64Array.of(1, 2, 3, 4)))));
    write("arrays/y.npy", npy("|u1", [4], Uint8Array.of(0, 1, 0, 1)));
    const { train, test } = loadNumpy(folder, { sampleShape: [1], time: false, testPart: 0.25 });
    expect([train.length, test.length, [...train.x, ...test.x].sort()]).toEqual([3, 1, [1, 2, 3, 4]]);
  });

  it("is refused where it does not fit", () => {
    const npz = (files: Record<string, Uint8Array>): string => write("bad.npz", zip(files, true));
    const load = (files: Record<string, Uint8Array>) => () => loadNumpy(npz(files), options);
    expect(load({ "a.npy": x })).toThrow(
      "holds a; expected arrays x_train, y_train, x_test and y_test, or x and y",
    );
    expect(load({ "x.npy": x, "y.npy": npy("|u1", [2], Uint8Array.of(1, 1)) })).toThrow(
      "are [2]; expected [3]",
    );
    expect(load({ "x.npy": y, "y.npy": y })).toThrow(
      "x is [3, 1]; expected [N, 1, 2, 1], as sample_shape says",
    );
    const half = npy("<f4", [3], bytesOf(Float32Array.of(0, 0.5, 1)));
    expect(load({ "x.npy": x, "y.npy": half })).toThrow("hold 0.5 at element 1; expected class numbers");
  });

  it("is refused where the archive is damaged, wherever", () => {
    const whole = zip({ "x.npy": x, "y.npy": y }, true);
    const read = (bytes: Uint8Array) => () => {
      const npzFile = new Npz(bytes, "a.npz");
      return npzFile.names.map((name) => npzFile.array(name));
    };
    expect(read(whole)()).toHaveLength(2);
    for (let length = 0; length < whole.length; length += 11)
      expect(read(whole.subarray(0, length))).toThrow(/^a\.npz is damaged, or no \.npz file: /);
    const huge = Uint8Array.from(whole);
    const at = huge.findLastIndex((byte, i) => byte === 1 && huge[i - 1] === 0x4b && huge[i + 1] === 2) - 2;
    new DataView(huge.buffer).setUint32(at + 24, 2 ** 31 - 2, true);
    expect(read(huge)).toThrow(/cannot unpack to the 2147483646/);
  });
});

describe("CIFAR", () => {
  const record = (...labels: number[]): number[] => [
    ...labels,
    ...Array.from({ length: 3072 }, (_, i) => (i % 1024 === 1 ? 10 * (1 + Math.floor(i / 1024)) : 0)),
  ];

  it("has planes of colours, which become channels", () => {
    for (const i of [1, 2, 3, 4, 5])
      write(`cifar-10-batches-bin/data_batch_${i}.bin`, Uint8Array.from(record(i)));
    write("cifar-10-batches-bin/test_batch.bin", Uint8Array.from([...record(9), ...record(0)]));
    write("cifar-10-batches-bin/batches.meta.txt", "abcdefghij".split("").join("\n") + "\n\n");
    const { train, test } = loadCifar("CIFAR10", root);
    expect([train.length, [...train.labels], [...test.labels], test.sampleShape]).toEqual([
      5,
      [1, 2, 3, 4, 5],
      [9, 0],
      [32, 32, 3],
    ]);
    expect([...train.x.subarray(0, 9)]).toEqual([0, 0, 0, 10, 20, 30, 0, 0, 0]);
    expect(train.classNames?.[9]).toBe("j");
  });

  it("100 has two labels, of which the fine one counts; what is cut or beyond is refused", () => {
    const folder = dirname(write("hundred/train.bin", Uint8Array.from(record(3, 99))));
    write("hundred/test.bin", Uint8Array.from(record(3, 0)));
    expect([...loadCifar("CIFAR100", folder).train.labels]).toEqual([99]);
    write("hundred/test.bin", Uint8Array.from(record(3, 100)));
    expect(() => loadCifar("CIFAR100", folder)).toThrow("test.bin: label 0 is 100; expected 0 to 99");
    write("hundred/test.bin", Uint8Array.from(record(3)));
    expect(() => loadCifar("CIFAR100", folder)).toThrow(
      "test.bin has 3073 bytes; expected a multiple of 3074",
    );
    expect(() => loadCifar("CIFAR10", folder)).toThrow("data_batch_1.bin");
  });
});

describe("a folder of pictures", () => {
  const shape = { height: 2, width: 2, channels: 1, testPart: 0.25 };
  const picture = (value: number): Promise<Buffer> =>
    sharp({ create: { width: 4, height: 4, channels: 3, background: { r: value, g: value, b: value } } })
      .png()
      .toBuffer();

  it("has a class per folder, in the order of their names", async () => {
    for (const [name, value] of [
      ["cat/1.png", 10],
      ["cat/2.PNG", 20],
      ["ant/x.png", 30],
      ["ant/y.png", 40],
    ] as const)
      write(`flat/${name}`, await picture(value));
    write("flat/cat/notes.txt", "no picture");
    write("flat/.cache/1.png", "no class");
    const all = await loadPictureFolder(join(root, "flat"), { ...shape, testPart: 0 });
    expect([all.train.classNames, [...all.train.labels]]).toEqual([
      ["ant", "cat"],
      [0, 0, 1, 1],
    ]);
    expect([...all.train.x]).toEqual([30, 40, 10, 20].flatMap((value) => [value, value, value, value]));
    const { train, test } = await loadPictureFolder(join(root, "flat"), shape);
    expect([train.length, test.length]).toEqual([3, 1]);
  });

  it("may have a folder for the test, with the classes of the training", async () => {
    for (const name of ["train/a/1.png", "train/b/1.png", "test/b/1.png"])
      write(`split/${name}`, await picture(7));
    const { train, test } = await loadPictureFolder(join(root, "split"), shape);
    expect([train.length, [...test.labels], test.classes]).toEqual([2, [1], 2]);
    write("split/test/c/1.png", await picture(7));
    await expect(loadPictureFolder(join(root, "split"), shape)).rejects.toThrow(
      'a folder "c", a class that there is none of in training',
    );
  });

  it("is refused where it holds no pictures, a damaged one, or too many", async () => {
    mkdirSync(join(root, "none"), { recursive: true });
    await expect(loadPictureFolder(join(root, "none"), shape)).rejects.toThrow(
      "none has no folders; expected one per class",
    );
    write("lacks/a/1.png", await picture(7));
    mkdirSync(join(root, "lacks/b"));
    await expect(loadPictureFolder(join(root, "lacks"), shape)).rejects.toThrow(
      "b has no pictures; expected .png, .jpg or .jpeg",
    );
    write("lacks/b/1.png", "no picture");
    await expect(loadPictureFolder(join(root, "lacks"), shape)).rejects.toThrow(
      "1.png is neither PNG nor JPEG",
    );
    const large = { height: 2 ** 15, width: 2 ** 15, channels: 3, testPart: 0 };
    await expect(loadPictureFolder(join(root, "lacks"), large)).rejects.toThrow("Ask for a smaller size");
  });
});
