import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileError } from "../../src/platform/files.js";
import { decodeText, readTextFile } from "../../src/platform/text-file.js";
import { thrownBy } from "../formats/safetensors-bytes.js";

const TEXT = '# a comment\nname = "größe 漢 🙂"\n';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const utf16 = (text: string, bigEndian: boolean, mark: boolean): Uint8Array => {
  const units = `${mark ? "\uFEFF" : ""}${text}`;
  const view = new DataView(new ArrayBuffer(2 * units.length));
  for (let i = 0; i < units.length; i++) view.setUint16(2 * i, units.charCodeAt(i), !bigEndian);
  return new Uint8Array(view.buffer);
};
const utf32 = (text: string, bigEndian: boolean): Uint8Array => {
  const codes = Array.from(`\uFEFF${text}`, (character) => character.codePointAt(0) ?? 0);
  const view = new DataView(new ArrayBuffer(4 * codes.length));
  codes.forEach((code, i) => {
    view.setUint32(4 * i, code, !bigEndian);
  });
  return new Uint8Array(view.buffer);
};

describe("decodeText", () => {
  it("reads UTF-8, with and without a byte order mark, and keeps a replacement character that is there", () => {
    expect(decodeText(utf8(TEXT), "f")).toBe(TEXT);
    expect(decodeText(utf8(`\uFEFF${TEXT}`), "f")).toBe(TEXT);
    expect(decodeText(utf8("a \uFFFD b"), "f")).toBe("a \uFFFD b");
    expect(decodeText(utf8(""), "f")).toBe("");
    expect(decodeText(utf8("漢\0字"), "f")).toBe("漢\0字");
  });

  const notUtf8 = (what: string): string =>
    `cannot read f as text: ${what}; expected UTF-8; save it as UTF-8.`;
  it.each([
    ["Latin-1", latin1('# a\nname = "größe"\n'), "byte 14 (0xF6, in line 2) is not UTF-8"],
    ["Latin-1 at once", latin1("ä"), "byte 0 (0xE4, in line 1) is not UTF-8"],
    ["Windows-1252", Uint8Array.of(0x61, 0x80), "byte 1 (0x80, in line 1) is not UTF-8"],
    [
      "a byte after real and replacement characters",
      Uint8Array.of(...utf8("\uFFFD漢🙂ö\n"), 0xc0, 0x80),
      "byte 13 (0xC0, in line 2) is not UTF-8",
    ],
    [
      "a byte after a byte order mark",
      Uint8Array.of(...utf8("\uFEFFa"), 0xff),
      "byte 4 (0xFF, in line 1) is not UTF-8",
    ],
    ["a character cut short", utf8("ab漢").subarray(0, 4), "byte 2 (0xE6, in line 1) is not UTF-8"],
    [
      "half of a surrogate pair",
      Uint8Array.of(0x61, 0xed, 0xa0, 0x80),
      "byte 1 (0xED, in line 1) is not UTF-8",
    ],
    ["UTF-16 with its mark", utf16(TEXT, false, true), "it is UTF-16 (little-endian)"],
    ["big-endian UTF-16 with its mark", utf16(TEXT, true, true), "it is UTF-16 (big-endian)"],
    ["UTF-16 without a mark", utf16(TEXT, false, false), "it is UTF-16 (little-endian)"],
    ["big-endian UTF-16 without a mark", utf16(TEXT, true, false), "it is UTF-16 (big-endian)"],
    ["UTF-16 in which all is ASCII", utf16("a = 1", false, false), "it is UTF-16 (little-endian)"],
    ["UTF-32", utf32(TEXT, false), "it is UTF-32"],
    ["big-endian UTF-32", utf32(TEXT, true), "it is UTF-32"],
  ])("refuses %s", (_, bytes, what) => {
    const error = thrownBy(() => decodeText(bytes, "f"));
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toBe(notUtf8(what));
    expect((error as FileError).code).toBe("EILSEQ");
  });
});

describe("readTextFile", () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "atif-text-"));
  });
  afterEach(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it("names the file, and reads no more than it may", () => {
    const file = path.join(folder, "a.toml");
    fs.writeFileSync(file, TEXT);
    expect(readTextFile(file, 100)).toBe(TEXT);
    expect(() => readTextFile(file, 10)).toThrow(/expected at most 10\./);
    fs.writeFileSync(file, TEXT, "latin1");
    expect(() => readTextFile(file, 100)).toThrow(`cannot read ${file} as text: byte `);
  });
});
