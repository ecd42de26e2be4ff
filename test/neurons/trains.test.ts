/** Spike trains worked out by hand. All values are exact in float32. */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import type { NodeBackend } from "../../src/neurons/base-node.js";
import { describeBackends } from "../backends.js";
import { drive, layer } from "./drive.js";

interface Row {
  theta?: number;
  v0?: number;
  x: number | number[];
  T?: number;
  train: string;
  /** Potentials after every step, where they were worked out. */
  v?: number[];
}

const rows: Row[] = [
  { x: 0.25, T: 8, train: "00010001", v: [0.25, 0.5, 0.75, 0, 0.25, 0.5, 0.75, 0] },
  { x: 0.375, T: 8, train: "00100101", v: [0.375, 0.75, 0.125, 0.5, 0.875, 0.25, 0.625, 0] },
  { x: 0.625, T: 8, train: "01011011", v: [0.625, 0.25, 0.875, 0.5, 0.125, 0.75, 0.375, 0] },
  { x: 1, T: 4, train: "1111", v: [0, 0, 0, 0] },
  { x: 1.5, T: 4, train: "1111", v: [0.5, 1, 1.5, 2] },
  { x: -0.5, T: 4, train: "0000", v: [-0.5, -1, -1.5, -2] },
  { v0: 0.5, x: 0.75, T: 4, train: "1101", v: [0.25, 0, 0.75, 0.5] },
  { theta: 0.875, x: 0.5, T: 8, train: "01010110", v: [0.5, 0.125, 0.625, 0.25, 0.75, 0.375, 0, 0.5] },
  { x: [0.5, -1, 1.5, 1], train: "0011", v: [0.5, -0.5, 0, 0] },
  { x: [0.75, 0.75, -2, 0.75], train: "0100", v: [0.75, 0.5, -1.5, -0.75] },
  { v0: 0.5, x: 0.375, T: 8, train: "01010010", v: [0.875, 0.25, 0.625, 0, 0.375, 0.75, 0.125, 0.5] },
  // an input at the threshold fires: a tie counts
  { theta: 0.75, x: [0.75, 0.5, 0.5], train: "101", v: [0, 0.5, 0.25] },
  // one spike a step at most: what is left stays in v
  { x: [5, 0, 0, 0, 0, 0], train: "111110", v: [4, 3, 2, 1, 0, 0] },
];

describeBackends("trains by hand", (backend) => {
  beforeAll(() => init({ backend }));

  describe.each<NodeBackend>(["fused", "eager"])("%s", (nodeBackend) => {
    it.each(rows)("theta $theta, v0 $v0, x $x: $train", ({ theta = 1, v0 = 0, x, T = 0, train, v }) => {
      const steps = typeof x === "number" ? new Array<number>(T).fill(x) : x;
      const driven = drive(layer(theta, { backend: nodeBackend }), { x: steps, T: steps.length, v0: [v0] });
      expect(driven.train(0)).toBe(train);
      expect([...driven.y]).toEqual([...train].map((z) => (z === "1" ? theta : 0)));
      expect([...driven.v]).toEqual(v);
    });
  });

  it("steps in float32: a tenth of the threshold reaches it in ten steps, which it would not in float64", () => {
    let sum = 0;
    for (let t = 0; t < 10; t++) sum += 0.1;
    expect(sum).toBeLessThan(1);
    expect(drive(layer(1), { x: [0.1], T: 10, constant: true }).train(0)).toBe("0000000001");
  });

  it("fires on float32(0.9) at a threshold of 0.9", () => {
    expect(drive(layer(0.9), { x: [0.9], T: 1 }).train(0)).toBe("1");
  });
});
