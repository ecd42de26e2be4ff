/** A description of a run by which a saved state is recognised: each entry in words, so that a difference can be named. */

import { StateError } from "../errors.js";
import type { Dataset } from "../datasets/dataset.js";
import type { Architecture } from "../models/architecture.js";
import { networkText } from "../models/network-text.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { formatShape } from "../shapes.js";
import type { LearnedPreprocessing } from "./learned-preprocessing.js";
import type { ResolvedTrainerOptions } from "./trainer-options.js";

/** What it is, such as "batch size", to its value. */
export type Fingerprint = Readonly<Record<string, string>>;

/** Everything that decides the bits of a run, but not its number of epochs: a run may be continued for longer. */
export function fingerprintOf(
  model: SpikingModel,
  { train, isDerived }: LearnedPreprocessing,
  options: ResolvedTrainerOptions,
): Fingerprint {
  const { validation, augmentations, earlyStop, detachEvery, parallel } = options;
  const loss = typeof options.loss === "string" ? options.loss : options.loss.name;
  const settings = model.parameterSettings();
  return {
    ...(Object.keys(settings).length === 0 ? {} : { "treatment of parameters": plainText(settings) }),
    ...(isDerived ? {} : { preprocessing: plainText(model.preprocessing) }),
    ...(detachEvery === null ? {} : { "truncation of gradients": `every ${detachEvery} time steps` }),
    ...parallel?.fingerprint,
    ...learningOf(options),
    ...(options.metrics.length === 0 ? {} : { metrics: options.metrics.map(({ name }) => name).join(", ") }),
    model: describeModel(model),
    "training set": describeData(train),
    "validation set": validation === null ? "none" : describeData(validation),
    optimizer: plainText(options.optimizer),
    scheduler: options.scheduler === null ? "none" : plainText(options.scheduler),
    loss,
    "batch size": String(options.batchSize),
    seed: String(options.seed),
    augmentation: augmentations === null ? "none" : plainText(augmentations.steps),
    "checkpoint metric": plainText(options.checkpointMetric),
    "early stop": earlyStop === null ? "none" : plainText(earlyStop),
    "use of the best epoch": options.useBestEpoch ? "yes" : "no",
  };
}

/** What steps are made of, where that is not the usual: so that states from before there was a choice are recognised. */
function learningOf(options: ResolvedTrainerOptions): Fingerprint {
  const { accumulateGradBatches, clipGradNorm, clipGradValue, classWeights, labelSmoothing, firingRate } =
    options;
  return {
    ...(accumulateGradBatches === 1 ? {} : { "number of batches to a step": String(accumulateGradBatches) }),
    ...(clipGradNorm === null ? {} : { "clipping of gradients": `norm ${clipGradNorm}` }),
    ...(clipGradValue === null ? {} : { "clipping of gradients": `value ${clipGradValue}` }),
    ...(classWeights === null ? {} : { "weights of classes": plainText(classWeights) }),
    ...(labelSmoothing === 0 ? {} : { "smoothing of labels": String(labelSmoothing) }),
    ...(firingRate === null ? {} : { "target of firing rates": plainText(firingRate) }),
  };
}

/** What may be another from some batch on: the numbers of the optimizer, and the schedule of its rate. */
export type Adjustable = "optimizer" | "scheduler";

export const ADJUSTABLE: readonly Adjustable[] = ["optimizer", "scheduler"];

/** @throws StateError naming the first entry that differs, unless it may; the kind of the optimizer stays */
export function checkFingerprint(
  where: string,
  saved: Fingerprint,
  own: Fingerprint,
  mayDiffer: readonly Adjustable[] = [],
): void {
  for (const what of new Set([...Object.keys(own), ...Object.keys(saved)])) {
    const [value, other] = [own, saved].map((each) => (Object.hasOwn(each, what) ? each[what] : "missing"));
    if (other === value || (what === "model" && isSameNetwork(other, value))) continue;
    const mayBeOther = mayDiffer.some((name) => name === what);
    if (mayBeOther && (what !== "optimizer" || kindIn(value) === kindIn(other))) continue;
    const [a, b] = showDifference(other, value);
    throw new StateError(
      `${where}: the state belongs to another run: its ${what} is ${a}, but here it is ${b}; ` +
        `expected the same. Continue with the model, data and options of the saved run, or start a new one.`,
    );
  }
}

/** Whether two descriptions spell the same network: options that are left out, or written with their defaults. */
function isSameNetwork(a: string, b: string): boolean {
  try {
    const [one, other] = [a, b].map((text) => networkText(JSON.parse(text) as Architecture));
    return one === other;
  } catch {
    return false;
  }
}

/** Of an optimizer; the text itself if it is none. */
function kindIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { kind?: unknown } | null)?.kind ?? text;
  } catch {
    return text;
  }
}

/** Both texts, shortened to the part around the first difference. */
function showDifference(a: string, b: string): [string, string] {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const start = at > 40 ? at - 20 : 0;
  const show = (text: string): string => {
    const part = text.slice(start, start + 80);
    return `${start > 0 ? "…" : ""}${part}${start + 80 < text.length ? "…" : ""}`;
  };
  return [show(a), show(b)];
}

/** A model with a part that is no plain data is known by its names and shapes. */
function describeModel(model: SpikingModel): string {
  try {
    const { kind, options } = model.architecture;
    return plainText({ kind, options });
  } catch {
    const arrays = Object.entries(model.stateDict()).map(
      ([name, { shape }]) => `${name} ${formatShape(shape)}`,
    );
    return `${arrays.join(", ")} over ${model.timesteps} time steps in mode ${model.stepMode}`;
  }
}

const described = new WeakMap<Dataset, string>();

function describeData(data: Dataset): string {
  let text = described.get(data);
  if (text === undefined) {
    const checksum = hexOf(hash(bytesOf(data.labels), hash(bytesOf(data.x), data.divisor)));
    const samples = data.time ? "samples over time" : "samples";
    text = `${data.length} ${samples} of ${formatShape(data.sampleShape)} with checksum ${checksum}`;
    described.set(data, text);
  }
  return text;
}

export function bytesOf(array: ArrayBufferView): DataView {
  return new DataView(array.buffer, array.byteOffset, array.byteLength);
}

/** FNV-1a over words of 4 bytes, with the high bits folded back: tells accidents apart, not forgeries. */
export function hash(bytes: DataView, start: number): number {
  let h = (start ^ 0x811c9dc5) >>> 0;
  const words = bytes.byteLength & ~3;
  const mix = (word: number): void => {
    h = Math.imul(h ^ word, 0x01000193);
    h ^= h >>> 15;
  };
  for (let at = 0; at < words; at += 4) mix(bytes.getUint32(at, true));
  for (let at = words; at < bytes.byteLength; at++) mix(bytes.getUint8(at));
  return h >>> 0;
}

function hexOf(word: number): string {
  return word.toString(16).padStart(8, "0");
}

/** JSON with sorted keys and typed arrays as lists: equal contents give equal text. */
function plainText(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (ArrayBuffer.isView(inner)) return Array.from(inner as Float32Array);
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
