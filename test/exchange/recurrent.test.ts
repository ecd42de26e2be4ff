/** Networks with feedback as one layer: against the same layers by hand, through time, in files, under inspection. */

import { beforeAll, describe, expect, it } from "vitest";
import { gradcheck } from "../../src/autograd/gradcheck.js";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { Dataset } from "../../src/datasets/dataset.js";
import { ShapeError } from "../../src/errors.js";
import "../../src/exchange/kinds.js";
import { Recurrent } from "../../src/graph/recurrent/recurrent.js";
import type { RecurrentOptions } from "../../src/graph/recurrent/recurrent-plan.js";
import { CurrentLIF } from "../../src/exchange/neurons/current-lif.js";
import { writeNir } from "../../src/exchange/nir/write-nir.js";
import { decodeModel, encodeModel } from "../../src/formats/model-file.js";
import { recordActivity } from "../../src/inspection/activity.js";
import { inspectLayers } from "../../src/inspection/inspect-layers.js";
import { networkLayers } from "../../src/inspection/network-layers.js";
import { init } from "../../src/kernels/select.js";
import { Linear } from "../../src/layers/linear.js";
import { GraphModel } from "../../src/models/graph-model.js";
import { OwnModel } from "../../src/models/own-model.js";
import type { StepMode } from "../../src/module/module.js";
import "../../src/ops/install.js";
import { at, stack } from "../../src/ops/slice.js";
import { Generator, manualSeed } from "../../src/random/generator.js";
import { sizeOf, type Shape } from "../../src/shapes.js";
import { memory } from "../../src/tensor/memory.js";
import { scope } from "../../src/tensor/scope.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";

const list = (t: Tensor): number[] => [...t.data];

function numbers(shape: Shape, seed: number): Tensor {
  const random = new Generator(seed);
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(-0.5, 1.5)),
    shape,
  );
}

const linear = (name: string, size: number) => {
  return { name, kind: "Linear", options: { inFeatures: size, outFeatures: size } } as const;
};

/** Spikes that come back through weights. */
const spiking: RecurrentOptions = {
  inputs: [[3]],
  layers: [
    { name: "cell.lif", kind: "CurrentLIF", options: { vThreshold: 0.5, detachReset: true } },
    linear("cell.w", 3),
  ],
  feedback: [{ from: "cell.w", to: "cell.lif" }],
  output: "cell.lif",
};

/** Without spikes, so that it is smooth. */
const leaky: RecurrentOptions = {
  inputs: [[3]],
  layers: [{ name: "li", kind: "LI", options: { tau: 3, learn: ["tau"] } }, linear("w", 3)],
  feedback: [{ from: "w", to: "li" }],
  output: "li",
};

beforeAll(async () => {
  await init({ backend: "wasm", threads: 1 });
  manualSeed(4);
});

