/** Data sets for programs: by the names and options of experiment files, what `atif train` would read. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import {
  loadCifar,
  loadCsv,
  loadDataset,
  loadImageFolder,
  loadNumpy,
  parseExperiment,
  type LoadedSets,
} from "../../src/index.js";
import { prepareData } from "../../src/experiment/data.js";
import { crc32 } from "../../src/datasets/crc32.js";

const root = mkdtempSync(join(tmpdir(), "atif-loaders-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const at = (...path: string[]): string => join(root, ...path);

function big(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

/** Gray, 2 x 1. */
function png(left: number, right: number): Uint8Array {
  const chunk = (type: string, body: Uint8Array): number[] => {
    const named = Uint8Array.from([...new TextEncoder().encode(type), ...body]);
    return [...big(body.length), ...named, ...big(crc32(named))];
  };
  return Uint8Array.from([
    ...[137, 80, 78, 71, 13, 10, 26, 10],
    ...chunk("IHDR", Uint8Array.from([...big(2), ...big(1), 8, 0, 0, 0, 0])),
    ...chunk("IDAT", deflateSync(Uint8Array.from([0, left, right]))),
    ...chunk("IEND", new Uint8Array()),
  ]);
}

function npy(descr: string, shape: string, body: ArrayBufferView): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117) + "\n";
  const bytes = new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  return Uint8Array.from([
    ...[0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, header.length, 0],
    ...new TextEncoder().encode(header),
    ...bytes,
  ]);
}

/** Of a file's [dataset]. */
async function byFile(kind: string, params: string): Promise<LoadedSets> {
  const { experiment } = parseExperiment(`[bench]
name = "a"
seed = 1
[learningframework]
kind = "SpikingJelly"
[dataset]
kind = "${kind}"
params = { ${params} }
[[model]]
name = "net"
kind = "SMLP"
params = { units = [4], timesteps = 2, neuron = { kind = "ATIF" } }
train = false
`);
  const { train, test = train } = await prepareData(experiment);
  return { train, test };
}

function expectSame(a: LoadedSets, b: LoadedSets): void {
  for (const set of ["train", "test"] as const) {
    expect([...a[set].x]).toEqual([...b[set].x]);
    expect([...a[set].labels]).toEqual([...b[set].labels]);
    expect(a[set].sampleShape).toEqual(b[set].sampleShape);
    expect(a[set].classNames).toEqual(b[set].classNames);
    expect(a[set].x.constructor).toBe(b[set].x.constructor);
  }
}

describe("what atif train reads, a program reads the same", () => {
  it("of tables", async () => {
    writeFileSync(at("t.csv"), "x,kind,y\n1,b,2\n3,a,-4\n5e-1,b,6\n7,c,8\n");
    const options = { label: "kind", sampleShape: [2], testPart: 0.25 };
    const sets = await loadCsv(at("t.csv"), options);
    expect([sets.train.length, sets.test.length, sets.train.classNames]).toEqual([3, 1, ["a", "b", "c"]]);
    const params = `path = '${at("t.csv")}', label = "kind", sample_shape = [2], test_part = 0.25`;
    expectSame(sets, await byFile("CSV", params));
    expectSame(sets, await loadDataset("CSV", { path: at("t.csv"), ...options }));
  });

  it("of pictures, PNG without any package", async () => {
    for (const [i, name] of ["cat", "dog"].entries()) {
      mkdirSync(at("pictures", name), { recursive: true });
      for (const j of [0, 1, 2]) writeFileSync(at("pictures", name, `${j}.png`), png(100 * i + j, 7));
    }
    const sets = await loadImageFolder(at("pictures"), { size: [1, 2], channels: 1, testPart: 0.5 });
    const first = [...sets.train.x, ...sets.test.x].filter((_, i) => i % 2 === 0);
    expect(first.sort((a, b) => a - b)).toEqual([0, 1, 2, 100, 101, 102]);
    expect(sets.train.classNames).toEqual(["cat", "dog"]);
    const params = `path = '${at("pictures")}', size = [1, 2], channels = 1, test_part = 0.5`;
    expectSame(sets, await byFile("ImageFolder", params));
  });

  it("of arrays, with time", async () => {
    mkdirSync(at("arrays"));
    const x = Float32Array.from({ length: 24 }, (_, i) => i / 4);
    writeFileSync(at("arrays", "x.npy"), npy("<f4", "(4, 3, 2)", x));
    writeFileSync(at("arrays", "y.npy"), npy("<i4", "(4,)", Int32Array.of(0, 1, 0, 1)));
    const sets = await loadNumpy(at("arrays"), { sampleShape: [3, 2], time: true, testPart: 0.5 });
    expect([sets.train.time, sets.train.length, sets.test.length]).toEqual([true, 2, 2]);
    expect([...sets.train.x, ...sets.test.x].sort((a, b) => a - b)).toEqual([...x]);
  });

  it("of CIFAR", async () => {
    const record = (label: number): number[] => [label, ...new Array<number>(3072).fill(label * 10)];
    mkdirSync(at("cifar"));
    for (const name of [
      "data_batch_1",
      "data_batch_2",
      "data_batch_3",
      "data_batch_4",
      "data_batch_5",
      "test_batch",
    ])
      writeFileSync(at("cifar", `${name}.bin`), Uint8Array.from([...record(3), ...record(9)]));
    const sets = await loadCifar(at("cifar"));
    expect([sets.train.length, sets.test.length, sets.test.sampleShape]).toEqual([10, 2, [32, 32, 3]]);
    expect([[...sets.test.labels], sets.test.x[0], sets.test.x[3072]]).toEqual([[3, 9], 30, 90]);
    expectSame(sets, await byFile("CIFAR10", `path = '${at("cifar")}'`));
    await expect(loadCifar(at("cifar"), { classes: 100 })).rejects.toThrow("train.bin");
  });

  it("of what is built in", async () => {
    const { train } = await loadDataset("Digits");
    expect([train.length, train.sampleShape]).toEqual([1437, [8, 8, 1]]);
  });
});

it.each([
  [() => loadCsv(at("t.csv"), { sampleShape: [2] } as never), "loadCsv: label is undefined; expected text"],
  [() => loadCsv(at("no.csv"), { label: "a", sampleShape: [2] }), "no.csv"],
  [() => loadCsv("", { label: "a", sampleShape: [2] }), 'loadCsv: path is ""; expected the CSV file'],
  [() => loadNumpy(at("t.csv"), { sampleShape: [2], part: 1 } as never), 'loadNumpy: unknown option "part"'],
  [() => loadImageFolder(at("pictures"), { size: 2 } as never), "loadImageFolder: size is 2; expected"],
  [
    () => loadCifar(at("cifar"), { classes: 7 } as never),
    "loadCifar: classes is 7; expected one of 10, 100.",
  ],
  [() => loadDataset("CSVs" as never), 'loadDataset: kind is "CSVs"; expected one of "Digits", "MNIST"'],
  [() => loadDataset("InMemory" as never), 'loadDataset: kind is "InMemory"; expected one of'],
  [() => loadDataset("EventFolder", { path: "a" }), "loadDataset: EventFolder: sensorShape is undefined"],
])("what cannot be is a sentence: %#", async (work, sentence) => {
  await expect(work()).rejects.toThrow(sentence);
});
