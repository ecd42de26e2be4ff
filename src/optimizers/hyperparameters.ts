/** Types of the numbers that several optimizers and schedules take. */

import { refuse } from "../schema/place.js";
import { real, type ValueType } from "../schema/value-types.js";

const nonNegative = real({ from: 0 });

/** Schedules may let it vanish; they may not let it grow beyond float32. */
export const learningRate: ValueType<number> = {
  ...nonNegative,
  expects: "a learning rate of at least 0",
  read(value, place) {
    const lr = typeof value === "number" && value < 0 ? refuse(place, value, this.expects) : value;
    const rate = nonNegative.read(lr, place);
    return Number.isFinite(Math.fround(rate))
      ? rate
      : refuse(place, rate, "a learning rate that float32 can hold");
  },
};

export const weightDecayType = nonNegative;

/** What a rate is multiplied by. */
export const factor = real({ above: 0 });

/** Longer runs are not what anybody means. */
export const MAX_EPOCHS = 1_000_000;
