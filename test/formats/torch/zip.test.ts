/** The container: what of a ZIP archive is read, and what is refused. */

import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/errors.js";
import { readTorch } from "../../../src/formats/torch/read-torch.js";
import {
  entriesOf,
  floats,
  pickled,
  tensor,
  text,
  zip,
  type Entry,
  type ZipOptions,
} from "./archive-bytes.js";

const pickle = pickled(new Map([["w", tensor([2], [1], 0, 2)]]));
const sound = entriesOf(pickle, [floats(1.5, -2)]);

/** The archive with one entry made wrong, by its name without the folder. */
function changed(name: string, change: Partial<Entry>, options: ZipOptions = {}): Uint8Array {
  expect(sound.some((entry) => entry.name === `m/${name}`)).toBe(true);
  return zip(
    sound.map((entry) => (entry.name === `m/${name}` ? { ...entry, ...change } : entry)),
    options,
  );
}

const withEntry = (entry: Entry): Uint8Array => zip([...sound, entry]);
const without = (name: string): Uint8Array => zip(sound.filter((entry) => entry.name !== `m/${name}`));

function expectRead(bytes: Uint8Array): void {
  expect([...readTorch(bytes, "m.pth")]).toEqual([
    ["w", { dtype: "F32", shape: [2], data: Float32Array.of(1.5, -2) }],
  ]);
}

function expectRefused(bytes: Uint8Array, says: RegExp): void {
  let message = "nothing was refused";
  try {
    readTorch(bytes, "m.pth");
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    message = (error as Error).message;
  }
  expect(message).toMatch(says);
  expect(message).toMatch(/^m\.pth: .+; expected .+\. [A-Z].+\.$/);
}

describe("an archive is read", () => {
  it("as torch.save writes it, and without a 64-bit end", () => {
    expectRead(zip(sound));
    expectRead(zip(sound, { wideEnd: false }));
  });

  it("with sizes behind the bytes, in each of the four forms", () => {
    for (const descriptor of ["signed", "bare", "signed64", "bare64"] as const)
      expectRead(zip(sound.map((entry) => ({ ...entry, flags: 0x0808, descriptor }))));
  });

  it("with sizes and places in 64 bits", () => {
    expectRead(zip(sound.map((entry) => ({ ...entry, wide: true }))));
    expectRead(zip(sound, { entries: 0xffff, wideEntries: sound.length }));
  });

  it("with folders as entries, entries that say nothing here, and in any order", () => {
    const none = new Uint8Array(0);
    expectRead(zip([{ name: "m/", bytes: none }, ...sound, { name: "m/.format_version", bytes: text("1") }]));
    expectRead(zip(sound.toReversed()));
  });

  it("with data.pkl at the top", () => {
    expectRead(zip(sound.map((entry) => ({ ...entry, name: entry.name.slice(2) }))));
  });

  it("without a byte order, which old versions did not write", () => expectRead(without("byteorder")));

  it("where it stands in a larger buffer, at an odd byte, and in memory that threads share", () => {
    const bytes = zip(sound);
    const larger = new Uint8Array(bytes.length + 8);
    larger.set(bytes, 3);
    expectRead(larger.subarray(3, 3 + bytes.length));
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    expectRead(shared);
    expectRead(Buffer.from(bytes));
  });
});

describe("a checksum", () => {
  it("of 0 says that none was computed", () => {
    expectRead(changed("data/0", { crc: 0, bytes: floats(1.5, -2) }));
    const flags = 0x0808;
    expectRead(zip(sound.map((entry) => ({ ...entry, flags, crc: 0, descriptorCrc: 0 }))));
  });

  it("that is wrong is refused, wherever it stands, even if another place says 0", () => {
    const says = /"m\/data\/0" of the ZIP archive has the checksum [0-9a-f]{8}; expected 00000007/;
    expectRefused(changed("data/0", { crc: 7 }), says);
    expectRefused(changed("data/0", { crc: 0, localCrc: 7 }), says);
    expectRefused(changed("data/0", { crc: 0, flags: 8, descriptorCrc: 7 }), says);
    expectRefused(changed("version", { crc: 7 }), /"m\/version" of the ZIP archive has the checksum/);
  });
});