describe("what is fed back", () => {
  it("is the value of the step before, added to what is read; 0 at first", () => {
    const layer = new Recurrent({
      inputs: [[1]],
      layers: [{ name: "half", kind: "Scale", options: { scale: 0.5 } }],
      feedback: [{ from: "half", to: "half" }],
    });
    const steps = (xs: readonly number[]): number[] =>
      xs.map((x) => layer.forward(tensor([x], [1, 1])).item());
    expect(steps([1, 1, 1])).toEqual([0.5, 0.75, 0.875]);
    expect(steps([0])).toEqual([0.4375]);
    layer.reset();
    expect(steps([0, 1])).toEqual([0, 0.5]);
  });

  it("several edges are added up, to any input and from any layer", () => {
    const layer = new Recurrent({
      inputs: [[1], [1]],
      layers: [
        { name: "a", kind: "Scale", options: { scale: 2 } },
        { name: "b", kind: "Scale", options: { scale: 3 }, inputs: ["input2"] },
        { name: "sum", kind: "Add", inputs: ["a", "b"] },
      ],
      feedback: [
        { from: "a", to: "b" },
        { from: "b", to: "b" },
        { from: "sum", to: "sum" },
      ],
    });
    const step = (x: number, y: number): number =>
      layer.forward(tensor([x], [1, 1]), tensor([y], [1, 1])).item();
    expect(step(1, 1)).toBe(5);
    // a = 2, b = 3 (1 + 2 + 3), and the sum before.
    expect(step(1, 1)).toBe(2 + 18 + 5);
  });

  it.each(["s", "m"] as const)(
    "gives, bit for bit, what the layers by hand give, in step mode '%s'",
    (stepMode) => {
      const layer = new Recurrent(spiking);
      layer.stepMode = stepMode;
      const dict = layer.stateDict();
      expect(Object.keys(dict)).toEqual([
      "cell.lif.tau", "cell.lif.r", "cell.lif.v_leak", "cell.lif.v_threshold", "cell.lif.v_reset",
      "cell.w.weight", "cell.w.bias",
    ]); // prettier-ignore
      const lif = new CurrentLIF({ vThreshold: 0.5, detachReset: true });
      const w = new Linear(3, 3);
      w.loadStateDict({ weight: dict["cell.w.weight"], bias: dict["cell.w.bias"] });
      const [x, again] = [numbers([6, 2, 3], 1), numbers([6, 2, 3], 1)];
      for (const each of [x, again]) each.requiresGrad = true;
      const ys: Tensor[] = [];
      for (let t = 0; t < 6; t++) {
        const before = ys.at(-1);
        ys.push(lif.forward(before === undefined ? again.at(t) : again.at(t).add(w.forward(before))));
      }
      const weights = numbers([6, 2, 3], 2);
      const y =
        stepMode === "m"
          ? layer.forward(x)
          : stack(Array.from({ length: 6 }, (_, t) => layer.forward(x.at(t))));
      expect(list(y)).toEqual(list(stack(ys)));
      expect(new Set(list(y))).toEqual(new Set([0, 1]));
      y.mul(weights).sum().backward();
      stack(ys).mul(weights).sum().backward();
      expect(list(x.grad as Tensor)).toEqual(list(again.grad as Tensor));
      const [weight, bias] = layer.parameters();
      expect(list(weight.grad as Tensor)).toEqual(list(w.weight.grad as Tensor));
      expect(list(bias.grad as Tensor)).toEqual(list(w.bias?.grad as Tensor));
      expect(list(weight.grad as Tensor).some((g) => g !== 0)).toBe(true);
    },
  );

  it("has the gradients of finite differences, through time", () => {
    const layer = new Recurrent(leaky);
    layer.stepMode = "m";
    const x = numbers([5, 2, 3], 3);
    x.requiresGrad = true;
    const fn = (): Tensor => {
      layer.reset();
      return layer.forward(x);
    };
    expect(layer.parameters().length).toBe(3);
    expect(gradcheck(fn, [x, ...layer.parameters()]).worst.error).toBeLessThan(1e-2);
  });

  it("is cut from its past by detach(), and kept", () => {
    const layer = new Recurrent(leaky);
    const x = numbers([2, 3], 4);
    x.requiresGrad = true;
    layer.forward(x);
    layer.detach();
    const y = layer.forward(numbers([2, 3], 5));
    y.sum().backward();
    expect(x.grad).toBe(null);
    const whole = new Recurrent(leaky);
    whole.loadStateDict(layer.stateDict());
    noGrad(() => whole.forward(x));
    expect(list(whole.forward(numbers([2, 3], 5)))).toEqual(list(y));
  });

  it("leaks no memory, and refuses another batch without reset()", () => {
    const layer = new Recurrent(spiking);
    layer.stepMode = "m";
    const x = numbers([4, 2, 3], 6);
    layer.reset();
    const { liveBytes } = memory();
    scope(() => void noGrad(() => layer.forward(x)));
    expect(() => scope(() => layer.forward(numbers([4, 1, 3], 6)))).toThrow(
      /Recurrent: the feedback to cell.lif: x is \[1, 3\] per time step but the state v is \[2, 3\].*Call reset\(\)/,
    );
    layer.reset();
    scope(
      () =>
        void layer
          .forward(numbers([4, 1, 3], 6))
          .sum()
          .backward(),
    );
    layer.reset();
    layer.zeroGrad();
    expect(memory().liveBytes).toBe(liveBytes);
  });
});

/** Linear, feedback, Linear. */
function modelOf(options: RecurrentOptions, stepMode: StepMode = "s"): GraphModel {
  return new GraphModel({
    inputShape: [3],
    outputShape: [2],
    timesteps: 4,
    stepMode,
    layers: [
      linear("fc", 3),
      { name: "rec", kind: "Recurrent", options: { ...options } },
      { name: "out", kind: "Linear", options: { inFeatures: 3, outFeatures: 2 } },
    ],
  });
}

