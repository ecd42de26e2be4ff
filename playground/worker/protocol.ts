/** What the page and the worker say to each other. Everything in a message is plain data. */

import type {
  Activity,
  Corner,
  EpochMetrics,
  FidelityReport,
  HealthFinding,
  Histogram,
  ImportModelOptions,
  LayerActivity,
  LayerInspection,
  ModelFacts,
  QuantizationError,
  Stroke,
} from "atif";
import type { DeployQuestion, DeployReport, Exported, ExportQuestion } from "../deploy/deploy-protocol.js";
import type { PickedNeuron } from "../../elements/spike-record.js";
import type { Trace } from "../../elements/trace-of.js";
import type { Figure, FigureQuestion } from "../figures/figure-protocol.js";
import type { Preparation } from "../pictures/prepare-picture.js";
import type { Motion } from "../state/motion.js";
import type { RunResult } from "../state/page-address.js";
import type { Settings } from "../state/settings.js";
import type { Language } from "../words/languages.js";
import type { DataFiles } from "./data-files.js";
import type { SpikingLayer } from "./spiking-layers.js";
import type { ToldError } from "./told-error.js";

export type { PickedNeuron, Trace };

/** Of the data set at hand. */
export interface DataSummary {
  readonly name: string;
  readonly train: number;
  readonly test: number;
  readonly sampleShape: readonly number[];
  readonly classNames: readonly string[];
  /** Whether they are the digits that come with the library. */
  readonly isBuiltIn: boolean;
}

/**
 * How a network that takes sequences is shown something: pictures that an encoder makes signals of, frames of events, films, or
 * numbers in rows, which are read from files alone.
 */
export type SequenceKind = "coded" | "events" | "video" | "rows";

export type ModelOrigin = "shipped" | "new" | "trained" | "file";

/** Of the model at hand. */
export interface ModelSummary {
  readonly origin: ModelOrigin;
  /** Of the file it came from. */
  readonly fileName: string | null;
  readonly kind: string;
  readonly timesteps: number;
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** What its answers are called, one per class. */
  readonly classNames: readonly string[];
  readonly parameters: number;
  /** Whether the held-out samples of the data are such as it takes, with classes that it knows. */
  readonly fitsData: boolean;
  /** How it is shown sequences; null: it takes what stands still. */
  readonly sequences: SequenceKind | null;
  /** In the order in which they are computed, as those of looks and staircases. */
  readonly layers: readonly SpikingLayer[];
  /** The layers that the answer reads, as SpikingLayer.sources. */
  readonly answerSources: readonly number[];
  readonly facts: ModelFacts;
  /** That it was made with on this page; null if it came from a file. */
  readonly settings: Settings | null;
  /** What was kept of a network of another tool; null for others. */
  readonly report: FidelityReport | null;
}

/** Something that a file of another tool does not say of its network. */
export interface AskedFact {
  /** The option of importModel: "inputShape". */
  readonly option: string;
  /** "[H, W, C], channels last" */
  readonly expects: string;
}

/** A network of another tool: open, or with what has to be known first. */
export type Opened =
  | { readonly kind: "opened"; readonly model: ModelSummary }
  | ({
      readonly kind: "asks";
      readonly facts: readonly AskedFact[];
      /** Whether a description of the whole network would do as well. */
      readonly isDescribable: boolean;
      /** A description to go on with: the layers that the file holds something of; null where it need not be described. */
      readonly draft: string | null;
    } & ToldError);

export interface EngineSummary {
  /** Whether the page may share memory between threads. */
  readonly isolated: boolean;
  readonly threads: number;
}

/** What the network looks at. */
export type Input =
  /** The picture that was dropped last. */
  | { readonly source: "picture"; readonly name: string }
  /** The recording, or the array with time steps, that was dropped last. */
  | { readonly source: "recording"; readonly name: string }
  | { readonly source: "drawing"; readonly strokes: readonly Stroke[] }
  /** A held-out sample of the data. */
  | { readonly source: "sample"; readonly index: number };

