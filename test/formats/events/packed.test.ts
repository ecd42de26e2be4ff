/** Packets of AEDAT 4 as lz4 1.9 and zstd 1.5 pack them, and frames by hand that claim too much. */

import { decompress } from "fzstd";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/errors.js";
import { unpackLz4 } from "../../../src/formats/events/lz4-frame.js";
import { readEvents } from "../../../src/formats/events/read-events.js";
import { xxh32 } from "../../../src/formats/events/xxh32.js";
import { zstdUnpacker } from "../../../src/formats/events/zstd-frame.js";
import { aedat4, aedat4Events, ascii, little } from "./written.js";

const many = Array.from({ length: 120 }, (_, i) => ({
  t: 1000 + 10 * i,
  x: i % 16,
  y: (i * 7) % 128,
  p: i % 2,
}));
const payload = Uint8Array.from(aedat4Events(many));

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, "base64"));

/** lz4 -9, with a checksum of all; lz4 -1 -BX --content-size, with one of each block and the size; zstd -19. */
const packed = {
  lz4: bytesOf(
    [
      "BCJNGGRApz4EAADyA6gHAAAUAAAARVZUUwYACAAEAAEAEwwEAAQBAHl4AAAA6AMAAQAT8hAAkwEABwABAAAA/BAAMQIADggA",
      "EwZNADEDABUgABMQEAAxBAAcCAATGhAAMQUAIyAAEyQQADEGACoIABMuEAAxBwAxIAATOBAAMQgAOAgAE0IQADEJAD8gABNM",
      "EAAxCgBGCAATVhAAMQsATSAAJGAE3AARVAgAE2oQADENAFsgABN0EAAxDgBiCAATfhAAMQ8AaSAAFIgdASEAcAYAJJIEAAER",
      "dyAAJJwEAAERfggAFaYAAREFIAAVsAABAloBFboAARETIAAVxAABERoIABXOAAERISAAFdgAAREoCAAV4gABES8gABXsAAER",
      "NggAFfYAATI9AAFpAAMAARJEKAAUBQABEUsgACQUBQABEVIIACQeBQABEVkgACQoBQABEWAGACQyBQABEWcgACQ8BQABEW4I",
      "ACRGBQABEXUgACRQBQABEXwIACRaBQABEQMgACRkBQABEQoIACRuBQABEREgACR4BQABERgIACSCBQABER8gACSMBQABESYI",
      "ACSWBQABES0gABWgAAERNAgAFaoAARE7IAAVtAABEUIIABW+AAERSSAAFcgAARFQBgAV0gABEVcgABXcAAERXggAFeYAARFl",
      "IAAV8AABEWwIABX6AAERcyAAJAQGAAESeogAFAYAAREBIAAkGAYAAREICAAkIgYAAREPIAAkLAYAAREWCAAkNgYAAREdIAAk",
      "QAYAAREkCAAkSgYAARErIAAkVAYAAREyCAAkXgYAARE5IAAkaAYAARFABgAkcgYAARFHIAAkfAYAARFOCAAkhgYAARFVIAAk",
      "kAYAARFcCAAkmgYAARFjIAAVpAABEWoIABWuAAERcSAAFbgAARF4CAAVwgABEX8gABXMAAECCQAV1gABEQ0gABXgAAERFAgA",
      "FeoAAREbIAAV9AABESIIABX+AAERKSAAJAgHAAERMAYAJBIHAAERNyAAJBwHAAERPggAJCYHAAERRSAAJDAHAAERTAgAJDoH",
      "AAERUyAAJEQHAAERWggAJE4HAAERYSAAJFgHAAERaAgAJGIHAAERbyAAJGwHAAERdggAJHYHAAERfSAAJIAHAAECGQQkigcA",
      "ARELIAAklAcAARESCAAkngcAAREZIAAVqAABESAGABWyAAERJyAAFbwAAREuCAAVxgABETUgABXQAAERPAgAFdoAARFDIAAV",
      "5AABEUoIABXuAAERUSAAFfgAARJYaAAUCAABEV8gACQMCAABEWYIACQWCAABEW0gACQgCAABEXQIACQqCAABEXsgACQ0CAAB",
      "EQIIACQ+CAABEQkgACRICAABERAGACRSCAABERcgACRcCAABER4IACRmCAABESUgACRwCAABESwIACR6CAABETMgACSECAAB",
      "EToIABOOEACABwBBAAEAAAAAAAAAYYnYFg==",
    ].join(""),
  ),
  lz4Blocks: bytesOf(
    [
      "BCJNGHxArAcAAAAAAABN4AQAAPIDqAcAABQAAABFVlRTBgAIAAQAAQATDAQABAIAZHgAAADoAw4AAgIAE/IQAJMBAAcAAQAA",
      "APwQADECAA4hABMGTQAxAwAVIAATEBAAMQQAHCAAExoQADEFACMgABMkEAAxBgAqIAATLhAAMQcAMSAAEzgQADEIADggABNC",
      "EAAxCQA/IAATTBAAMQoARiAAE1YQADELAE0gABNgEAAxDABUIAATahAAMQ0AWyAAE3QQADEOAGIgABN+EAAxDwBpIAATiBAA",
      "MAAAcAUAIwCSEAAxAQB3IAATnBAAMQIAfiAAE6YQADEDAAUgABOwEAARBF4BMwAAuhAAMQUAEyAAE8QQADAGABofACMAzhAA",
      "MQcAISAAE9gQADEIACggABPiEAAxCQAvIAAT7BAAMQoANiAAE/YQADELAD0gACEABRcAQQAMAEQJABMKEAAxDQBLIAATFBAA",
      "MQ4AUiAAEx4QADEPAFkgABMoEAAwAABgBQAjADIQADEBAGcgABM8EAAxAgBuIAATRhAAMQMAdSAAE1AQADEEAHwgABNaEAAx",
      "BQADIAATZBAAMQYACiAAE24QADEHABEgABN4EAAxCAAYIAATghAAMQkAHyAAE4wQADEKACYgABOWEAAxCwAtIAAToBAAMQwA",
      "NCAAE6oQADENADsgABO0EAAxDgBCIAATvhAAMQ8ASSAAE8gQADAAAFAFACMA0hAAMQEAVyAAE9wQADECAF4gABPmEAAxAwBl",
      "IAAT8BAAMQQAbCAAE/oQADEFAHMgACEEBhcAQQAGAHoJABMOEAAAXgMAYAMTGBAAMQgACCAAEyIQADEJAA9AABMsEAAxCgAW",
      "IAATNhAAMQsAHSAAE0AQADEMACQgABNKEAAxDQArIAATVBAAMQ4AMiAAE14QADEPADkgABNoEAAwAABABQAjAHIQADEBAEcg",
      "ABN8EAAxAgBOIAAThhAAMQMAVSAAE5AQADEEAFwgABOaEAAxBQBjIAATpBAAMQYAaiAAE64QADEHAHEgABO4EAARCI4EMwAA",
      "whAAMQkAfyAAE8wQACIKAAkAEtYHAEEACwANIAAT4BAAEQzyBDMAAOoQADENABsgABP0EAAwDgAiHwAjAP4QADEPACkgACEI",
      "BxcAQQAAADAGABMSEAAxAQA3IAATHBAAMQIAPiAAEyYQADEDAEUgABMwEAAxBABMIAATOhAAMQUAUyAAE0QQADEGAFogABNO",
      "EAAxBwBhIAATWBAAMQgAaCAAE2IQADEJAG8gABNsEAAxCgB2IAATdhAAMQsAfSAAE4AQABMM5gUTihAAMQ0ACyAAE5QQADEO",
      "ABJAABOeEAAxDwAZIAAALAYCAgARIAcAE7IgADEBACcgABO8EAAxAgAuIAATxhAAMQMANSAAE9AQADEEADwgABPaEAAxBQBD",
      "IAAT5BAAMQYASiAAE+4QADEHAFEgABP4EAAxCABYIAASAgcDQQAJAF8gABMMEAAxCgBmIAATFhAAMQsAbSAAEyAQADEMAHQg",
      "ABMqEAAxDQB7IAATNBAAMQ4AAiAAEz4QADEPAAkgABNIEAAwAAAQBQAjAFIQADEBABcgABNcEAAxAgAeIAATZhAAMQMAJSAA",
      "E3AQADEEACwgABN6EAAxBQAzIAAThBAAMQYAOiAAE44QAIAHAEEAAQAAAKVj3wcAAAAAYYnYFg==",
    ].join(""),
  ),
  zstd: bytesOf(
    [
      "KLUv/WSsBk0XABp2NAswoHZIc3DHPNZc4xzuMI9pTvEKd5jHNNeccaJlwZMTJY+Hh4eHN4YQQgghe++9CZEpqACkAKYAp9H1",
      "a/+22PqzT99E1p9p+vvh6s8qfQy7P4v0N0Luzxp9Bbc/S/R3QO3PCn3X7M8C/dWq/qzPVzP1Z3n+kvn+rM7vMoPz98rYn6n5",
      "UML+LMxfJV9/huUP6fozJ397bP1ZkW8j6894/H1x9WcyPordn6H4GyL3Zx6+htufUfg7ofZnCj6D2Z8B+Fug6s+2D5v6VaL+",
      "ct+v6rQK08t0/bPdTciQIjVOYM5P30x8A1n/xuFv7OrfJPxu928I/r7cv8G+mdu/ZX/B1H4t1M8y+zVOf6dU/dqlz2Tq1yb9",
      "NfL92qP/o7bob46xXzv0ZYT92qC/K75+7c8n0fVre/522Pq1O99C1q/J+fvg6tfafAS7XyvzN0Du17Z81u3XpPxV1X4tyUcz",
      "+7Uff8VU/ZqNv2Xq11j8rfL9mojvpIbhL5KxX3Pwg4T9GoG/O75+jXW5XP0clG9l93NH/j7J/ZyPn+T2czT+Cqn9nIrPY/Zz",
      "IP7WqPo5C9/F1M8x+Hvi+zkBH0Su+5th7N9GfQlh/+bp74Kvf8v0CXT9G6W/r61/g/S3rH9j9HfN1b8h+mV2/0bor5fcvwH6",
      "WG7/xudvlNq/4flLZv9G5y+Rqn97831M/Ruavze+f/vyYdys/E0x9m9Mvoiwfxvyd8PXv+n4FLr+DcbfBlsPf2Pk/m7OV3H7",
      "Ozd/R9T+zsznMPu7Ln8rVP0dle9g6u+W/D3w/V2QD2CH4+9q7O9c/FTY35H4e+br7zT8MF1/B+Gvlq2/M/CpZP2d62+Tq79L",
      "/SO7nwP1F0ju5zZ9Hbefs/R3Ru3nJH0Ws59z9LdE1c8p+h6mfs7Q3wvfzwn6EHJ+/iYY+zk9X0DYz9n52/r6uTg/6/o5Nn/T",
      "bP3cmD8m6+ey/AUKKNAPEKY3B3mZl3mZl3lkXs4rLyBQjgEppCmt",
    ].join(""),
  ),
};

