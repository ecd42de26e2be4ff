import { describe, expect, it } from "vitest";
import { Crc64 } from "../../src/formats/crc64.js";
import { compareCodePoints } from "../../src/formats/safetensors-checksum.js";
import {
  encodeSafetensors,
  parseSafetensors,
  parseSafetensorsHeader,
} from "../../src/formats/safetensors.js";
import type { TensorToStore } from "../../src/formats/safetensors.js";
import { bytesOf, fileOf, thrownBy } from "./safetensors-bytes.js";

const tensors: [string, TensorToStore][] = [
  ["w", { shape: [1, 2], data: new Float32Array([1, -2.5]) }],
  ["b", { dtype: "F16", shape: [], data: new Float32Array([0.5]) }],
  ["n", { shape: [], data: new BigInt64Array([3n]) }],
];

describe("the checksum", () => {
  it("is the CRC-64 of the lines and bytes that its description names", () => {
    const crc = new Crc64();
    const line = (text: string): unknown => crc.update(new TextEncoder().encode(`${text}\n`));
    line('["format","pt"]');
    line('["note","é\\n"]');
    line('["b","F16",[]]');
    crc.update(new Uint8Array([0x00, 0x38]));
    line('["n","I64",[]]');
    crc.update(new Uint8Array([3, 0, 0, 0, 0, 0, 0, 0]));
    line('["w","F32",[1,2]]');
    crc.update(new Uint8Array([0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0]));
    const file = encodeSafetensors(tensors, { note: "é\n", format: "pt" }, { checksum: true });
    expect(parseSafetensorsHeader(file).checksum).toBe(crc.digest());
  });

  it("stays out of the metadata that is handed on, and an old one is not written again", () => {
    const file = encodeSafetensors(tensors, { format: "pt" }, { checksum: true });
    const { metadata, checksum } = parseSafetensors(file, "m", { requireChecksum: true });
    expect(checksum).toBe("verified");
    expect([...metadata]).toEqual([["format", "pt"]]);
    const stale = encodeSafetensors(tensors.slice(1), [["atif.crc64", "0".repeat(16)], ...metadata]);
    expect(parseSafetensors(stale).checksum).toBe("absent");
    const fresh = encodeSafetensors(tensors.slice(1), [["atif.crc64", "0".repeat(16)]], { checksum: true });
    expect(parseSafetensors(fresh, "m", { requireChecksum: true }).checksum).toBe("verified");
  });

  it("holds when another program stores the same contents in another order and spacing", () => {
    const file = encodeSafetensors(tensors, { note: "1", format: "pt" }, { checksum: true });
    const { checksum } = parseSafetensorsHeader(file);
    const other = fileOf(
      JSON.stringify(
        {
          b: { shape: [], data_offsets: [0, 2], dtype: "F16" },
          w: { dtype: "F32", shape: [1, 2], data_offsets: [2, 10] },
          n: { dtype: "I64", shape: [], data_offsets: [10, 18] },
          __metadata__: { format: "pt", "atif.crc64": checksum, note: "1" },
        },
        null,
        2,
      ),
      [0x00, 0x38, ...bytesOf(new Float32Array([1, -2.5])), 3, 0, 0, 0, 0, 0, 0, 0],
    );
    expect(parseSafetensors(other, "m", { requireChecksum: true }).checksum).toBe("verified");
  });

  it("covers a name, a shape, a type and the metadata", () => {
    const sum = (list: [string, TensorToStore][], metadata: Record<string, string> = {}): string | null =>
      parseSafetensorsHeader(encodeSafetensors(list, metadata, { checksum: true })).checksum;
    const data = new Float32Array([1, -2.5]);
    const sums = [
      sum([["w", { shape: [1, 2], data }]]),
      sum([["v", { shape: [1, 2], data }]]),
      sum([["w", { shape: [2, 1], data }]]),
      sum([["w", { shape: [2], data: new Int32Array(data.buffer) }]]),
      sum([["w", { shape: [1, 2], data }]], { a: "" }),
      sum([["w", { shape: [1, 2], data }]], { a: "b" }),
      sum([["w", { shape: [1, 2], data }]], { b: "" }),
    ];
    expect(new Set(sums).size).toBe(sums.length);
  });

  it("says what differs and what to do", () => {
    const file = encodeSafetensors(
      [["w", { shape: [1], data: new Uint8Array([1]) }]],
      {},
      { checksum: true },
    );
    const right = parseSafetensorsHeader(file).checksum;
    file[file.length - 1] = 2;
    const computed = new Crc64()
      .update(new TextEncoder().encode('["w","U8",[1]]\n'))
      .update(new Uint8Array([2]))
      .digest();
    expect(thrownBy(() => parseSafetensors(file, "m.safetensors")).message).toBe(
      `m.safetensors: the contents have the checksum ${computed}; expected ${right}, as the file says. ` +
        "A name, shape or value changed after it was written: copy or download it again, or save the model again if " +
        "another program edited it on purpose.",
    );
  });
});

it("compareCodePoints sorts as UTF-8 bytes do", () => {
  const names = [
    "",
    "a",
    "aa",
    "b",
    "é",
    "\ud7ff",
    "\ue000",
    "\uffee",
    "\u{10000}",
    "\u{1f600}",
    "\u{1f600}a",
    "\u{1f601}",
  ];
  for (const a of names) {
    for (const b of names) {
      expect(Math.sign(compareCodePoints(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }
  }
});
