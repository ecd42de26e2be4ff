import { beforeAll, describe, expect, it } from "vitest";
import { countOperations } from "../../src/energy/count-operations.js";
import { estimateEnergy, type EnergyOptions } from "../../src/energy/estimate-energy.js";
import { scaleSpikes, type NetworkActivity } from "../../src/energy/network-activity.js";
import { measureActivity } from "../../src/energy/measure-activity.js";
import { init } from "../../src/kernels/select.js";
import { SCNN } from "../../src/models/scnn.js";
import { calibrate } from "../../src/quantization/calibrate.js";
import { quantizeModel } from "../../src/quantization/quantize-model.js";
import { activity, conv, network, numbers, R, samples, spikes } from "./networks.js";

const options: EnergyOptions = { memWidth: 16, fifoSize: 100 };
const neuron = { name: "neuron", kind: "IFNode" };
const flatten = { name: "flatten", kind: "Flatten" };
const linear = { name: "fc", kind: "Linear", options: { inFeatures: 256, outFeatures: 10 } };
const T = 4;

/** conv, neuron, flatten, fc; numbers into the first. */
const model = () => network([8, 8, 2], [10], T, [conv(), neuron, flatten, linear]);
const rates = (a: number, b: number, input = numbers): NetworkActivity =>
  activity(T, {
    conv: [input(a), numbers(1)],
    neuron: [numbers(1), spikes(b)],
    flatten: [spikes(b), spikes(b)],
    fc: [spikes(b), numbers(1)],
  });

