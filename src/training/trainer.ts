/**
 * Trains a model. The seed fixes every bit of a run, and a run that was interrupted after any batch continues to the
 * bits of one that was not.
 */

import { checkOneOf, checkOptions } from "../checks.js";
import { StateError } from "../errors.js";
import type { Batch } from "../datasets/batch.js";
import type { Dataset } from "../datasets/dataset.js";
import { lossOf, type NamedLoss } from "../losses/loss-spec.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { StateDict } from "../module/state-dict.js";
import type { Optimizer } from "../optimizers/optimizer.js";
import { ReduceLROnPlateau } from "../optimizers/reduce-lr-on-plateau.js";
import type { Scheduler } from "../optimizers/schedulers.js";
import { createOptimizer, createScheduler } from "../optimizers/table.js";
import { Generator, type GeneratorState } from "../random/generator.js";
import { close } from "../schema/fixed.js";
import { checkFits, checkSignal } from "../measuring/batch-input.js";
import { clipGradients } from "./clip-gradients.js";
import { DivergenceError } from "./divergence-error.js";
import { readMetric, type EpochMetrics } from "./epoch-metrics.js";
import { EpochSelection } from "./epoch-selection.js";
import { evaluate, type Evaluation } from "./evaluate.js";
import { EventLoopTurns } from "../platform/event-loop.js";
import { GivenUp } from "../platform/giving-up.js";
import {
  ADJUSTABLE,
  checkFingerprint,
  fingerprintOf,
  type Adjustable,
  type Fingerprint,
} from "./fingerprint.js";
import { checkLoss, withPenalty } from "./learned-loss.js";
import { learnedBatch, learnPreprocessing, type LearnedPreprocessing } from "./learned-preprocessing.js";
import {
  resolveTrainerOptions,
  type ResolvedTrainerOptions,
  type TrainerOptions,
} from "./trainer-options.js";
import { groupedParameters } from "./parameter-groups.js";
import { checkSameTime, checkTrainable } from "./check-trainable.js";
import { countLearned } from "./count-learned.js";
import { measuredEpoch, speedSoFar } from "./measured-epoch.js";
import { divergedIn, ofLonelySample } from "./training-errors.js";
import { checkIsState, checkTrainingState } from "./check-training-state.js";
import { noTotals, type EpochTotals, type TrainingState } from "./training-state.js";
import type { TrainingResult } from "./training-result.js";
import type { ParallelStep } from "./parallel-training.js";
import { trainingStep, upTo, withDropoutState, type StepSettings } from "./training-step.js";

export type { BatchProgress, TrainerCallbacks, TrainerOptions } from "./trainer-options.js";
export type { CheckpointMetric, CheckpointMetricName, EpochMetrics } from "./epoch-metrics.js";
export type { TrainingResult } from "./training-result.js";
export type { TrainingState } from "./training-state.js";

export class Trainer {
  readonly model: SpikingModel;
  readonly #learned: LearnedPreprocessing;
  readonly #options: ResolvedTrainerOptions;
  /** What is measured, and what is learned, which may have a penalty. */
  readonly #loss: NamedLoss;
  readonly #learnedLoss: NamedLoss;
  readonly #optimizer: Optimizer;
  readonly #scheduler: Scheduler | null;
  readonly #selection: EpochSelection;
  readonly #batches: number;
  /** Draws the order of the samples and what augmentations draw. */
  readonly #generator: Generator;
  #epochStart: GeneratorState;
  #dropout: GeneratorState;
  /** Epochs that are over, and batches done of the one under way. */
  #epoch = 0;
  #batch = 0;
  #totals: EpochTotals = noTotals();
  #history: EpochMetrics[] = [];
  #stopped = false;
  #bestWeights: StateDict | null = null;
  /** The weights after the last epoch, once the model has those of the best one. */
  #lastWeights: StateDict | null = null;
  #running = false;
  /** A step took the weights out of float32: nothing can go on from them. */
  #lost = false;
  #fingerprint: Fingerprint | null = null;

