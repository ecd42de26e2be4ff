/** The data sets of docs/results.md: how long networks learn there, and what a reader needs to run them. */

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
  "fashion-mnist": {
    title: "Fashion-MNIST",
    told:
      "60,000 pictures of clothes of 28 x 28 pixels to learn from, 10,000 to test with; the network of " +
      "[examples/fashion-mnist.toml](../examples/fashion-mnist.toml), 0.42 million weights.",
    lr: 0.001,
    choice: { epochs: 2, seeds: [1] },
    epochs: 10,
    needsData: true,
  },
};

export const SEEDS = [1, 2, 3];
