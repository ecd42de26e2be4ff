/** The data sets of docs/results.md: how long networks learn there, and what a reader needs to run them. */

import { kindsFor, TIMESTEPS } from "./kinds.mjs";

export const dataSets = {
  digits: {
    title: "Digits",
    told:
      "1,437 handwritten digits of 8 x 8 pixels to learn from, 360 to test with, which come with the library; the network of " +
      "[examples/digits.toml](../examples/digits.toml).",
    lr: 0.003,
    choice: { epochs: 10, seeds: [1] },
    epochs: 30,
    needsData: false,
  },
  "moving-digits": {
    title: "Moving digits",
    told:
      "1,437 recordings of digits that move, 360 to test with, as a simulated event camera of 16 x 16 pixels sees them: eight frames " +
      "of events, one for each time step; the network of [examples/moving-digits.toml](../examples/moving-digits.toml).",
    lr: 0.003,
    choice: { epochs: 4, seeds: [1] },
    epochs: 20,
    needsData: false,
    // Time is in the data: a ReLU in one step would see one frame.
    timesteps: [8],
    leftOut: ["QuantReLU, one step"],
  },
  "fashion-mnist": {
    title: "Fashion-MNIST",
    told:
      "60,000 pictures of clothes of 28 x 28 pixels to learn from, 10,000 to test with; the network of " +
      "[examples/fashion-mnist.toml](../examples/fashion-mnist.toml), 0.42 million weights.",
    lr: 0.001,
    choice: { epochs: 2, seeds: [1] },
    epochs: 10,
    // Chosen for all kinds alike, on the tenth of the training data: results/fashion-mnist-recipe.toml.
    schedule: { kind: "CosineAnnealingLR", params: { T_max: 10 } },
    needsData: true,
  },
};

/** What networks that are trained for all epochs have besides what was chosen of each. */
export const scheduled = ({ schedule }) =>
  schedule === undefined ? {} : { "model.0.optimizer.scheduler": schedule };

export const SEEDS = [1, 2, 3];

/** The kinds that are compared on a data set. */
export const kindsOf = ({ lr, leftOut = [] }) => kindsFor(lr).filter(({ name }) => !leftOut.includes(name));

/** The numbers of time steps that they are compared at. */
export const timestepsOf = ({ timesteps = TIMESTEPS }) => timesteps;
