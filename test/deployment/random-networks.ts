/** Small networks, data and options of quantizers, drawn at random: whatever quantizes, compiles and runs. */

import { Dataset } from "../../src/datasets/dataset.js";
import type { AnyLayerSpec } from "../../src/graph/layer-spec.js";
import { GraphModel } from "../../src/models/graph-model.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import { createModel } from "../../src/models/table.js";
import type { StepMode } from "../../src/module/module.js";
import type { QuantParams, Roundtype } from "../../src/quantization/quantizer-options.js";
import { Generator, manualSeed } from "../../src/random/generator.js";

export type Pick = <T>(...from: readonly T[]) => T;

export const picking =
  (g: Generator): Pick =>
  (...from) =>
    from[g.integer(from.length)];

const neuronKinds = ["ATIF", "IFSRL", "IFNode", "LIFNode", "ParametricLIFNode"] as const;

function neuronSpec(pick: Pick): { kind: string; params: Record<string, unknown> } {
  const vReset = pick(null, null, 0.125, -0.25);
  const leak = { vReset, decayInput: pick(true, false), vThreshold: pick(0.3, 0.4) };
  const params: Record<(typeof neuronKinds)[number], Record<string, unknown>> = {
    ATIF: { vThreshold: pick(0.3, 0.6) },
    IFSRL: { vThreshold: pick(0.3, 0.6) },
    IFNode: { vReset, vThreshold: pick(0.4, 0.7) },
    LIFNode: { ...leak, tau: pick(1.5, 2, 3, 7) },
    ParametricLIFNode: { ...leak, initTau: pick(1.5, 2, 3) },
  };
  const kind = pick(...neuronKinds);
  return { kind, params: params[kind] };
}

/** A float network. */
export function randomNetwork(seed: number): SpikingModel {
  const g = new Generator(seed);
  manualSeed(seed);
  const pick = picking(g);
  const neuron = neuronSpec(pick);
  const stepMode = pick<StepMode>("s", "m");
  const shared = { neuron, timesteps: pick(2, 3), outputShape: [3], stepMode };
  const dims = pick(1, 2);
  const inputShape = dims === 1 ? [9, 2] : [6, 5, 2];
  const batchNorm = pick(true, false);
  const make = pick(smlp, scnn, scnn, sresnet, sresnet, graph);
  const model = make();
  // Statistics and signs that no new network has.
  for (const [name, tensor] of model.namedParameters()) {
    if (/weight$/.test(name)) tensor.data.forEach((value, i) => (tensor.data[i] = 2.5 * value));
    if (/bias$/.test(name)) tensor.data.forEach((_, i) => (tensor.data[i] = 0.3 * g.normal()));
  }
  for (const [name, tensor] of model.namedBuffers()) {
    if (/runningMean|running_mean/.test(name))
      tensor.data.forEach((_, i) => (tensor.data[i] = 0.2 * g.normal()));
    if (/runningVar|running_var/.test(name))
      tensor.data.forEach((_, i) => (tensor.data[i] = g.uniform(0.2, 1.5)));
  }
  return model.eval();

  function smlp(): SpikingModel {
    return createModel({ kind: "SMLP", options: { ...shared, inputShape, units: [8, 6] } });
  }

  function scnn(): SpikingModel {
    return createModel({
      kind: "SCNN",
      options: {
        ...shared, inputShape, filters: [4, 5], kernelSizes: [3, 3], paddings: [1, 1], strides: [1, pick(1, 2)],
        poolSizes: [pick(0, 2), 0], fcUnits: [6], dropouts: 0.1, separables: [false, pick(true, false)],
        gsp: pick(true, false), batchNorm, prepool: pick(1, 1, 2), dims,
      },
    }); // prettier-ignore
  }

  function sresnet(): SpikingModel {
    return createModel({
      kind: "SResNet",
      options: {
        ...shared, inputShape, filters: [4, 4, 6], kernelSizes: [3, 3, 3], paddings: [1, 1, 1], strides: [1, 1, 2],
        numBlocks: [1, 1], batchNorm, postpool: pick("max", "avg"), dims,
      },
    }); // prettier-ignore
  }

  /** What the templates do not have: pools with padding, groups, a sum with the network's input, neurons one after the other. */
  function graph(): SpikingModel {
    const { kind, params } = neuron;
    const layers: AnyLayerSpec[] = [
      { name: "first", kind: pick("MaxPool2d", "AvgPool2d"), options: { kernelSize: [3, 2], stride: [1, 1], padding: [1, 0] } },
      { name: "conv", kind: "Conv2d", options: { inChannels: 2, outChannels: 4, kernelSize: [3, 1], padding: [1, 0], groups: 2, bias: pick(true, false) } },
      { name: "fire", kind, options: params },
      { name: "narrow", kind: "Conv2d", options: { inChannels: 4, outChannels: 2, kernelSize: [1, 2], padding: [0, 1] } },
      { name: "sum", kind: "Add", options: {}, inputs: ["narrow", "input"] },
      { name: "again", kind, options: params },
      { name: "pool", kind: pick("MaxPool2d", "AvgPool2d"), options: { kernelSize: [3, 3], padding: [1, 1] } },
      { name: "norm", kind: "BatchNorm2d", options: { numFeatures: 2 } },
      { name: "once", kind, options: params },
      { name: "flat", kind: "Flatten", options: { order: pick("channelsFirst", "memory") } },
      { name: "out", kind: "Linear", options: { inFeatures: 8, outFeatures: 3 } },
    ]; // prettier-ignore
    return new GraphModel({
      inputShape: [6, 5, 2],
      outputShape: [3],
      layers,
      timesteps: shared.timesteps,
      stepMode,
    });
  }
}