describe("estimateEnergy, by hand", () => {
  beforeAll(() => init({ backend: "reference" }));

  it("of quantized layers, as of those that they were made of", () => {
    for (const kind of ["IFNode", "LIFNode"]) {
      const float = network([8, 8, 2], [10], T, [conv(), { ...neuron, kind }, flatten, linear]);
      const quantized = quantizeModel(float, { bits: 8 });
      expect(estimateEnergy(quantized, rates(0.8, 0.12), options)).toEqual(
        estimateEnergy(float, rates(0.8, 0.12), options),
      );
      const counts = [float, quantized].map((each) => countOperations(each, rates(0.8, 0.12)));
      expect(counts[1]).toEqual(counts[0]);
    }
  });

  it("of a network quantized as the reference does it: the layer that quantizes the input is free, and no part of the spiking", () => {
    const float = new SCNN({
      inputShape: [4, 4, 1], outputShape: [2], filters: [2], kernelSizes: [3], paddings: [1], strides: [1],
      poolSizes: [2], fcUnits: [], dropouts: 0, timesteps: 2, dims: 2, neuron: { kind: "IFNode" },
    }); // prettier-ignore
    const data = samples(
      [4, 4, 1],
      Array.from({ length: 32 }, (_, i) => (i % 8) / 8),
    );
    const quantized = quantizeModel(float, { bits: 16 }, { compat: "qualia" });
    calibrate(quantized, data);
    quantized.eval();
    for (const compat of [undefined, "qualia"] as const) {
      const options = { memWidth: 16, fifoSize: 10, ...(compat === undefined ? {} : { compat }) };
      const [own, other] = [quantized, float.eval()].map((model) =>
        estimateEnergy(model, measureActivity(model, data), options),
      );
      const [identity, ...rest] = own.rows;
      expect([identity.name, identity.total]).toEqual([
        compat === undefined ? "layers.identity1" : "layers_identity1",
        0,
      ]);
      expect(identity.inputRate).toBeCloseTo(7 / 8, 12);
      expect(rest.map(({ name }) => name)).toEqual(other.rows.map(({ name }) => name));
      expect(rest[0].total).toBeCloseTo(other.rows[0].total, 6);
      expect([identity.arithmetic, own.total.arithmetic]).toEqual([
        compat === undefined ? "spiking" : "formal",
        "hybrid",
      ]);
    }
    expect(
      countOperations(quantized, measureActivity(quantized, data), { compat: "qualia" }).total.synAcc,
    ).toBeGreaterThan(0);
  });

  it("of numbers into a convolution", () => {
    const { rows } = estimateEnergy(model(), rates(0.8, 0.12), options);
    const [row] = rows;
    expect([row.name, row.neuron, row.arithmetic]).toEqual(["conv", "neuron", "hybrid"]);
    const resets = 0.12 * T * 256;
    expect(row.ops).toBeCloseTo(256 * 18 * 0.8 * 3.2 + 256 * 0.1 + resets * 0.1, 6);
    expect(row.addr).toBeCloseTo(0.8 * 128 * 9 * 0.1 + 2 * 0.8 * 128 * 3.2, 6);
    expect(row.memWeights).toBeCloseTo(0.8 * 128 * 36 * R(72, 16), 6);
    expect(row.memBias).toBeCloseTo(T * 256 * R(4, 16), 6);
    expect(row.memIo).toBeCloseTo((0.8 * 128 + resets) * R(100, 16), 6);
    expect(row.memPot).toBeCloseTo(2 * (0.8 * T * 128 * 36 + T * 256) * R(256, 16), 6);
    expect(row.total).toBeCloseTo(row.memTotal + row.opsAddr, 6);
  });

  it("of spikes into a convolution with stride, and into a linear layer", () => {
    const strided = { ...conv(), options: { ...conv().options, stride: 2 } };
    const small = { ...linear, options: { inFeatures: 64, outFeatures: 10 } };
    const { rows } = countOperations(
      network([8, 8, 2], [10], T, [strided, neuron, flatten, small]),
      rates(0.25, 0.5, spikes),
    );
    const [first, , last] = rows;
    // a T Nin = 128 events reach ceil(3 / 2)^2 windows of 4 channels; T Nout; b T N
    expect(first.synAcc).toBe(128 * 4 * 4 + 4 * 64 + 0.5 * 4 * 64);
    expect(first.synMac).toBe(0);
    expect([first.addrAcc, first.addrMac]).toEqual([128 * 9, 2 * 128]);
    expect(first.memWrite).toBe(0.5 * 4 * 64 + 128 * 36 + 4 * 64);
    expect(first.memRead).toBe(128 + 128 * 36 + 4 * 64 + 128 * 36 + 4 * 64);
    // 128 spikes reach 10 neurons each, which the output has none of
    expect(last.synAcc).toBe(128 * 10 + 4 * 10);
    expect(last.addrAcc).toBe(128 * 10);
    expect(last.memWrite).toBe(128 * 10 + 4 * 10);
  });

  it("of the reference: addresses of a linear layer without its inputs", () => {
    const { rows } = countOperations(model(), rates(0.25, 0.5, spikes), { compat: "qualia" });
    expect(rows.map(({ name }) => name)).toEqual(["convneuron", "flatten", "fc"]);
    expect(rows[2].addrAcc).toBe(0.5 * T * 10);
  });

  it("of a network without spikes", () => {
    const plain = network([8, 8, 2], [10], 1, [conv(false), flatten, linear]);
    const { rows, total } = estimateEnergy(plain, null, { memWidth: 8 });
    const [first, second, third] = rows;
    expect(first.ops).toBeCloseTo(256 * 18 * 0.23 + 256 * 0.03, 9);
    expect(first.memBias).toBe(0);
    expect(first.memIo).toBeCloseTo(256 * 18 * R(128, 8) + 256 * R(256, 8), 6);
    expect(second.total).toBe(0);
    expect(third.memWeights).toBeCloseTo(2560 * R(2560, 8), 6);
    expect(third.addr).toBeCloseTo(2560 * 0.03, 9);
    expect(total.total).toBeCloseTo(first.total + third.total, 6);
    expect([total.inputRate, total.arithmetic]).toEqual([null, "formal"]);
  });
});

