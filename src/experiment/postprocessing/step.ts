/** A step after the training of a network: what it is given, and what it gives. */

import type { NetworkActivity } from "../../energy/network-activity.js";
import type { ModelFacts } from "../../formats/model-file.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import type { TrainerCallbacks } from "../../training/trainer-options.js";
import type { ModelConfig, PostprocessingKinds } from "../description/experiment.js";
import type { PreparedRun } from "../prepared-run.js";
import type { TestSet } from "../quantized/measure-stage.js";
import type { QuantizationKeeper } from "../quantized/quantize-trained.js";
import type { Measured } from "../quantized/quantization-summary.js";
import type { RunFolder } from "../run-folder/run-folder.js";
import type { RunFacts } from "../run-folder/run-summary.js";
import type { PostprocessingKind, PostprocessingSummary, PostprocessingWork } from "./results.js";

/** A network on its way. */
export interface Network {
  readonly model: SpikingModel;
  readonly name: string;
  /** On the test set, as far as that is known. */
  readonly measured: Measured | null;
}

export interface StepContext {
  readonly prepared: PreparedRun;
  readonly network: Network;
  readonly test: TestSet;
  readonly signal: AbortSignal | undefined;
  /** What a run says of its network. */
  readonly facts: RunFacts;
  /** What the model file says of it. */
  readonly modelFacts: ModelFacts;
  /** The network that the first step was given, as the user would name it. */
  readonly of: string;
  /** undefined: nothing is written. */
  keeper(): QuantizationKeeper | undefined;
  readonly training: TrainerCallbacks;
  /** What passes through the network while it looks at the test set; measured once. */
  activity(): Promise<NetworkActivity>;
  tell(work: PostprocessingWork, done: number, total: number): void | Promise<void>;
}

export interface Done<K extends PostprocessingKind> {
  readonly network: Network;
  readonly summary: Omit<Extract<PostprocessingSummary, { readonly kind: K }>, "folder">;
  /** Writes the network into a folder that is held. */
  readonly write?: (folder: RunFolder) => Promise<void>;
}

export interface StepRow<K extends PostprocessingKind> {
  /**
   * A network with the layers of the one that the step will make.
   * @throws TypeError, RangeError for a network that it cannot be done to
   */
  draft(model: SpikingModel, params: PostprocessingKinds[K], config: ModelConfig): SpikingModel;
  /** @throws the signal's reason if it is aborted */
  run(params: PostprocessingKinds[K], context: StepContext): Promise<Done<K>>;
}
