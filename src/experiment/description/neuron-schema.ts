/** Neurons: the kinds that files may name, from the table of neurons. */

import { neuronKinds, neuronRow } from "../../neurons/table.js";
import { quantReluKind } from "../../quantization/quant-relu.js";
import { optionNames } from "../../schema/schema.js";
import type { NeuronKinds } from "./experiment.js";
import { ignoredAlways, ignoredIf, type IgnoredKeys, type PassedOver } from "./ignored-keys.js";
import { fileRow, toldFields, type KindRow, type KindTable } from "./kinds.js";

/** What options mean that several kinds have. */
const meanings: Readonly<Record<string, string>> = {
  vthInitL:
    "Lower end of the range, in units of v_threshold, that the initial threshold of each layer is drawn from.",
  vthInitH: "Upper end of that range.",
  vReset:
    "What the potential is set to after a spike, and where it starts; none: the threshold is subtracted.",
  decayInput: "Whether the input leaks with the potential, or is taken in whole.",
  tau: "Time constant of the leak, in time steps.",
  initTau: "Time constant of the leak that learning starts from, in time steps.",
  minThreshold: "What the optimizer keeps the threshold at or above; none: it may become 0 or negative.",
  detachReset:
    "Whether no gradient flows through the spike into the reset. Thresholds then stop growing with T.",
  storeVSeq: "Whether the layer keeps its potential after every time step of its last call, for looking at.",
  thresholdShape:
    "Whether a layer learns one threshold, or one for each of its channels, which all begin alike; the layer if it is left out.",
};

const ofAllNeurons: IgnoredKeys = {
  step_mode: ignoredAlways('read for the whole network: "m" with a framework of MultiStep, else "s"'),
  device: ignoredIf(["cpu", "auto"], "this library computes on the CPU", "warn"),
};

/** Files of Qualia give these to neurons that reset by subtraction alone. */
const withoutHardReset: IgnoredKeys = {
  T: ignoredIf([], "the number of steps is params.timesteps of the model", "warn"),
  v_reset: ignoredIf([false], "expected false, since this neuron has no hard reset"),
};

/** Backends of SpikingJelly. */
const backend: PassedOver = {
  values: ["torch", "cupy"],
  instead: 'a backend of SpikingJelly; the default is used, "fused"',
};

/** @param others keys that are passed over besides */
export function neuronFileRow(
  kind: string,
  others: IgnoredKeys = ofAllNeurons,
): KindRow<Record<string, unknown>> {
  const row = neuronRow(kind);
  const hasHardReset = optionNames(row.schema).includes("vReset");
  return fileRow(row, {
    fields: toldFields(row.schema, meanings),
    ignored: { ...others, ...(hasHardReset ? {} : withoutHardReset) },
    passedOver: { backend },
  });
}

/** Those that a file may name. */
export function neuronFileKinds(): readonly string[] {
  return [...neuronKinds, quantReluKind];
}

export const NEURONS: KindTable<NeuronKinds> = {
  /** Asked for anew: a program may have defined kinds of its own. */
  get rows() {
    const rows = neuronFileKinds().map((kind) => [kind, neuronFileRow(kind)]);
    return Object.fromEntries(rows) as KindTable<NeuronKinds>["rows"];
  },
  elsewhere: ["QIFNode", "EIFNode", "IzhikevichNode", "QuantizedIFNode", "QuantizedLIFNode", "QuantizedATIF"],
};
