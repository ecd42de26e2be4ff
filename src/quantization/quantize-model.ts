/** From a network of float32 layers to the same network of quantized ones. */

import { checkOneOf, checkOptions } from "../checks.js";
import { INPUT } from "../graph/layer-graph.js";
import type { AnyLayerSpec, LayerSpec } from "../graph/layer-spec.js";
import { layerKinds, type PlainOptions } from "../layers/table.js";
import { checkModel } from "../models/check-model.js";
import { createWithoutDrawing, storedArchitecture } from "../models/stored-architecture.js";
import { networkOf } from "../models/table.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { quantizedKinds } from "./kinds.js";
import { quantParamKeys, readQuantParams, type QuantParams } from "./quantizer-options.js";
import { withSharedRanges, type QuantizedSpec } from "./shared-ranges.js";

/** They hand on what they are given, as they are. */
const UNCHANGED: readonly string[] = ["Dropout", "Flatten"];

/** Of the reference's templates, the layer that quantizes the input, which it puts first. */
const IDENTITIES: Readonly<Record<string, string>> = {
  SCNN: "layers.identity1",
  SResNet: "identity1",
  SResNetStride: "identity1",
};

export interface QuantizeOptions {
  /** "qualia": as the reference does, with its faults. */
  readonly compat?: "qualia" | undefined;
}

/**
 * A new model with the layers, names and weights of this one, whose layers quantize what they take in, hold and give. Its
 * ranges are not known yet: calibrate() it, or train it.
 *
 * @param params of its quantizers, such as { bits: 8, roundtype: "floor", w: { bits: 4 } }
 * @returns in the same mode, with the same weights, and frozen where this one is
 * @throws TypeError, RangeError for options that make no quantizer, and for a layer that has no quantized form
 */
export function quantizeModel(
  model: SpikingModel,
  params: QuantParams,
  options: QuantizeOptions = {},
): SpikingModel {
  const where = "quantizeModel";
  checkModel(where, model);
  checkOptions(where, params ?? null, quantParamKeys);
  checkOptions(where, options ?? null, ["compat"]);
  const { compat } = options;
  if (compat !== undefined) checkOneOf(`${where}: compat`, compat, ["qualia"]);
  const quantParams = readQuantParams(where, params);
  const architecture = storedArchitecture(model);
  const network = networkOf(architecture);
  const { inputShape, outputShape, timesteps, stepMode = "s" } = network;
  const float = network.layers as readonly AnyLayerSpec[];
  const quantized = float.map((spec, i) =>
    quantizedSpec(where, spec, inputsOf(float, i), quantParams, compat),
  );
  const layers =
    compat === undefined
      ? withSharedRanges(quantized, quantParams)
      : withIdentity(quantized, IDENTITIES[architecture.kind], { quantParams, compat });
  const made = createWithoutDrawing({
    kind: "GraphModel",
    options: { inputShape, outputShape, layers, timesteps, stepMode },
    ...(architecture.preprocessing === undefined ? {} : { preprocessing: architecture.preprocessing }),
  });
  made.setParameterSettings(model.parameterSettings());
  made.loadStateDict(model.stateDict());
  return made.train(model.training);
}

function inputsOf(specs: readonly (AnyLayerSpec | LayerSpec)[], i: number): readonly string[] {
  return specs[i].inputs ?? [i === 0 ? INPUT : specs[i - 1].name];
}

function quantizedSpec(
  where: string,
  { name, kind, options }: AnyLayerSpec,
  inputs: readonly string[],
  quantParams: QuantParams,
  compat: "qualia" | undefined,
): QuantizedSpec {
  const becomes = UNCHANGED.includes(kind) ? kind : `Quantized${kind}`;
  if (becomes !== kind && !quantizedKinds.has(becomes)) {
    const advice = quantizedKinds.has(kind)
      ? "The model is quantized already: take the one that it was made of."
      : "Make the model of those.";
    throw new TypeError(
      `${where}: ${name} is of the kind ${kind}, which has no quantized form; expected one of ${quantizable().join(", ")}. ${advice}`,
    );
  }
  // How a neuron computes is the quantized one's business.
  const { backend: _, ...own } = (options ?? {}) as Record<string, unknown>;
  if (becomes === kind) return { name, kind, options: own, inputs };
  const branches = becomes === "QuantizedAdd" ? { branches: inputs.length } : {};
  const faults = compat === undefined ? {} : { compat };
  return { name, kind: becomes, options: { ...own, ...branches, quantParams, ...faults }, inputs };
}

function quantizable(): string[] {
  return layerKinds().filter((kind) => UNCHANGED.includes(kind) || quantizedKinds.has(`Quantized${kind}`));
}

/** The layer that quantizes the input, before all others. */
function withIdentity(
  specs: readonly QuantizedSpec[],
  name: string | undefined,
  options: PlainOptions,
): readonly QuantizedSpec[] {
  if (name === undefined) return specs;
  const behind = specs.map((spec) => ({
    ...spec,
    inputs: spec.inputs.map((input) => (input === INPUT ? name : input)),
  }));
  return [{ name, kind: "QuantizedIdentity", options, inputs: [INPUT] }, ...behind];
}
