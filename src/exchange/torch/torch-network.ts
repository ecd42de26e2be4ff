/** Networks for people who work with PyTorch: a file of Python that is read, run and trained on, and the weights beside it. */

import { checkOptions } from "../../checks.js";
import { ShapeError } from "../../errors.js";
import { encodeSafetensors, type TensorToStore } from "../../formats/safetensors-writer.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import type { BaseNode } from "../../neurons/base-node.js";
import { describePreprocessing } from "../../preprocessing/describe.js";
import { formatShape, sameShape, sizeOf } from "../../shapes.js";
import { show } from "../../show.js";
import { Tensor } from "../../tensor/tensor.js";
import { channelsFirst } from "../channels-first.js";
import { fidelityReport, type FidelityNote, type FidelityReport } from "../fidelity-report.js";
import { outlineOf, type Outline } from "../outline.js";
import { checkSamples, type CheckSamples } from "./check-samples.js";
import { isTorchLayer } from "./layer-source.js";
import { NETWORK_FILE, SAMPLES_FILE, WEIGHTS_FILE } from "./file-names.js";
import { networkSource } from "./network-source.js";
import { toTorchStateDict } from "./to-torch-state-dict.js";

export interface PyTorchOptions {
  /**
   * What the self-test is chosen from: [N, ...inputShape], prepared as for run(); or [T, N, ...inputShape], as for runSequence(),
   * an input for each time step. Default: numbers from 0 to 1, still.
   */
  samples?: Tensor;
}

export interface WrittenPyTorch {
  /** By name: network.py, weights.safetensors, samples.safetensors. null where the verdict is "unsupported". */
  readonly files: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>> | null;
  readonly report: FidelityReport;
}

/**
 * `network.py`, which needs torch alone, defines the network (`Network`, `load()`), with its neurons and their surrogate
 * gradients: the same spikes, the same logits and gradients up to the order of sums. `python network.py` shows it the stored
 * samples. Layouts are PyTorch's, [N, C, H, W]. The model's state is forgotten.
 *
 * @throws TypeError, RangeError for options; StateError for a class of one's own that cannot be traced
 */
export function toPyTorch(model: SpikingModel, options: PyTorchOptions = {}): WrittenPyTorch {
  checkOptions("toPyTorch", options, ["samples"]);
  const outline = outlineOf("toPyTorch", model, { form: "PyTorch", isLayer: isTorchLayer });
  if ("refused" in outline) return { files: null, report: fidelityReport(outline.refused) };
  checkGiven(model, options.samples);
  const samples = checkSamples(model, options.samples);
  const files = {
    [NETWORK_FILE]: networkSource(outline),
    [WEIGHTS_FILE]: toTorchStateDict(model),
    [SAMPLES_FILE]: samplesFile(model, samples),
  };
  return { files, report: fidelityReport(notesOf(outline)) };
}

function checkGiven({ inputShape, timesteps: T }: SpikingModel, samples: Tensor | undefined): void {
  if (samples === undefined) return;
  if (!Tensor.isTensor(samples))
    throw new TypeError(`toPyTorch: samples is ${show(samples)}; expected a tensor [N, ...inputShape].`);
  const { shape } = samples;
  const isWhole = samples.size > 0 && sameShape(shape.slice(-inputShape.length), inputShape);
  const leading = shape.slice(0, -inputShape.length);
  if (isWhole && (leading.length === 1 || (leading.length === 2 && leading[0] === T))) return;
  const still = ["N", ...inputShape].join(", ");
  throw new ShapeError(
    `toPyTorch: samples is ${formatShape(shape)}; expected [${still}], channels last, N at least 1; or, of samples that change ` +
      `over time, [${T}, ${still}].`,
  );
}

function samplesFile(
  model: SpikingModel,
  { x, time, N, logits, spikes }: CheckSamples,
): Uint8Array<ArrayBuffer> {
  const { inputShape, timesteps: T, outputShape } = model;
  const tensors: [string, TensorToStore][] = [
    [
      time ? "xs" : "x",
      { shape: [...(time ? [T] : []), N, ...channelsFirst(inputShape)], data: moved(x, inputShape) },
    ],
    ["logits_per_step", { shape: [T, N, ...outputShape], data: logits }],
  ];
  for (const [name, data] of spikes) tensors.push([`spikes.${name}`, { shape: [T, N], data }]);
  return encodeSafetensors(tensors, { format: "pt" });
}

/** Samples [N, ..., C] as [N, C, ...]. */
function moved(x: Float32Array, shape: readonly number[]): Float32Array {
  const channels = shape[shape.length - 1];
  const each = sizeOf(shape);
  const positions = each / channels;
  return x.map((_, i) => {
    const [sample, element] = [Math.floor(i / each), i % each];
    return x[sample * each + (element % positions) * channels + Math.floor(element / positions)];
  });
}

function notesOf({ model, layers }: Outline): FidelityNote[] {
  const notes: FidelityNote[] = [];
  for (const { name, equations, module } of layers) {
    if (equations === null || (module as BaseNode).alpha !== null) continue;
    notes.push({
      layer: name,
      what: "surrogate gradient of its own",
      why: "it is a function that no option names; the file has the sigmoid with alpha 4. Spikes are the same.",
      verdict: "approximate",
    });
  }
  const guarded = layers.some(({ equations }) => equations?.threshold.isLearned === true);
  if (guarded) {
    notes.push({
      layer: null,
      what: "thresholds are guarded by hand",
      why: "optimizers here keep them above a minimum; there, call net.guard() after optimizer.step().",
      verdict: "exact",
    });
  }
  if (model.preprocessing.length > 0) {
    notes.push({
      layer: null,
      what: "preprocessing is a method",
      why: `net(net.prepare(x)) takes samples as data have them: ${describePreprocessing(model.preprocessing)}.`,
      verdict: "exact",
    });
  }
  return notes;
}
