/**
 * A still image through an SCNN or SMLP of ATIF neurons, channels first and in plain loops, from a state dict in PyTorch's
 * names and layouts. In float64: with weights, inputs and thresholds that are short binary fractions every number is
 * exact, so that the outputs must be equal and not only close.
 */

import type { StateDict } from "../../src/module/state-dict.js";
import { at, conv, fullyConnected, mapOf, pool, type FeatureMap } from "../layers/channels-first.js";

export interface PlainOptions {
  readonly filters?: readonly number[];
  readonly paddings?: readonly (readonly [number, number])[];
  readonly strides?: readonly (readonly [number, number])[];
  readonly pools?: readonly (readonly [number, number] | null)[];
  readonly separables?: readonly boolean[];
  readonly prepool?: readonly [number, number];
  readonly postpool?: readonly [number, number];
  readonly hidden: number;
  readonly gsp?: boolean;
  readonly timesteps: number;
}

/** Neurons by name to their potentials. */
type State = Map<string, number[]>;

export function plainNetwork(dict: StateDict, options: PlainOptions, x: FeatureMap): number[] {
  const state: State = new Map();
  const outputs = Array.from({ length: options.timesteps }, () => oneStep(dict, options, x, state));
  return outputs[0].map((_, i) => outputs.reduce((sum, each) => sum + each[i], 0) / options.timesteps);
}

function oneStep(dict: StateDict, options: PlainOptions, image: FeatureMap, state: State): number[] {
  const { filters = [], paddings = [], strides = [], pools = [], separables = [], hidden } = options;
  const weights = (name: string): StateDict[string] => dict[`layers.${name}`];
  const spike = (name: string, map: FeatureMap): FeatureMap => ({
    ...map,
    data: fire(name, map.data, weights(`${name}.v_threshold`).data[0], state),
  });
  const convolve = (name: string, map: FeatureMap, window: Parameters<typeof conv>[3]): FeatureMap => {
    const weight = weights(`${name}.weight`);
    // A one-dimensional kernel is one of height 1.
    const shape = weight.shape.length === 3 ? weight.shape.toSpliced(2, 0, 1) : weight.shape;
    return conv(map, { shape, data: weight.data }, weights(`${name}.bias`), window);
  };
  let map = image;
  if (options.prepool !== undefined) map = pool(map, options.prepool, "mean");
  filters.forEach((_, i) => {
    const n = i + 1;
    const window = { stride: strides[i], padding: paddings[i] };
    if (separables[i]) {
      map = spike(`neuron${n}_dw`, convolve(`conv${n}_dw`, map, { ...window, groups: map.C }));
      map = spike(`neuron${n}_pw`, convolve(`conv${n}_pw`, map, {}));
    } else {
      map = spike(`neuron${n}`, convolve(`conv${n}`, map, window));
    }
    const kernel = pools[i];
    if (kernel !== null && kernel !== undefined) map = pool(map, kernel, "max");
  });
  if (options.postpool !== undefined) map = pool(map, options.postpool, "mean");
  if (options.gsp === true) {
    const n = filters.length + 1;
    const spikes = spike(`neuron${n}`, convolve(`conv${n}`, map, {}));
    return Array.from({ length: spikes.C }, (_, c) => sumOf(spikes, c));
  }
  let features: readonly number[] = map.data;
  for (let j = 1; j <= hidden; j++) {
    const name = `neuron${filters.length + j}`;
    const u = fullyConnected(features, weights(`fc${j}.weight`), weights(`fc${j}.bias`));
    features = fire(name, u, weights(`${name}.v_threshold`).data[0], state);
  }
  const last = `fc${hidden + 1}`;
  return fullyConnected(features, weights(`${last}.weight`), weights(`${last}.bias`));
}

function fire(name: string, x: readonly number[], theta: number, state: State): number[] {
  const v = state.get(name) ?? x.map(() => 0);
  state.set(name, v);
  return x.map((value, i) => {
    v[i] += value;
    if (v[i] < theta) return 0;
    v[i] -= theta;
    return theta;
  });
}

function sumOf(map: FeatureMap, c: number): number {
  return mapOf(1, map.H, map.W, (_, h, w) => at(map, c, h, w)).data.reduce((a, b) => a + b, 0);
}
