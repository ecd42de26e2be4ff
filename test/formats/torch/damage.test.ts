/** A sample of the damaged files of npm run fuzz (test/fuzz/torch.ts), and every bit of the headers of one file. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/errors.js";
import { readTorch } from "../../../src/formats/torch/read-torch.js";
import { fuzzTorch } from "../../fuzz/torch.js";

describe("a damaged file", () => {
  it("gives a sentence or exactly what it held, 1,000 times", () => {
    const tally = fuzzTorch(20, 1000);
    expect(tally.refused).toBeGreaterThan(600);
    expect(tally.unchanged).toBeGreaterThan(0);
    expect(tally.read).toBeGreaterThan(10);
  });

  it("gives the same when any byte of it is another, but where bytes mean nothing", () => {
    const path = new URL("../../exchange/files/pytorch/smlp_atif.rezipped.pth", import.meta.url);
    const bytes = new Uint8Array(readFileSync(path));
    const summary = (file: Uint8Array): string =>
      [...readTorch(file)]
        .map(([name, { shape, data }]) => `${name} ${shape.join()} ${data.join()}`)
        .join("\n");
    const whole = summary(bytes);
    let refused = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      bytes[at] ^= 0x41;
      try {
        expect(summary(bytes)).toBe(whole);
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        refused++;
      }
      bytes[at] ^= 0x41;
    }
    expect(refused).toBeGreaterThan(0.8 * bytes.length);
  });
});
