import { beforeAll, describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { init } from "../../src/kernels/select.js";
import { SCNN } from "../../src/models/scnn.js";
import type { SCNNOptions } from "../../src/models/scnn-options.js";
import "../../src/ops/install.js";
import { manualSeed } from "../../src/random/generator.js";
import { tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose, expectSameBits } from "../closeness.js";
import { fromChannelsLast } from "../layers/channels-first.js";
import { exactInput, makeExact } from "./exact.js";
import { plainNetwork, type PlainOptions } from "./plain-network.js";

/** Two stages and a hidden layer. */
const base: SCNNOptions = {
  inputShape: [8, 6, 2],
  outputShape: [5],
  filters: [3, 4],
  kernelSizes: [3, 3],
  paddings: [1, 1],
  strides: [1, 1],
  poolSizes: [2, 0],
  fcUnits: [6],
  timesteps: 4,
  neuron: { kind: "ATIF" },
};
const pair = (value: number): readonly [number, number] => [value, value];
const plainBase: PlainOptions = {
  filters: [3, 4],
  paddings: [pair(1), pair(1)],
  strides: [pair(1), pair(1)],
  pools: [pair(2), null],
  hidden: 1,
  timesteps: 4,
};

const cases: [name: string, changes: Partial<SCNNOptions>, plain: Partial<PlainOptions>][] = [
  ["two stages and a hidden layer", {}, {}],
  [
    "separable stages, in and out channels unequal",
    { separables: [true, false] },
    { separables: [true, false] },
  ],
  ["all separable", { separables: [true, true] }, { separables: [true, true] }],
  [
    "windows by axis",
    { kernelSizes: [[3, 1], 2], paddings: [[1, 0], 0], strides: [[2, 1], 1], poolSizes: [[1, 2], 0] },
    { paddings: [[1, 0], pair(0)], strides: [[2, 1], pair(1)], pools: [[1, 2], null] },
  ],
  [
    "pooling before and after",
    { prepool: 2, postpool: [2, 1], poolSizes: [0, 0] },
    { prepool: pair(2), postpool: [2, 1], pools: [] },
  ],
  ["a global sum instead of fully connected layers", { gsp: true }, { gsp: true }],
  ["no hidden layer", { fcUnits: [] }, { hidden: 0 }],
  [
    "no stage at all",
    { filters: [], kernelSizes: [], paddings: [], strides: [], poolSizes: [] },
    { filters: [], paddings: [], strides: [], pools: [] },
  ],
];

describeBackends("SCNN", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });

  describe.each(cases)("%s", (_, changes, plain) => {
    it.each(["s", "m"] as const)(
      "computes what plain loops compute, to the bit, in step mode %s",
      (stepMode) => {
        const model = makeExact(new SCNN({ ...base, ...changes, stepMode }));
        const x = exactInput(7, 2 * 96);
        const y = model.run(tensor(x, [2, 8, 6, 2])).toArray();
        const dict = model.stateDict();
        const expected = [0, 1].flatMap((n) =>
          plainNetwork(
            dict,
            { ...plainBase, ...plain },
            fromChannelsLast(8, 6, 2, x.slice(n * 96, (n + 1) * 96)),
          ),
        );
        expectSameBits(y, Float32Array.from(expected));
        expect(new Set(expected).size).toBeGreaterThan(3);
      },
    );
  });

  it.each(["s", "m"] as const)("computes signals [S, C] too, in step mode %s", (stepMode) => {
    const model = makeExact(
      new SCNN({
        ...base, inputShape: [12, 2], kernelSizes: [3, 2], paddings: [1, 0], strides: [1, 2], prepool: 2,
        separables: [false, true], stepMode,
      }),
    ); // prettier-ignore
    expect(model.stateDict()["layers.conv1.weight"].shape).toEqual([3, 2, 3]);
    const x = exactInput(8, 24);
    const expected = plainNetwork(
      model.stateDict(),
      {
        ...plainBase,
        paddings: [
          [0, 1],
          [0, 0],
        ],
        strides: [
          [1, 1],
          [1, 2],
        ],
        pools: [[1, 2], null],
        prepool: [1, 2],
        separables: [false, true],
      },
      fromChannelsLast(1, 12, 2, x),
    );
    expectSameBits(model.run(tensor(x, [1, 12, 2])).toArray(), Float32Array.from(expected));
  });

  it("gives the same outputs in both step modes in evaluation, with batch norm and dropout", () => {
    manualSeed(1);
    const options = { ...base, batchNorm: true, dropouts: 0.3 };
    const single = new SCNN(options);
    const multi = new SCNN({ ...options, stepMode: "m" });
    const x = tensor(exactInput(9, 4 * 96), [4, 8, 6, 2]);
    // Weights with which all layers fire, and statistics that are not those of a fresh layer.
    for (const [name, { data }] of single.namedParameters()) {
      if (/fc\d\.weight$/.test(name)) data.forEach((value, i) => (data[i] = 6 * value));
    }
    for (let i = 0; i < 5; i++) noGrad(() => single.run(x));
    multi.loadStateDict(single.stateDict());
    const expected = single.eval().run(x).toArray();
    const actual = multi.eval().run(x).toArray();
    // The WASM backend rounds the sum over time in another place.
    if (backend === "reference") expectSameBits(actual, expected);
    else expectClose(actual, expected, 1e-6, { floor: 1 });
    expect(new Set(expected).size).toBeGreaterThan(10);
  });

  it("updates batch norm T times per batch in step mode 's' and once in 'm'", () => {
    const x = tensor(exactInput(9, 4 * 96), [4, 8, 6, 2]);
    const means = (["s", "m"] as const).map((stepMode) => {
      manualSeed(1);
      const model = new SCNN({ ...base, batchNorm: true, stepMode });
      model.run(x);
      return model.stateDict()["layers.bn1.running_mean"].data;
    });
    // The first layer sees the same current at every step: the average goes on towards one value.
    const [single, multi] = means;
    single.forEach((value, c) => expect(value).toBeCloseTo((multi[c] / 0.1) * (1 - 0.9 ** 4), 5));
  });

  it("holds one dropout mask over all time steps of a batch, and draws another for the next", () => {
    manualSeed(3);
    const model = makeExact(
      new SCNN({
        ...base,
        filters: [],
        kernelSizes: [],
        paddings: [],
        strides: [],
        poolSizes: [],
        fcUnits: [40],
        dropouts: [0.5],
      }),
    );
    const x = tensor(exactInput(2, 96), [1, 8, 6, 2]);
    const masked = (): boolean[] => {
      model.reset();
      const fc2 = new Array<boolean>(40).fill(true);
      for (let t = 0; t < 4; t++) {
        let y = x;
        for (const [name, layer] of model.layers.children()) {
          y = layer.forward(y);
          if (name === "dropout1") y.toArray().forEach((value, i) => (fc2[i] &&= value === 0));
        }
      }
      return fc2;
    };
    const [first, second] = [masked(), masked()];
    const fired = (() => {
      model.eval();
      const silent = masked();
      model.train();
      return silent.map((each) => !each);
    })();
    const dropped = first.filter((silent, i) => silent && fired[i]).length;
    expect(fired.filter(Boolean).length).toBeGreaterThan(10);
    expect(dropped).toBeGreaterThan(2);
    expect(dropped).toBeLessThan(fired.filter(Boolean).length);
    expect(second).not.toEqual(first);
  });
});

