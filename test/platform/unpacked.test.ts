import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { unpacked } from "../../src/platform/unpacked.js";

describe("unpacked", () => {
  it("gives every byte that was deflated", async () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * i) % 256);
    const text = deflateRawSync(bytes).toString("base64");
    expect(new Uint8Array(await unpacked(text, "the bytes"))).toEqual(bytes);
    expect((await unpacked(deflateRawSync(new Uint8Array(0)).toString("base64"), "none")).byteLength).toBe(0);
  });

  it("says where it cannot", async () => {
    const own = globalThis.DecompressionStream;
    Object.assign(globalThis, { DecompressionStream: undefined });
    try {
      await expect(unpacked("AwA=", "loadDigits: the digits")).rejects.toThrow(
        "loadDigits: the digits cannot be unpacked here: there is no DecompressionStream. Use Node 18 or a browser of 2023 or newer.",
      );
    } finally {
      Object.assign(globalThis, { DecompressionStream: own });
    }
  });
});
