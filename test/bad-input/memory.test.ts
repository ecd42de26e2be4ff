/** What does not fit into memory is refused before anything is changed, and costs nothing. */

import { beforeAll, describe, expect, it } from "vitest";
import {
  ATIF,
  init,
  Linear,
  memory,
  noGrad,
  ones,
  OutOfMemoryError,
  scope,
  Sequential,
  SMLP,
  zeros,
} from "../../src/index.js";
import { describeBackends } from "../backends.js";
import { expectUsable } from "./golden-forward.js";

describeBackends("out of memory", (backend) => {
  beforeAll(() => init({ backend }));

  it("names the bytes, and leaves what is held as it was", () => {
    const before = memory();
    for (let i = 0; i < 1000; i++) expect(() => zeros([2 ** 31])).toThrow(OutOfMemoryError);
    expect(() => zeros([2 ** 31])).toThrow(/\b8589934592 bytes/);
    expect(memory()).toEqual(before);
    expectUsable();
  });

  it("in the middle of a forward pass frees the layers before it", () => {
    const net = new Sequential(new Linear(1, 2 ** 18), new ATIF(), new Linear(2 ** 18, 1));
    const x = ones([2 ** 13, 1]);
    const before = memory().liveBytes;
    expect(() => scope(() => net.forward(x))).toThrow(OutOfMemoryError);
    expect(memory().liveBytes).toBe(before);
    net.reset();
    expect(scope(() => net.forward(ones([1, 1])).shape)).toEqual([1, 1]);
    expectUsable();
  });

  it("in run() leaves a model that takes a smaller batch", () => {
    const model = new SMLP({
      inputShape: [1],
      outputShape: [2],
      units: [2 ** 18],
      timesteps: 2,
      neuron: { kind: "ATIF" },
    });
    const [large, small] = [ones([2 ** 13, 1]), ones([1, 1])];
    const expected = noGrad(() => model.run(small).toArray());
    expect(() => noGrad(() => model.run(large))).toThrow(OutOfMemoryError);
    expect(noGrad(() => model.run(small).toArray())).toEqual(expected);
  });
});

describe("a model too large", () => {
  it.each(["wasm", "reference"] as const)(
    "is refused by %s, and a small one can be made after it",
    async (backend) => {
      await init({ backend });
      const make = (units: number[]): SMLP =>
        new SMLP({ inputShape: [4], outputShape: [3], units, timesteps: 1, neuron: { kind: "ATIF" } });
      expect(() => make([2 ** 16, 2 ** 16])).toThrow(OutOfMemoryError);
      expect(make([2]).run(ones([1, 4])).shape).toEqual([1, 3]);
    },
  );
});
