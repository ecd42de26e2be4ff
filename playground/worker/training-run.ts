/**
 * One training run of the page's experiment: prepared as `atif train` prepares it, then the library's trainer with a pause
 * button, and reports in portions that a page can draw.
 */

import {
  prepareExperiment,
  thresholdHealth,
  type BaseNode,
  type BatchProgress,
  type EpochMetrics,
  type PreparedExperimentRun,
  type SpikingModel,
  type Trainer,
  type TrainTest,
} from "atif";
import { experimentOf } from "../state/page-experiment.js";
import type { Settings } from "../state/settings.js";
import { nothingLearned, type RunProgress } from "./model-facts.js";
import { Pace } from "./pace.js";
import type { TrainingReport, WorkerEvent } from "./protocol.js";
import { neuronsOf } from "./spiking-layers.js";
import { toldError, type ToldError } from "./told-error.js";

/** Milliseconds between two reports: ten a second are smooth, and leave the page its frames. */
const REPORT_INTERVAL = 100;

/** A new network with the weights and thresholds that the seed fixes, and what trains it. */
export async function prepared(settings: Settings, data: TrainTest): Promise<PreparedExperimentRun> {
  const { sampleShape, time } = data.train;
  const [run] = await prepareExperiment(experimentOf(settings, sampleShape, time), { data });
  return run;
}

export class TrainingRun {
  readonly model: SpikingModel;
  readonly #neurons: readonly BaseNode[];
  readonly #trainer: Trainer;
  readonly #samples: number;
  readonly #tell: (event: WorkerEvent) => void;
  readonly #pace = new Pace();
  #abort: AbortController | null = null;
  #stopAfterBatch = false;
  #finished = false;
  #losses: number[] = [];
  #thetas: number[][];
  #lastReport = 0;
  /** Samples so far, those of every epoch. */
  #learned = 0;
  /** The fit() under way. */
  #work: Promise<void> = Promise.resolve();
  #abandoned = false;
  #progress = nothingLearned;

  /** @param samples how many there are to learn from */
  constructor(run: PreparedExperimentRun, samples: number, tell: (event: WorkerEvent) => void) {
    this.model = run.model;
    this.#samples = samples;
    this.#tell = tell;
    this.#neurons = neuronsOf(this.model);
    this.#thetas = this.#neurons.map(() => []);
    this.#trainer = run.trainer({
      onBatch: (progress) => this.#onBatch(progress),
      onEpoch: (metrics) => this.#onEpoch(metrics),
    });
  }

  /** What the weights have learned as they are now. */
  get progress(): RunProgress {
    return this.#progress;
  }

  /** All epochs are over: there is nothing to go on with. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Goes on, to the end or for one batch. */
  go(oneBatch = false): void {
    if (this.#abort !== null) return;
    const abort = new AbortController();
    this.#abort = abort;
    this.#stopAfterBatch = oneBatch;
    this.#pace.go(performance.now());
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
    let [how, told]: ["paused" | "finished" | "failed", ToldError | null] = ["finished", null];
    try {
      const { completed } = await this.#trainer.fit({ signal });
      this.#finished = completed;
      if (!completed) how = "paused";
    } catch (error) {
      [how, told] = ["failed", toldError(error)];
    }
    this.#abort = null;
    this.#pace.pause(performance.now());
    if (!this.#abandoned) this.#tell({ type: "stopped", how, error: told });
  }

  #onBatch(progress: BatchProgress): void {
    this.#progress = { epochs: progress.epoch - 1, batches: progress.batch, measured: null };
    this.#losses.push(progress.loss);
    this.#neurons.forEach(({ theta }, layer) => this.#thetas[layer].push(theta));
    const learned = (progress.epoch - 1) * this.#samples + progress.samples;
    this.#pace.add(learned - this.#learned, performance.now());
    this.#learned = learned;
    const isLast = progress.batch === progress.batches;
    if (this.#stopAfterBatch) this.#abort?.abort();
    if (isLast || this.#stopAfterBatch || performance.now() - this.#lastReport >= REPORT_INTERVAL) {
      this.#report(progress);
    }
  }

  #report({ epoch, epochs, batch, batches, samples }: BatchProgress): void {
    const report: TrainingReport = {
      epoch,
      epochs,
      batch,
      batches,
      samplesPerSecond: this.#pace.samplesPerSecond,
      secondsLeft: this.#pace.secondsFor((epochs - epoch + 1) * this.#samples - samples),
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
