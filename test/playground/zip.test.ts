/** Archives that the page writes are read by a reader that checks every field of the directory, and the checksums. */

import { describe, expect, it } from "vitest";
import { zipOf } from "../../playground/deploy/zip.js";
import { readZip } from "../../src/formats/torch/zip-directory.js";

const files = {
  "net/net.c": "int main(void) { return 0; }\n",
  "net/README.md": "größer als θ\n",
  "net/empty": "",
};

const contents = (bytes: Uint8Array): Record<string, string> =>
  Object.fromEntries(
    [...readZip(bytes, "net.zip", () => undefined)].map(([name, { begin, end }]) => [
      name,
      new TextDecoder().decode(bytes.subarray(begin, end)),
    ]),
  );

describe("zipOf", () => {
  it("holds every file under its name, byte by byte", () => {
    expect(contents(zipOf(files))).toEqual(files);
  });

  it("has the layout of the format: 30 and 46 bytes of headers, names twice, 22 bytes at the end", () => {
    const names = Object.keys(files).join("").length;
    const texts = new TextEncoder().encode(Object.values(files).join("")).length;
    expect(zipOf(files)).toHaveLength(3 * (30 + 46) + 2 * names + texts + 22);
    expect(zipOf({})).toHaveLength(22);
  });

  it("has the checksum of ISO 3309 for the text that is known for it", () => {
    // CRC-32 of "123456789" is cbf43926, at byte 14 of the header.
    expect([...zipOf({ a: "123456789" }).subarray(14, 18)]).toEqual([0x26, 0x39, 0xf4, 0xcb]);
  });

  it("is not read where a byte has changed", () => {
    const bytes = zipOf(files);
    bytes[30 + "net/net.c".length + 3] ^= 1;
    expect(() => contents(bytes)).toThrow();
  });
});
