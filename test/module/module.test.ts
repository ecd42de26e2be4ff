/** Modules: names, state dicts, modes. */

import { beforeAll, describe, expect, it } from "vitest";
import { ShapeError } from "../../src/errors.js";
import { init } from "../../src/kernels/select.js";
import { permutedLayout, sameLayout } from "../../src/module/layout.js";
import { Module } from "../../src/module/module.js";
import { type LoadableStateDict } from "../../src/module/state-dict.js";
import { Parameter } from "../../src/module/parameter.js";
import { ATIF, MultiStepATIF } from "../../src/neurons/atif.js";
import "../../src/ops/install.js";
import { ones, tensor, zeros, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";

/** y = x w + shift, with w stored transposed in state dicts, as a linear layer's is. */
class Affine extends Module {
  readonly weight: Parameter;
  readonly shift: Tensor;

  constructor() {
    super();
    const layout = permutedLayout([2, 3], [1, 0], [3, 2]);
    this.weight = this.registerParameter("weight", new Parameter(tensor([1, 2, 3, 4, 5, 6], [2, 3])), {
      layout: () => layout,
    });
    this.shift = this.registerBuffer("shift", tensor([0.5], []));
  }

  forward(x: Tensor): Tensor {
    return x.matmul(this.weight).add(this.shift);
  }
}

class Net extends Module {
  readonly first = this.registerChild("first", new Affine());
  readonly spikes = this.registerChild("spikes", new MultiStepATIF({ stepMode: "s" }));
  readonly nested = this.registerChild("layers", new Pair());

  forward(x: Tensor): Tensor {
    return this.spikes.forward(this.first.forward(x));
  }
}

class Pair extends Module {
  readonly a = this.registerChild("0", new MultiStepATIF({ stepMode: "s" }));
  readonly b = this.registerChild("1", new Affine());

  forward(x: Tensor): Tensor {
    return this.a.forward(x);
  }
}

describeBackends("Module", (backend) => {
  beforeAll(() => init({ backend }));

  const names = ["first.weight", "first.shift", "spikes.v_threshold", "layers.0.v_threshold", "layers.1.weight", "layers.1.shift"]; // prettier-ignore

  describe("names", () => {
    it("are dotted, in order of registration", () => {
      const net = new Net();
      expect(net.namedModules().map(([name]) => name)).toEqual([
        "",
        "first",
        "spikes",
        "layers",
        "layers.0",
        "layers.1",
      ]);
      expect(net.namedParameters().map(([name]) => name)).toEqual([
        "first.weight",
        "spikes.v_threshold",
        "layers.0.v_threshold",
        "layers.1.weight",
      ]);
      expect(net.parameters()).toEqual(net.namedParameters().map(([, parameter]) => parameter));
      expect(Object.keys(net.stateDict())).toEqual(names);
    });
  });

  describe("state dicts", () => {
    it("are copies in the foreign layout", () => {
      const net = new Net();
      const dict = net.stateDict();
      expect(dict["first.weight"]).toEqual({ shape: [3, 2], data: Float32Array.of(1, 4, 2, 5, 3, 6) });
      expect(dict["first.shift"]).toEqual({ shape: [], data: Float32Array.of(0.5) });
      dict["first.weight"].data[0] = 9;
      dict["first.weight"].shape[0] = 9;
      expect(net.stateDict()["first.weight"].data[0]).toBe(1);
      expect(net.first.weight.shape).toEqual([2, 3]);
    });

    it("go round: what is loaded is what was saved, and forward sees it", () => {
      const [one, other] = [new Net(), new Net()];
      one.first.weight.data.set([6, 5, 4, 3, 2, 1]);
      one.first.shift.data[0] = -1;
      one.spikes.setCoeffs(0.25);
      expect(other.loadStateDict(one.stateDict())).toEqual({ missing: [], unexpected: [] });
      expect(other.stateDict()).toEqual(one.stateDict());
      const x = tensor([1, 2], [1, 2]);
      expect(other.first.forward(x).toArray()).toEqual(Float32Array.of(11, 8, 5));
      expect(other.first.forward(x).toArray()).toEqual(one.first.forward(x).toArray());
    });

    it("ignore num_batches_tracked, wherever it stands", () => {
      const net = new Net();
      const dict: Record<string, LoadableStateDict[string]> = {
        ...net.stateDict(),
        "layers.bn1.num_batches_tracked": { shape: [], data: [7] },
      };
      expect(net.loadStateDict(dict)).toEqual({ missing: [], unexpected: [] });
    });

    it("name what is missing and unexpected; { strict: false } loads the rest and says so", () => {
      const net = new Net();
      const dict: Record<string, LoadableStateDict[string]> = {
        ...net.stateDict(),
        extra: { shape: [1], data: [1] },
      };
      delete dict["spikes.v_threshold"];
      delete dict["layers.1.shift"];
      expect(() => net.loadStateDict(dict)).toThrow(RangeError);
      expect(() => net.loadStateDict(dict)).toThrow(
        "loadStateDict: missing spikes.v_threshold, layers.1.shift; unexpected extra; expected the names of this model. " +
          "Check its layers, or pass { strict: false }.",
      );
      dict["first.shift"] = { shape: [], data: [42] };
      expect(net.loadStateDict(dict, { strict: false })).toEqual({
        missing: ["spikes.v_threshold", "layers.1.shift"],
        unexpected: ["extra"],
      });
      expect(net.first.shift.item()).toBe(42);
    });

    it("do not take inherited names for their own", () => {
      const net = new ATIF();
      const inherits = Object.create(net.stateDict()) as LoadableStateDict;
      expect(() => net.loadStateDict(inherits)).toThrow(/^loadStateDict: (missing v_threshold|got )/);
      expect(() => net.loadStateDict({ ...net.stateDict(), toString: { shape: [1], data: [1] } })).toThrow(
        "unexpected toString",
      );
    });

    it("list at most five names", () => {
      const net = new Net();
      expect(() => net.loadStateDict({})).toThrow(
        `missing ${names.slice(0, 5).join(", ")} and 1 more; expected the names`,
      );
    });

    it.each<[string, unknown, string]>([
      ["another shape", { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] }, "loadStateDict: layers.1.weight is [2, 3] with 6 numbers; expected [3, 2]."],
      ["too few numbers", { shape: [3, 2], data: [1, 2, 3, 4, 5] }, "loadStateDict: layers.1.weight is [3, 2] with 5 numbers; expected [3, 2]."],
      ["NaN", { shape: [3, 2], data: [1, 2, 3, 4, 5, NaN] }, "loadStateDict: layers.1.weight holds NaN at element 5; expected finite float32 numbers. The model may have diverged in training."],
      ["what float32 cannot hold", { shape: [3, 2], data: [1, 1e39, 3, 4, 5, 6] }, "loadStateDict: layers.1.weight holds 1e+39 at element 1;"],
      ["no numbers", { shape: [3, 2], data: ["1", 2, 3, 4, 5, 6] }, "loadStateDict: layers.1.weight holds"],
      ["nothing", null, "loadStateDict: layers.1.weight is"],
      ["no data", { shape: [3, 2] }, "loadStateDict: layers.1.weight is"],
      ["no shape", { data: [1, 2, 3, 4, 5, 6] }, "loadStateDict: layers.1.weight is"],
    ])("refuse %s, and nothing is changed", (_, entry, message) => {
      const net = new Net();
      const before = net.stateDict();
      const dict = { ...new Net().stateDict(), "first.shift": { shape: [], data: [7] }, "layers.1.weight": entry };
      expect(() => net.loadStateDict(dict as LoadableStateDict)).toThrow(message);
      expect(net.stateDict()).toEqual(before);
    }); // prettier-ignore

    it("refuse what is no dictionary", () => {
      expect(() => new Net().loadStateDict(null as never)).toThrow("loadStateDict: got null; expected an");
    });

    it("a wrong shape is a ShapeError", () => {
      const load = (): unknown => new ATIF().loadStateDict({ v_threshold: { shape: [2], data: [1, 1] } });
      expect(load).toThrow(ShapeError);
    });

    it("loading between forward and backward is noticed", () => {
      const net = new Affine();
      const x = ones([1, 2], { requiresGrad: true });
      const loss = net.forward(x).sum();
      net.loadStateDict(net.stateDict());
      expect(() => loss.backward()).toThrow("was changed in place after the forward pass");
    });
  });

  describe("modes", () => {
    it("train and eval reach everything below", () => {
      const net = new Net();
      const modes = (): boolean[] => net.namedModules().map(([, module]) => module.training);
      expect(modes()).toEqual(new Array(6).fill(true));
      expect(net.eval()).toBe(net);
      expect(modes()).toEqual(new Array(6).fill(false));
      net.train();
      expect(modes()).toEqual(new Array(6).fill(true));
    });

    it("stepMode reaches everything below", () => {
      const net = new Net();
      net.stepMode = "m";
      expect(net.namedModules().map(([, module]) => module.stepMode)).toEqual(new Array(6).fill("m"));
      expect(() => (net.stepMode = "t" as "m")).toThrow('Net: stepMode is "t"; expected one of "s", "m".');
    });

    it("reset and detach reach every neuron", () => {
      const net = new Net();
      net.forward(ones([2, 2]));
      net.nested.forward(ones([5]));
      expect([net.spikes.v.shape, net.nested.a.v.requiresGrad]).toEqual([[2, 3], true]);
      net.detach();
      expect([net.spikes.v.requiresGrad, net.nested.a.v.requiresGrad]).toEqual([false, false]);
      net.reset();
      expect([net.spikes.v.shape, net.nested.a.v.shape]).toEqual([[1], [1]]);
    });

    it("zeroGrad forgets every gradient", () => {
      const net = new Net();
      net
        .forward(ones([2, 2]))
        .sum()
        .backward();
      expect(net.first.weight.grad).not.toBeNull();
      net.zeroGrad();
      expect(net.parameters().map((parameter) => parameter.grad)).toEqual([null, null, null, null]);
    });
  });

  describe("Parameter", () => {
    it("requires a gradient, decays, and takes over its values", () => {
      const values = zeros([2]);
      const parameter = new Parameter(values);
      expect([parameter.requiresGrad, parameter.decays, parameter.minimum]).toEqual([true, true, null]);
      expect([values.disposed, [...parameter.toArray()]]).toEqual([true, [0, 0]]);
      expect(new Parameter(zeros([1]), { decays: false, minimum: 0.5 }).minimum).toBe(0.5);
    });
  });

  describe("layouts", () => {
    it("permute axes both ways", () => {
      // HWIO [2, 2, 1, 3] here, OIHW [3, 1, 2, 2] there
      const layout = permutedLayout([2, 2, 1, 3], [3, 2, 0, 1], [3, 1, 2, 2]);
      const own = Float32Array.from({ length: 12 }, (_, i) => i);
      const foreign = layout.toForeign(own);
      expect([...foreign]).toEqual([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
      expect(layout.toOwn(foreign)).toEqual(own);
      expect(layout.foreign).toEqual([3, 1, 2, 2]);
    });

    it("join axes, and cope with none", () => {
      // columns [H, W, C] of a linear layer after a flatten are [C, H, W] in PyTorch
      const layout = permutedLayout([2, 1, 2], [2, 0, 1], [4]);
      expect([...layout.toForeign(Float32Array.of(1, 2, 3, 4))]).toEqual([1, 3, 2, 4]);
      expect([...permutedLayout([0, 2], [1, 0], [2, 0]).toForeign(new Float32Array())]).toEqual([]);
    });

    it("the same layout copies", () => {
      const layout = sameLayout([2]);
      const own = Float32Array.of(1, 2);
      const foreign = layout.toForeign(own);
      foreign[0] = 9;
      expect([...own]).toEqual([1, 2]);
      expect(layout.toOwn([0.1, 2])).toEqual(Float32Array.of(0.1, 2));
    });
  });
});
