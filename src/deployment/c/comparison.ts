/** What exported C gives, beside what the library computes in whole numbers. */

import { sizeOf } from "../../shapes.js";
import type { IntegerModel } from "../integer/integer-model.js";
import { shownAt } from "../shown-at.js";
import { numbersPerSample } from "./comparison-driver.js";
import { checksum } from "./checksum.js";

/** The first place where the two differ. */
export interface Difference {
  readonly sample: number;
  /** From 0. */
  readonly step: number;
  /** "layers.conv1"; null: the class. */
  readonly layer: string | null;
}

export interface Comparison {
  readonly samples: number;
  readonly timesteps: number;
  readonly layers: number;
  /** All that were compared, by checksums. */
  readonly integers: number;
  /** Checksums that differ, and classes. */
  readonly differences: number;
  readonly first: Difference | null;
  /** Samples whose class was found in whole numbers. */
  readonly right: number;
}

/** Compares sample after sample. */
export class Comparing {
  readonly #model: IntegerModel;
  readonly #timesteps: number;
  #result: Comparison;

  constructor(model: IntegerModel, timesteps: number) {
    this.#model = model;
    this.#timesteps = timesteps;
    const { layers } = model.program;
    this.#result = {
      samples: 0, timesteps, layers: layers.length, integers: 0, differences: 0, first: null, right: 0,
    }; // prettier-ignore
  }

  get result(): Comparison {
    return this.#result;
  }

  /** Numbers that the driver tells of one sample. */
  get numbers(): number {
    return numbersPerSample(this.#timesteps, this.#model.program.layers.length);
  }

  /**
   * @param x integers, as the driver was given them: of all time steps, where they change
   * @param told what it has written of them
   */
  add(x: Int32Array, told: Int32Array, label: number): void {
    const { layers } = this.#model.program;
    const { samples: sample, right } = this.#result;
    let { integers, differences, first } = this.#result;
    const differs = (step: number, layer: string | null): void => {
      differences++;
      first ??= { sample, step, layer };
    };
    const total: number[] = [];
    let at = 0;
    this.#model.reset();
    for (let step = 0; step < this.#timesteps; step++) {
      const shown = shownAt(x, step, sizeOf(this.#model.program.inputShape));
      this.#model.step(shown).forEach((value, i) => (total[i] = (total[i] ?? 0) + value));
      const { maps } = this.#model;
      for (const { name, layer } of layers) {
        const map = maps[name];
        const isSame = told[at] === map.length && told[at + 1] >>> 0 === checksum(map);
        if (!isSame) differs(step, layer);
        integers += map.length;
        at += 2;
      }
    }
    const best = total.indexOf(Math.max(...total));
    if (told[at] !== best) differs(this.#timesteps - 1, null);
    this.#result = {
      ...this.#result,
      samples: sample + 1,
      integers,
      differences,
      first,
      right: right + (best === label ? 1 : 0),
    };
  }
}

/** One integer that differs. */
export interface WrongInteger {
  /** In the map of the layer, channels last. */
  readonly index: number;
  readonly given: number;
  readonly expected: number;
}

/**
 * @param x the sample
 * @param told the integers of all its steps and layers, as the driver writes them
 * @returns the first that differs in that step and layer; null if none does
 */
export function wrongInteger(
  model: IntegerModel,
  x: Int32Array,
  told: Int32Array,
  { step, layer }: Pick<Difference, "step" | "layer">,
): WrongInteger | null {
  let at = 0;
  model.reset();
  for (let t = 0; t <= step; t++) {
    model.step(shownAt(x, t, sizeOf(model.program.inputShape)));
    const { maps } = model;
    for (const { name, layer: own } of model.program.layers) {
      const map = maps[name];
      if (t === step && own === layer) {
        const index = map.findIndex((value, i) => value !== told[at + i]);
        return index < 0 ? null : { index, given: told[at + index], expected: map[index] };
      }
      at += map.length;
    }
  }
  return null;
}