  /**
   * What augmentations do to every sample alike (Normalize, IntToFloat32), and what was done to the data, becomes the model's
   * preprocessing, so that whoever measures it or loads it shows it the same.
   *
   * @param train samples of the shape that the model takes, after augmentation
   * @throws TypeError, RangeError for options that make no sense, or data that does not fit the model
   */
  constructor(model: SpikingModel, train: Dataset, options: TrainerOptions) {
    this.#options = resolveTrainerOptions(options);
    const { optimizer, scheduler, validation, checkpointMetric, earlyStop, batchSize, seed } = this.#options;
    checkFits("Trainer", model, train);
    if (validation !== null) {
      checkFits("Trainer: validation", model, validation);
      checkSameTime(train, validation);
    }
    checkTrainable(model);
    this.#loss = lossOf(this.#options);
    this.#learnedLoss = withPenalty(this.#loss, this.#options);
    checkLoss(model, this.#learnedLoss, this.#options);
    this.model = model;
    close<Trainer>(this, "model");
    this.#optimizer = createOptimizer(optimizer, groupedParameters(model, optimizer));
    this.#scheduler = scheduler === null ? null : createScheduler(scheduler, this.#optimizer);
    this.#selection = new EpochSelection(checkpointMetric.mode, earlyStop);
    this.#batches = Math.ceil(train.length / batchSize);
    const source = new Generator(seed);
    this.#generator = new Generator(source.uint32());
    this.#epochStart = this.#generator.state;
    this.#dropout = new Generator(source.uint32()).state;
    // Last: a trainer that cannot be made changes nothing.
    this.#learned = learnPreprocessing(model, { ...this.#options, train });
  }

  /**
   * Trains until the last epoch is over, or early stopping ends it, or the signal is aborted: then after the batch
   * under way, and another fit() goes on from there. A signal that is seen to be aborted in the middle of a batch ends it
   * there, as if it had not begun. The event loop turns between batches. At the end the model is in evaluation mode.
   *
   * @throws DivergenceError if a loss, gradient or threshold is no longer finite: the model and state() are those before
   *   that batch, unless it says `lost`; what callbacks throw
   */
  async fit(options: { signal?: AbortSignal } = {}): Promise<TrainingResult> {
    if (this.#running) {
      throw new StateError(
        "Trainer.fit: this trainer is at work already; expected one call at a time. Await the first one.",
      );
    }
    this.#checkNotLost("fit");
    checkOptions("Trainer.fit", options ?? null, ["signal"]);
    checkSignal("Trainer.fit", options.signal);
    const signal = this.#options.parallel?.agree(options.signal) ?? options.signal;
    this.#running = true;
    try {
      while (this.#epoch < this.#options.epochs && !this.#stopped) {
        this.#scheduler?.setEpoch(this.#epoch);
        const done = (await this.#finishBatches(signal)) && (await this.#finishEpoch(signal));
        if (!done) return this.#result(false);
      }
      this.#useBestEpoch();
      return this.#result(true);
    } finally {
      this.#running = false;
      this.#optimizer.zeroGrad();
      this.model.eval();
    }
  }

  /**
   * A copy of everything from which a trainer with the same model, data and options continues.
   *
   * @throws StateError if the weights were lost (DivergenceError.lost)
   */
  state(): TrainingState {
    this.#checkNotLost("state");
    const { steps, moves, arrays } = this.#optimizer.state();
    const { preprocessing } = this.model;
    return {
      fingerprint: this.#ownFingerprint(),
      epoch: this.#epoch,
      batch: this.#batch,
      stopped: this.#stopped,
      ...(preprocessing.length === 0 ? {} : { preprocessing }),
      weights: this.#lastWeights ?? this.model.stateDict({ extras: true }),
      bestWeights: this.#bestWeights,
      // Without its options, which the fingerprint and the schedule decide.
      optimizer: { steps, moves, arrays },
      epochStart: this.#epochStart,
      // An epoch that has not begun draws its order again.
      generator: this.#batch === 0 ? this.#epochStart : this.#generator.state,
      dropout: this.#dropout,
      totals: structuredClone(this.#totals),
      selection: this.#selection.state,
      history: [...this.#history],
    };
  }

  /**
   * Continues from a saved state; the number of epochs may be another one. Nothing is changed if anything is wrong.
   *
   * @param options.mayDiffer what may be another from here on: "optimizer", its numbers and not its kind, and "scheduler".
   *   Such a run does not end with the bits of one that was trained so from the beginning
   * @throws StateError if it is the state of another model, data set or options, naming what differs; RangeError,
   *   ShapeError for numbers and arrays that no run leaves
   */
  loadState(state: TrainingState, options: { mayDiffer?: readonly Adjustable[] } = {}): void {
    const where = "Trainer.loadState";
    checkOptions(where, options ?? null, ["mayDiffer"]);
    const { mayDiffer = [] } = options;
    for (const what of mayDiffer) checkOneOf(`${where}: mayDiffer`, what, ADJUSTABLE);
    if (this.#running) {
      throw new StateError(
        `${where}: this trainer is at work; expected to be called before fit(), or after it.`,
      );
    }
    checkIsState(where, state);
    checkFingerprint(where, state.fingerprint, this.#ownFingerprint(), mayDiffer);
    const { accumulateGradBatches } = this.#options;
    checkTrainingState(where, state, this.model, this.#batches, accumulateGradBatches);
    const before = this.#optimizer.state();
    this.#optimizer.loadState(state.optimizer);
    try {
      this.model.loadStateDict(state.weights);
    } catch (error) {
      this.#optimizer.loadState(before);
      throw error;
    }
    this.#epoch = state.epoch;
    this.#batch = state.batch;
    this.#stopped = state.stopped;
    this.#bestWeights = state.bestWeights;
    this.#lastWeights = null;
    this.#epochStart = state.epochStart;
    this.#generator.state = state.generator;
    this.#dropout = state.dropout;
    this.#totals = structuredClone(state.totals);
    this.#selection.state = state.selection;
    this.#history = [...state.history];
    if (this.#scheduler instanceof ReduceLROnPlateau) this.#scheduler.forget();
    for (const metrics of this.#history) this.#tellSchedule(metrics);
    this.#lost = false;
  }

  /** The batches of the epoch that are left. @returns false if it was aborted */
  async #finishBatches(signal: AbortSignal | undefined): Promise<boolean> {
    const { batchSize, callbacks } = this.#options;
    const turns = new EventLoopTurns();
    const batches = this.#remainingBatches(batchSize)[Symbol.iterator]();
    while (this.#batch < this.#batches) {
      if (signal?.aborted === true) return false;
      const loss = this.#learn(batches, signal);
      if (loss === null) return false;
      if (callbacks.length > 0) {
        const progress = {
          epoch: this.#epoch + 1,
          epochs: this.#options.epochs,
          batch: this.#batch,
          batches: this.#batches,
          samples: this.#totals.samples,
          loss,
          samplesPerSecond: speedSoFar(this.#totals, this.#history.at(-1)),
        };
        for (const callback of callbacks) await callback.onBatch?.(progress);
      }
      if (turns.due) await turns.next();
    }
    return signal?.aborted !== true;
  }

  /** The order is drawn as it was when the epoch began; the generator is left as it is now. */
  #remainingBatches(batchSize: number): Iterable<Batch> {
    const now = this.#generator.state;
    this.#generator.state = this.#epochStart;
    const batches = this.#learned.train.batches({ batchSize, shuffle: this.#generator, skip: this.#batch });
    if (this.#batch > 0) this.#generator.state = now;
    return batches;
  }

  /**
   * One step, along one batch or several, counted only when it is done.
   *
   * @returns the loss; null if it was given up, and nothing has changed
   */
  #learn(stored: Iterator<Batch>, signal: AbortSignal | undefined): number | null {
    const { augmentations, validation, detachEvery, accumulateGradBatches, parallel } = this.#options;
    const { loss, layers = [] } = this.#learnedLoss;
    const start = performance.now();
    const before = this.#generator.state;
    let shown: Batch | null = null;
    let count = parallel === null ? 0 : 1;
    const prepare = (batch: Batch): Batch => {
      shown = batch;
      count++;
      return learnedBatch(this.model, this.#learned, augmentations, batch, this.#generator);
    };
    try {
      const settings = {
        loss,
        layers,
        optimizer: this.#optimizer,
        countSpikes: validation === null,
        detachEvery,
        clip: () => clipGradients(this.model.parameters(), this.#options),
      };
      const { result, state } = withDropoutState(this.#dropout, () =>
        parallel === null
          ? trainingStep(this.model, upTo(accumulateGradBatches, stored, prepare), settings, {
              stop: () => signal?.aborted === true,
              isAlone: accumulateGradBatches === 1,
            })
          : [parallel.step(this.#nextStep(settings))],
      );
      this.#dropout = state;
      const classes = this.model.outputShape[0];
      const stepLoss = countLearned(this.#totals, result, this.#learnedLoss.loss, classes);
      this.#totals.seconds += (performance.now() - start) / 1000;
      this.#batch += result.length;
      return stepLoss;
    } catch (error) {
      this.#generator.state = before;
      if (error instanceof GivenUp) return null;
      if (count === 0) throw error;
      const at = `batch ${this.#batch + count} of ${this.#batches} in epoch ${this.#epoch + 1}`;
      if (error instanceof DivergenceError) throw this.#diverged(`${at}: ${error.message}`, error);
      if (shown === null) throw error;
      throw ofLonelySample(error, at, shown, this.#learned.train.length, this.#options.batchSize);
    }
  }

  #nextStep(settings: StepSettings): ParallelStep {
    return {
      model: this.model,
      learned: this.#learned,
      options: this.#options,
      settings,
      epoch: this.#epoch,
      batch: this.#batch,
      epochStart: this.#epochStart,
      fingerprint: () => this.#ownFingerprint(),
    };
  }

  #diverged(what: string, cause?: DivergenceError): DivergenceError {
    if (cause?.lost === true) this.#lost = true;
    return divergedIn(what, this.#optimizer.lr, cause);
  }

  /** Measures, compares and counts an epoch whose batches are done. @returns false if it was aborted */
  async #finishEpoch(signal: AbortSignal | undefined): Promise<boolean> {
    const validation = await this.#validate(signal);
    if (validation === "aborted") return false;
    const metrics = measuredEpoch(this.#epoch + 1, this.#totals, validation, {
      model: this.model,
      optimizer: this.#optimizer,
      options: this.#options,
    });
    const value = readMetric(this.#options.checkpointMetric.name, metrics);
    if (value !== null) {
      const { improved, stop } = this.#selection.observe(metrics.epoch, value);
      if (improved && this.#options.useBestEpoch) this.#bestWeights = this.model.stateDict({ extras: true });
      this.#stopped = stop;
    }
    this.#history.push(metrics);
    this.#tellSchedule(metrics);
    this.#epoch++;
    this.#batch = 0;
    this.#totals = noTotals();
    this.#epochStart = this.#generator.state;
    for (const callback of this.#options.callbacks) await callback.onEpoch?.(metrics);
    return true;
  }

  /** Of an epoch that is over, in turn. */
  #tellSchedule(metrics: EpochMetrics): void {
    if (!(this.#scheduler instanceof ReduceLROnPlateau)) return;
    const value = readMetric(this.#options.checkpointMetric.name, metrics);
    if (value !== null) this.#scheduler.observe(value);
  }

  async #validate(signal: AbortSignal | undefined): Promise<Evaluation | null | "aborted"> {
    const { validation, metrics, batchSize, augmentations, callbacks, parallel } = this.#options;
    if (validation === null) return null;
    try {
      const measured = await (parallel?.evaluate ?? evaluate)(this.model, validation, {
        batchSize,
        loss: this.#loss,
        metrics,
        onBatch: (done, total) => callbacks.forEach((callback) => callback.onValidation?.(done, total)),
        // What they always do is part of the model.
        ...(augmentations?.variesOutsideTraining === true ? { augmentations } : {}),
        ...(signal === undefined ? {} : { signal }),
      });
      if (Number.isFinite(measured.loss)) return measured;
      throw this.#diverged(`epoch ${this.#epoch + 1}: the loss of the validation set is ${measured.loss}`);
    } catch (error) {
      if (signal?.aborted === true && error === signal.reason) return "aborted";
      throw error;
    }
  }

  /** Once; a run that is continued for more epochs goes on from its last weights. */
  #useBestEpoch(): void {
    if (this.#bestWeights === null || this.#lastWeights !== null) return;
    this.#lastWeights = this.model.stateDict({ extras: true });
    this.model.loadStateDict(this.#bestWeights);
  }

  #result(completed: boolean): TrainingResult {
    return {
      completed,
      epochs: this.#epoch,
      bestEpoch: this.#selection.state.best?.epoch ?? null,
      stoppedEarly: this.#stopped,
      history: [...this.#history],
    };
  }

  #checkNotLost(method: string): void {
    if (!this.#lost) return;
    throw new StateError(
      `Trainer.${method}: training diverged and the weights are not finite; expected a model that can go on. ` +
        `Call loadState() with a state from before.`,
    );
  }

  #ownFingerprint(): Fingerprint {
    this.#fingerprint ??= fingerprintOf(this.model, this.#learned, this.#options);
    return this.#fingerprint;
  }
}
