/** The state of a neuron between steps: v, reset, detach, shapes, graphs and memory. */

import { beforeAll, describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { ShapeError, StateError } from "../../src/errors.js";
import { init } from "../../src/kernels/select.js";
import { ATIF, MultiStepATIF } from "../../src/neurons/atif.js";
import type { BaseNode, NodeBackend } from "../../src/neurons/base-node.js";
import { IFNode } from "../../src/neurons/if-node.js";
import "../../src/ops/install.js";
import { memory } from "../../src/tensor/memory.js";
import { scope } from "../../src/tensor/scope.js";
import { ones, tensor, zeros, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";

const nodeBackends: NodeBackend[] = ["fused", "eager"];

function atif(theta: number, nodeBackend: NodeBackend = "fused"): ATIF {
  const node = new ATIF();
  node.setCoeffs(theta);
  node.backend = nodeBackend;
  return node;
}

describeBackends("state of a neuron", (backend) => {
  beforeAll(() => init({ backend }));

  describe("v", () => {
    it("is [1] at rest, takes the shape of the input, and is [1] again after reset", () => {
      const node = atif(1);
      expect([node.v.shape, [...node.v.toArray()]]).toEqual([[1], [0]]);
      node.forward(tensor([0.5, 0.25, 1.5], [3]));
      expect([node.v.shape, [...node.v.toArray()]]).toEqual([[3], [0.5, 0.25, 0.5]]);
      node.reset();
      expect([node.v.shape, [...node.v.toArray()]]).toEqual([[1], [0]]);
      expect(new IFNode({ vReset: -0.5 }).v.item()).toBe(-0.5);
    });

    it("reading it at rest changes nothing", () => {
      const [read, unread] = [atif(1), atif(1)];
      void read.v;
      const x = tensor([0.75, -0.25, 2], [3]);
      expect(read.forward(x).toArray()).toEqual(unread.forward(x).toArray());
      expect(read.v.toArray()).toEqual(unread.v.toArray());
    });

    it.each([
      ["one number for all", [0.5], [1], [1.25, 0.25]],
      ["a scalar", [0.5], [], [1.25, 0.25]],
      ["one number in two axes", [0.5], [1, 1], [1.25, 0.25]],
      ["one per neuron", [0.5, -0.5], [2], [1.25, -0.75]],
    ])("may be set to %s", (_, values, shape, after) => {
      for (const nodeBackend of nodeBackends) {
        const node = atif(4, nodeBackend);
        node.v = tensor(values, shape);
        const y = node.forward(tensor([0.75, -0.25], [2]));
        expect(y.shape).toEqual([2]);
        expect([node.v.shape, [...node.v.toArray()]]).toEqual([[2], after]);
      }
    });

    it("set to other than the input's shape, it is refused when they meet", () => {
      const node = atif(1);
      node.v = tensor([1, 2, 3], [3]);
      expect(() => node.forward(zeros([2]))).toThrow(ShapeError);
      expect(() => node.forward(zeros([2]))).toThrow(
        "ATIF: x is [2] per time step but the state v is [3], from another input; expected the same shape. " +
          "Call reset() on the layer or the model before a new batch.",
      );
    });

    it("must be a tensor", () => {
      const node = atif(1);
      expect(() => (node.v = 0 as unknown as Tensor)).toThrow(TypeError);
      expect(() => (node.v = 0 as unknown as Tensor)).toThrow(
        "v: an argument is 0; expected a Tensor. Make one with tensor(data, shape).",
      );
      expect(() => (node.v = null as unknown as Tensor)).toThrow(
        "v: an argument is null; expected a Tensor.",
      );
    });

    it("belongs to whoever asked for it: the layer going on does not take it away", () => {
      const node = atif(1);
      const first = scope(() => {
        node.forward(tensor([0.5, 0.25], [2]));
        return node.v;
      });
      scope(() => node.forward(tensor([0.5, 0.25], [2])));
      node.reset();
      expect([...first.toArray()]).toEqual([0.5, 0.25]);
      const later = node.v;
      later.dispose();
      expect(node.v.item()).toBe(0);
    });

    it("that was given stays the giver's", () => {
      const node = atif(4);
      const start = tensor([0.5], [1]);
      for (let i = 0; i < 3; i++) {
        scope(() => {
          node.reset();
          node.v = start;
          node.forward(tensor([1, 2], [2]));
          expect([...node.v.toArray()]).toEqual([1.5, 2.5]);
        });
      }
      expect(start.item()).toBe(0.5);
      node.v = start;
      start.dispose();
      expect(node.v.item()).toBe(0.5);
    });

    it("keeps its history when it is set under noGrad", () => {
      const node = atif(1);
      const start = tensor([0.25], [1], { requiresGrad: true });
      noGrad(() => (node.v = start));
      node
        .forward(tensor([0.5], [1]))
        .sum()
        .backward();
      expect(start.grad).not.toBeNull();
    });

    it("passes a gradient on to what it was set from", () => {
      for (const nodeBackend of nodeBackends) {
        const node = atif(1, nodeBackend);
        const start = tensor([0.25], [1], { requiresGrad: true });
        node.v = start;
        const x = tensor([0.75, 0.25], [2], { requiresGrad: true });
        node.forward(x).sum().backward();
        const [a, b] = x.grad?.toArray() ?? [];
        expect(start.grad?.item()).toBeCloseTo(a + b, 6);
      }
    });
  });

  describe("another shape without reset", () => {
    it.each([
      [4, 2],
      [4, 1],
      [1, 4],
      [2, 4],
    ])("batch %i then %i is refused, and works after reset", (before, after) => {
      for (const nodeBackend of nodeBackends) {
        const node = atif(1, nodeBackend);
        node.forward(ones([before, 3]));
        expect(() => node.forward(ones([after, 3]))).toThrow(ShapeError);
        expect(() => node.forward(ones([after, 3]))).toThrow(
          `ATIF: x is [${after}, 3] per time step but the state v is [${before}, 3], from another input; expected the same shape. ` +
            "Call reset() on the layer or the model before a new batch.",
        );
        // the state was not touched by the attempt
        expect(node.v.shape).toEqual([before, 3]);
        node.reset();
        expect(node.forward(ones([after, 3])).shape).toEqual([after, 3]);
      }
    });

    it("the same in step mode 'm', for features, and for the other axes in another order", () => {
      const node = new MultiStepATIF();
      node.forward(ones([4, 2, 3]));
      expect(() => node.forward(ones([4, 1, 3]))).toThrow(
        "x is [1, 3] per time step but the state v is [2, 3]",
      );
      expect(() => node.forward(ones([4, 3, 2]))).toThrow(
        "x is [3, 2] per time step but the state v is [2, 3]",
      );
      expect(() => node.forward(ones([4, 6]))).toThrow("x is [6] per time step but the state v is [2, 3]");
      // another number of time steps is no other shape
      expect(node.forward(ones([7, 2, 3])).shape).toEqual([7, 2, 3]);
    });
  });

  describe.each(nodeBackends)("graphs, %s", (nodeBackend) => {
    const x = (): Tensor => tensor([0.75, 1.25], [2]);

    it("a second training iteration without reset says to call reset() or detach()", () => {
      const node = atif(1, nodeBackend);
      node.forward(x()).sum().backward();
      const again = node.forward(x()).sum();
      expect(() => again.backward()).toThrow(
        /^backward through .* a second time: its graph was freed by the first backward\(\) or by the end of a scope\. Run the forward pass again; if a neuron carries state from before, call reset\(\) or detach\(\) on it first\.$/,
      );
    });

    it("is a StateError", () => {
      const node = atif(1, nodeBackend);
      node.forward(x()).sum().backward();
      const again = node.forward(x()).sum();
      expect(() => again.backward()).toThrow(StateError);
    });

    it("detach between them works: v stays, the gradient stops there", () => {
      const node = atif(1, nodeBackend);
      node.forward(x()).sum().backward();
      const v = node.v.toArray();
      node.detach();
      expect(node.v.toArray()).toEqual(v);
      expect(node.v.requiresGrad).toBe(false);
      node.zeroGrad();
      node.forward(x()).sum().backward();
      const truncated = node.vThreshold.grad?.item();
      // the same from a constant state
      const fresh = atif(1, nodeBackend);
      fresh.v = tensor(v, [2]);
      fresh.forward(x()).sum().backward();
      expect(truncated).toBe(fresh.vThreshold.grad?.item());
    });

    it("detach of a set v of one element keeps standing for all neurons", () => {
      const node = atif(1, nodeBackend);
      node.v = node.vThreshold.mul(0.5);
      node.detach();
      expect(node.v.requiresGrad).toBe(false);
      expect(node.forward(x()).shape).toEqual([2]);
    });

    it("reset before backward is fine: the graph holds what it needs", () => {
      const [early, late] = [atif(0.75, nodeBackend), atif(0.75, nodeBackend)];
      for (const node of [early, late]) {
        node.forward(x());
        const loss = node.forward(x()).sum();
        if (node === early) node.reset();
        loss.backward();
      }
      expect(early.vThreshold.grad?.item()).toBe(late.vThreshold.grad?.item());
      expect(early.vThreshold.grad?.item()).not.toBe(0);
    });

    it("reset makes training iterations independent", () => {
      const node = atif(0.75, nodeBackend);
      const gradients = [1, 2, 3].map(() => {
        node.reset();
        node.zeroGrad();
        node.forward(x());
        node.forward(x()).sum().backward();
        return node.vThreshold.grad?.item();
      });
      expect(new Set(gradients).size).toBe(1);
    });

    it("the gradient flows through the state from step to step", () => {
      const node = atif(1, nodeBackend);
      const first = tensor([0.5], [1], { requiresGrad: true });
      node.forward(first);
      node
        .forward(tensor([0.25], [1]))
        .sum()
        .backward();
      // s'(-0.25) (1 - s'(-0.5))
      expect(first.grad?.item()).toBeCloseTo(0.24613408 * (1 - 0.23500371), 6);
    });

    it("keeps the state in eval mode and under noGrad, without a graph there", () => {
      const node = atif(1, nodeBackend).eval();
      noGrad(() => node.forward(x()));
      expect(node.v.requiresGrad).toBe(false);
      expect([...node.v.toArray()]).toEqual([0.75, 0.25]);
    });
  });

  describe("storeVSeq", () => {
    it.each(nodeBackends)("holds v after every step of the last multi-step forward, %s", (nodeBackend) => {
      const node = new MultiStepATIF();
      node.setCoeffs(1);
      node.backend = nodeBackend;
      node.forward(tensor([0.5, 0.75, 1], [3, 1]));
      expect(node.vSeq).toBeNull();
      node.reset();
      node.storeVSeq = true;
      node.forward(tensor([0.5, 0.75, 1], [3, 1]));
      const kept = node.vSeq;
      expect(kept?.shape).toEqual([3, 1]);
      expect([...(kept?.toArray() ?? [])]).toEqual([0.5, 0.25, 0.25]);
      expect(kept?.requiresGrad).toBe(false);
      scope(() => node.forward(tensor([0.25], [1, 1])));
      expect([...(node.vSeq?.toArray() ?? [])]).toEqual([0.5]);
      // what was asked for stays
      expect([...(kept?.toArray() ?? [])]).toEqual([0.5, 0.25, 0.25]);
      node.reset();
      expect(node.vSeq).toBeNull();
    });

    it("is not kept in step mode 's'", () => {
      const node = atif(1);
      node.storeVSeq = true;
      node.forward(ones([2]));
      expect(node.vSeq).toBeNull();
    });
  });

  describe("memory", () => {
    /** Live bytes after each of ten rounds, less those after the second. */
    const growth = (round: () => void): number[] => {
      const live = Array.from({ length: 10 }, () => {
        round();
        return memory().liveBytes;
      });
      return live.map((bytes) => bytes - live[1]).slice(1);
    };
    const flat = new Array<number>(9).fill(0);

    const rounds: [string, (node: BaseNode, x: Tensor) => void][] = [
      ["training with reset", (node, x) => {
        node.reset();
        node.forward(x).sum().backward();
        node.zeroGrad();
      }],
      ["evaluation that forgot noGrad", (node, x) => {
        node.reset();
        node.forward(x);
        node.forward(x);
      }],
      ["truncated backpropagation", (node, x) => {
        node.detach();
        node.forward(x).sum().backward();
      }],
      ["storing v", (node, x) => {
        node.reset();
        node.stepMode = "m";
        node.storeVSeq = true;
        node.forward(x);
      }],
      ["streaming under noGrad", (node, x) => noGrad(() => node.forward(x))],
      ["streaming with detach", (node, x) => {
        node.detach();
        node.forward(x);
      }],
    ]; // prettier-ignore

    for (const nodeBackend of nodeBackends) {
      for (const [name, round] of rounds) {
        it(`is flat over scopes: ${name}, ${nodeBackend}`, () => {
          const node = Object.assign(new MultiStepATIF({ stepMode: "s" }), { backend: nodeBackend });
          const x = ones([1000]);
          expect(growth(() => scope(() => void round(node, x)))).toEqual(flat);
        });
      }
    }

    it("is flat when the layer is reset between scopes", () => {
      const node = new MultiStepATIF();
      const x = ones([1, 1000]);
      const round = (): void => {
        node.reset();
        scope(() => void node.forward(x));
      };
      expect(growth(round)).toEqual(flat);
    });

    it("a reset frees the potential at once, also in a scope", () => {
      const node = new MultiStepATIF();
      noGrad(() => scope(() => node.forward(ones([1, 1000])).dispose()));
      const held = memory().liveBytes;
      scope(() => {
        node.reset();
        expect(memory().liveBytes).toBe(held - 4000);
      });
    });

    it("a graph that left its scope is still differentiable after the layer has moved on", () => {
      const node = atif(0.9);
      const x = tensor([0.5, 1.5], [2], { requiresGrad: true });
      const y = scope(() => node.forward(x));
      scope(() => {
        node.reset();
        node.forward(ones([5]));
      });
      y.sum().backward();
      expect(x.grad?.toArray().every((slope) => slope > 0)).toBe(true);
    });
  });
});
