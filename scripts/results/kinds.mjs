/**
 * What docs/results.md compares: the same network with each of these where its neurons stand, and for each the settings that are
 * tried. Each kind is tried at its best with the same effort: six settings per number of time steps, chosen by a tenth of the
 * training data.
 */

/** Settings of an experiment for T time steps. */
const shared = (timesteps, neuron, more = {}) => ({
  "model.0.params.timesteps": timesteps,
  "model.0.params.neuron": neuron,
  ...more,
});

const layer = (kind, params) => ({ kind, params: { ...params, step_mode: "m" } });

/** theta begins at `start`, exactly, and its learning rate is so many times that of the weights. @param more params of the neuron */
const atif = (lr, alpha, start, rate, more = {}) => ({
  told: `alpha ${alpha}, start ${start}${rate === 1 ? "" : `, theta's rate x ${rate}`}`,
  settings: (T) =>
    shared(
      T,
      layer("ATIF", { v_threshold: start, vth_init_l: 1, vth_init_h: 1, alpha, ...more }),
      rate === 1 ? {} : { "model.0.optimizer.threshold_lr": Number((rate * lr).toPrecision(6)) },
    ),
});

const integrateAndFire = (alpha, threshold) => ({
  told: `alpha ${alpha}, threshold ${threshold}`,
  settings: (T) => shared(T, layer("IFNode", { v_threshold: threshold, v_reset: false, alpha })),
});

const leaky = (alpha, tau, threshold) => ({
  told: `alpha ${alpha}, tau ${tau}, threshold ${threshold}`,
  settings: (T) => shared(T, layer("LIFNode", { v_threshold: threshold, tau, alpha })),
});

/** As many bits as T + 1 levels take, in one time step. @param share of the step that LSQ would begin with */
const quantizedRelu = (share, lr) => ({
  told: `step x ${share} at the start, rate ${lr}`,
  settings: (T) => {
    const bits = Math.ceil(Math.log2(T + 1));
    const initialStep = (share * 1.6) / Math.sqrt(2 ** bits - 1);
    return {
      ...shared(1, layer("QuantReLU", { bits, initial_step: Number(initialStep.toPrecision(6)) })),
      "model.0.optimizer.params.lr": lr,
      // It has no spikes to count.
      postprocessing: [],
    };
  },
});

/** @param more params of the neuron */
const learned = (lr, more) =>
  [1, 4].flatMap((alpha) => [
    atif(lr, alpha, 1, 1, more),
    atif(lr, alpha, 0.5, 1, more),
    atif(lr, alpha, 1, 10, more),
  ]);

/** @param lr the learning rate of the experiment */
export const kindsFor = (lr) => [
  { name: "ATIF, theta learned", spikes: true, tried: learned(lr) },
  { name: "ATIF, theta per channel", spikes: true, tried: learned(lr, { threshold_shape: "channel" }) },
  {
    // With a threshold of 1, what ATIF with theta fixed at 1 is: test/neurons/fixed-threshold.test.ts.
    name: "IFNode, soft reset",
    spikes: true,
    tried: [1, 2, 4].flatMap((alpha) => [1, 0.5].map((threshold) => integrateAndFire(alpha, threshold))),
  },
  {
    name: "LIFNode",
    spikes: true,
    tried: [2, 4].flatMap((alpha) => [leaky(alpha, 2, 1), leaky(alpha, 1.5, 1), leaky(alpha, 2, 0.5)]),
  },
  {
    // It gives numbers, and has no form in integers of its own: it is one.
    name: "QuantReLU, one step",
    spikes: false,
    tried: [lr, 2 * lr].flatMap((rate) => [1, 0.5, 0.25].map((share) => quantizedRelu(share, rate))),
  },
];

export const TIMESTEPS = [1, 2, 4, 8];