/** What a network was shown where it takes another input at each time step. */
export interface Sequence {
  readonly kind: SequenceKind;
  /** [T, …shape] */
  readonly values: Float32Array;
  /** Of a time step, as the network takes it. */
  readonly shape: readonly number[];
  /** Whether the events are at hand that were counted into it. */
  readonly hasEvents: boolean;
}

/** Something that reaches a neuron: what its source gives at that step, and what it is multiplied by on its way. */
export interface Arrival {
  /** Index of a spiking layer, or FROM_INPUT. */
  readonly source: number;
  /** In the source. */
  readonly neuron: number;
  readonly value: number;
  readonly weight: number;
}

/** What one neuron receives at one step. */
export interface Arrivals extends PickedNeuron {
  readonly step: number;
  /** Of those that are not 0, the largest products first. */
  readonly arrivals: readonly Arrival[];
  /** How many places reach it, and from how many something has come. */
  readonly count: number;
  readonly arrived: number;
  /** The sum of the products that are not among the arrivals. */
  readonly others: number;
  /** What it receives in any case: biases, normalisations. */
  readonly constant: number;
  /** The sum of all. */
  readonly input: number;
}

/** What the library recorded of one look; the potentials stay in the worker until a neuron is picked. */
export interface Look extends Pick<Activity, "timesteps" | "classes" | "scores" | "answers"> {
  readonly input: Input;
  /** As the network saw it; of a sequence the image that moves, where it was made of one. */
  readonly image: Float32Array;
  /** null: it saw the image, the same at every step. */
  readonly sequence: Sequence | null;
  /** [height, width, channels]; of what is no image, height is 1 (view-shape.ts). */
  readonly imageShape: readonly number[];
  /** The right answer, of a sample. */
  readonly label: number | null;
  readonly labelName: string | null;
  /** What the answers of the network that looked are called. */
  readonly classNames: readonly string[];
  /** Whether there was nothing to see: an empty drawing, a blank picture. */
  readonly isBlank: boolean;
  /** Whether the network has learned nothing yet, so that its answers are chance. */
  readonly isUntrained: boolean;
  /** T that the network was made for: answers of later steps are beyond it. */
  readonly madeFor: number;
  /** Of pictures for this network. */
  readonly preparation: Preparation;
  /** Whether it is known to have learned digits. */
  readonly hasLearnedDigits: boolean;
  readonly layers: readonly Pick<LayerActivity, "name" | "kind" | "theta" | "shape" | "neurons" | "spikes">[];
  readonly trace: Trace | null;
}

/** Other thresholds and another T than the model has. */
export interface WhatIf {
  /** One per spiking layer. */
  readonly thetas: readonly number[];
  readonly timesteps: number;
}

/** What each layer's quantizer does to held-out data. */
export interface Staircases {
  readonly timesteps: number;
  /** Held-out samples that were measured. */
  readonly samples: number;
  readonly accuracy: number;
  readonly spikesPerInference: number;
  readonly layers: readonly (Pick<
    LayerInspection,
    "name" | "theta" | "firingRate" | "neurons" | "silentNeurons" | "saturatedNeurons" | "unevenness"
  > & {
    /** Whether it has one threshold that can be set. */
    readonly isMovable: boolean;
    /** Whether it is learned, or a setting. */
    readonly isLearned: boolean;
    readonly corners: readonly Corner[];
    readonly error: QuantizationError;
    readonly histogram: Histogram;
  })[];
  readonly findings: readonly HealthFinding[];
  /** Whether T can be moved: a sequence has its own. */
  readonly isTimeMovable: boolean;
}

