/** Images as sequences: samples [H, W, C] become [H * W, C], row by row. */

import { ShapeError } from "../errors.js";
import { required, type Schema } from "../schema/schema.js";
import { listOf, whole } from "../schema/value-types.js";
import { formatShape, sameShape, type Shape } from "../shapes.js";
import { stepRow } from "./step-row.js";

export interface Reshape2DTo1DOptions {
  /** [H, W, C] */
  readonly inputShape: Shape;
}

const schema: Schema<Reshape2DTo1DOptions> = {
  fields: { inputShape: required(listOf(whole(1, 65_536), 3, 3)) },
};

export const reshape2DTo1DStep = stepRow<Reshape2DTo1DOptions>({
  schema,
  shapeAfter(shape, { inputShape }, place) {
    if (!sameShape(shape, inputShape)) {
      place
        .at("inputShape")
        .fail(`is ${formatShape(inputShape)}, but samples are ${formatShape(shape)}; expected the same.`);
    }
    const [height, width, channels] = inputShape;
    return [height * width, channels];
  },
  apply(samples, { inputShape }) {
    const [count, ...sampleShape] = samples.shape;
    if (!sameShape(sampleShape, inputShape)) {
      throw new ShapeError(
        `Reshape2DTo1D: the samples are ${formatShape(sampleShape)}; expected images of ${formatShape(inputShape)}, ` +
          `which the network sees as sequences.`,
      );
    }
    const [height, width, channels] = inputShape;
    return { ...samples, shape: [count, height * width, channels] };
  },
});
