import { describe, expect, it } from "vitest";
import { Dataset } from "../../src/datasets/dataset.js";
import type { DatasetFields } from "../../src/datasets/dataset.js";
import { Generator } from "../../src/random/generator.js";

/** Five samples [2, 1] of bytes: sample i is [10 i, 10 i + 1], label i % 3. */
const five = (changes: Partial<DatasetFields> = {}): Dataset =>
  new Dataset({
    name: "five",
    x: Uint8Array.of(0, 1, 10, 11, 20, 21, 30, 31, 40, 41),
    labels: Int32Array.of(0, 1, 2, 0, 1),
    sampleShape: [2, 1],
    divisor: 1,
    ...changes,
  });
const values = (batch: { x: Float32Array }): number[] => [...batch.x];

describe("Dataset", () => {
  it("knows its size, classes and label counts", () => {
    const set = five();
    expect([set.length, set.sampleSize, set.classes]).toEqual([5, 2, 3]);
    expect([...set.labelCounts()]).toEqual([2, 2, 1]);
    expect([...five({ classes: 4 }).labelCounts()]).toEqual([2, 2, 1, 0]);
  });

  it("divides bytes by 255 by default, rounded once to float32, and leaves them bytes in store", () => {
    const set = new Dataset({
      name: "b",
      x: Uint8Array.of(0, 51, 100, 255),
      labels: [0, 0],
      sampleShape: [2],
    });
    expect(set.divisor).toBe(255);
    const batch = set.batch([0, 1]);
    expect(values(batch)).toEqual([0, Math.fround(51 / 255), Math.fround(100 / 255), 1]);
    expect(batch).not.toHaveProperty("integerMax");
    expect(values({ x: set.toFloat32() })).toEqual(values(batch));
    expect(set.x).toBeInstanceOf(Uint8Array);
  });

  it("only casts bytes with the divisor 1, and says so in the batch", () => {
    expect(five().batch([4])).toEqual({
      x: Float32Array.of(40, 41),
      shape: [1, 2, 1],
      labels: Int32Array.of(1),
      integerMax: 255,
    });
  });

  it("gives float samples as they are", () => {
    const x = Float32Array.of(-0.5, 1e-40, 3, 4);
    const set = new Dataset({ name: "f", x, labels: Int32Array.of(1, 0), sampleShape: [2] });
    expect(set.batch([1, 0])).toEqual({
      x: Float32Array.of(3, 4, -0.5, 1e-40),
      shape: [2, 2],
      labels: Int32Array.of(0, 1),
    });
    const copy = set.toFloat32();
    copy[0] = 9;
    expect(set.x[0]).toBe(-0.5);
  });

  it("shares storage in a range and copies a list, keeping name, classes, names and divisor", () => {
    const set = five({ classes: 4, classNames: ["a", "b", "c", "d"], divisor: 16 });
    const range = set.subset({ start: 1, end: 3 });
    expect([[...range.x], [...range.labels]]).toEqual([
      [10, 11, 20, 21],
      [1, 2],
    ]);
    expect(range.x.buffer).toBe(set.x.buffer);
    const list = set.subset([4, 0, 4]);
    expect([[...list.x], [...list.labels]]).toEqual([
      [40, 41, 0, 1, 40, 41],
      [1, 0, 1],
    ]);
    for (const part of [range, list]) {
      expect([part.name, part.classes, part.classNames, part.divisor, part.sampleShape]).toEqual([
        "five",
        4,
        ["a", "b", "c", "d"],
        16,
        [2, 1],
      ]);
    }
  });

  it("splits into parts that have every sample once, by seed", () => {
    const set = new Dataset({
      name: "n",
      x: Float32Array.from({ length: 100 }, (_, i) => i),
      labels: Int32Array.from({ length: 100 }, (_, i) => i % 7),
      sampleShape: [1],
    });
    const [rest, part] = set.split(0.25, new Generator(3));
    expect([rest.length, part.length]).toEqual([75, 25]);
    expect([...rest.x, ...part.x].sort((a, b) => a - b)).toEqual([...set.x]);
    for (const half of [rest, part]) {
      expect([...half.x]).toEqual([...half.x].sort((a, b) => a - b));
      expect([...half.labels]).toEqual([...half.x].map((v) => v % 7));
    }
    const again = set.split(0.25, new Generator(3))[1];
    const other = set.split(0.25, new Generator(4))[1];
    expect([...again.x]).toEqual([...part.x]);
    expect([...other.x]).not.toEqual([...part.x]);
    expect(part.x[24] - part.x[0]).toBeGreaterThan(24); // not a block
  });
});

