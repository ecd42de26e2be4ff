/**
 * Normalization by the statistics of the training set, which all sets share.
 *
 *   z-score:  y = (x - mean) / std      std is that of the population
 *   min-max:  y = (x - min) / (max - min)
 *
 * A feature that is constant in the training set has a std and a range of 0, and the reference makes it NaN. Here it
 * is divided by 1, so that it becomes 0 in training, and a warning says how many there are.
 */

import { ShapeError } from "../../errors.js";
import { fix } from "../../schema/fixed.js";
import { ArgumentPlace, type Place } from "../../schema/place.js";
import { optional, readOptions, withDefault, type Schema } from "../../schema/schema.js";
import { flag, listOrOne, oneOf, whole } from "../../schema/value-types.js";
import { statisticsOfElements } from "../../preprocessing/normalize-dataset.js";
import { readPreprocessing, type PreprocessingStep } from "../../preprocessing/table.js";
import { formatShape, sameShape, type Shape } from "../../shapes.js";
import type { Dataset } from "../dataset.js";
import { mapSets } from "./preprocessing.js";
import type { DatasetSets, Preprocessing, PreprocessingContext } from "./preprocessing.js";

export interface NormalizeDatasetParams {
  /** "z-score" if it is left out. */
  readonly method?: "z-score" | "min-max";
  /**
   * The axes of [N, …sampleShape] the statistics run over, without time, which is one with N where samples have it; the first must be among them. 0, which is one mean per
   * feature, if it is left out; [0, 1, 2] is one per channel of images.
   */
  readonly axis?: number | readonly number[];
  /** Accepted for the sake of existing configurations; it changes nothing. */
  readonly debug?: boolean;
}

/** As the class keeps it. */
export interface ResolvedNormalizeDatasetParams {
  readonly method: "z-score" | "min-max";
  readonly axis: readonly number[];
  readonly debug?: boolean;
}

export const normalizeDatasetSchema: Schema<ResolvedNormalizeDatasetParams> = {
  fields: {
    method: withDefault(
      oneOf(["z-score", "min-max"]),
      "z-score",
      "z-score: by mean and standard deviation of the population; min-max: to 0 … 1.",
    ),
    axis: withDefault(
      listOrOne(whole(-Infinity), 8),
      [0],
      "Axes that the statistics of the training set run over, 0, the samples, among them; [0, 1, 2] is one of each per channel of images.",
    ),
    debug: optional(flag, "Changes nothing.", { inFiles: false }),
  },
};

/**
 * The axes of samples that statistics run over, from 1.
 *
 * @param shape of a sample
 * @throws through the place of `axis`
 */
export function measuredAxes(axis: readonly number[], shape: readonly number[], place: Place): Set<number> {
  const rank = shape.length + 1;
  const over = new Set<number>();
  for (const given of axis) {
    const from = given < 0 ? given + rank : given;
    if (from < 0 || from >= rank) {
      place.fail(
        `holds ${given}; expected ${-rank} to ${rank - 1}, the samples being [N, ${shape.join(", ")}].`,
      );
    }
    if (over.has(from)) place.fail("holds an axis twice; expected each once.");
    over.add(from);
  }
  if (!over.has(0)) {
    place.fail(
      `is ${place.show(axis)}; expected 0, the samples, among them: what is measured on those of training is used for all.`,
    );
  }
  return over;
}

/** y = (x - offset) / scale, for each group of elements that share statistics. */
interface Statistics {
  readonly offset: Float64Array;
  readonly scale: Float64Array;
  readonly constant: number;
}

/** In configuration files the preprocessing "Normalize"; the augmentation of that name takes given numbers. */
export class NormalizeDataset implements Preprocessing {
  declare readonly name: string;
  declare readonly preparesSamples: boolean;
  declare readonly method: "z-score" | "min-max";
  declare readonly axis: readonly number[];

  constructor(params: NormalizeDatasetParams = {}) {
    const { method, axis } = readOptions("Normalize", params, normalizeDatasetSchema);
    fix<NormalizeDataset>(this, { name: "Normalize", preparesSamples: true, method, axis });
  }