describe("what the reference does not see", () => {
  beforeAll(() => init({ backend: "reference" }));

  it("groups: each channel reaches those of its group", () => {
    const grouped = network([8, 8, 2], [10], T, [conv(true, 2), neuron, flatten, linear]);
    const count = (compat?: "qualia") =>
      countOperations(grouped, rates(0.5, 0, spikes), compat === undefined ? {} : { compat }).rows[0].synAcc;
    expect(count()).toBe(0.5 * T * 128 * 9 * 2 + T * 256);
    expect(count("qualia")).toBe(0.5 * T * 128 * 9 * 4 + T * 256);
    const formal = network([8, 8, 2], [10], 1, [conv(true, 2), flatten, linear]);
    expect(countOperations(formal, null).rows[0].synMac).toBe(256 * 9);
  });

  it("a neuron behind normalisation and pooling: it is reset and leaks", () => {
    const hidden = network([8, 8, 2], [4], T, [
      conv(false),
      { name: "bn", kind: "BatchNorm2d", options: { numFeatures: 4 } },
      { name: "pool", kind: "MaxPool2d", options: { kernelSize: 8 } },
      { name: "neuron", kind: "LIFNode" },
      flatten,
    ]);
    const given = activity(T, {
      conv: [spikes(0.5), numbers(1)],
      bn: [numbers(1), numbers(1)],
      pool: [numbers(1), numbers(1)],
      neuron: [numbers(1), spikes(0.25)],
      flatten: [spikes(0.25), spikes(0.25)],
    });
    const { rows } = countOperations(hidden, given);
    expect(rows.map(({ name }) => name)).toEqual(["conv", "bn", "pool", "flatten"]);
    expect(rows[0].neuron).toBe("neuron");
    // Four neurons, one spike each in four steps.
    expect(rows[0].synAcc).toBe(0.5 * T * 128 * 9 * 4 + T * 256 + 4);
    expect(rows[0].synMac).toBe(T * 4);
    expect(rows[0].outputRate).toBe(0.25);
    // The weights take up the normalisation, and have biases then.
    const { memBias } = estimateEnergy(hidden, given, options).rows[0];
    expect(memBias).toBeCloseTo(T * 256 * R(4, 16), 6);
    const reference = countOperations(hidden, given, { compat: "qualia" }).rows[0];
    expect([reference.synAcc, reference.synMac]).toEqual([0.5 * T * 128 * 9 * 4 + T * 256, 0]);
  });

  it("a neuron without weights before it", () => {
    const direct = network([10], [10], T, [{ name: "neuron", kind: "LIFNode" }]);
    const [row] = countOperations(direct, activity(T, { neuron: [numbers(0.5), spikes(0.25)] })).rows;
    expect([row.synAcc, row.synMac]).toEqual([0.5 * T * 10 + T * 10 + 0.25 * T * 10, T * 10]);
    expect(row.arithmetic).toBe("hybrid");
  });

  it("numbers behind a neuron come anew in every step", () => {
    const late = network([8], [2], T, [
      neuron,
      { name: "fc1", kind: "Linear", options: { inFeatures: 8, outFeatures: 4 } },
      { name: "fc2", kind: "Linear", options: { inFeatures: 4, outFeatures: 2 } },
    ]);
    const given = activity(T, {
      neuron: [numbers(1), spikes(0.5)],
      fc1: [spikes(0.5), numbers(1)],
      fc2: [numbers(0.5), numbers(1)],
    });
    const row = countOperations(late, given).rows[2];
    expect([row.synMac, row.synAcc]).toEqual([T * 0.5 * 8, T * 2]);
    expect(countOperations(late, given, { compat: "qualia" }).rows[2].synMac).toBe(0.5 * 8);
  });

  it("a sum has as many values as the product of its dimensions, and is free of spikes", () => {
    const branches = network([8, 8, 4], [256], T, [
      { name: "a", kind: "IFNode", inputs: ["input"] },
      { name: "b", kind: "IFNode", inputs: ["input"] },
      { name: "add", kind: "Add", inputs: ["a", "b"] },
      flatten,
    ]);
    const given = (sum: ReturnType<typeof spikes>): NetworkActivity =>
      activity(T, {
        a: [numbers(1), spikes(0.5)],
        b: [numbers(1), spikes(0.5)],
        add: [sum, sum],
        flatten: [sum, sum],
      });
    const row = (sum: ReturnType<typeof spikes>) => countOperations(branches, given(sum)).rows[2];
    expect([row(spikes(1)).totalAcc, row(spikes(1)).memRead]).toEqual([0, 0]);
    // Of numbers, in every step.
    expect([row(numbers(1)).synAcc, row(numbers(1)).memRead, row(numbers(1)).memWrite]).toEqual([
      T * 256,
      2 * T * 256,
      T * 256,
    ]);
    const formal = network([8, 8, 4], [256], 1, [
      { name: "a", kind: "Flatten", inputs: ["input"] },
      { name: "b", kind: "Flatten", inputs: ["input"] },
      { name: "c", kind: "Flatten", inputs: ["input"] },
      { name: "add", kind: "Add", inputs: ["a", "b", "c"] },
    ]);
    const three = countOperations(formal, null).rows[3];
    expect([three.synAcc, three.addrAcc, three.memRead, three.memWrite]).toEqual([512, 256, 768, 256]);
    const reference = countOperations(formal, null, { compat: "qualia" }).rows[3];
    // What was flattened has one dimension; of a map, 8 + 8 + 4 = 20 would be counted.
    expect([reference.synAcc, reference.addrAcc, reference.memRead]).toEqual([512, 256, 768]);
    const maps = network([8, 8, 4], [256], 1, [
      { name: "a", kind: "Dropout", inputs: ["input"] },
      { name: "b", kind: "Dropout", inputs: ["input"] },
      { name: "add", kind: "Add", inputs: ["a", "b"] },
      flatten,
    ]);
    const sums = countOperations(maps, null, { compat: "qualia" }).rows[0];
    expect([sums.synAcc, sums.addrAcc, sums.memRead, sums.memWrite]).toEqual([20, 20, 40, 4]);
    expect(countOperations(maps, null).rows[2].memRead).toBe(512);
  });

  it("a leak in every step where numbers come in, and weights that are read once", () => {
    const leaky = network([8, 8, 2], [10], T, [conv(), { ...neuron, kind: "LIFNode" }, flatten, linear]);
    const given = rates(0.5, 0);
    const [own] = countOperations(leaky, given).rows;
    const [reference] = countOperations(leaky, given, { compat: "qualia" }).rows;
    expect([own.synMac, reference.synMac]).toEqual([256 * 18 * 0.5 + T * 256, 256 * 18 * 0.5 + 256]);
    // The potentials are read as often, in both.
    expect(reference.memRead - own.memRead).toBe((T - 1) * 0.5 * 128 * 36);
    const energies = ["qualia", undefined].map((compat) =>
      estimateEnergy(leaky, given, {
        ...options,
        ...(compat === undefined ? {} : { compat: "qualia" as const }),
      }),
    );
    expect(energies[0].rows[0].memWeights).toBe(energies[1].rows[0].memWeights);
    expect(energies[1].rows[0].ops - energies[0].rows[0].ops).toBeCloseTo(T * 256 * 3.2 - 256 * 3.1, 6);
  });

  it("biases of a network without spikes are read where there are some", () => {
    const reads = (bias: boolean, compat?: "qualia") =>
      countOperations(
        network([8, 8, 2], [10], 1, [conv(bias), flatten, linear]),
        null,
        compat === undefined ? {} : { compat },
      ).rows[0].memRead;
    expect(reads(true) - reads(false)).toBe(256);
    expect(reads(false, "qualia")).toBe(reads(true));
  });

  it("totals are of the neurons' outputs, each as often as there are neurons", () => {
    const { total } = estimateEnergy(model(), rates(0.8, 0.12), options);
    expect([total.inputRate, total.outputRate]).toEqual([0.8, 0.12]);
    expect(total.inputCount).toBeCloseTo(0.8 * T * 128, 9);
    expect(total.outputCount).toBeCloseTo(0.12 * T * 256, 9);
    expect([total.inputIsBinary, total.outputIsBinary, total.arithmetic]).toEqual([false, false, "hybrid"]);
  });
});

