/** A small forward and backward with known bits: what must still come out right after anything went wrong. */

import { expect } from "vitest";
import { ATIF, memory, scope, tensor } from "../../src/index.js";

/** theta 1; inputs 0.5, 0.5, 1.75, -0.25 at four time steps: u = 0.5, 1 (fires), 1.75 (fires), 0.5. */
export function expectUsable(): void {
  const outputs = scope(() => {
    const neuron = new ATIF({ vthInitL: 1 });
    const x = [0.5, 0.5, 1.75, -0.25].map((value) => tensor([value], [1], { requiresGrad: true }));
    const y = x.map((each) => neuron.forward(each));
    y.reduce((sum, each) => sum.add(each)).backward();
    expect(x.map((each) => each.grad?.toArray()[0])).toEqual(x.map(() => expect.any(Number) as number));
    return y.map((each) => each.item());
  });
  expect(outputs).toEqual([0, 1, 1, 0]);
  expect(memory().liveBytes).toBeLessThan(2 ** 26);
}
