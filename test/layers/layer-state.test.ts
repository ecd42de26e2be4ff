/** The state of a layer of one's own: it lives through scopes, steps and the trainer, and reset() forgets it. */

import { beforeAll, describe, expect, it } from "vitest";
import {
  Dataset,
  defineLayer,
  GraphModel,
  init,
  LayerState,
  manualSeed,
  Module,
  noGrad,
  scope,
  stack,
  tensor,
  Trainer,
  zeros,
  type AnyLayerSpec,
  type Tensor,
} from "../../src/index.js";
import { decodeModel, encodeModel } from "../../src/formats/model-file.js";

/** y[t] = x[0] + … + x[t] */
class RunningSum extends Module {
  readonly total: LayerState;

  constructor() {
    super();
    this.total = this.registerChild("total", new LayerState());
  }

  forward(x: Tensor): Tensor {
    if (this.stepMode === "s") return this.#step(x);
    return stack(Array.from({ length: x.shape[0] }, (_, t) => this.#step(x.at(t))));
  }

  #step(x: Tensor): Tensor {
    const sum = this.total.before(x.shape).add(x);
    this.total.value = sum;
    return sum;
  }
}

const layers: AnyLayerSpec[] = [
  { name: "sum", kind: "RunningSum" },
  { name: "fc", kind: "Linear", options: { inFeatures: 2, outFeatures: 2 } },
];

const modelOf = (stepMode: "s" | "m"): GraphModel =>
  new GraphModel({ inputShape: [2], outputShape: [2], timesteps: 3, stepMode, layers });

beforeAll(async () => {
  await init({ backend: "reference" });
  defineLayer("RunningSum", {
    layer: RunningSum,
    create: () => new RunningSum(),
    options: () => ({}),
    outputShape: (_options, [input]) => input,
    weights: () => 0,
    operations: (_options, _inputs, [features]) => ({ macs: 0, adds: features }),
  });
});

describe("LayerState", () => {
  it("lives through scopes, until it is forgotten", () => {
    const layer = new RunningSum();
    expect(layer.total.value).toBeNull();
    for (const each of [1, 2, 3]) scope(() => noGrad(() => void layer.forward(tensor([each, 0], [1, 2]))));
    expect(Array.from(layer.total.value?.data ?? [])).toEqual([6, 0]);
    layer.reset();
    expect(layer.total.value).toBeNull();
    expect(Array.from(layer.forward(tensor([5, 1], [1, 2])).data)).toEqual([5, 1]);
  });

  it("gives the same in both step modes, with gradients back through time until it is detached", () => {
    const x = tensor([1, 2, 4], [3, 1, 1], { requiresGrad: true });
    const many = new RunningSum();
    many.stepMode = "m";
    const y = many.forward(x);
    expect(Array.from(y.data)).toEqual([1, 3, 7]);
    y.sum().backward();
    expect(Array.from(x.grad?.data ?? [])).toEqual([3, 2, 1]);
    const single = new RunningSum();
    const first = tensor([1], [1, 1], { requiresGrad: true });
    single.forward(first);
    single.detach();
    const second = tensor([2], [1, 1], { requiresGrad: true });
    single.forward(second).backward();
    expect([first.grad, second.grad?.item()]).toEqual([null, 1]);
  });

  it("is a state of the model: both modes, files and the trainer have it", () => {
    manualSeed(1);
    const [single, many] = [modelOf("s"), modelOf("m")];
    many.loadStateDict(single.stateDict());
    expect(Object.keys(single.stateDict())).toEqual(["fc.weight", "fc.bias"]);
    const x = tensor([1, -1, 0.5, 2], [2, 2]);
    const outputs = [single, many, decodeModel(encodeModel(single)).model].map((model) =>
      scope(() => noGrad(() => model.eval().run(x).toArray())),
    );
    expect(outputs[1]).toEqual(outputs[0]);
    expect(outputs[2]).toEqual(outputs[0]);
    const { weight, bias } = {
      weight: single.stateDict()["fc.weight"].data,
      bias: single.stateDict()["fc.bias"].data,
    };
    // Of sums x, 2 x, 3 x, whose mean is 2 x.
    expect(outputs[0][0]).toBeCloseTo(2 * (weight[0] - weight[1]) + bias[0], 5);
  });

  it.each(["s", "m"] as const)(
    "is new for every batch of the trainer, in step mode '%s'",
    async (stepMode) => {
      manualSeed(2);
      const model = modelOf(stepMode);
      const data = new Dataset({
        name: "signs",
        x: Float32Array.from({ length: 24 }, (_, i) => (i % 4 < 2 ? 1 : -1)),
        labels: Array.from({ length: 12 }, (_, i) => i % 2),
        sampleShape: [2],
      });
      // Batches of 5, 5 and 2: a state that stayed would not fit.
      const trainer = new Trainer(model, data, {
        optimizer: { kind: "Adam", params: { lr: 0.1 } },
        epochs: 12,
        batchSize: 5,
        seed: 1,
      });
      const { history } = await trainer.fit();
      expect(history.at(-1)?.trainAccuracy).toBe(1);
    },
  );

  it("says what is wrong", () => {
    const layer = new RunningSum();
    layer.forward(zeros([2, 3]));
    expect(() => layer.forward(zeros([1, 3]))).toThrow(/LayerState: x is \[1, 3\].*Call reset\(\)/);
    expect(() => layer.total.forward()).toThrow("LayerState: it holds a state and computes nothing");
    expect(() => {
      layer.total.value = [1] as never;
    }).toThrow(/expected a Tensor/);
  });
});