describe("laws", () => {
  beforeAll(() => init({ backend: "reference" }));
  const parts = ["memPot", "memWeights", "memBias", "memIo", "ops", "addr"] as const;
  const compats = [undefined, "qualia"] as const;
  const of = (given: NetworkActivity, compat: (typeof compats)[number], leaky = false) => {
    const layers = [conv(), leaky ? { ...neuron, kind: "LIFNode" } : neuron, flatten, linear];
    const own = compat === undefined ? options : { ...options, compat };
    return estimateEnergy(network([8, 8, 2], [10], T, layers), given, own);
  };

  it.each(compats)("without spikes, only what every time step costs is left (compat %s)", (compat) => {
    const silent = of(rates(0, 0, spikes), compat, true);
    const [first, , last] = silent.rows;
    expect([first.memWeights, first.memIo, first.addr, last.memWeights, last.memIo, last.addr]).toEqual(
      new Array(6).fill(0),
    );
    expect(first.ops).toBeCloseTo(T * 256 * 0.1 + T * 256 * 3.2, 9);
    expect(last.ops).toBeCloseTo(T * 10 * 0.1, 9);
    expect(first.memPot).toBeCloseTo(2 * T * 256 * R(256, 16), 6);
    expect(first.memBias).toBeCloseTo(T * 256 * R(4, 16), 6);
  });

  it.each(compats)("every part is linear in the rates (compat %s)", (compat) => {
    const given = rates(0.3, 0.2, spikes);
    const [none, once, thrice] = [0, 1, 3].map((s) => of(scaleSpikes(given, s), compat));
    for (const part of parts) {
      once.rows.forEach((row, i) => {
        const step = row[part] - none.rows[i][part];
        expect(thrice.rows[i][part], `${row.name} ${part}`).toBeCloseTo(none.rows[i][part] + 3 * step, 5);
      });
    }
    expect(once.total.total).toBeGreaterThan(none.total.total);
  });

  it("numbers keep their rates where spikes are scaled", () => {
    const { layers } = scaleSpikes(rates(0.8, 0.12), 0.5);
    expect(layers.conv.input.rate).toBe(0.8);
    expect(layers.fc.input.rate).toBe(0.06);
  });

  it("rows add up to the total", () => {
    const { rows, total } = of(rates(0.8, 0.12), undefined);
    for (const part of [...parts, "total"] as const)
      expect(rows.reduce((whole, row) => whole + row[part], 0)).toBeCloseTo(total[part], 6);
  });
});