describe("in a network", () => {
  it("is run, streamed, and stored in a file with what its layers are now", () => {
    const model = modelOf(spiking);
    const x = numbers([2, 3], 8);
    const mean = list(noGrad(() => model.run(x)));
    model.reset();
    const sum = [0, 1, 2, 3].map(() => noGrad(() => model.stream(x)));
    const streamed = list(
      sum
        .slice(1)
        .reduce((total, y) => total.add(y), sum[0])
        .div(4),
    );
    expect(streamed).toEqual(mean);
    const [lif] = model.neurons();
    lif.alpha = 7;
    const { model: again } = decodeModel(encodeModel(model));
    expect(list(noGrad(() => again.run(x)))).toEqual(mean);
    expect(again.neurons()[0].alpha).toBe(7);
    expect(again.architecture).toEqual(model.architecture);
    const at = { ...again.architecture, options: { ...again.architecture.options, stepMode: "m" as const } };
    const inSequence = new GraphModel(at.options as never);
    inSequence.loadStateDict(model.stateDict());
    expect(list(noGrad(() => inSequence.run(x)))).toEqual(mean);
  });

  it.each(["s", "m"] as const)(
    "its neurons are seen under dotted names, in step mode '%s'",
    async (stepMode) => {
      const model = modelOf(spiking, stepMode);
      expect(model.spikingLayers().map(([name]) => name)).toEqual(["rec.cell.lif"]);
      const x = numbers([1, 3], 9);
      const { layers } = recordActivity(model, x);
      expect(layers.map(({ name, kind, spikes }) => [name, kind, spikes.length])).toEqual([
        ["rec.cell.lif", "CurrentLIF", 12],
      ]);
      const [{ charged, potential, spikes }] = layers;
      // Where it did not fire, what was charged stays.
      charged.forEach((u, i) => {
        expect(u > 0.5 ? 1 : 0).toBe(spikes[i]);
        expect(potential[i]).toBe(spikes[i] === 1 ? 0 : u);
      });
      expect(networkLayers(model).map(({ name, kind, parameters }) => [name, kind, parameters])).toEqual([
        ["fc", "Linear", 12],
        ["rec", "Recurrent", 0],
        ["rec.cell.lif", "CurrentLIF", 0],
        ["rec.cell.w", "Linear", 12],
        ["out", "Linear", 8],
      ]);
      const data = new Dataset({
        name: "two",
        x: numbers([2, 3], 1).toArray(),
        labels: Int32Array.of(0, 1),
        sampleShape: [3],
        classes: 2,
      });
      expect((await inspectLayers(model, data)).map(({ name }) => name)).toEqual(["rec.cell.lif"]);
    },
  );

  it("takes several inputs, and holds others like itself", () => {
    const inner = { name: "inner", kind: "Recurrent", options: { ...leaky } } as const;
    const nested: RecurrentOptions = {
      inputs: [[3], [3]],
      layers: [{ name: "sum", kind: "Add", inputs: ["input", "input2"] }, inner],
      feedback: [{ from: "inner", to: "sum" }],
      output: "inner",
    };
    const model = new GraphModel({
      inputShape: [3],
      outputShape: [3],
      timesteps: 3,
      layers: [
        linear("a", 3),
        { ...linear("b", 3), inputs: ["input"] },
        { name: "rec", kind: "Recurrent", options: { ...nested }, inputs: ["a", "b"] },
      ],
    });
    const x = numbers([2, 3], 10);
    const mean = list(noGrad(() => model.run(x)));
    const { model: again } = decodeModel(encodeModel(model));
    expect(list(noGrad(() => again.run(x)))).toEqual(mean);
    expect(Object.keys(model.stateDict())).toContain("rec.inner.w.weight");
  });

  it("is recognised in a class of one's own, which is stored as its layers", () => {
    class Mine extends OwnModel {
      readonly #fc = this.registerChild("fc", new Linear(3, 3));
      readonly #rec = this.registerChild("rec", new Recurrent(spiking));

      constructor() {
        super([3], [3], 4, "s");
      }

      override forward(x: Tensor): Tensor {
        return this.#rec.forward(this.#fc.forward(x));
      }
    }
    const model = new Mine();
    const x = numbers([2, 3], 11);
    const { model: again } = decodeModel(encodeModel(model));
    expect(list(noGrad(() => again.run(x)))).toEqual(list(noGrad(() => model.run(x))));
  });
});

