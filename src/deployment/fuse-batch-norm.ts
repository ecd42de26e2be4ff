/**
 * Batch normalisation in evaluation is a scale and a shift per channel, and the convolution or linear layer before it can
 * take them up. Of output channel c, with b = 0 where there was no bias:
 *
 *   k_c  = gamma_c / sqrt(var_c + eps)
 *   W'_c = W_c k_c
 *   b'_c = (b_c - mean_c) k_c + beta_c
 */

import type { StateEntry } from "../module/state-dict.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { draftOf, modelOf, readersOf, type Draft, type DraftLayer } from "./draft.js";

/** Which layers may stand before which normalisation. */
const fusable: Readonly<Record<string, readonly string[]>> = {
  BatchNorm1d: ["Conv1d", "Linear"],
  BatchNorm2d: ["Conv2d"],
};

/**
 * A new model without the batch normalisations whose input comes from a convolution or a linear layer that nothing else
 * reads; that layer has a bias then. Other layers keep their names, and a template that has `batchNorm` stays one. The
 * numbers are those of evaluation, whatever mode the model is in, but for rounding: where a potential lies within rounding
 * of its threshold, a spike may differ. Normalisations elsewhere stay.
 *
 * @throws TypeError unless it is a model of layers that are known by kind; RangeError where a fused weight is no float32
 */
export function fuseBatchNorm(model: SpikingModel): SpikingModel {
  const draft = draftOf("fuseBatchNorm", model);
  for (const norm of draft.layers.filter(({ kind }) => kind in fusable)) {
    const before = draft.layers.find(({ name }) => name === norm.inputs[0]);
    if (before === undefined || !fusable[norm.kind].includes(before.kind)) continue;
    if (readersOf(draft, before.name).length === 1) fuse(draft, before, norm);
  }
  const { kind, options } = draft.architecture;
  return modelOf(draft, "batchNorm" in options ? { kind, options: { ...options, batchNorm: false } } : null);
}

function fuse(draft: Draft, before: DraftLayer, norm: DraftLayer): void {
  const { state } = draft;
  const [gamma, beta, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map((array) =>
    take(draft, `${norm.name}.${array}`),
  );
  const weight = entryOf(state, `${before.name}.weight`);
  const bias = state.get(`${before.name}.bias`);
  const eps = norm.options.eps as number;
  const channels = gamma.data.length;
  const fused = { weight: new Float32Array(weight.data.length), bias: new Float32Array(channels) };
  // PyTorch's layout has the output channel first.
  const size = weight.data.length / channels;
  for (let c = 0; c < channels; c++) {
    const k = gamma.data[c] / Math.sqrt(variance.data[c] + eps);
    for (let i = c * size; i < (c + 1) * size; i++) fused.weight[i] = weight.data[i] * k;
    fused.bias[c] = ((bias?.data[c] ?? 0) - mean.data[c]) * k + beta.data[c];
  }
  for (const values of [fused.weight, fused.bias]) checkFinite(before, norm, values);
  state.set(`${before.name}.weight`, { shape: weight.shape, data: fused.weight });
  state.set(`${before.name}.bias`, { shape: [channels], data: fused.bias });
  before.options = { ...before.options, bias: true };
  draft.layers = draft.layers.filter((layer) => layer !== norm);
  for (const layer of draft.layers)
    layer.inputs = layer.inputs.map((name) => (name === norm.name ? before.name : name));
}

/** Takes an array of the normalisation out of the draft, and what was set of it. */
function take({ state, settings }: Draft, name: string): StateEntry {
  const entry = entryOf(state, name);
  state.delete(name);
  settings.delete(name);
  return entry;
}

function entryOf(state: ReadonlyMap<string, StateEntry>, name: string): StateEntry {
  const entry = state.get(name);
  if (entry !== undefined) return entry;
  throw new TypeError(
    `fuseBatchNorm: there is no array ${name}; expected a layer that holds its weights itself.`,
  );
}

function checkFinite(before: DraftLayer, norm: DraftLayer, values: Float32Array): void {
  const wrong = values.find((value) => !Number.isFinite(value));
  if (wrong === undefined) return;
  throw new RangeError(
    `fuseBatchNorm: with ${norm.name} in it, ${before.name} would hold ${wrong}; expected numbers that float32 can hold. ` +
      `A running variance is close to 0: train longer, or give the normalisation a larger eps.`,
  );
}