/** 8 and 16 bits, and other numbers of bits and other roundings for a kind of tensor, now and then. */
export function randomQuantizers(seed: number): QuantParams {
  const g = new Generator(1000 + seed);
  const pick = picking(g);
  if (seed % 3 === 2) return anyQuantizers(g);
  const round = (): Roundtype => pick("floor", "nearest", "nearest", "ceil");
  const own = [
    {}, {}, {},
    { w: { bits: 4 } },
    { w: { bits: 4 }, v: { bits: 16 } },
    { v: { bits: 12, roundtype: round() }, act: { roundtype: round() }, input: { roundtype: round() } },
    { input: { bits: 5 } },
    { bias: { bits: 16 } },
    { bias: { roundtype: round() }, w: { bits: 6, roundtype: round() } },
    { act: { bits: 6 } },
    { w: { forceQ: 5 }, act: { forceQ: 3 } },
  ]; // prettier-ignore
  return { bits: pick(8, 16), roundtype: round(), ...pick<QuantParams>(...own) };
}

/** Any number of bits, rounding and fractional bits for any kind of tensor. */
function anyQuantizers(g: Generator): QuantParams {
  const pick = picking(g);
  const own = () => ({
    ...(pick(true, false) ? { bits: 2 + g.integer(15) } : {}),
    ...(pick(true, false, false) ? { roundtype: pick<Roundtype>("floor", "nearest", "ceil") } : {}),
    ...(g.integer(6) === 0 ? { forceQ: g.integer(18) - 4 } : {}),
  });
  const types = ["input", "act", "v", "w", "bias"].filter(() => g.integer(3) === 0);
  const params = { bits: 2 + g.integer(15), roundtype: pick<Roundtype>("floor", "nearest", "ceil") };
  return { ...params, ...Object.fromEntries(types.map((type) => [type, own()])) };
}

/** @param width of its values: what was not seen before is saturated */
export function randomSamples(model: SpikingModel, seed: number, count: number, width: number): Dataset {
  const g = new Generator(seed);
  const size = model.inputShape.reduce((product, each) => product * each, 1);
  return new Dataset({
    name: "drawn",
    x: Float32Array.from({ length: count * size }, () => width * (0.3 + g.normal())),
    labels: new Int32Array(count),
    sampleShape: [...model.inputShape],
    classes: model.outputShape[0],
  });
}

/** Samples that change over time, [T, ...inputShape]. */
export function randomSequences(model: SpikingModel, seed: number, count: number, width: number): Dataset {
  const { x, labels, classes } = randomSamples(model, seed, count * model.timesteps, width);
  return new Dataset({
    name: "drawn over time",
    x,
    labels: labels.slice(0, count),
    sampleShape: [model.timesteps, ...model.inputShape],
    classes,
    time: true,
  });
}