describe("SCNN", () => {
  beforeAll(async () => {
    await init({ backend: "reference" });
  });
  const namesOf = (changes: Partial<SCNNOptions>): string[] =>
    Object.entries(new SCNN({ ...base, ...changes }).stateDict()).map(
      ([name, { shape }]) => `${name.replace("layers.", "")} ${shape.join("x")}`,
    );
  const layersOf = (changes: Partial<SCNNOptions>): string[] =>
    new SCNN({ ...base, ...changes }).layers.children().map(([name]) => name);

  it("has the names and shapes of the reference template", () => {
    expect(namesOf({})).toEqual([
      "conv1.weight 3x2x3x3", "conv1.bias 3", "neuron1.v_threshold 1",
      "conv2.weight 4x3x3x3", "conv2.bias 4", "neuron2.v_threshold 1",
      "fc1.weight 6x48", "fc1.bias 6", "neuron3.v_threshold 1", "fc2.weight 5x6", "fc2.bias 5",
    ]); // prettier-ignore
  });

  it("has no bias before batch norm, and its statistics", () => {
    expect(namesOf({ batchNorm: true }).slice(0, 6)).toEqual([
      "conv1.weight 3x2x3x3", "bn1.weight 3", "bn1.bias 3", "bn1.running_mean 3", "bn1.running_var 3",
      "neuron1.v_threshold 1",
    ]); // prettier-ignore
    // Only convolutions are followed by batch norm.
    expect(namesOf({ batchNorm: true })).toContain("fc1.bias 6");
  });

  it("normalizes the input channels of a separable stage, where the reference template fails", () => {
    const names = namesOf({ batchNorm: true, separables: [true, false] });
    expect(names.slice(0, 12)).toEqual([
      "conv1_dw.weight 2x1x3x3", "bn1_dw.weight 2", "bn1_dw.bias 2", "bn1_dw.running_mean 2", "bn1_dw.running_var 2",
      "neuron1_dw.v_threshold 1",
      "conv1_pw.weight 3x2x1x1", "bn1_pw.weight 3", "bn1_pw.bias 3", "bn1_pw.running_mean 3", "bn1_pw.running_var 3",
      "neuron1_pw.v_threshold 1",
    ]); // prettier-ignore
    const model = new SCNN({ ...base, batchNorm: true, separables: [true, false] });
    expect(model.run(tensor(exactInput(1, 192), [2, 8, 6, 2])).shape).toEqual([2, 5]);
  });

  it("has a 1 x 1 convolution with bias and a neuron before a global sum, whatever fcUnits says", () => {
    expect(namesOf({ gsp: true, batchNorm: true }).slice(-3)).toEqual([
      "conv3.weight 5x4x1x1",
      "conv3.bias 5",
      "neuron3.v_threshold 1",
    ]);
    expect(layersOf({ gsp: true }).slice(-3)).toEqual(["conv3", "neuron3", "gsp"]);
  });

  it("orders its layers as the reference template", () => {
    expect(layersOf({ inputShape: [16, 12, 2], prepool: 2, postpool: 2, batchNorm: true, dropouts: [0.1, 0, 0.2] })).toEqual([
      "prepool", "conv1", "bn1", "neuron1", "dropout1", "maxpool1", "conv2", "bn2", "neuron2", "postpool",
      "flatten", "fc1", "neuron3", "dropout3", "fc2",
    ]); // prettier-ignore
    expect(layersOf({ dropouts: 0.5 }).filter((name) => name.startsWith("dropout"))).toEqual([
      "dropout1",
      "dropout2",
      "dropout3",
    ]);
    expect(layersOf({ dropouts: 0 }).filter((name) => name.startsWith("dropout"))).toEqual([]);
    // prepool and postpool of 1, and pools of 0, are no layers
    expect(layersOf({ prepool: [1, 1], postpool: 1, poolSizes: [0, [0, 0]] })).toEqual([
      "conv1", "neuron1", "conv2", "neuron2", "flatten", "fc1", "neuron3", "fc2",
    ]); // prettier-ignore
  });

  it.each<[string, Partial<SCNNOptions>, number]>([
    [
      "odd sizes under a stride of 2",
      { inputShape: [9, 7, 2], strides: [2, 1], poolSizes: [0, 0] },
      5 * 4 * 4,
    ],
    ["pooling that drops a row", { inputShape: [9, 7, 2] }, 4 * 3 * 4],
    ["kernels without padding", { paddings: [0, 0], poolSizes: [0, 0] }, 4 * 2 * 4],
    ["prepool that drops a column", { inputShape: [9, 7, 2], prepool: 2, poolSizes: [0, 0] }, 4 * 3 * 4],
  ])("counts the features of the map: %s", (_, changes, features) => {
    expect(namesOf(changes)).toContain(`fc1.weight 6x${features}`);
    const model = new SCNN({ ...base, ...changes });
    const shape = [1, ...model.inputShape];
    expect(
      model.run(
        tensor(
          exactInput(
            1,
            shape.reduce((a, b) => a * b),
          ),
          shape,
        ),
      ).shape,
    ).toEqual([1, 5]);
  });

  it("takes its dimensions from the input shape, and 4 time steps, step mode 's', no dropout by default", () => {
    const { timesteps: _, ...rest } = base;
    const { options } = new SCNN(rest).architecture;
    expect(options).toMatchObject({
      dims: 2,
      timesteps: 4,
      stepMode: "s",
      dropouts: [0, 0, 0],
      batchNorm: false,
      gsp: false,
    });
    expect(new SCNN({ ...base, inputShape: [8, 2], poolSizes: [2, 0] }).architecture.options).toMatchObject({
      dims: 1,
    });
  });

  it.each<[string, Partial<SCNNOptions>]>([
    ["SCNN: kernelSizes has 1 entry; expected 2: one per entry of filters.", { kernelSizes: [3] }],
    ["SCNN: poolSizes has 3 entries; expected 2: one per entry of filters.", { poolSizes: [2, 0, 0] }],
    ["SCNN: separables has 1 entry; expected 2: one per entry of filters.", { separables: [true] }],
    [
      "SCNN: dropouts has 2 entries; expected 3: one per entry of filters and fcUnits, or one number for all.",
      { dropouts: [0.1, 0.2] },
    ],
    ["SCNN: dropouts[1] is 1.5; expected a number of at least 0 and below 1.", { dropouts: [0.1, 1.5, 0] }],
    ["SCNN: dropouts is 1; expected a number of at least 0 and below 1.", { dropouts: 1 }],
    ["SCNN: dims is 3; expected 1 or 2.", { dims: 3 as never }],
    ["SCNN: inputShape has 3 entries; expected 2: [S, C].", { dims: 1 }],
    ["SCNN: inputShape has 2 entries; expected 3: [H, W, C].", { dims: 2, inputShape: [8, 2] }],
    [
      "SCNN: kernelSizes[0] is [3, 3]; expected a number: dims is 1.",
      { inputShape: [8, 2], kernelSizes: [[3, 3], 3] },
    ],
    ["SCNN: kernelSizes[1] is 0; expected a whole number of at least 1.", { kernelSizes: [3, 0] }],
    ["SCNN: strides[0] is 0; expected a whole number of at least 1.", { strides: [0, 1] }],
    ["SCNN: paddings[0] is -1; expected a whole number of at least 0.", { paddings: [-1, 1] }],
    [
      "SCNN: poolSizes[0] is [2, 0]; expected two sizes of at least 1, or 0 for none.",
      { poolSizes: [[2, 0], 0] },
    ],
    ["SCNN: prepool is 0; expected a whole number of at least 1.", { prepool: 0 }],
    ['SCNN: batchNorm is "no"; expected true or false.', { batchNorm: "no" as never }],
    ["SCNN: gsp is 1; expected true or false.", { gsp: 1 as never }],
    ["SCNN: filters is 8; expected an array.", { filters: 8 as never }],
    ["SCNN: filters[0] is 0; expected a whole number of at least 1.", { filters: [0, 1] }],
    [
      "SCNN: maxpool1 meets a map of [8, 6] and leaves nothing of it; expected windows that fit. Use smaller kernels or strides, less pooling, or more padding.",
      { poolSizes: [7, 0] },
    ],
    [
      "SCNN: conv2 meets a map of [1, 1] and leaves nothing of it",
      { kernelSizes: [8, 3], paddings: [[0, 1], 0], poolSizes: [0, 0] },
    ],
    ['SCNN: unknown option "kernel_sizes"', { kernel_sizes: [3] } as never],
  ])("refuses with: %s", (sentence, changes) => {
    expect(() => new SCNN({ ...base, ...changes })).toThrow(sentence);
  });
});
