/** A few small networks, whole: layers, weights, an input, and what must come out. */

import {
  GraphModel,
  init,
  manualSeed,
  networkGraph,
  recordActivity,
  SCNN,
  SMLP,
  SResNet,
  tensor,
} from "../../dist/index.js";

/** Sums of these are exact in float32, in any order: every correct program has the same bits. */
const onGrid = (value, step) => Math.round(value / step) * step;

function withExactWeights(model) {
  const dict = model.stateDict();
  for (const [name, array] of Object.entries(dict)) {
    // Thresholds are sums of few halves, which neither ties nor rounding touch.
    const step = name.endsWith("v_threshold") ? 2 ** -4 : 2 ** -6;
    array.data = array.data.map((value) => onGrid(value * (name.endsWith("v_threshold") ? 1 : 2), step));
  }
  model.loadStateDict(dict);
  return model.eval();
}

/** Sines, so that no generator of random numbers is needed to make them again. */
const inputOf = (shape) =>
  Float32Array.from({ length: shape.reduce((n, l) => n * l, 1) }, (_, i) =>
    onGrid(1.5 * Math.sin(1 + 7 * i), 2 ** -4),
  );

const recipes = [
  {
    name: "smlp",
    what: "Two fully connected layers with a neuron between them; a still input, four steps.",
    make: () =>
      new SMLP({
        inputShape: [12],
        outputShape: [3],
        units: [10, 8],
        neuron: { kind: "ATIF" },
        timesteps: 4,
      }),
  },
  {
    name: "scnn",
    what: "Convolutions, max pooling of spikes behind the neurons, fully connected layers.",
    make: () =>
      new SCNN({
        inputShape: [8, 8, 2],
        outputShape: [4],
        filters: [4, 6],
        kernelSizes: [3, 3],
        paddings: [1, 1],
        strides: [1, 1],
        poolSizes: [2, 2],
        fcUnits: [10],
        neuron: { kind: "ATIF" },
        timesteps: 4,
      }),
  },
  {
    name: "sresnet",
    what: "A residual network: branches with thresholds of their own are added, pooling stands before neurons.",
    make: () =>
      new SResNet({
        inputShape: [8, 8, 1],
        outputShape: [3],
        filters: [4, 6],
        kernelSizes: [3, 3],
        numBlocks: [1],
        strides: [1, 2],
        paddings: [1, 1],
        neuron: { kind: "ATIF" },
        timesteps: 3,
      }),
  },
  {
    name: "if_nodes",
    what: "Neurons with a fixed threshold and outputs of 1: one that subtracts, and one that is reset to 0.",
    make: () =>
      new GraphModel({
        inputShape: [6],
        outputShape: [3],
        timesteps: 5,
        layers: [
          { name: "fc1", kind: "Linear", options: { inFeatures: 6, outFeatures: 8 } },
          { name: "neuron1", kind: "IFNode", options: { vThreshold: 0.75, vReset: null } },
          { name: "fc2", kind: "Linear", options: { inFeatures: 8, outFeatures: 8 } },
          { name: "neuron2", kind: "IFNode", options: { vThreshold: 0.5, vReset: 0 } },
          { name: "fc3", kind: "Linear", options: { inFeatures: 8, outFeatures: 3 } },
        ],
      }),
  },
  {
    name: "moving",
    what: "Time in the data: another frame at every step, through two kinds of neurons; potentials and outputs of each step.",
    hasTime: true,
    make: () =>
      new GraphModel({
        inputShape: [6, 6, 2],
        outputShape: [3],
        timesteps: 5,
        layers: [
          {
            name: "conv",
            kind: "Conv2d",
            options: { inChannels: 2, outChannels: 3, kernelSize: 3, padding: 1 },
          },
          { name: "neuron1", kind: "ATIF" },
          { name: "pool", kind: "MaxPool2d", options: { kernelSize: 2 } },
          { name: "flat", kind: "Flatten" },
          { name: "fc1", kind: "Linear", options: { inFeatures: 27, outFeatures: 8 } },
          { name: "neuron2", kind: "IFNode", options: { vThreshold: 0.75, vReset: null } },
          { name: "fc2", kind: "Linear", options: { inFeatures: 8, outFeatures: 3 } },
        ],
      }),
  },
];

/** Channels last to channels first. */
function channelsFirst(values, shape) {
  const channels = shape.at(-1);
  const places = values.length / channels;
  return Array.from(values, (_, i) => values[(i % places) * channels + Math.floor(i / places)]);
}

/** After each step, channels first. */
function potentialsOf(neurons, steps, ofStep) {
  return Object.fromEntries(
    neurons.map(({ name, potential, shape, neurons: n }) => [
      name,
      steps.map((t) => ofStep(potential, t, n, shape)),
    ]),
  );
}

const firstShape = (shape) => [shape.at(-1), ...shape.slice(0, -1)];

export async function networks() {
  await init({ backend: "reference" });
  return recipes.map(({ name, what, hasTime = false, make }, i) => {
    manualSeed(i + 1);
    const model = withExactWeights(make());
    const { inputShape, timesteps } = model;
    const shown = hasTime ? [timesteps, 1, ...inputShape] : [1, ...inputShape];
    const x = inputOf(shown);
    const recorded = recordActivity(model, tensor(x, shown), { time: hasTime });
    const { layers: neurons, outputs, classes } = recorded;
    const graph = networkGraph(model);
    const dict = model.stateDict();
    const ofStep = (values, t, n, shape) => channelsFirst(values.slice(t * n, (t + 1) * n), shape);
    const steps = Array.from({ length: timesteps }, (_, t) => t);
    const frame = x.length / timesteps;
    return {
      name,
      what,
      timesteps,
      ...(hasTime ? { time: true } : {}),
      input: hasTime
        ? {
            shape: [timesteps, ...firstShape(inputShape)],
            data: steps.flatMap((t) => ofStep(x, t, frame, inputShape)),
          }
        : { shape: firstShape(inputShape), data: channelsFirst(x, inputShape) },
      layers: graph.nodes
        .filter((node) => node !== graph.input)
        .map((node) => ({
          name: node.name,
          kind: node.kind,
          options: node.options,
          inputs: node.inputs.map((input) => input.name),
          output_shape: firstShape(node.shape),
          weights: Object.fromEntries(
            Object.entries(dict)
              .filter(([key]) => key.startsWith(`${node.name}.`))
              .map(([key, { shape, data }]) => [
                key.slice(node.name.length + 1),
                { shape, data: Array.from(data, Number) },
              ]),
          ),
        })),
      expected: {
        logits_per_step: Array.from({ length: timesteps }, (_, t) => [
          ...outputs.slice(t * classes, (t + 1) * classes),
        ]),
        spikes: Object.fromEntries(
          neurons.map(({ name: neuron, spikes, shape, neurons: n }) => [
            neuron,
            steps.map((t) => ofStep(spikes, t, n, shape).join("")),
          ]),
        ),
        ...(hasTime ? { potentials: potentialsOf(neurons, steps, ofStep) } : {}),
      },
    };
  });
}
