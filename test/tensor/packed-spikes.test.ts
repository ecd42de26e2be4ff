/** Spikes as bits: what they hold, when they are written out, and which views keep them. */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { currentBackend } from "../../src/kernels/current.js";
import "../../src/ops/install.js";
import { countNonZero } from "../../src/ops/reduce.js";
import { memory } from "../../src/tensor/memory.js";
import {
  emptyBits,
  packSpikes,
  spikesOf,
  spikeTensor,
  withSpikeRows,
} from "../../src/tensor/packed-spikes.js";
import { scope } from "../../src/tensor/scope.js";
import { tensor, zeros, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";

/** [2, 3, channels], every third neuron fires. */
function everyThird(channels: number, scale: number): Tensor {
  const values = Array.from({ length: 6 * channels }, (_, i) => (i % 3 === 0 ? scale : 0));
  return packSpikes(tensor(values, [2, 3, channels]), Math.fround(scale));
}

describeBackends("packed spikes", (backend) => {
  beforeAll(() => init({ backend }));

  it("are bit c % 32 of word c / 32 of their row, by hand", () => {
    const y = packSpikes(
      tensor(
        [...Array(40).keys()].map((i) => (i === 0 || i === 33 ? 0.5 : 0)),
        [1, 40],
      ),
      0.5,
    );
    const spikes = spikesOf(y);
    expect(spikes).toMatchObject({ scale: 0.5, rows: 1, channels: 40 });
    expect([...(spikes?.bits ?? [])]).toEqual([1, 2]);
    expect([...y.toArray()].map((value, i) => (value === 0 ? -1 : i)).filter((i) => i >= 0)).toEqual([0, 33]);
    y.dispose();
  });

  it.each([1, 3, 32, 33, 70])("give back the elements they were made of, %i channels", (channels) => {
    const y = everyThird(channels, 0.7);
    expect([...y.toArray()]).toEqual(
      Array.from({ length: 6 * channels }, (_, i) => (i % 3 === 0 ? Math.fround(0.7) : 0)),
    );
    y.dispose();
  });

  it("take a thirty-second of the memory until their elements are asked for", () => {
    scope(() => {
      const bits = emptyBits([64, 64, 32], currentBackend());
      bits.array.fill(-1);
      const before = memory().liveBytes;
      const y = spikeTensor([64, 64, 32], bits, 2);
      expect(memory().liveBytes).toBe(before);
      expect(countNonZero(y)).toBe(64 * 64 * 32);
      expect(memory().liveBytes).toBe(before);
      expect(y.at(0).toArray()[0]).toBe(2);
      expect(memory().liveBytes - before).toBeGreaterThanOrEqual(4 * 64 * 64 * 32);
      expect(spikesOf(y)).not.toBeNull();
    });
  });

  it("stay packed in slices and reshapes, which see their own rows", () => {
    const y = everyThird(5, 1);
    const slice = y.at(1);
    expect(spikesOf(slice)).toMatchObject({ rows: 3, channels: 5 });
    expect([...(spikesOf(slice)?.bits ?? [])]).toEqual([...(spikesOf(y)?.bits ?? [])].slice(3));
    expect(spikesOf(y.reshape([6, 5]))).toMatchObject({ rows: 6, channels: 5 });
    // Half a row is no row.
    expect(
      spikesOf(
        packSpikes(tensor([1, 0, 1, 0], [1, 4]), 1)
          .reshape([2, 2])
          .at(1),
      ),
    ).toBeNull();
  });

  it("are counted as bits", () => {
    expect(countNonZero(everyThird(33, 0.25))).toBe((6 * 33) / 3);
  });

  it.each([
    [32, 64],
    [5, 10],
    [33, 99],
  ])("of %i channels flatten to rows of %i", (channels, features) => {
    const pixels = features / channels;
    const values = Array.from({ length: 4 * features }, (_, i) => ((i * i) % 7 < 3 ? 1 : 0));
    const y = packSpikes(tensor(values, [4, pixels, channels]), 1).reshape([4, features]);
    const words = Math.ceil(features / 32);
    const unpacked = withSpikeRows(y, ({ bits, rows, channels: length }) => {
      expect([rows, length]).toEqual([4, features]);
      return values.map(
        (_, i) => (bits[Math.floor(i / features) * words + ((i % features) >> 5)] >>> (i % features)) & 1,
      );
    });
    expect(unpacked).toEqual(values);
  });

  it("are gone when the elements were changed in place", () => {
    const y = everyThird(4, 1);
    y.data[1] = 5;
    y.storage.version++;
    expect(spikesOf(y)).toBeNull();
    expect(y.toArray()[1]).toBe(5);
  });

  it("are not found in a tensor that never had them", () => {
    expect(spikesOf(zeros([2, 3]))).toBeNull();
    expect(withSpikeRows(zeros([2, 3]), () => 1)).toBeNull();
  });

  it("are freed with their tensor, written out or not", () => {
    const before = memory().liveBytes;
    everyThird(64, 1).dispose();
    const read = everyThird(64, 1);
    read.toArray();
    read.dispose();
    expect(memory().liveBytes).toBe(before);
  });

  describe("of no elements", () => {
    it.each([[[0, 4]], [[3, 0]]])("%j", (shape) => {
      const y = packSpikes(zeros(shape), 1);
      expect(y.toArray()).toHaveLength(0);
      y.dispose();
    });
  });
});
