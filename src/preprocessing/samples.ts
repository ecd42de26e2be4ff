/** Some samples side by side, as steps of preprocessing take and give them. */

import type { Shape } from "../shapes.js";

export interface Samples {
  /** Row-major. */
  readonly x: Float32Array;
  /** [N, …sampleShape], channels last */
  readonly shape: Shape;
  /** Set while x still holds unscaled integers: the largest value of their type, 255 for bytes. */
  readonly integerMax?: number;
}