describe("Dataset.batches", () => {
  it("keeps the order and the last, partial batch without a generator", () => {
    const batches = [...five().batches({ batchSize: 2 })];
    expect(batches.map(values)).toEqual([
      [0, 1, 10, 11],
      [20, 21, 30, 31],
      [40, 41],
    ]);
    expect(batches.map(({ shape }) => shape)).toEqual([
      [2, 2, 1],
      [2, 2, 1],
      [1, 2, 1],
    ]);
    expect(batches.map(({ labels }) => [...labels])).toEqual([[0, 1], [2, 0], [1]]);
  });

  it("has 32 samples to a batch by default", () => {
    const set = new Dataset({
      name: "n",
      x: new Uint8Array(70),
      labels: new Int32Array(70),
      sampleShape: [1],
    });
    expect([...set.batches()].map(({ labels }) => labels.length)).toEqual([32, 32, 6]);
  });

  it("shuffles by the generator: every sample once, labels with their samples, the same bits by seed", () => {
    const pass = (seed: number): number[][] =>
      [...five().batches({ batchSize: 2, shuffle: new Generator(seed) })].map(({ x, labels }) => [
        ...x,
        -1,
        ...labels,
      ]);
    expect(pass(1)).toEqual(pass(1));
    expect(new Set(Array.from({ length: 20 }, (_, seed) => JSON.stringify(pass(seed)))).size).toBeGreaterThan(
      10,
    );
    const seen = pass(5).flatMap((batch) => batch.slice(0, batch.indexOf(-1)));
    expect(seen.sort((a, b) => a - b)).toEqual([0, 1, 10, 11, 20, 21, 30, 31, 40, 41]);
    for (const { x, labels } of five().batches({ batchSize: 3, shuffle: new Generator(5) })) {
      labels.forEach((label, i) => expect(label).toBe((x[2 * i] / 10) % 3));
    }
  });

  it("draws the order when it is called, not when the batches are read", () => {
    const generator = new Generator(8);
    const first = five().batches({ shuffle: generator });
    const before = generator.state;
    void [...first];
    expect(generator.state).toEqual(before);
    expect(before).not.toEqual(new Generator(8).state);
  });

  it("continues a pass with skip", () => {
    const whole = [...five().batches({ batchSize: 2, shuffle: new Generator(2) })];
    const rest = [...five().batches({ batchSize: 2, shuffle: new Generator(2), skip: 1 })];
    expect(rest).toEqual(whole.slice(1));
    expect([...five().batches({ batchSize: 2, skip: 3 })]).toEqual([]);
  });

  it("gives every batch arrays of its own", () => {
    const set = five();
    const [a, b] = [...set.batches({ batchSize: 3 })];
    a.x.fill(7);
    a.labels.fill(7);
    expect(values(b)).toEqual([30, 31, 40, 41]);
    expect([...set.labels]).toEqual([0, 1, 2, 0, 1]);
  });
});

