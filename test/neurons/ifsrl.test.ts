/** IFSRL as a module, where its reference has a reset and a state of its own. */

import { beforeAll, describe, expect, it } from "vitest";
import { ShapeError } from "../../src/errors.js";
import { init } from "../../src/kernels/select.js";
import type { NodeBackend } from "../../src/neurons/base-node.js";
import { IFSRL } from "../../src/neurons/ifsrl.js";
import "../../src/ops/install.js";
import { ones, tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";

describeBackends("IFSRL", (backend) => {
  beforeAll(() => init({ backend }));

  it("has the defaults of the reference: alpha 1, v [1] at 0, theta from 0.8 to 1", () => {
    const nodes = Array.from({ length: 100 }, () => new IFSRL());
    const thetas = nodes.map(({ vpTh }) => vpTh.item());
    expect(Math.min(...thetas)).toBeGreaterThanOrEqual(Math.fround(0.8));
    expect(Math.max(...thetas)).toBeLessThanOrEqual(1);
    expect(Math.max(...thetas) - Math.min(...thetas)).toBeGreaterThan(0.1);
    const [{ alpha, v, vpTh, vReset, detachReset, stepMode }] = nodes;
    expect([alpha, v.shape, v.item(), vpTh.shape, vpTh.requiresGrad]).toEqual([1, [1], 0, [1], true]);
    expect([vReset, detachReset, stepMode]).toEqual([null, false, "s"]);
  });

  describe.each<NodeBackend>(["fused", "eager"])("%s", (nodeBackend) => {
    const atHalf = (): IFSRL => {
      const node = new IFSRL();
      node.setCoeffs(0.5);
      node.backend = nodeBackend;
      return node;
    };

    it("gives z and not theta z, and keeps what is left over", () => {
      const node = atHalf();
      const outputs = [1, 2, 3].map(() => [...node.forward(tensor([0.25, 0.75, -1])).toArray()]);
      expect(outputs).toEqual([
        [0, 1, 0],
        [1, 1, 0],
        [0, 1, 0],
      ]);
      expect([...node.v.toArray()]).toEqual([0.25, 0.75, -3]);
    });

    it("reset forgets the graph: a second training iteration gives the gradient of the first", () => {
      const node = atHalf();
      const gradients = [1, 2].map(() => {
        node.reset();
        node.zeroGrad();
        node.forward(tensor([0.25, 0.75]));
        node
          .forward(tensor([0.5, -0.25]))
          .sum()
          .backward();
        return node.vpTh.grad?.item();
      });
      expect(gradients[1]).toBe(gradients[0]);
      expect(gradients[0]).toBeLessThan(0);
    });

    it("reset forgets the shape, and without it another batch is refused", () => {
      const node = atHalf();
      node.forward(ones([4, 3]));
      expect(() => node.forward(ones([1, 3]))).toThrow(ShapeError);
      expect(() => node.forward(ones([1, 3]))).toThrow(
        "IFSRL: x is [1, 3] per time step but the state v is [4, 3], from another input; expected the same shape.",
      );
      node.reset();
      expect(node.v.shape).toEqual([1]);
      expect(node.forward(ones([1, 3])).shape).toEqual([1, 3]);
    });
  });
});