describe("packed AEDAT 4", () => {
  it.each([
    [1, packed.lz4],
    [2, packed.lz4Blocks],
    [3, packed.zstd],
    [4, packed.zstd],
  ])("by method %i reads as it was written", async (compression, bytes) => {
    const file = aedat4({ compression, packets: [[0, [...bytes]]] });
    const { t, x, y, p } = await readEvents(file);
    expect(Array.from(t, (time, i) => ({ t: time, x: x[i], y: y?.[i], p: p[i] }))).toEqual(many);
  });

  it("takes what unpacks Zstandard where Node and packages are not", async () => {
    let asked = 0;
    const unzstd = (bytes: Uint8Array): Uint8Array => {
      asked++;
      return decompress(bytes);
    };
    const file = aedat4({ compression: 3, packets: [[0, [...packed.zstd]]] });
    expect((await readEvents(file, { unzstd })).t.length).toBe(many.length);
    expect(asked).toBe(1);
  });

  it.each([
    [1, packed.lz4],
    [3, packed.zstd],
  ])("by method %i is a sentence where it is damaged", async (compression, bytes) => {
    for (let at = 0; at < bytes.length; at += 3) {
      const damaged = bytes.slice();
      damaged[at] ^= 0x55;
      const file = aedat4({ compression, packets: [[0, [...damaged]]] });
      const outcome = await readEvents(file, { name: "a.aedat4" }).catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(FormatError);
      // LZ4 has a checksum, of all but where its blocks end; fzstd does not compare Zstandard's.
      else expect(compression).toBe(3);
    }
  });
});

