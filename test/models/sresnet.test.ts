/** Residual networks from options: names, windows, projections, messages. test/golden/models.test.ts holds their numbers. */

import { beforeAll, describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { decodeModel, encodeModel } from "../../src/formats/model-file.js";
import { init } from "../../src/kernels/select.js";
import type { GraphModel } from "../../src/models/graph-model.js";
import { networkGraph } from "../../src/models/network-graph.js";
import { SResNet } from "../../src/models/sresnet.js";
import type { SResNetOptions, SResNetStrideOptions } from "../../src/models/sresnet-options.js";
import { SResNetStride } from "../../src/models/sresnet-stride.js";
import { createModel, weightCount } from "../../src/models/table.js";
import "../../src/ops/install.js";
import { Generator, manualSeed } from "../../src/random/generator.js";
import { memory } from "../../src/tensor/memory.js";
import { tensor } from "../../src/tensor/tensor.js";
import { expectSameBits } from "../closeness.js";

/** A group of one block that keeps its map and its channels, and one of two that pools to more channels. */
const base: SResNetOptions = {
  inputShape: [8, 8, 1],
  outputShape: [10],
  filters: [4, 4, 6],
  kernelSizes: [3, 3, 3],
  paddings: [1, 1, 1],
  strides: [1, 1, 2],
  numBlocks: [1, 2],
  neuron: { kind: "ATIF" },
};
const strided: SResNetStrideOptions = { ...base, poolSizes: [1, 1, 1] };

const sresnet = (changes: Partial<SResNetOptions> = {}): SResNet => new SResNet({ ...base, ...changes });
const sresnetStride = (changes: Partial<SResNetStrideOptions> = {}): SResNetStride =>
  new SResNetStride({ ...strided, ...changes });

/** In the order in which they are registered: that of the state dict. */
function layersOf(model: GraphModel, prefix = ""): string[] {
  const names = new Set(networkGraph(model).nodes.map(({ name }) => name));
  return model
    .namedModules()
    .flatMap(([name]) => (names.has(name) && name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
}

function nodeOf(model: GraphModel, name: string) {
  const node = networkGraph(model).nodes.find((each) => each.name === name);
  if (node === undefined) throw new Error(`there is no layer ${name}`);
  return node;
}

const readBy = (model: GraphModel, name: string): string[] =>
  nodeOf(model, name).inputs.map((input) => input.name);
const shapeOf = (model: GraphModel, name: string): readonly number[] => nodeOf(model, name).shape;

describe("residual networks", () => {
  beforeAll(async () => {
    await init({ backend: "reference" });
  });

  describe("layers", () => {
    it("are the reference's, in the order of its state dict", () => {
      const model = sresnet({ batchNorm: true, prepool: 2, inputShape: [16, 16, 1] });
      expect(layersOf(model)).toEqual([
        "prepool", "conv1", "bn1", "neuron1",
        ...["conv1", "bn1", "neuron1", "conv2", "bn2", "neuron2", "add"].map((name) => `layers.0.0.${name}`),
        ...["conv1", "bn1", "pool1", "neuron1", "conv2", "bn2", "neuron2"].map((name) => `layers.1.0.${name}`),
        ...["smax", "sconv", "neuronr", "sbn", "add"].map((name) => `layers.1.0.${name}`),
        ...["conv1", "bn1", "neuron1", "conv2", "bn2", "neuron2", "add"].map((name) => `layers.1.1.${name}`),
        "postpool", "flatten", "linear",
      ]); // prettier-ignore
    });

    it("are computed branch by branch: a projection is normalised, then pooled, then fires", () => {
      const model = sresnet({ batchNorm: true });
      const path = (name: string): string[] => {
        const [from] = readBy(model, name);
        return from.endsWith("add") || from === "input" ? [from, name] : [...path(from), name];
      };
      const [main, shortcut] = readBy(model, "layers.1.0.add");
      expect(path(main).map((name) => name.replace("layers.1.0.", ""))).toEqual([
        "layers.0.0.add", "conv1", "bn1", "pool1", "neuron1", "conv2", "bn2", "neuron2",
      ]); // prettier-ignore
      expect(path(shortcut).map((name) => name.replace("layers.1.0.", ""))).toEqual([
        "layers.0.0.add", "sconv", "sbn", "smax", "neuronr",
      ]); // prettier-ignore
      expect(readBy(model, "layers.0.0.add")).toEqual(["layers.0.0.neuron2", "neuron1"]);
      expect(readBy(model, "layers.1.1.add")).toEqual(["layers.1.1.neuron2", "layers.1.0.add"]);
    });

    it("pool by strides in SResNet, whose convolutions have none", () => {
      const model = sresnet();
      expect(nodeOf(model, "layers.1.0.conv1").options).toMatchObject({ stride: [1, 1] });
      expect(shapeOf(model, "layers.1.0.conv1")).toEqual([8, 8, 6]);
      expect(shapeOf(model, "layers.1.0.pool1")).toEqual([4, 4, 6]);
      expect(shapeOf(model, "layers.1.1.add")).toEqual([4, 4, 6]);
      // The first convolution's is a stride.
      expect(shapeOf(sresnet({ strides: [2, 1, 2] }), "conv1")).toEqual([4, 4, 4]);
    });

    it("have strides in SResNetStride, and pool in every block of a group", () => {
      const model = sresnetStride({ inputShape: [32, 32, 1], strides: [1, 2, 2], poolSizes: [2, 1, 2] });
      expect(layersOf(model, "layers.0.0.")).not.toContain("pool1");
      expect(layersOf(model, "layers.1.0.")).toEqual([
        "conv1", "pool1", "neuron1", "conv2", "neuron2", "spool", "sconv", "neuronr", "add",
      ]); // prettier-ignore
      expect(layersOf(model, "layers.1.1.")).toEqual(layersOf(model, "layers.1.0."));
      expect(readBy(model, "neuron1")).toEqual(["pool1"]);
      const maps = ["conv1", "pool1", "layers.0.0.conv1", "layers.1.0.conv1", "layers.1.0.pool1"];
      expect(maps.map((name) => shapeOf(model, name)[0])).toEqual([32, 16, 8, 4, 2]);
      expect(shapeOf(model, "layers.1.0.sconv")).toEqual([4, 4, 6]);
      expect(shapeOf(model, "layers.1.1.conv1")).toEqual([2, 2, 6]);
      expect(shapeOf(model, "layers.1.1.add")).toEqual([1, 1, 6]);
    });

    it("have one kind for signals and one for images", () => {
      const model = sresnet({ inputShape: [16, 3], batchNorm: true, prepool: 2 });
      const kinds = ["prepool", "conv1", "bn1", "layers.1.0.pool1", "layers.1.0.smax", "postpool"];
      expect(kinds.map((name) => nodeOf(model, name).kind)).toEqual([
        "AvgPool1d", "Conv1d", "BatchNorm1d", "MaxPool1d", "MaxPool1d", "MaxPool1d",
      ]); // prettier-ignore
      expect(shapeOf(model, "layers.1.1.add")).toEqual([4, 6]);
      expect(model.architecture.options).toMatchObject({ dims: 1 });
      expect(nodeOf(sresnet(), "conv1").kind).toBe("Conv2d");
      expect(nodeOf(sresnet({ postpool: "avg" }), "postpool").kind).toBe("AvgPool2d");
    });

    it("have a bias unless a normalisation follows, which takes its momentum from the options", () => {
      const names = Object.keys(sresnet({ filters: [4, 4, 4], batchNorm: true }).stateDict());
      expect(names.filter((name) => name.endsWith("bias") && !/bn|linear/.test(name))).toEqual([]);
      expect(Object.keys(sresnet().stateDict())).toContain("layers.1.0.sconv.bias");
      const model = sresnet({ batchNorm: true, bnMomentum: 0.25 });
      for (const name of ["bn1", "layers.1.0.bn2", "layers.1.0.sbn"])
        expect(nodeOf(model, name).options).toMatchObject({ momentum: 0.25 });
    });

    it("take windows by axis", () => {
      const model = sresnet({
        kernelSizes: [[1, 3], 3, 3],
        paddings: [[0, 1], 1, 1],
        strides: [[2, 1], 1, [1, 2]],
        prepool: [2, 1],
        inputShape: [16, 12, 1],
      });
      expect(shapeOf(model, "prepool")).toEqual([8, 12, 1]);
      expect(shapeOf(model, "conv1")).toEqual([4, 12, 4]);
      expect(shapeOf(model, "layers.1.0.smax")).toEqual([4, 6, 6]);
      expect(nodeOf(model, "postpool").options).toMatchObject({ kernelSize: [4, 6] });
    });
  });

  describe("projections", () => {
    const same = { filters: [4, 4, 4] };
    const shortcut = (model: GraphModel, block: string): string[] =>
      layersOf(model, `layers.${block}.`).filter((name) => /^(sconv|smax|spool|neuronr)$/.test(name));

    it("are there where the channels change", () => {
      expect(shortcut(sresnet({ strides: [1, 1, 1] }), "1.0")).toEqual(["sconv", "neuronr"]);
      expect(shortcut(sresnet({ strides: [1, 1, 1] }), "1.1")).toEqual([]);
      expect(shortcut(sresnet({ forceProjectionWithStride: false }), "1.0")).toEqual(["smax", "sconv", "neuronr"]);
    }); // prettier-ignore

    it("are there where a block of SResNet pools, unless that is not wanted", () => {
      expect(shortcut(sresnet(same), "1.0")).toEqual(["smax", "sconv", "neuronr"]);
      const model = sresnet({ ...same, forceProjectionWithStride: false });
      expect(shortcut(model, "1.0")).toEqual(["smax"]);
      expect(readBy(model, "layers.1.0.add")).toEqual(["layers.1.0.neuron2", "layers.1.0.smax"]);
      expect(readBy(model, "layers.1.0.smax")).toEqual(["layers.0.0.add"]);
    });

    it("are there where a block of SResNetStride has a stride, and where one pools unless that is not wanted", () => {
      const free = { ...same, forceProjectionWithPooling: false };
      expect(shortcut(sresnetStride(free), "1.0")).toEqual(["sconv", "neuronr"]);
      expect(shortcut(sresnetStride(free), "1.1")).toEqual([]);
      const pooled = { ...same, strides: [1, 1, 1], poolSizes: [1, 1, 2] };
      for (const block of ["1.0", "1.1"]) {
        expect(shortcut(sresnetStride(pooled), block)).toEqual(["spool", "sconv", "neuronr"]);
        expect(shortcut(sresnetStride({ ...pooled, forceProjectionWithPooling: false }), block)).toEqual(["spool"]);
      }
    }); // prettier-ignore
  });

  describe("the window of the last pooling", () => {
    const windowOf = (model: GraphModel): unknown => nodeOf(model, "postpool").options.kernelSize;

    it("is the whole map where strides divide it", () => {
      expect(windowOf(sresnet())).toEqual([4, 4]);
      expect(windowOf(sresnet({ prepool: 2, inputShape: [33, 17, 1] }))).toEqual([8, 4]);
      expect(windowOf(sresnetStride({ poolSizes: [1, 1, 1] }))).toEqual([4, 4]);
      expect(windowOf(sresnet({ inputShape: [12, 1] }))).toBe(6);
    });

    it("is the reference's where they do not: rows that fill no stride of the first convolution are not counted", () => {
      // 9 x 7, stride 2: the convolution gives ceil(9 / 2) x ceil(7 / 2) = 5 x 4, of which floor(9 / 2) x floor(7 / 2) count.
      const model = sresnet({ inputShape: [9, 7, 1], strides: [2, 1, 1] });
      expect(shapeOf(model, "layers.1.1.add")).toEqual([5, 4, 6]);
      expect(windowOf(model)).toEqual([4, 3]);
      expect(shapeOf(model, "postpool")).toEqual([1, 1, 6]);
      // Of SResNetStride nothing is left out: ceil(9 / 2) x ceil(7 / 2).
      expect(windowOf(sresnetStride({ inputShape: [9, 7, 1], strides: [2, 1, 1] }))).toEqual([5, 4]);
    });

    it("takes the largest value inside of it alone", () => {
      const signal = { inputShape: [5, 1], filters: [1, 1], kernelSizes: [1, 1], paddings: [0, 0] };
      const model = sresnet({ ...signal, strides: [2, 1], numBlocks: [1], outputShape: [1], timesteps: 1 });
      // Of the 3 values of the map, the reference takes floor(5 / 2) = 2.
      expect(windowOf(model)).toBe(2);
      setAll(model, 1);
      const run = (...x: number[]): number[] => [...noGrad(() => model.run(tensor(x, [1, 5, 1]))).data];
      expect([run(0, 0, 2, 0, 0), run(0, 0, 0, 0, 2)]).toEqual([[2], [0]]);
    });

    it("is never larger than the map, where the reference fails", () => {
      // The reference counts the pooling of a group once: 16 / 2 = 8, and two blocks leave 4.
      const pools = { inputShape: [16, 16, 1], strides: [1, 1, 1], poolSizes: [1, 1, 2] };
      expect(shapeOf(sresnetStride(pools), "layers.1.1.add")).toEqual([4, 4, 6]);
      expect(windowOf(sresnetStride(pools))).toEqual([4, 4]);
      expect(windowOf(sresnetStride({ ...pools, numBlocks: [1, 1] }))).toEqual([8, 8]);
      // It pools before the stride: ceil(floor(10 / 3) / 2) = 2, and there is floor(ceil(10 / 2) / 3) = 1.
      const swapped = sresnetStride({ inputShape: [10, 10, 1], strides: [2, 1, 1], poolSizes: [3, 1, 1] });
      expect(shapeOf(swapped, "pool1")).toEqual([1, 1, 4]);
      expect(windowOf(swapped)).toEqual([1, 1]);
    });

    it("must leave one value per channel", () => {
      // 9 x 7, stride 2: 5 x 4, pooled 2 x 2; the reference counts floor(4 / 2) x floor(3 / 2) = 2 x 1.
      expect(() => sresnet({ inputShape: [9, 7, 1], strides: [2, 2, 1] })).toThrow(
        'SResNet: postpool "max" leaves a map of [1, 2]; expected one value per channel. ' +
          "Its window is [2, 1], as the reference counts it; use an input whose lengths all strides divide.",
      );
      expect(() => sresnetStride({ postpool: "none" })).toThrow(
        'SResNetStride: postpool "none" leaves a map of [4, 4]; expected one value per channel. Use "max" or "avg", or more pooling.',
      );
      expect(layersOf(sresnet({ strides: [8, 1, 1], postpool: "none" })).slice(-2)).toEqual([
        "flatten",
        "linear",
      ]);
    });
  });

  describe("numbers", () => {
    it("of a block are those of two spike trains, added", () => {
      const model = sresnet({
        inputShape: [1, 1],
        filters: [1, 1],
        kernelSizes: [1, 1],
        paddings: [0, 0],
        strides: [1, 1],
        numBlocks: [1],
        outputShape: [1],
        timesteps: 4,
        neuron: { kind: "IFNode", params: { vReset: null } },
      });
      setAll(model, 1);
      // 0.5 fires at the 2nd and 4th step, in all neurons: twice through main and shortcut, 0 2 0 2.
      const outputs = [0.5, 0.5, 0.5, 0.5].map((x) => noGrad(() => model.stream(tensor([x], [1, 1, 1]))).data[0]);
      expect(outputs).toEqual([0, 2, 0, 2]);
      expect(noGrad(() => model.run(tensor([0.5], [1, 1, 1]))).data[0]).toBe(1);
    }); // prettier-ignore

    it('with postpool "sum" are spikes of the classes, counted over space', () => {
      const options = { postpool: "sum", strides: [1, 1, 2], neuron: { kind: "IFNode" }, timesteps: 2 } as const;
      const model = sresnetStride(options);
      expect(layersOf(model).slice(-3)).toEqual(["conv2", "neuron2", "gsp"]);
      expect(shapeOf(model, "neuron2")).toEqual([4, 4, 10]);
      expect(nodeOf(model, "conv2").options).toMatchObject({ kernelSize: [1, 1], bias: true });
      setAll(model, 0);
      // A bias of 1 fires at every place and every step.
      model.loadStateDict({ "conv2.bias": { shape: [10], data: [1, ...new Array<number>(9).fill(0)] } }, { strict: false });
      const y = noGrad(() => model.run(tensor(new Float32Array(64), [1, 8, 8, 1])));
      expect([...y.data]).toEqual([16, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    }); // prettier-ignore

    it("are the same step by step and all steps at once", () => {
      for (const make of [
        (stepMode: "s" | "m") => sresnet({ stepMode, timesteps: 3, batchNorm: true }),
        (stepMode: "s" | "m") => sresnetStride({ stepMode, timesteps: 3, filters: [33, 33, 34] }),
      ]) {
        const [s, m] = (["s", "m"] as const).map((stepMode) => {
          manualSeed(7);
          return make(stepMode).eval();
        });
        const generator = new Generator(8);
        const x = Float32Array.from({ length: 2 * 64 }, () => generator.uniform(0, 2));
        const [a, b] = [s, m].map((model) => noGrad(() => model.run(tensor(x, [2, 8, 8, 1]))).toArray());
        expect(new Set(a).size).toBeGreaterThan(2);
        expectSameBits(a, b);
      }
    });
  });

  describe("options", () => {
    const meaning = "one for the first convolution and one per entry of numBlocks.";
    const wrong: [string, Partial<SResNetOptions>, string][] = [
      ["too few filters", { filters: [4, 4] }, `filters has 2 entries; expected 3: ${meaning}`],
      ["too many kernels", { kernelSizes: [3, 3, 3, 3] }, `kernelSizes has 4 entries; expected 3: ${meaning}`],
      ["one padding", { paddings: [1] }, `paddings has 1 entry; expected 3: ${meaning}`],
      ["too few strides", { strides: [1, 1] }, `strides has 2 entries; expected 3: ${meaning}`],
      ["no group", { numBlocks: [] }, "numBlocks has 0 entries; expected at least 1 entry."],
      ["an empty group", { numBlocks: [1, 0] }, "numBlocks[1] is 0; expected a whole number of at least 1."],
      ["a pooling that is no name", { postpool: "mean" as never }, 'postpool is "mean"; expected one of "max", "avg", "none". Did you mean "max"?'],
      ["a pooling of SResNetStride", { postpool: "sum" as never }, 'postpool is "sum"; expected one of "max", "avg", "none".'],
      ["no prepool by 0", { prepool: 0 }, "prepool is 0; expected a whole number of at least 1."],
      ["half a pooling", { strides: [1, 1, [2, 0]] }, "strides[2] is [2, 0]; expected two sizes of at least 1, or 0 for none."],
      ["a window by axis of a signal", { inputShape: [8, 1], kernelSizes: [[3, 3], 3, 3] }, "kernelSizes[0] is [3, 3]; expected a number: dims is 1."],
      ["dims that the input has not", { dims: 1 }, "inputShape has 3 entries; expected 2: [S, C]."],
      ["a momentum above 1", { bnMomentum: 2 }, "bnMomentum is 2; expected a number from 0 to 1."],
      ["branches that do not meet", { paddings: [1, 0, 1] }, "layers.0.0.add gets [4, 4, 4] and [8, 8, 4]; expected one shape. Give each branch the same strides, pooling and channels."],
      ["a map that vanishes", { strides: [1, 4, 4] }, "layers.1.0.conv1, pooled, meets a map of [2, 2] and leaves nothing of it; expected windows that fit. Use smaller kernels or strides, less pooling, or more padding."],
    ]; // prettier-ignore

    it.each(wrong)("refuses %s", (_, changes, sentence) => {
      expect(() => sresnet(changes)).toThrow(new RegExp(`^SResNet: ${escaped(sentence)}$`));
    });

    it("refuses what is the other class's, and lists of SResNetStride that are too short or too long", () => {
      expect(() => sresnet({ poolSizes: [1, 1, 1] } as never)).toThrow('SResNet: unknown option "poolSizes"');
      expect(() => sresnetStride({ forceProjectionWithStride: true } as never)).toThrow(
        'Did you mean "forceProjectionWithPooling"?',
      );
      for (const poolSizes of [
        [1, 1],
        [1, 1, 1, 1],
      ]) {
        expect(() => sresnetStride({ poolSizes })).toThrow(
          `SResNetStride: poolSizes has ${poolSizes.length} entries; expected 3: ${meaning}`,
        );
      }
      expect(() => sresnetStride({ strides: [0, 1, 1] })).toThrow(
        "SResNetStride: strides[0] is 0; expected a whole number of at least 1.",
      );
    });

    it("write no pooling as 0 or as 1", () => {
      const names = (poolSizes: readonly number[]): string[] => layersOf(sresnetStride({ poolSizes }));
      expect(names([0, 0, 0])).toEqual(names([1, 1, 1]));
      expect(names([1, 1, 1]).filter((name) => /pool1|spool/.test(name))).toEqual([]);
      expect(layersOf(sresnet({ strides: [1, 0, 2] }))).toEqual(layersOf(sresnet({ strides: [1, 1, 2] })));
    });

    it("are copied: what the caller changes later is not this network", () => {
      const filters = [4, 4, 6];
      const model = sresnet({ filters });
      filters[0] = 99;
      expect(model.architecture.options).toMatchObject({ filters: [4, 4, 6] });
    });
  });

  describe("as data", () => {
    const models: [string, () => GraphModel][] = [
      ["SResNet", () => sresnet({ batchNorm: true, postpool: "avg", forceProjectionWithStride: false })],
      ["SResNetStride", () => sresnetStride({ postpool: "sum", poolSizes: [2, 1, 1], bnMomentum: 0.2 })],
      ["SResNet", () => sresnet({ inputShape: [32, 2], stepMode: "m", timesteps: 5, dims: 1 })],
    ];

    it.each(models)("%s is made again from its architecture, and its file again to the same bytes", (kind, make) => {
      const model = make();
      expect(model.architecture.kind).toBe(kind);
      const again = createModel(JSON.parse(JSON.stringify(model.architecture)) as typeof model.architecture);
      expect(again.constructor).toBe(model.constructor);
      expect(again.architecture).toEqual(model.architecture);
      expect(layersOf(again)).toEqual(layersOf(model));
      const bytes = encodeModel(model);
      const loaded = decodeModel(bytes).model;
      expect(loaded).toBeInstanceOf(model.constructor);
      expect(encodeModel(loaded)).toEqual(bytes);
    }); // prettier-ignore

    it.each(models)("%s tells its weights before any of it is made", (_, make) => {
      const model = make();
      const weights = Object.entries(model.stateDict())
        .filter(([name]) => /(conv\d?|linear)\.weight$/.test(name))
        .reduce((sum, [, { data }]) => sum + data.length, 0);
      expect(weightCount(model.architecture)).toBe(weights);
      const before = memory().liveBytes;
      const huge = { ...model.architecture.options, filters: [4096, 4096, 8192] };
      expect(weightCount({ kind: model.architecture.kind, options: huge })).toBeGreaterThan(1e8);
      expect(memory().liveBytes).toBe(before);
    });
  });
});

/** All weights and biases; thresholds stay. */
function setAll(model: GraphModel, weight: number): void {
  const dict = model.stateDict();
  for (const [name, { data }] of Object.entries(dict)) {
    if (name.endsWith("weight")) data.fill(weight);
    if (name.endsWith("bias")) data.fill(0);
    if (name.endsWith("v_threshold")) data.fill(1);
  }
  model.loadStateDict(dict);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