describe("an archive is refused", () => {
  it.each<[string, () => Uint8Array, RegExp]>([
    ["encrypted", () => changed("data/0", { flags: 1 }), /"m\/data\/0" .* is encrypted/],
    ["encrypted strongly", () => changed("data/0", { flags: 0x41 }), /is encrypted/],
    ["encrypted, says the header alone", () => changed("data/0", { localFlags: 1 }), /is encrypted/],
    ["compressed", () => changed("data/0", { method: 8 }), /is compressed \(method 8\)/],
    ["compressed, says one place", () => changed("data/0", { localMethod: 8 }), /is described otherwise/],
    ["of other sizes", () => changed("data/0", { packed: 7 }), /is described otherwise/],
    ["of other sizes in the header", () => changed("data/0", { localSize: 7 }), /is described otherwise/],
    ["longer than there is room", () => changed("data/0", { size: 9, localSize: 9 }), /is said to be bytes/],
    ["shorter than its bytes", () => changed("data/0", { size: 4, localSize: 4 }), /does not belong there/],
    [
      "of another name in the header",
      () => changed("data/0", { localName: "m/data/1" }),
      /is described otherwise/,
    ],
    [
      "with sizes behind, says one place",
      () => changed("data/0", { localFlags: 8 }),
      /is described otherwise/,
    ],
    [
      "with names twice",
      () => withEntry({ name: "m/data/0", bytes: floats(0, 0) }),
      /"m\/data\/0" .* comes twice/,
    ],
    [
      "with a gap",
      () => changed("data/0", { gap: 5 }),
      /"m\/byteorder" .* does not belong there; expected the next entry/,
    ],
    ["with something before it", () => changed("data.pkl", { gap: 1 }), /begins with the bytes 00 50 4b 03/],
    ["with overlaps", () => changed("data/0", { offset: 0 }), /has no header at byte 0/],
    ["with a place beyond the file", () => changed("data/0", { offset: 2 ** 31 }), /does not belong there/],
    ["in several files", () => zip(sound, { disk: 1 }), /one part of a ZIP archive of several files/],
    ["with an entry in another file", () => changed("data/0", { disk: 1 }), /stands in another file/],
    ["with a comment", () => zip(sound, { comment: 5 }), /5 bytes stand behind the end/],
    ["with fewer entries than it says", () => zip(sound, { entries: 9 }), /no sound entry at byte/],
    ["with more entries than it says", () => zip(sound, { entries: 2 }), /no sound entry at byte/],
    ["with ends that contradict", () => zip(sound, { wideEntries: 3 }), /contradict each other/],
    ["with a locator that leads elsewhere", () => zip(sound, { wideAt: 12 }), /is not at byte 12/],
    ["with a locator beyond the file", () => zip(sound, { wideAt: 2 ** 53 }), /is not at byte/],
    [
      "with far too many entries",
      () => zip(sound, { entries: 0xffff, wideEntries: 2 ** 40 }),
      /1099511627776 entries/,
    ],
    [
      "with two pickles",
      () => withEntry({ name: "n/data.pkl", bytes: pickle }),
      /2 entries data\.pkl \("m\/data\.pkl", "n\/data\.pkl"\)/,
    ],
    ["without a pickle", () => without("data.pkl"), /without an entry data\.pkl \(it has "m\/byteorder"/],
    ["without a version", () => without("version"), /no entry "m\/version"/],
    [
      "of a version to come",
      () => changed("version", { bytes: text("11\n") }),
      /is "11\\n"; expected 1 to 10/,
    ],
    ["of a version in words", () => changed("version", { bytes: text("three") }), /is "three"/],
    ["big-endian", () => changed("byteorder", { bytes: text("big") }), /are big-endian/],
    [
      "of another byte order",
      () => changed("byteorder", { bytes: text("\u001bx") }),
      /the byte order "\\u001bx"/,
    ],
    [
      "with code of TorchScript",
      () => withEntry({ name: "m/code/x.py", bytes: text("1"), method: 8 }),
      /TorchScript/,
    ],
    [
      "with constants of TorchScript",
      () => withEntry({ name: "m/constants.pkl", bytes: text("1") }),
      /TorchScript/,
    ],
    ["without entries", () => zip([]), /begins with the bytes 50 4b 06 06/],
  ])("%s", (_, bytes, says) => expectRefused(bytes(), says));

  it("and a name in it never steers the terminal", () => {
    expectRefused(withEntry({ name: "\u001b[2J\u202e", bytes: text("1"), crc: 5 }), /"\\u001b\[2J\\u202e"/);
  });

  it("cut at every byte", () => {
    const bytes = zip(sound.map((entry) => ({ ...entry, flags: 0x0808 })));
    for (let end = 0; end < bytes.length; end++)
      expect(() => readTorch(bytes.subarray(0, end))).toThrow(FormatError);
  });
});

describe("a file that is no archive is told by its beginning", () => {
  const tar = new Uint8Array(512);
  tar.set(text("ustar"), 257);
  const pad = (begin: readonly number[]): Uint8Array =>
    Uint8Array.from({ length: 40 }, (_, i) => begin[i] ?? 1);
  it.each<[string, Uint8Array, RegExp]>([
    ["a bare pickle", pad([0x80, 4]), /a bare pickle/],
    ["tar", tar, /a tar archive/],
    ["HDF5", pad([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]), /an HDF5 file/],
    ["Git LFS", text("version https://git-lfs.github.com/spec/v1\n"), /pointer of Git LFS.*git lfs pull/],
    ["gzip", pad([0x1f, 0x8b]), /compressed by gzip/],
    ["safetensors", pad([9, 0, 0, 0, 0, 0, 0, 0, 0x7b]), /safetensors file.*readStateDict/],
    ["text", text("<!DOCTYPE html>"), /begins with the bytes 3c 21 44 4f/],
  ])("%s", (_, bytes, says) => expectRefused(bytes, says));
});
