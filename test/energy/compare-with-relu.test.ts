import { beforeAll, describe, expect, it } from "vitest";
import { compareWithRelu } from "../../src/energy/compare-with-relu.js";
import { estimateEnergy, type EnergyOptions } from "../../src/energy/estimate-energy.js";
import { measureActivity } from "../../src/energy/measure-activity.js";
import { scaleSpikes, type NetworkActivity } from "../../src/energy/network-activity.js";
import { init } from "../../src/kernels/select.js";
import { stripes, tinySCNN } from "../training/tiny.js";
import { activity, network, numbers, R, spikes } from "./networks.js";

const options: EnergyOptions = { memWidth: 16, fifoSize: 100, sramEstimation: "new" };

/** 1000 -> 1 by a linear layer between two neurons, T steps. */
const model = (T: number) =>
  network([1000], [1], T, [
    { name: "first", kind: "IFNode" },
    { name: "fc", kind: "Linear", options: { inFeatures: 1000, outFeatures: 1, bias: false } },
    { name: "second", kind: "IFNode" },
  ]);
const rates = (T: number, a: number, b: number): NetworkActivity =>
  activity(T, {
    first: [spikes(0), spikes(a)],
    fc: [spikes(a), numbers(1)],
    second: [numbers(1), spikes(b)],
  });

describe("compareWithRelu", () => {
  beforeAll(() => init({ backend: "reference" }));

  it.each([
    [1, 1],
    [3, 2],
    [4, 3],
    [7, 3],
    [8, 4],
    [15, 4],
  ])("T = %i levels need %i bits", (T, bits) => {
    const compared = compareWithRelu(model(T), rates(T, 0.1, 0.1), options);
    expect([compared.bits, compared.levels]).toEqual([bits, T + 1]);
  });

  it("prices the ReLUs by hand", () => {
    const { relu } = compareWithRelu(model(3), rates(3, 0.1, 0.1), { memWidth: 16, fifoSize: 100 });
    expect(relu.rows.map(({ name }) => name)).toEqual(["fc"]);
    const [{ ops, memWeights, memIo, memBias }] = relu.rows;
    expect(ops).toBeCloseTo(1000 * 3.2 + 0.1, 6);
    expect(memWeights).toBeCloseTo(1000 * R(1000, 16), 6);
    // Of 2 bits.
    expect(memIo).toBeCloseTo(1000 * R(1000, 2) + R(1, 2), 6);
    expect(memBias).toBe(0);
  });

  it("says no number of times where the ReLUs have no price", () => {
    const alone = network([3], [3], 2, [{ name: "fire", kind: "IFNode" }]);
    const { finding, cheaper } = compareWithRelu(
      alone,
      activity(2, { fire: [spikes(1), spikes(0.5)] }),
      options,
    );
    expect(cheaper).toBe("relu");
    expect(finding).toBe(
      "The spiking network costs energy for its neurons alone, and the same network of ReLUs with 2 bits none: it has no layer with a price.",
    );
  });

  it.each([undefined, "qualia"] as const)("costs the same at the break-even (compat %s)", (compat) => {
    const own = compat === undefined ? options : { ...options, compat };
    const given = rates(1, 0.3, 0.2);
    const { breakEven, relu, spiking, ratio, cheaper, rate } = compareWithRelu(model(1), given, own);
    expect(rate).toBeCloseTo((0.3 * 1000 + 0.2) / 1001, 12);
    const { scale, rate: at } = breakEven ?? { scale: NaN, rate: NaN };
    const there = estimateEnergy(model(1), scaleSpikes(given, scale), own);
    expect(there.total.total / relu.total.total).toBeCloseTo(1, 9);
    expect(at).toBeCloseTo(scale * rate, 12);
    expect(ratio).toBe(spiking.total.total / relu.total.total);
    expect(cheaper).toBe(scale > 1 ? "spiking" : "relu");
  });

  it("says where spikes cost less, and where more", () => {
    const few = compareWithRelu(model(1), rates(1, 0.001, 0.001), { ...options, compat: "qualia" });
    expect(few.cheaper).toBe("spiking");
    expect(few.finding).toMatch(
      /^The spiking network costs [\d.]+ times less than .* with 1 bit; both cost the same at/,
    );
    const many = compareWithRelu(model(1), rates(1, 0.9, 0.9), { ...options, compat: "qualia" });
    expect(many.cheaper).toBe("relu");
    expect(many.breakEven?.rate).toBeLessThan(0.9);
    expect(many.finding).toMatch(/times as much as/);
  });

  it("finds no break-even where silence costs as much, or nothing spikes", () => {
    const long = compareWithRelu(model(4000), rates(4000, 0.001, 0.001), options);
    expect([long.breakEven, long.cheaper]).toEqual([null, "relu"]);
    expect(long.silent).toBeGreaterThan(long.relu.total.total);
    expect(long.finding).toContain("would without a single spike");
    const silent = compareWithRelu(model(1), rates(1, 0, 0), { ...options, compat: "qualia" });
    expect(silent.breakEven).toBeNull();
    expect(silent.finding).toContain("nothing spikes");
  });

  it("takes a measured network", () => {
    const scnn = tinySCNN();
    const given = measureActivity(scnn, stripes(6));
    const { spiking, relu, rate } = compareWithRelu(scnn, given, options);
    expect(spiking).toEqual(estimateEnergy(scnn, given, options));
    expect(spiking.total.outputRate).toBeCloseTo(rate, 12);
    expect(relu.total.total).toBeGreaterThan(0);
  });

  it("needs spikes", () => {
    const plain = network([2], [1], 1, [
      { name: "fc", kind: "Linear", options: { inFeatures: 2, outFeatures: 1 } },
    ]);
    expect(() => compareWithRelu(plain, rates(1, 0, 0), options)).toThrow("has no spiking neurons");
    expect(() => compareWithRelu(model(1), rates(1, 0, 0), { memWidth: 8 })).toThrow(
      "compareWithRelu: fifoSize",
    );
  });
});
