/** The state of the page: one shape, in one place. Panels read it through select(); actions.ts alone changes it. */

import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { EpochMetrics, HealthFinding } from "atif";
import type {
  Arrivals,
  AskedFact,
  DataSummary,
  EngineSummary,
  Input,
  Look,
  ModelSummary,
  PickedNeuron,
  Staircases,
  Trace,
  WhatIf,
} from "../worker/protocol.js";
import type { ToldError } from "../worker/told-error.js";
import type { RunResult, SharedRun } from "./page-address.js";
import { defaultSettings, type Settings } from "./settings.js";
import type { LessonId } from "./lessons.js";
import { firstMotion, type Motion } from "./motion.js";
import type { PanelId } from "./panels.js";
import type { PastRun } from "./past-run.js";
import type { WantedStaircases } from "./wanted-staircases.js";
import type { Theme } from "./theme.js";

export type { Theme } from "./theme.js";

export type TrainingStatus = "idle" | "running" | "paused" | "finished" | "failed";

export interface TrainingState {
  readonly status: TrainingStatus;
  /** The sentence of a run that failed. */
  readonly error: ToldError | null;
  readonly epoch: number;
  readonly epochs: number;
  readonly batch: number;
  readonly batches: number;
  readonly samplesPerSecond: number | null;
  readonly secondsLeft: number | null;
  /** Batches of the run that are done, and how many a point of the curves is the mean of (curves.ts). */
  readonly batchesDone: number;
  readonly stride: number;
  /** One per point. */
  readonly losses: readonly number[];
  /** One list per spiking layer, one number per point. */
  readonly thetas: readonly (readonly number[])[];
  readonly history: readonly EpochMetrics[];
  /** What the run came to, once it is finished; null before, and where the browser computes no hashes. */
  readonly result: RunResult | null;
  /** Frames that the page drew while training ran, and those that came late. */
  readonly frames: { readonly drawn: number; readonly dropped: number };
}

export interface StaircaseState {
  /** The model as it is; null before it was measured. */
  readonly trained: Staircases | null;
  /** With the thresholds and the T of the sliders, once they were moved. */
  readonly moved: Staircases | null;
  /** Where the sliders are; null: where the model is. */
  readonly whatIf: WhatIf | null;
  /** The layer that is selected, everywhere on the page. */
  readonly layer: number;
}

/** A file of another tool that does not say all of its network, and what the reader has said of it. */
export interface Asking {
  readonly file: File;
  readonly facts: readonly AskedFact[];
  /** As they were typed, by the option. */
  readonly values: Readonly<Record<string, string>>;
  /** Whether a text may describe all of it, and that text. */
  readonly isDescribable: boolean;
  /** Whether the text began as a list of the layers that the file holds something of. */
  readonly isDrafted: boolean;
  readonly text: string;
}

/** Something to tell the reader. */
export interface Notice {
  readonly kind: "error" | "done";
  readonly sentence: string;
  /** What the library says, in English, where the sentence is not its own. */
  readonly detail?: string;
}

export interface PageState {
  /** Nothing can be computed: the page could not start, or has stopped. */
  readonly failed: boolean;
  /** null until the worker is ready. */
  readonly engine: EngineSummary | null;
  readonly data: DataSummary | null;
  readonly model: ModelSummary | null;
  readonly settings: Settings;
  readonly training: TrainingState;
  /** The run before it; null: there was none that was measured. */
  readonly previous: PastRun | null;
  /** The run whose result the address carries. */
  readonly shared: SharedRun | null;
  /** What the network is to look at. */
  readonly input: Input;
  /** How a drawing moves, for a network that takes sequences. */
  readonly motion: Motion;
  /** What it did; null before the first look. */
  readonly look: Look | null;
  /** The step that is shown, 1 to T. */
  readonly step: number;
  /** Whether the steps go on by themselves. */
  readonly playing: boolean;
  /** Panels that are open. */
  readonly open: readonly PanelId[];
  readonly picked: PickedNeuron | null;
  readonly trace: Trace | null;
  /** What the picked neuron receives, step by step as it was asked for; null: not known. */
  readonly arrivals: Arrivals | null;
  readonly staircases: StaircaseState;
  /** The one that has set the page; null: none, or it was left. */
  readonly lesson: LessonId | null;
  /** What the address wants them to show, and cannot be shown yet. */
  readonly wanted: WantedStaircases | null;
  /** Of which weights the findings are: those at hand, those after an epoch of the run; null: none were measured. */
  readonly measured: "now" | { readonly epoch: number } | null;
  /** Layers that are not well. */
  readonly findings: readonly HealthFinding[];
  readonly notice: Notice | null;
  /** null: there is nothing to be asked. */
  readonly asking: Asking | null;
  readonly theme: Theme;
}

export const noTraining: TrainingState = {
  status: "idle",
  error: null,
  epoch: 0,
  epochs: 0,
  batch: 0,
  batches: 0,
  samplesPerSecond: null,
  secondsLeft: null,
  batchesDone: 0,
  stride: 1,
  losses: [],
  thetas: [],
  history: [],
  result: null,
  frames: { drawn: 0, dropped: 0 },
};

/** What the network looks at until something else is asked for. */
export const firstInput: Input = { source: "sample", index: 0 };

const state = signal<PageState>({
  failed: false,
  engine: null,
  data: null,
  model: null,
  settings: defaultSettings,
  training: noTraining,
  previous: null,
  shared: null,
  input: firstInput,
  motion: firstMotion,
  look: null,
  step: 8,
  playing: false,
  open: [],
  picked: null,
  trace: null,
  arrivals: null,
  lesson: null,
  staircases: { trained: null, moved: null, whatIf: null, layer: 0 },
  wanted: null,
  measured: null,
  findings: [],
  notice: null,
  asking: null,
  theme: "system",
});

/** The state as it is now. */
export function current(): PageState {
  return state.peek();
}

export function change(changes: Partial<PageState>): void {
  state.value = { ...state.peek(), ...changes };
}

/** A part of the state; who reads its value is drawn again when that part has changed. */
export function select<R>(read: (state: PageState) => R): ReadonlySignal<R> {
  return computed(() => read(state.value));
}
