/** Small networks whose activity and energy can be worked out by hand. */

import { Dataset } from "../../src/datasets/dataset.js";
import type { LayerTraffic, NetworkActivity } from "../../src/energy/network-activity.js";
import type { AnyLayerSpec } from "../../src/graph/layer-spec.js";
import type { Shape } from "../../src/shapes.js";
import { GraphModel } from "../../src/models/graph-model.js";
import type { StepMode } from "../../src/module/module.js";
import "../../src/ops/install.js";

export function network(
  inputShape: Shape,
  outputShape: Shape,
  timesteps: number,
  layers: readonly AnyLayerSpec[],
  stepMode: StepMode = "s",
): GraphModel {
  return new GraphModel({ inputShape, outputShape, timesteps, stepMode, layers });
}

export const spikes = (rate: number): LayerTraffic["input"] => ({ rate, count: null, isBinary: true });
export const numbers = (rate: number): LayerTraffic["input"] => ({ rate, count: null, isBinary: false });

/** Of each layer, input and output. */
export function activity(
  timesteps: number,
  layers: Readonly<Record<string, readonly [LayerTraffic["input"], LayerTraffic["output"]]>>,
): NetworkActivity {
  const entries = Object.entries(layers).map(([name, [input, output]]) => [name, { input, output }] as const);
  return { timesteps, layers: Object.fromEntries(entries) };
}

export function samples(sampleShape: Shape, values: readonly number[]): Dataset {
  const size = sampleShape.reduce((product, length) => product * length, 1);
  const labels = new Int32Array(values.length / size);
  return new Dataset({ name: "by hand", x: Float32Array.from(values), labels, sampleShape });
}

/** 8 x 8 x 2 -> conv 3 x 3 -> 8 x 8 x 4: the worked check of the first layer. */
export const conv = (bias = true, groups = 1): AnyLayerSpec => ({
  name: "conv",
  kind: "Conv2d",
  options: { inChannels: 2, outChannels: 4, kernelSize: 3, padding: 1, bias, groups },
});

/** R(n) of words of w bits, in pJ, by its definition. */
export const R = (n: number, w: number): number => 1.09e-5 * n * w + 13.2;
