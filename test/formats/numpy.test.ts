/** What NumPy writes, read alike as samples and as events: Fortran's order, and archives with numbers of 64 bits. */

import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/errors.js";
import { parseNpy } from "../../src/formats/data/npy.js";
import { Npz } from "../../src/formats/data/npz.js";
import { readEvents } from "../../src/formats/events/read-events.js";
import { withZip64 } from "../../src/formats/numpy/zip64.js";
import { crc32 as crc } from "node:zlib";
import { ascii, little, npy } from "./events/written.js";

/** An archive that says everything in 64 bits, stored: of heads, the directory and its end. */
function zip64(entries: readonly (readonly [name: string, bytes: Uint8Array])[], before = 0): Uint8Array {
  const out: number[] = [];
  const central: number[] = [];
  for (const [name, bytes] of entries) {
    const offset = out.length;
    const size = little(bytes.length, 8);
    const fixed = [
      45,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0x21,
      0,
      ...little(crc(bytes), 4),
      ...new Array<number>(8).fill(255),
    ];
    const field = (more: readonly number[]): number[] => [
      1,
      0,
      ...little(16 + more.length, 2),
      ...size,
      ...size,
      ...more,
    ];
    // Another field before the one that counts.
    const other = [0x55, 0x54, 1, 0, 9];
    const place = little(offset, 8);
    out.push(
      ...[0x50, 0x4b, 3, 4],
      ...fixed,
      ...little(name.length, 2),
      20,
      0,
      ...ascii(name),
      ...field([]),
      ...bytes,
    );
    central.push(
      ...[0x50, 0x4b, 1, 2, 45, 3],
      ...fixed,
      ...little(name.length, 2),
      ...little(28 + other.length, 2),
    );
    central.push(...new Array<number>(10).fill(0), ...new Array<number>(4).fill(255), ...ascii(name), ...other, ...field(place)); // prettier-ignore
  }
  const begin = out.length;
  const count = little(entries.length, 8);
  const end64 = [
    0x50,
    0x4b,
    6,
    6,
    ...little(44, 8),
    45,
    3,
    45,
    0,
    ...new Array<number>(8).fill(0),
    ...count,
    ...count,
  ];
  const at = begin + central.length + before;
  const locator = [0x50, 0x4b, 6, 7, 0, 0, 0, 0, ...little(at, 8), 1, 0, 0, 0];
  const end = [0x50, 0x4b, 5, 6, 0, 0, 0, 0, ...new Array<number>(12).fill(255), 0, 0];
  return Uint8Array.from([
    ...out,
    ...central,
    ...end64,
    ...little(central.length, 8),
    ...little(begin, 8),
    ...locator,
    ...end,
  ]);
}

const bytesOf = (values: readonly number[]): number[] => [
  ...new Uint8Array(Float32Array.from(values).buffer),
];
const fortran = (descr: string, shape: string, body: number[]): Uint8Array => npy(descr, shape, body, "True");

describe("arrays in Fortran's order", () => {
  it.each([
    // numpy.asfortranarray([[1, 2, 3], [4, 5, 6]])
    ["(2, 3)", [1, 4, 2, 5, 3, 6], [1, 2, 3, 4, 5, 6]],
    // numpy.asfortranarray(numpy.arange(12).reshape(2, 3, 2)): first index quickest
    ["(2, 3, 2)", [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ["(3, 1)", [1, 2, 3], [1, 2, 3]],
    ["(4,)", [4, 3, 2, 1], [4, 3, 2, 1]],
    ["(0, 3)", [], []],
    ["()", [7], [7]],
  ])("%s become C order, as samples", (shape, written, values) => {
    expect([...parseNpy(fortran("'<f4'", shape, bytesOf(written)), "a.npy").data]).toEqual(values);
    expect([...parseNpy(fortran("'|u1'", shape, [...written]), "a.npy").data]).toEqual(values);
  });

  it("are tables of events too, floats of 16 bits among them", async () => {
    const half = [0, 1, 2, 3].map((value) => [0, 0x3c00, 0x4000, 0x4200][value]);
    // t 1 and 3, x 0 and 2, y 0 and 0, p 1 and 0.
    const columns = [1, 3, 0, 2, 0, 0, 1, 0].flatMap((value) => little(half[value], 2));
    const events = await readEvents(fortran("'<f2'", "(2, 4)", columns), { sensorShape: [1, 4] });
    expect([[...events.t], [...events.x], [...events.p]]).toEqual([[1, 3], [0, 2], [1, 0]]); // prettier-ignore
    expect([...parseNpy(fortran("'<f2'", "(2, 4)", columns), "a.npy").data]).toEqual([
      1, 0, 0, 1, 3, 2, 0, 0,
    ]);
  });
});

describe("archives with numbers of 64 bits", () => {
  const of = (values: readonly number[]): Uint8Array => npy("'|u1'", `(${values.length},)`, [...values]);
  const entries = [["t.npy", of([1, 5])], ["x.npy", of([0, 3])], ["p.npy", of([1, 0])]] as const; // prettier-ignore

  it("hold samples and events alike", async () => {
    const npz = new Npz(zip64(entries), "a.npz");
    expect(npz.names.map((name) => [name, ...npz.array(name).data])).toEqual([["t", 1, 5], ["x", 0, 3], ["p", 1, 0]]); // prettier-ignore
    const events = await readEvents(zip64(entries), { sensorShape: [4] });
    expect([[...events.t], [...events.x], [...events.p]]).toEqual([[1, 5], [0, 3], [1, 0]]); // prettier-ignore
  });

  it("are refused where they are damaged", () => {
    expect(() => new Npz(zip64(entries, 1), "a.npz")).toThrow(
      "the end of its directory is not where it is said to be",
    );
    expect(() => new Npz(zip64(entries, 2 ** 50), "a.npz")).toThrow(FormatError);
    const whole = zip64(entries);
    for (let at = whole.length - 250; at < whole.length; at += 3) {
      const bytes = whole.map((byte, i) => (i === at ? byte ^ 0x41 : byte));
      try {
        const npz = new Npz(bytes, "a.npz");
        npz.names.forEach((name) => npz.array(name));
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
  });

  it("say in 64 bits what 32 do not, in their order, and nothing else", () => {
    const extra = Uint8Array.from([1, 0, 16, 0, ...little(2 ** 33, 8), ...little(2 ** 34, 8)]);
    const beyond = 0xffffffff;
    expect(withZip64(extra, { size: 5, packed: beyond, offset: beyond })).toEqual({ size: 5, packed: 2 ** 33, offset: 2 ** 34 }); // prettier-ignore
    expect(withZip64(extra, { size: 5, packed: 6, offset: 7 })).toEqual({ size: 5, packed: 6, offset: 7 });
    const all = { size: beyond, packed: beyond, offset: beyond };
    expect(withZip64(extra, all)).toEqual(all);
    expect(withZip64(extra.subarray(0, 10), all)).toEqual(all);
  });
});