describe("what Dataset refuses", () => {
  const wrong = (changes: Record<string, unknown>) => () => five(changes);
  it.each<[string, () => unknown, string]>([
    [
      "nothing",
      () => new Dataset(undefined as never),
      "Dataset: no options were given; expected an object like { name: … }.",
    ],
    [
      "an unknown field",
      wrong({ label: [] }),
      'Dataset: unknown option "label"; known options are name, x, labels, sampleShape, classes, classNames, time, divisor, preprocessing. Did you mean "labels"?',
    ],
    [
      "plain numbers",
      wrong({ x: [1, 2] }),
      'Dataset "five": x is [1, 2]; expected a Float32Array or a Uint8Array.',
    ],
    [
      "labels of text",
      wrong({ labels: "01201" }),
      'Dataset "five": labels are "01201"; expected an Int32Array or an array of numbers.',
    ],
    [
      "half a label",
      wrong({ labels: [0, 0.5] }),
      'Dataset "five": the label of sample 1 is 0.5; expected a whole number of at least 0.',
    ],
    [
      "no shape",
      wrong({ sampleShape: undefined }),
      'Dataset "five": sampleShape is undefined; expected an array like [H, W, C].',
    ],
    [
      "an empty sample",
      wrong({ sampleShape: [2, 0] }),
      'Dataset "five": sampleShape is [2, 0]; expected dimensions of at least 1.',
    ],
    [
      "a scalar sample",
      wrong({ sampleShape: [] }),
      'Dataset "five": sampleShape is []; expected dimensions of at least 1.',
    ],
    [
      "no samples",
      wrong({ x: new Uint8Array(0), labels: [] }),
      'Dataset "five" is empty; expected at least one sample.',
    ],
    [
      "a count mismatch",
      wrong({ labels: [0, 1] }),
      'Dataset "five": x holds 10 values; expected 4 for 2 labels and samples of [2, 1].',
    ],
    [
      "a label too large",
      wrong({ classes: 2 }),
      'Dataset "five": the label of sample 2 is 2; expected 0 to 1 for 2 classes.',
    ],
    [
      "a negative label",
      wrong({ labels: Int32Array.of(0, 0, 0, -1, 0) }),
      'Dataset "five": the label of sample 3 is -1; expected 0 to 0 for 1 classes.',
    ],
    [
      "no classes",
      wrong({ classes: 0 }),
      'Dataset "five": classes is 0; expected a whole number of at least 1.',
    ],
    [
      "a missing name",
      wrong({ classNames: ["a"] }),
      'Dataset "five": 1 class names for 3 classes; expected as many.',
    ],
    ["a divisor of 0", wrong({ divisor: 0 }), 'Dataset "five": divisor is 0; expected a number above 0.'],
    [
      "a tiny divisor",
      wrong({ divisor: 1e-40 }),
      'Dataset "five": divisor is 1e-40; expected a number by which float32 can hold 1 and 255 divided.',
    ],
    [
      "a divisor for floats",
      wrong({ x: new Float32Array(10), divisor: 16 }),
      'Dataset "five": divisor is 16 but the samples are float32; only bytes are divided. Leave it out, or divide the samples.',
    ],
    [
      "NaN",
      wrong({ x: Float32Array.of(0, 0, 0, 0, 0, 0, 0, NaN, 0, 0), divisor: 1 }),
      'Dataset "five": sample 3 holds NaN; expected finite numbers. Remove or repair it.',
    ],
    [
      "infinity",
      wrong({ x: new Float32Array(10).fill(-Infinity), divisor: 1 }),
      'Dataset "five": sample 0 holds -Infinity; expected finite numbers. Remove or repair it.',
    ],
    [
      "a sample that is not there",
      () => five().batch([0, 5]),
      'batch of "five": there is no sample 5; expected 0 to 4.',
    ],
    ["half a sample", () => five().batch([0.5]), 'batch of "five": there is no sample 0.5; expected 0 to 4.'],
    [
      "a subset of nothing",
      () => five().subset([]),
      'subset of "five": no sample numbers; expected at least one.',
    ],
    [
      "a subset beyond",
      () => five().subset([-1]),
      'subset of "five": there is no sample -1; expected 0 to 4.',
    ],
    [
      "a range beyond",
      () => five().subset({ start: 2, end: 6 }),
      'subset of "five": samples 2 to 6 of 5; expected start < end <= 5.',
    ],
    [
      "an empty range",
      () => five().subset({ start: 2, end: 2 }),
      'subset of "five": samples 2 to 2 of 5; expected start < end <= 5.',
    ],
    [
      "a split of all",
      () => five().split(1, new Generator(0)),
      "split: fraction 1 of 5 samples is 5; expected both parts to get a sample.",
    ],
    [
      "a split of nothing",
      () => five().split(0.01, new Generator(0)),
      "split: fraction 0.01 of 5 samples is 0; expected both parts to get a sample.",
    ],
    [
      "a negative split",
      () => five().split(-0.1, new Generator(0)),
      "split: fraction is -0.1; expected a number above 0.",
    ],
    [
      "a batch size of 0",
      () => five().batches({ batchSize: 0 }),
      "batches: batchSize is 0; expected a whole number of at least 1.",
    ],
    [
      "a batch size of NaN",
      () => five().batches({ batchSize: NaN }),
      "batches: batchSize is NaN; expected a finite number. Look at the computation that gave it.",
    ],
    [
      "shuffle: true",
      () => five().batches({ shuffle: true as never }),
      "batches: shuffle is true; expected a Generator, as in new Generator(seed).",
    ],
    [
      "an unknown batch option",
      () => five().batches({ batch_size: 2 } as never),
      'batches: unknown option "batch_size"; known options are batchSize, shuffle, skip. Did you mean "batchSize"?',
    ],
  ])("%s", (_, action, message) => {
    expect(action).toThrow(expect.objectContaining({ message }));
  });
});
