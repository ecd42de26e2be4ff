/** One training run: the library's trainer with a pause button, and reports in portions that a page can draw. */

import {
  manualSeed,
  createModel,
  thresholdHealth,
  Trainer,
  type BaseNode,
  type Dataset,
  type EpochMetrics,
  type SpikingModel,
} from "atif";
import type { BatchProgress, TrainTest } from "atif";
import { architectureOf, trainerOptionsOf, type Settings } from "../state/settings.js";
import { nothingLearned, type RunProgress } from "./model-facts.js";
import type { TrainingReport, WorkerEvent } from "./protocol.js";
import { neuronsOf } from "./spiking-layers.js";

/** Milliseconds between two reports: ten a second are smooth, and leave the page its frames. */
const REPORT_INTERVAL = 100;

/** A new network with the weights and thresholds that the seed fixes. */
export function newModel(settings: Settings, data: Dataset): SpikingModel {
  manualSeed(settings.seed);
  return createModel(architectureOf(settings, data.sampleShape, data.classes));
}

export class TrainingRun {
  readonly model: SpikingModel;
  readonly #neurons: readonly BaseNode[];
  readonly #trainer: Trainer;
  readonly #tell: (event: WorkerEvent) => void;
  #abort: AbortController | null = null;
  #stopAfterBatch = false;
  #losses: number[] = [];
  #thetas: number[][];
  #lastReport = 0;
  /** The fit() under way. */
  #work: Promise<void> = Promise.resolve();
  #abandoned = false;
  #progress = nothingLearned;

  constructor(settings: Settings, { train, test }: TrainTest, tell: (event: WorkerEvent) => void) {
    this.model = newModel(settings, train);
    this.#tell = tell;
    this.#neurons = neuronsOf(this.model);
    this.#thetas = this.#neurons.map(() => []);
    this.#trainer = new Trainer(this.model, train, {
      ...trainerOptionsOf(settings),
      validation: test,
      callbacks: [
        { onBatch: (progress) => this.#onBatch(progress), onEpoch: (metrics) => this.#onEpoch(metrics) },
      ],
    });
  }

  /** What the weights have learned as they are now. */
  get progress(): RunProgress {
    return this.#progress;
  }

  /** Goes on, to the end or for one batch. */
  go(oneBatch = false): void {
    if (this.#abort !== null) return;
    const abort = new AbortController();
    this.#abort = abort;
    this.#stopAfterBatch = oneBatch;
    this.#work = this.#fit(abort.signal);
  }

  /** Stops after the batch under way. */
  async pause(): Promise<void> {
    this.#abort?.abort();
    await this.#work;
  }

  /** Stops and says nothing more. */
  async abandon(): Promise<void> {
    this.#abandoned = true;
    await this.pause();
  }

  async #fit(signal: AbortSignal): Promise<void> {
    let [how, message]: ["paused" | "finished" | "failed", string] = ["finished", ""];
    try {
      const { completed } = await this.#trainer.fit({ signal });
      if (!completed) how = "paused";
    } catch (error) {
      [how, message] = ["failed", error instanceof Error ? error.message : String(error)];
    }
    this.#abort = null;
    if (!this.#abandoned) this.#tell({ type: "stopped", how, message });
  }

  #onBatch(progress: BatchProgress): void {
    this.#progress = { epochs: progress.epoch - 1, batches: progress.batch, measured: null };
    this.#losses.push(progress.loss);
    this.#neurons.forEach(({ theta }, layer) => this.#thetas[layer].push(theta));
    const isLast = progress.batch === progress.batches;
    if (this.#stopAfterBatch) this.#abort?.abort();
    if (isLast || this.#stopAfterBatch || performance.now() - this.#lastReport >= REPORT_INTERVAL) {
      this.#report(progress);
    }
  }

  #report({ epoch, epochs, batch, batches, samplesPerSecond }: BatchProgress): void {
    const report: TrainingReport = {
      epoch,
      epochs,
      batch,
      batches,
      samplesPerSecond,
      losses: this.#losses,
      thetas: this.#thetas,
    };
    this.#losses = [];
    this.#thetas = this.#thetas.map(() => []);
    this.#lastReport = performance.now();
    if (!this.#abandoned) this.#tell({ type: "report", report });
  }

  #onEpoch(metrics: EpochMetrics): void {
    this.#progress = { epochs: metrics.epoch, batches: 0, measured: metrics.validation ?? null };
    if (!this.#abandoned) this.#tell({ type: "epoch", metrics, findings: thresholdHealth(metrics.layers) });
  }
}
