import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FormatError } from "../../src/errors.js";
import { FileError } from "../../src/platform/files.js";
import { encodeSafetensors, parseSafetensors } from "../../src/formats/safetensors.js";
import type { TensorToStore } from "../../src/formats/safetensors.js";
import {
  readSafetensorsFile,
  readSafetensorsHeader,
  writeSafetensorsFile,
} from "../../src/formats/safetensors-file.js";
import { fileOf, thrownBy } from "./safetensors-bytes.js";

let folder: string;
let file: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "atif-safetensors-"));
  file = path.join(folder, "model.safetensors");
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true, force: true });
});

const tensors: [string, TensorToStore][] = [
  ["w", { shape: [2, 2], data: new Float32Array([1, NaN, -0, 4]) }],
  ["b", { dtype: "BF16", shape: [2], data: new Float32Array([0.5, -2]) }],
  ["n", { shape: [], data: new BigInt64Array([7n]) }],
  ["none", { shape: [0], data: new Float32Array(0) }],
];

/** A file that begins with these bytes and is `size` long without taking that much of the disk. */
function sparse(start: Uint8Array, size: number): void {
  fs.writeFileSync(file, start);
  fs.truncateSync(file, size);
}

/** How many bytes work asks the file system for. */
function bytesRead(work: () => unknown): number {
  const spy = vi.spyOn(fs, "readSync");
  work();
  return spy.mock.calls.reduce((sum, call) => sum + (call as unknown as number[])[3], 0);
}

describe("safetensors files", () => {
  it("are read as they were written", () => {
    writeSafetensorsFile(file, tensors, { format: "pt" }, { checksum: true });
    expect(new Uint8Array(fs.readFileSync(file))).toEqual(
      encodeSafetensors(tensors, { format: "pt" }, { checksum: true }),
    );
    const read = readSafetensorsFile(file, { requireChecksum: true });
    expect(read).toEqual(parseSafetensors(new Uint8Array(fs.readFileSync(file))));
    expect(read.checksum).toBe("verified");
    expect(fs.readdirSync(folder)).toEqual(["model.safetensors"]);
  });

  it("carry their name in every message", () => {
    writeSafetensorsFile(file, tensors, {}, { checksum: true });
    const bytes = fs.readFileSync(file);
    bytes[bytes.length - 1] ^= 1;
    fs.writeFileSync(file, bytes);
    const error = thrownBy(() => readSafetensorsFile(file));
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message.startsWith(`${file}: the contents have the checksum `)).toBe(true);
    fs.truncateSync(file, 3);
    expect(thrownBy(() => readSafetensorsFile(file)).message).toBe(
      `${file}: the file has 3 bytes; expected a safetensors file, which has at least 8. ` +
        "The file is damaged or was cut short: copy or download it again.",
    );
    expect(thrownBy(() => readSafetensorsFile(path.join(folder, "none"))).message).toBe(
      `cannot read ${path.join(folder, "none")}: no such file; expected one there. Check the spelling and the folder you are in.`,
    );
  });

  it("are not written when the tensors are wrong; the old file stays", () => {
    writeSafetensorsFile(file, tensors);
    const before = fs.readFileSync(file);
    thrownBy(() => writeSafetensorsFile(file, [["w", { shape: [3], data: new Float32Array(2) }]]));
    expect(fs.readFileSync(file)).toEqual(before);
  });
});

describe("before memory is spent", () => {
  it.each([
    [
      fileOf("{}", [], 100_000_001n),
      "bytes 0 to 7 announce a header of 100000001 bytes; expected at most 100000000.",
    ],
    [
      fileOf("{}", [], 2n ** 63n),
      "bytes 0 to 7 announce a header of 9223372036854775808 bytes; expected at most 100000000.",
    ],
  ])("8 bytes of a file of 1 TB decide that its header is too long", (start, message) => {
    sparse(start, 2 ** 40);
    const read = bytesRead(() => {
      expect(thrownBy(() => readSafetensorsFile(file)).message).toContain(`${file}: ${message}`);
    });
    expect(read).toBe(8);
  });

  it("8 bytes decide that a header of 10^8 bytes is not all there", () => {
    sparse(fileOf("{}", [], 100_000_000n), 50_000_000);
    const read = bytesRead(() => {
      expect(thrownBy(() => readSafetensorsFile(file)).message).toBe(
        `${file}: bytes 0 to 7 announce a header of 100000000 bytes, but the file goes on for 49999992; ` +
          "expected the whole header. The file is damaged or was cut short: copy or download it again.",
      );
    });
    expect(read).toBe(8);
  });

  it("the header decides about sizes, gaps and types of a file of 1 TB", () => {
    for (const [entry, message] of [
      [
        '{"dtype":"F32","shape":[4194304,65536],"data_offsets":[0,1]}',
        "but F32 [4194304, 65536] takes 1099511627776;",
      ],
      ['{"dtype":"U8","shape":[8],"data_offsets":[0,8]}', 'after "x"; expected it to end there.'],
    ]) {
      const start = fileOf(`{"x":${entry}}`);
      sparse(start, 2 ** 40);
      const read = bytesRead(() => {
        expect(thrownBy(() => readSafetensorsFile(file)).message).toContain(message);
      });
      expect(read).toBe(8 + start.length);
      vi.restoreAllMocks();
    }
    const valid = fileOf(
      '{"x":{"dtype":"F8_E4M3","shape":[4194304,262144],"data_offsets":[0,1099511627776]}}',
    );
    sparse(valid, valid.length + 2 ** 40);
    expect(thrownBy(() => readSafetensorsFile(file)).message).toBe(
      `cannot read ${file}: it has ${valid.length + 2 ** 40} bytes; expected at most 4294967296. ` +
        "Pass a larger maxBytes if memory allows.",
    );
    const read = bytesRead(() => {
      expect(thrownBy(() => readSafetensorsFile(file, { maxBytes: Infinity })).message).toContain(
        '"x" has the dtype F8_E4M3;',
      );
    });
    expect(read).toBe(8 + valid.length);
  });

  it("the header of a huge file can be looked at alone", () => {
    const start = fileOf(
      '{"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[524288,524288],"data_offsets":[0,1099511627776]}}',
    );
    sparse(start, start.length + 2 ** 40);
    const read = bytesRead(() => {
      const { metadata, tensors: entries } = readSafetensorsHeader(file);
      expect([...metadata]).toEqual([["a", "b"]]);
      expect([...entries]).toEqual([
        ["x", { dtype: "F32", shape: [524288, 524288], begin: 0, end: 2 ** 40 }],
      ]);
    });
    expect(read).toBe(8 + start.length);
  });

  it("a limit refuses a file that is larger, and options are checked", () => {
    writeSafetensorsFile(file, tensors);
    const error = thrownBy(() => readSafetensorsFile(file, { maxBytes: 100 }));
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toMatch(
      /it has \d+ bytes; expected at most 100\. Pass a larger maxBytes if memory allows\.$/,
    );
    expect(thrownBy(() => readSafetensorsFile(file, { maxbytes: 1 } as never)).message).toBe(
      'readSafetensorsFile: unknown option "maxbytes"; known options are strict, requireChecksum, skipUnheld, maxBytes. Did you mean "maxBytes"?',
    );
  });
});