describe("messages", () => {
  const base = { inputs: [[3]], layers: [linear("a", 3), linear("b", 3)] };

  it.each<[string, RecurrentOptions, string]>([
    ["no output", { ...base, feedback: [{ from: "b", to: "a" }] }, "Recurrent: every layer inside is read by another; expected output, the name of the layer whose output is given."],
    ["two outputs", { ...base, layers: [linear("a", 3), { ...linear("b", 3), inputs: ["input"] }] }, "Recurrent: nothing reads a and b; expected output, the name"],
    ["a dead end", { ...base, output: "a" }, "Recurrent: nothing reads b; expected one output. Join them with an Add, or leave out what leads nowhere."],
    ["an unknown layer", { ...base, feedback: [{ from: "bb", to: "a" }] }, 'Recurrent: there is no layer "bb" inside; expected the name of one.'],
    ["an unknown output", { ...base, output: "c" }, 'Recurrent: there is no layer "c" inside; expected the name of one.'],
    ["a circle", { ...base, layers: [{ ...linear("a", 3), inputs: ["b"] }, linear("b", 3)], output: "b" }, "Recurrent: a reads b, which reads it in turn; expected a network without circles."],
    ["a layer named as an input", { inputs: [[3], [3]], layers: [linear("input2", 3)] }, 'Recurrent: a layer is called "input2", which is an input; expected another name.'],
    ["no layers", { inputs: [[3]], layers: [] }, "Recurrent: layers is []; expected a list of layers, such as"],
    ["no list", { inputs: [[3]], layers: {} as never }, "Recurrent: layers is an object; expected an array"],
  ])("%s", (_, options, message) => {
    expect(() => new Recurrent(options)).toThrow(message);
  }); // prettier-ignore

  it("shapes that are not the same", () => {
    const layers = [{ name: "a", kind: "Linear", options: { inFeatures: 3, outFeatures: 2 } }];
    expect(() => new Recurrent({ inputs: [[3]], layers, feedback: [{ from: "a", to: "a" }] })).toThrow(
      new ShapeError(
        "Recurrent: the feedback of a is [2], and a reads [3]; expected the same shape, since they are added.",
      ),
    );
    const layer = new Recurrent(spiking);
    expect(() => layer.forward(numbers([2, 4], 1))).toThrow(
      "Recurrent: the inputs are [2, 4]; expected [N, 3].",
    );
    layer.stepMode = "m";
    expect(() => layer.forward(numbers([2, 3], 1))).toThrow(
      "Recurrent: the inputs are [2, 3]; expected [T, N, 3].",
    );
    expect(() => modelOf({ ...spiking, inputs: [[4]] })).toThrow(
      "GraphModel: rec gets [3]; expected its inputs, [4].",
    );
  });
});

