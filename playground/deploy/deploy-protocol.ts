/** What the panel for devices asks of the worker, and what it gets. Plain data. */

import type { CTarget, FidelityReport, IntegerVerification, Roundtype } from "atif";

/** Numbers of the network on a device. */
export interface DeploySettings {
  /** Bits, the sign included, 2 to 16: of weights and biases, of what layers hand on, of potentials. */
  readonly weights: number;
  readonly activations: number;
  readonly potentials: number;
  readonly roundtype: Roundtype;
  /** Of single layers, by name, instead: of weights and biases where there are some, of potentials in neurons. */
  readonly ownBits: Readonly<Record<string, number>>;
}

/** A network as it was measured on held-out data. */
export interface Measured {
  readonly accuracy: number;
  readonly spikesPerInference: number;
  /** Bytes of its C: constants, and what changes while it computes. */
  readonly flash: number;
  readonly ram: number;
}

/** What a layer keeps. */
export type Held = "weights" | "potentials";

/** A layer with neurons or weights; null where there is nothing of the kind. */
export interface DeployedLayer {
  readonly name: string;
  /** Before and after. */
  readonly theta: readonly [number, number] | null;
  /** Fractional bits of what it gives, and of its weights, or of its potentials. */
  readonly q: number | null;
  readonly weightsQ: number | null;
  /** What it may have bits of its own for; null: it holds nothing. */
  readonly holds: Held | null;
  readonly saturation: number | null;
  readonly silence: readonly [number, number] | null;
}

/** pJ */
export interface DeployedEnergy {
  readonly spiking: EnergyParts;
  readonly relu: EnergyParts;
  readonly reluBits: number;
  /** Bits of a word of the memories that are reckoned with. */
  readonly memWidth: number;
  readonly ratio: number;
  /** Spikes per neuron and time step: as they are, and where both would cost the same; null: nowhere. */
  readonly rate: number;
  readonly breakEven: number | null;
}

export interface EnergyParts {
  readonly memory: number;
  readonly operations: number;
  readonly total: number;
}

export interface DeployReport {
  readonly settings: DeploySettings;
  readonly timesteps: number;
  /** Held-out samples that both were measured on, and those to learn from that ranges were taken of. */
  readonly samples: number;
  readonly calibrated: number;
  readonly float: Measured;
  readonly quantized: Measured;
  /** Bits of an integer that is stored, and of sums. */
  readonly width: number;
  readonly longWidth: number;
  readonly layers: readonly DeployedLayer[];
  /** Neurons that no input makes fire any more, and those that fire without any. */
  readonly silent: readonly string[];
  readonly restless: readonly string[];
  /** The quantized network beside the integers of the C. */
  readonly integers: IntegerVerification;
  /** null where a layer has no formula; the library's sentence then. */
  readonly energy: DeployedEnergy | null;
  readonly noEnergy: string;
}

export type ExportForm = "c" | "float-c" | "onnx" | "nir" | "quantized";

export interface DeployQuestion {
  readonly settings: DeploySettings;
  /** Whether the network may have changed since the last question. */
  readonly anew: boolean;
}

export interface ExportQuestion extends DeployQuestion {
  readonly form: ExportForm;
  readonly target: CTarget;
}

/** A file, and what is known of it. */
export interface Exported {
  readonly form: ExportForm;
  /** null: the network cannot be said in that form; the report says why. */
  readonly file: { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> } | null;
  /** Of what other tools read. */
  readonly report: FidelityReport | null;
  /** Of a quantized network. */
  readonly integers: IntegerVerification | null;
  /** Of C: held-out samples that its self-test carries; null: there are no data that fit. */
  readonly tests: number | null;
  /** Samples that a self-test does without, because something hangs on rounding. */
  readonly ties: number;
}
