/** What the sliders set, as an experiment in the keys of experiment files: the page trains it as `atif train` would. */

import type { Settings } from "./settings.js";

/** Of the model, and of the run. */
const NAME = "page";

/** Of the moving digits that the page trains networks on: those of `atif train` as they come. */
export const MOVING_SEED = 1;

/**
 * The samples are not part of it: they are given as data.
 * @param sampleShape decides whether there is something to convolve, and how often a map can be halved
 * @param time whether the first dimension of samples is that of time steps
 */
export function experimentOf(
  settings: Settings,
  sampleShape: readonly number[],
  time = false,
): Readonly<Record<string, unknown>> {
  const { learningRate, epochs, batchSize, seed } = settings;
  return {
    bench: { name: NAME, seed, use_test_as_valid: true },
    learningframework: { kind: time ? "SpikingJellyMultiStepTimeStepsInData" : "SpikingJellyMultiStep" },
    model: [
      {
        name: NAME,
        ...networkOf(settings, time ? sampleShape.slice(1) : sampleShape),
        epochs,
        batch_size: batchSize,
        optimizer: {
          kind: "Adam",
          params: { lr: learningRate },
          scheduler: { kind: "CosineAnnealingLR", params: { T_max: epochs } },
        },
      },
    ],
  };
}

function networkOf(settings: Settings, sampleShape: readonly number[]): object {
  const { network, timesteps, channels, hidden, hidden2 } = settings;
  const common = { timesteps, neuron: neuronOf(settings) };
  if (network === "dense" || sampleShape.length !== 3) {
    return { kind: "SMLP", params: { ...common, units: hidden2 === 0 ? [hidden] : [hidden, hidden2] } };
  }
  // A pool halves the map as long as there is something to halve.
  const smallest = Math.min(sampleShape[0], sampleShape[1]);
  return {
    kind: "SCNN",
    params: {
      ...common,
      dims: 2,
      filters: channels,
      kernel_sizes: [3, 3],
      paddings: [1, 1],
      strides: [1, 1],
      pool_sizes: [smallest >= 2 ? 2 : 0, smallest >= 4 ? 2 : 0],
      fc_units: [hidden],
      batch_norm: true,
    },
  };
}

/** With a fixed theta, what docs/results.md compares ATIF with: the same neuron at theta = 1, where nothing is learned of it. */
function neuronOf({ alpha, thetaLow, thetaHigh, fixedTheta }: Settings): object {
  const shared = { alpha, step_mode: "m" };
  return fixedTheta === null
    ? { kind: "ATIF", params: { vth_init_l: thetaLow, vth_init_h: thetaHigh, ...shared } }
    : { kind: "IFNode", params: { v_threshold: fixedTheta, v_reset: false, ...shared } };
}