describe("unpackLz4", () => {
  it("unpacks whole frames, and says where they end too early", () => {
    for (const frame of [packed.lz4, packed.lz4Blocks]) {
      expect(unpackLz4(frame, 1e6)).toEqual(payload);
      for (let end = 0; end < frame.length; end++)
        expect(() => unpackLz4(frame.subarray(0, end), 1e6)).toThrow(FormatError);
      expect(() => unpackLz4(frame, payload.length - 1)).toThrow(/expected at most|unpacks to more than/);
    }
  });

  const head = (flags: number, more: readonly number[] = []): number[] => {
    const described = [flags, 0x40, ...more];
    return [4, 0x22, 0x4d, 0x18, ...described, (xxh32(Uint8Array.from(described)) >>> 8) & 0xff];
  };

  it("takes blocks by hand: literals, a match that reaches into itself, a block that is not packed", () => {
    // Four literals; then back 2, 4 + 3 long; literals at the end.
    const block = [0x43, ...ascii("abcd"), 2, 0, 0x10, ...ascii("!")];
    const stored = ascii("xyz");
    const frame = [
      ...head(0x40),
      ...[...little(block.length, 4), ...block],
      ...[...little(2 ** 31 + stored.length, 4), ...stored],
      ...[0, 0, 0, 0],
    ];
    expect(String.fromCharCode(...unpackLz4(Uint8Array.from(frame), 100))).toBe("abcdcdcdcdc!xyz");
  });

  it.each<[string, number[], string]>([
    ["a size that cannot be", head(0x48, little(2 ** 40, 8)), "claims 1099511627776 bytes; expected at most"],
    [
      "a match before the start",
      [...head(0x40), ...little(4, 4), 0x10, 97, 5, 0],
      "begins before what was unpacked",
    ],
    ["a dictionary", head(0x41, [0, 0, 0, 0]), "needs a dictionary"],
    ["another version", [4, 0x22, 0x4d, 0x18, 0x80, 0x40, 0], "of another version"],
    ["a head that is damaged", [4, 0x22, 0x4d, 0x18, 0x40, 0x40, 0], "does not have its checksum"],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => unpackLz4(Uint8Array.from([...bytes, 0, 0, 0, 0, 0, 0, 0, 0]), 1000)).toThrow(message);
  });

  it("knows the checksum of xxHash", () => {
    // Known values: of nothing, and of a text longer than 16 bytes.
    expect(xxh32(new Uint8Array(0))).toBe(0x02cc5d05);
    expect(xxh32(Uint8Array.from(ascii("Nobody inspects the spammish repetition")))).toBe(0xe2293b2f);
  });
});

describe("zstdUnpacker", () => {
  it("counts what frames by hand may make before they are unpacked", async () => {
    const unpack = await zstdUnpacker(undefined, 300_000);
    // A single segment of two bytes, one block that is not packed.
    const plain = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 2, ...little(1 + 2 * 8, 3), 5, 6];
    expect([...unpack(Uint8Array.from(plain))]).toEqual([5, 6]);
    const bomb = Array.from({ length: 100 }, (_, i) => [
      ...little((i === 99 ? 1 : 0) + 2 + 8 * 131_072, 3),
      7,
    ]);
    const claims: readonly (readonly [number[], string])[] = [
      [[0x28, 0xb5, 0x2f, 0xfd, 0xe0, ...little(2 ** 40, 8), 1, 0, 0], "claims 1099511627776 bytes"],
      [[0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xff, 1, 0, 0], "claims"],
      [[0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38, ...bomb.flat()], "unpacks to more than 300000 bytes"],
      [[0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38, 0, 0, 0], "too early"],
      [[1, 2, 3, 4, 5, 6], "it is no Zstandard frame"],
    ];
    for (const [bytes, message] of claims) expect(() => unpack(Uint8Array.from(bytes))).toThrow(message);
  });
});
