import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/errors.js";
import { checksumOf } from "../../../src/exchange/hdf5/checksum.js";
import { readHdf5 } from "../../../src/exchange/hdf5/read-hdf5.js";
import type { Hdf5Dataset, Hdf5Group, Hdf5Limits } from "../../../src/exchange/hdf5/tree.js";
import { writeHdf5, type Hdf5Branch } from "../../../src/exchange/hdf5/write-hdf5.js";

const limits: Hdf5Limits = { items: 1000, depth: 8, bytes: 1e6 };
const bytesOf = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../files/${name}`, import.meta.url)));

function at(group: Hdf5Group, ...names: readonly string[]): Hdf5Dataset {
  const [name, ...others] = names;
  const item = group.children.get(name);
  if (item?.kind === "group" && others.length > 0) return at(item, ...others);
  if (item?.kind === "dataset") return item;
  throw new Error(`there is no array ${names.join("/")}`);
}

const count = (length: number): number[] => Array.from({ length }, (_, i) => i);
const numbers = (group: Hdf5Group, name: string): number[] => Array.from(at(group, name).values, Number);

function messageOf(work: () => unknown): string {
  try {
    work();
    return "";
  } catch (error) {
    return String(error);
  }
}

describe("files of h5py", () => {
  // Superblock 0 with trees and heaps of names; 3 with links in headers and, of many names, in a fractal heap.
  for (const version of ["earliest", "v110", "latest"]) {
    it(`of libver ${version} hold what was written`, () => {
      const file = readHdf5(bytesOf(`hdf5/${version}.h5`), limits);
      expect(at(file, "chunks").shape).toEqual([20, 15]);
      expect(numbers(file, "chunks")).toEqual(count(300));
      for (const name of ["one", "one_plain", "several_plain"])
        expect(numbers(file, name)).toEqual(count(30));
      expect(numbers(file, "half")).toEqual([1.5, -2, 2 ** -20]);
      expect(numbers(file, "flags")).toEqual([1, 0]);
      expect(at(file, "empty").shape).toEqual([0]);
      expect(at(file, "texts").values).toEqual(count(12).map((i) => "ä".repeat(i)));
      expect(at(file, "fixed").values).toEqual(["a", "bcd"]);
      expect(numbers(file, "number")).toEqual([3]);
      expect(at(file, "number").shape).toEqual([]);
      expect(numbers(file, "unsigned_big")).toEqual(count(5));
      expect(file.children.get("soft")).toEqual({ kind: "other", what: "a soft link" });
      const many = file.children.get("many");
      expect(many?.kind === "group" && many.children.size).toBe(40);
      expect(at(file, "many", "n2", "type").values).toEqual(["IF"]);
      for (const i of count(40).slice(3)) expect(at(file, "many", `n${i}`).values[0]).toBe(i);
    });
  }

  it("are refused beyond the limits", () => {
    const bytes = bytesOf("hdf5/v110.h5");
    expect(() => readHdf5(bytes, { ...limits, items: 20 })).toThrow("more than 20 groups and arrays");
    expect(() => readHdf5(bytes, { ...limits, depth: 1 })).toThrow("nested more than 1 deep");
    expect(() => readHdf5(bytes, { ...limits, bytes: 2000 })).toThrow("it unpacks to");
  });

  it("are refused where a checksum tells that they were changed", () => {
    const bytes = bytesOf("hdf5/latest.h5");
    const heap = Buffer.from(bytes).indexOf("FRHP");
    const changed = bytes.slice();
    changed[heap + 100] ^= 1;
    expect(() => readHdf5(changed, limits)).toThrow(FormatError);
    expect(() => readHdf5(changed, limits)).toThrow("it is damaged");
  });

  it("are refused where a packed chunk was changed", () => {
    const bytes = bytesOf("nir/v_gzip9.nir");
    const starts = count(bytes.length - 40).filter((i) => bytes[i] === 0x78 && bytes[i + 1] === 0xda);
    const said = starts.map((start) => {
      const changed = bytes.slice();
      changed[start + 12] ^= 4;
      return messageOf(() => readHdf5(changed, limits));
    });
    expect(said.filter((sentence) => sentence.includes("a packed chunk is damaged")).length).toBeGreaterThan(
      3,
    );
    expect(said.filter((sentence) => sentence === "")).toEqual([]);
  });

  it("are refused where they were cut off, or begin as something else", () => {
    const bytes = bytesOf("hdf5/earliest.h5");
    expect(() => readHdf5(bytes.subarray(0, 9000), limits)).toThrow(
      `it ends after 9000 of ${bytes.length} bytes`,
    );
    expect(() => readHdf5(new Uint8Array(0), limits)).toThrow("it does not begin as an HDF5 file does");
  });

  it("that claim more than they can hold take no memory", () => {
    const bytes = writeHdf5({ x: { type: "float32", shape: [4], values: [1, 2, 3, 4] } });
    const shape = Buffer.from(bytes).indexOf(Buffer.of(2, 1, 0, 1, 4, 0, 0, 0));
    const header = Buffer.from(bytes).lastIndexOf("OHDR", shape);
    const changed = bytes.slice();
    new DataView(changed.buffer).setBigUint64(shape + 4, 2n ** 40n, true);
    const size = new DataView(changed.buffer).getUint32(header + 6, true);
    const end = header + 10 + size;
    new DataView(changed.buffer).setUint32(end, checksumOf(changed.subarray(header, end)), true);
    expect(() => readHdf5(changed, { ...limits, bytes: 2 ** 60 })).toThrow("more than the file can hold");
  });
});

it("a checksum is Bob Jenkins' lookup3", () => {
  // From driver5() of lookup3.c: hashlittle of these 30 letters with the initial value 0.
  expect(checksumOf(new TextEncoder().encode("Four score and seven years ago"))).toBe(0x17770551);
  expect(checksumOf(new Uint8Array(0))).toBe(0xdeadbeef);
});

describe("files that are written", () => {
  const many = Object.fromEntries(
    count(300).map((i) => [`n${i}`, { type: "text", shape: [], values: [`t${i}`] }]),
  );
  const branch: Hdf5Branch = {
    floats: { type: "float32", shape: [2, 2], values: [1, 2.5, -3, 0.1] },
    doubles: { type: "float64", shape: [], values: [0.1] },
    wholes: { type: "int64", shape: [3], values: [1, -2, 2 ** 53 - 1] },
    texts: { type: "text", shape: [2, 2], values: ["a", "ä", "", "longer"] },
    none: { type: "text", shape: [0, 2], values: [] },
    "layers.0": { inner: many as Hdf5Branch },
  };

  it("are read as they were", () => {
    const file = readHdf5(writeHdf5(branch), limits);
    expect(numbers(file, "floats")).toEqual([1, 2.5, -3, Math.fround(0.1)]);
    expect(numbers(file, "doubles")).toEqual([0.1]);
    expect(numbers(file, "wholes")).toEqual([1, -2, 2 ** 53 - 1]);
    expect(at(file, "texts")).toMatchObject({ shape: [2, 2], values: ["a", "ä", "", "longer"] });
    expect(at(file, "none").shape).toEqual([0, 2]);
    for (const i of [0, 150, 299]) expect(at(file, "layers.0", "inner", `n${i}`).values).toEqual([`t${i}`]);
  });

  it("are read by HDF5's own C code", async () => {
    const hdf5 = await import("h5wasm");
    const { FS } = await hdf5.ready;
    FS.writeFile("written.h5", writeHdf5(branch));
    const file = new hdf5.File("written.h5", "r");
    const valueOf = (path: string): unknown => (file.get(path) as { value: unknown }).value;
    try {
      expect(valueOf("floats")).toEqual(Float32Array.of(1, 2.5, -3, 0.1));
      expect(valueOf("doubles")).toBe(0.1);
      expect(valueOf("wholes")).toEqual(BigInt64Array.of(1n, -2n, 2n ** 53n - 1n));
      expect(valueOf("texts")).toEqual(["a", "ä", "", "longer"]);
      expect((file.get("layers.0/inner") as { keys(): string[] }).keys()).toHaveLength(300);
      expect(valueOf("layers.0/inner/n299")).toBe("t299");
    } finally {
      file.close();
    }
  });

  it("have no names with a slash", () => {
    const values = { type: "float32", shape: [], values: [1] } as const;
    expect(() => writeHdf5({ "a/b": values })).toThrow(/"a\/b" is no name in an HDF5 file; expected letters/);
  });
});