describe("what makes no estimate", () => {
  beforeAll(() => init({ backend: "reference" }));
  const given = rates(0.8, 0.12);
  const attempt =
    (changed: object, own: unknown = given) =>
    (): unknown =>
      estimateEnergy(model(), own as NetworkActivity, { ...options, ...changed });

  it.each([
    [{ memWidth: 0 }, "estimateEnergy: memWidth is 0; expected a whole number of at least 1."],
    [{ memWidth: -8 }, "memWidth is -8"],
    [{ memWidth: undefined }, "memWidth is undefined; expected a number. Give one"],
    [
      { fifoSize: 0 },
      "estimateEnergy: fifoSize is 0; expected the words of the memory that spikes wait in, such as 100.",
    ],
    [{ fifoSize: undefined }, "fifoSize is undefined"],
    [{ fifoSize: 1.5 }, "fifoSize is 1.5; expected a whole number"],
    [{ opEstimation: { add: "linear" } }, "opEstimation has no mul; expected a way for both"],
    [{ opEstimation: { mul: "linear" } }, "opEstimation has no add"],
    [{ opEstimation: { add: "linear", mul: "cubic" } }, 'opEstimation.mul is "cubic"; expected one of'],
    [{ opEstimation: null }, "opEstimation: no options were given"],
    [
      { opEstimation: { add: "linear", mul: "saturation" }, memWidth: 64 },
      "mul of 64 bits cannot be estimated",
    ],
    [{ sramEstimation: "newest" }, 'sramEstimation is "newest"; expected one of'],
    [{ sramEstimation: "new", memWidth: 65 }, "words have 65 bits; expected at most 64"],
    [{ compat: "other" }, 'compat is "other"; expected one of'],
    [{ memwidth: 8 }, 'unknown option "memwidth"'],
  ])("options %j", (changed, sentence) => {
    expect(attempt(changed)).toThrow(sentence);
  });

  it.each([
    [null, "activity is null; expected that of measureActivity(model, dataset)"],
    [{}, "expected that of measureActivity"],
    [{ ...given, timesteps: 0 }, "activity.timesteps is 0"],
    [{ ...given, layers: { conv: given.layers.conv } }, 'activity has no layer "fc"'],
    [activity(T, { conv: [numbers(-1), numbers(1)] }), 'layers["conv"].input.rate is -1'],
    [activity(T, { conv: [numbers(NaN), numbers(1)] }), "input.rate is NaN"],
    [{ timesteps: T, layers: { conv: { input: spikes(1) } } }, 'layers["conv"].output.rate is undefined'],
  ])("activity %j", (own, sentence) => {
    // "neuron" is asked for first where nothing but the convolution is known.
    expect(attempt({}, own)).toThrow(sentence.replace('"fc"', '"neuron"'));
  });

  it("spikes as high as the threshold, for the reference", () => {
    const atif = network([8, 8, 2], [10], T, [conv(), { name: "neuron", kind: "ATIF" }, flatten, linear]);
    const own = (): unknown => estimateEnergy(atif, given, { ...options, compat: "qualia" });
    expect(own).toThrow(
      "neuron is of the kind ATIF, whose spikes are as high as its threshold, which the reference",
    );
    expect(estimateEnergy(atif, given, options)).toEqual(estimateEnergy(model(), given, options));
  });

  it("something that is no model", () => {
    expect(() => estimateEnergy({} as never, given, options)).toThrow("expected a model");
  });
});