describe("feedback that is joined", () => {
  /** A leaky state of W [x, what it was before]. */
  const joined: RecurrentOptions = {
    inputs: [[2]],
    layers: [
      { name: "w", kind: "Linear", options: { inFeatures: 5, outFeatures: 3 } },
      { name: "li", kind: "LI", options: { tau: 3 } },
    ],
    feedback: [{ from: "li", to: "w", join: "concat", shape: [3] }],
    output: "li",
  };

  it("follows what is read along the channels; 0 at first", () => {
    const layer = new Recurrent({
      inputs: [[1]],
      layers: [{ name: "w", kind: "Linear", options: { inFeatures: 3, outFeatures: 2, bias: false } }],
      feedback: [{ from: "w", to: "w", join: "concat", shape: [2] }],
      output: "w",
    });
    // y1 = x + y2 before, y2 = 10 x + y1 before.
    layer.loadStateDict({ "w.weight": tensor([1, 0, 1, 10, 1, 0], [2, 3]) });
    const step = (x: number): number[] => list(layer.forward(tensor([x], [1, 1])));
    expect(step(1)).toEqual([1, 10]);
    expect(step(2)).toEqual([12, 21]);
    expect(step(0)).toEqual([21, 12]);
    layer.reset();
    expect(step(1)).toEqual([1, 10]);
  });

  it("may stand beside feedback that is added, and beside another that is joined", () => {
    const layer = new Recurrent({
      inputs: [[1]],
      layers: [
        { name: "w", kind: "Linear", options: { inFeatures: 3, outFeatures: 1, bias: false } },
        { name: "half", kind: "Scale", options: { scale: 0.5 } },
      ],
      feedback: [
        { from: "w", to: "w", join: "concat", shape: [1] },
        { from: "half", to: "w", join: "concat", shape: [1] },
        { from: "w", to: "half" },
      ],
      output: "half",
    });
    layer.loadStateDict({ "w.weight": tensor([1, 2, 4], [1, 3]) }, { strict: false });
    const step = (x: number): number => layer.forward(tensor([x], [1, 1])).item();
    // w = x + 2 w' + 4 h', h = (w + w') / 2.
    expect([step(1), step(1), step(0)]).toEqual([0.5, 3, (10 + 12 + 5) / 2]);
    expect(layer.presentOptions().layers.map(({ name, inputs }) => [name, inputs])).toEqual([
      ["w", ["input"]],
      ["half", ["w"]],
    ]);
  });

  it("has the gradients of finite differences, through time, in both step modes", () => {
    manualSeed(6);
    for (const mode of ["s", "m"] as const) {
      const layer = new Recurrent(joined);
      layer.stepMode = mode;
      const x = numbers([3, 2, 2], 7);
      x.requiresGrad = true;
      const fn = (): Tensor => {
        layer.reset();
        return mode === "m" ? layer.forward(x) : stack([0, 1, 2].map((t) => layer.forward(at(x, t))));
      };
      expect(layer.parameters().length).toBe(2);
      expect(gradcheck(fn, [x, ...layer.parameters()]).worst.error).toBeLessThan(1e-2);
    }
  });

  it("is the same in both step modes, stored, loaded and seen inside", async () => {
    const model = new GraphModel({
      inputShape: [2],
      outputShape: [2],
      timesteps: 3,
      stepMode: "m",
      layers: [
        { name: "r", kind: "Recurrent", options: joined as never },
        { name: "fc", kind: "Linear", options: { inFeatures: 3, outFeatures: 2 } },
      ],
    });
    const x = numbers([4, 2], 3);
    const expected = list(model.run(x));
    const loaded = decodeModel(encodeModel(model)).model;
    expect(loaded.architecture).toEqual(model.architecture);
    expect(list(loaded.run(x))).toEqual(expected);
    model.stepMode = "s";
    list(model.run(x)).forEach((value, i) => expect(value).toBeCloseTo(expected[i], 6));
    expect(Object.keys(model.stateDict())).toEqual(
      ["w.weight", "w.bias", "li.tau", "li.r", "li.v_leak"]
        .map((name) => `r.${name}`)
        .concat(["fc.weight", "fc.bias"]),
    );
    expect(networkLayers(model).map(({ name }) => name)).toContain("r.w");
    const { report } = await writeNir(model);
    expect(
      report.notes.some(({ why }) => why.includes("joined with its input, and edges of NIR add up")),
    ).toBe(true);
  });

  it.each<[RecurrentOptions["feedback"], string]>([
    [
      [{ from: "li", to: "w", join: "concat" }],
      'Recurrent: feedback[0].shape is left out; expected the shape of what is fed back, such as [16], since join is "concat".',
    ],
    [
      [{ from: "li", to: "w", shape: [3] }],
      'Recurrent: feedback[0].shape is given; expected none, since what is fed back is added. For joining, give join: "concat".',
    ],
    [[{ from: "li", to: "w", join: "concat", shape: [4] }], "Recurrent: w gets [6]; expected [5]."],
    [[{ from: "li", to: "li", join: "concat", shape: [2] }], "Recurrent: w gets [2]; expected [5]."],
    [
      [{ from: "li", to: "w", join: "cat" as "concat" }],
      'Recurrent: feedback[0].join is "cat"; expected one of "add", "concat".',
    ],
  ])("is refused where it does not fit: %j", (feedback, sentence) => {
    expect(() => new Recurrent({ ...joined, feedback: feedback ?? [] })).toThrow(sentence);
  });
});