  /**
   * The sets as float32 samples; bytes are divided by their divisor first.
   * @throws RangeError on axes that are not there or leave out the first; ShapeError if the sets differ in shape
   */
  apply(sets: DatasetSets, { warn }: PreprocessingContext): DatasetSets {
    const { frameShape: sampleShape } = sets.train;
    const kept = this.#keptShape(sampleShape);
    const groups = statisticsOfElements(kept, sampleShape);
    const samples = sets.train.toFloat32();
    const statistics = this.#measure(samples, groups);
    const { constant } = statistics;
    if (constant > 0) {
      const count = statistics.offset.length;
      warn?.(
        `Normalize: ${constant} of ${count} features are constant in the training set; ` +
          `they are centred and divided by 1. (The reference divides by 0, which gives NaN.)`,
      );
    }
    const preprocessing = [...sets.train.preprocessing, ...stepsOf(sets.train, statistics, kept)];
    return mapSets(sets, (set, name) => {
      if (!sameShape(set.frameShape, sampleShape)) {
        throw new ShapeError(
          `Normalize: samples of the set "${name}" are ${formatShape(set.frameShape)} but those of the training set ` +
            `${formatShape(sampleShape)}; expected the same shape.`,
        );
      }
      const x = name === "train" ? samples : set.toFloat32();
      for (let i = 0, feature = 0; i < x.length; i++) {
        const group = groups[feature];
        x[i] = (x[i] - statistics.offset[group]) / statistics.scale[group];
        feature = feature + 1 === groups.length ? 0 : feature + 1;
      }
      return set.with({ x, preprocessing });
    });
  }

  /** Of the statistics: 1 along axes that they run over. */
  #keptShape(sampleShape: Shape): Shape {
    const over = measuredAxes(this.axis, sampleShape, new ArgumentPlace("Normalize").at("axis"));
    return sampleShape.map((dimension, i) => (over.has(i + 1) ? 1 : dimension));
  }

  #measure(x: Float32Array, groups: Int32Array): Statistics {
    const features = groups.length;
    const count = groups.reduce((most, group) => Math.max(most, group), 0) + 1;
    const perGroup = x.length / count;
    const low = new Float64Array(count).fill(Infinity);
    const high = new Float64Array(count).fill(-Infinity);
    const mean = new Float64Array(count);
    for (let i = 0, feature = 0; i < x.length; i++) {
      const group = groups[feature];
      if (x[i] < low[group]) low[group] = x[i];
      if (x[i] > high[group]) high[group] = x[i];
      mean[group] += x[i];
      feature = feature + 1 === features ? 0 : feature + 1;
    }
    for (let group = 0; group < count; group++) mean[group] /= perGroup;
    const scale = new Float64Array(count);
    if (this.method === "min-max") {
      for (let group = 0; group < count; group++) scale[group] = high[group] - low[group];
    } else {
      for (let i = 0, feature = 0; i < x.length; i++) {
        const group = groups[feature];
        scale[group] += (x[i] - mean[group]) ** 2;
        feature = feature + 1 === features ? 0 : feature + 1;
      }
      for (let group = 0; group < count; group++) scale[group] = Math.sqrt(scale[group] / perGroup);
    }
    let constant = 0;
    const offset = this.method === "min-max" ? low : mean;
    for (let group = 0; group < count; group++) {
      if (low[group] !== high[group]) continue;
      constant++;
      // Not the mean, which rounding may have moved: a constant becomes 0 exactly.
      offset[group] = low[group];
      scale[group] = 1;
    }
    return { offset, scale, constant };
  }
}

/** What a network that learns from these sets needs to see others the same way. */
function stepsOf(train: Dataset, { offset, scale }: Statistics, shape: Shape): readonly PreprocessingStep[] {
  const { x, divisor } = train;
  // The units of the statistics, where bytes come in two.
  const units =
    x instanceof Uint8Array && (divisor === 1 || divisor === 255)
      ? [{ kind: "IntToFloat32", options: { scale: divisor === 255 } }]
      : [];
  const options = { shape, offset: [...offset], scale: [...scale] };
  return readPreprocessing("Normalize", [...units, { kind: "NormalizeDataset", options }]);
}