/** Every question the page may ask: what it sends and what it gets back. */
export interface Requests {
  open: {
    args: { shippedModel: string; settings: Settings; language: Language };
    /** The problem, if there is one, is that the model of the page could not be had; there is a new one in its place. */
    answer: { engine: EngineSummary; data: DataSummary; model: ModelSummary; problem: string | null };
  };
  /** A new model for the settings, and its training; a run that was under way is forgotten. */
  start: { args: Settings; answer: ModelSummary };
  pause: { args: null; answer: null };
  resume: { args: null; answer: null };
  /** One batch; starts a run if there is none. */
  step: { args: Settings; answer: ModelSummary };
  /** What the finished run at hand came to; null if there is none, or the browser computes no hashes. */
  fingerprint: { args: null; answer: RunResult | null };
  /** A new, untrained model. */
  reset: { args: Settings; answer: ModelSummary };
  /** whatIf: a copy looks, with thresholds and T that were moved. */
  look: {
    args: {
      readonly input: Input;
      readonly motion: Motion;
      readonly picked: PickedNeuron | null;
      readonly whatIf: WhatIf | null;
    };
    answer: Look;
  };
  trace: { args: PickedNeuron; answer: Trace };
  /** Of the last look; null: it cannot be taken apart. */
  arrivals: { args: PickedNeuron & { readonly step: number }; answer: Arrivals | null };
  /** null: the model as it is now. */
  staircases: { args: WhatIf | null; answer: Staircases };
  /** A model file. */
  load: { args: { readonly bytes: Uint8Array; readonly name: string }; answer: ModelSummary };
  /** A file of another tool. */
  import: {
    args: { readonly bytes: Uint8Array; readonly name: string; readonly options: ImportModelOptions };
    answer: Opened;
  };
  /** Keeps the network at hand, for when a lesson has trained others in its place. */
  setAside: { args: null; answer: null };
  /** Has it again, as it was; a training that it was in does not go on. */
  takeBack: { args: null; answer: ModelSummary };
  /** The network as a file, with what it has learned. */
  save: { args: null; answer: Uint8Array<ArrayBuffer> };
  /** The network in integers of a few bits, measured on held-out data. */
  deploy: { args: DeployQuestion; answer: DeployReport };
  /** The network as a file for devices or other tools. */
  export: { args: ExportQuestion; answer: Exported };
  /** A figure of the page as a file. */
  figure: { args: FigureQuestion; answer: Figure };
  /** Reads a picture to look at, before it is looked at. */
  picture: { args: File; answer: string };
  /** Reads a recording of events, or an array with time steps, for the network at hand. */
  recording: { args: File; answer: string };
  /** Data of one's own; a new model for them, if the one at hand does not fit. */
  loadData: {
    args: { readonly files: DataFiles; readonly settings: Settings };
    answer: { readonly data: DataSummary; readonly model: ModelSummary };
  };
}

export type RequestName = keyof Requests;

export type Request = {
  [Name in RequestName]: { readonly id: number; readonly name: Name; readonly args: Requests[Name]["args"] };
}[RequestName];

export type Reply =
  | { readonly type: "answer"; readonly id: number; readonly answer: unknown }
  | { readonly type: "failure"; readonly id: number; readonly error: ToldError };

/** The batches since the last report. */
export interface TrainingReport {
  readonly epoch: number;
  readonly epochs: number;
  /** Batches of this epoch that are done, and how many it has. */
  readonly batch: number;
  readonly batches: number;
  /** null while too little is seen. */
  readonly samplesPerSecond: number | null;
  readonly secondsLeft: number | null;
  /** One per batch. */
  readonly losses: readonly number[];
  /** One list per layer, one number per batch. */
  readonly thetas: readonly (readonly number[])[];
}

/** What the worker says by itself. */
export type WorkerEvent =
  /** The data at hand are others: the digits move, or stand still, as the network wants them. */
  | { readonly type: "data"; readonly data: DataSummary; readonly model: ModelSummary }
  | { readonly type: "report"; readonly report: TrainingReport }
  | { readonly type: "epoch"; readonly metrics: EpochMetrics; readonly findings: readonly HealthFinding[] }
  | {
      readonly type: "stopped";
      readonly how: "paused" | "finished" | "failed";
      readonly error: ToldError | null;
    };

export type FromWorker = Reply | WorkerEvent;
