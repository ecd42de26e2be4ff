/**
 * Checkpoints: a run that was interrupted, in one safetensors file. Arrays are "model.<name>", "best.<name>" and
 * "optimizer.<array>.<parameter>"; the rest of the TrainingState is JSON in the metadata, beside the architecture, the
 * format "checkpoint/1" and the checksum, without which a checkpoint is refused. Numbers are stored to the bit.
 */

import { show } from "../show.js";
import { FormatError } from "../errors.js";
import type { Architecture } from "../models/architecture.js";
import { checkStorable } from "../models/stored-architecture.js";
import type { StateDict } from "../module/state-dict.js";
import type { OptimizerState } from "../optimizers/optimizer.js";
import { readPreprocessing } from "../preprocessing/table.js";
import { checkIsState } from "../training/check-training-state.js";
import type { TrainingState } from "../training/training-state.js";
import { checkpointRun, type CheckpointRun } from "./checkpoint-run.js";
import { turnIfDue } from "../platform/event-loop.js";
import { writeFileAtomic } from "../platform/files.js";
import { parseArchitecture } from "./architecture-json.js";
import { parseJson } from "./json-shape.js";
import { quote } from "../show.js";
import { readSafetensorsFile } from "./safetensors-file.js";
import { encodeSafetensors, parseSafetensors, type Safetensors, type StoredTensor } from "./safetensors.js";
import type { TensorToStore } from "./safetensors-writer.js";

export interface Checkpoint {
  readonly state: TrainingState;
  /** Of the model being trained: createModel makes it again. */
  readonly architecture: Architecture;
}

const FORMAT = "checkpoint/1";

/** @throws TypeError unless they are a trainer's state and a model's architecture */
export function encodeCheckpoint(state: TrainingState, architecture: Architecture): Uint8Array<ArrayBuffer> {
  checkIsState("encodeCheckpoint", state);
  const { kind, options } = (architecture ?? {}) as Partial<Architecture>;
  if (typeof kind !== "string" || typeof options !== "object" || options === null) {
    throw new TypeError(
      `encodeCheckpoint: the architecture is ${show(architecture)}; expected { kind, options }. Give model.architecture.`,
    );
  }
  checkStorable("encodeCheckpoint", architecture);
  const { weights, bestWeights, optimizer, preprocessing: given, ...rest } = state;
  const preprocessing = readPreprocessing("encodeCheckpoint", given ?? []);
  const tensors: [string, TensorToStore][] = [
    ...named("model", weights),
    ...(bestWeights === null ? [] : named("best", bestWeights)),
    ...Object.entries(optimizer.arrays).flatMap(([name, arrays]) =>
      arrays.map((data, i): [string, TensorToStore] => [
        `optimizer.${name}.${i}`,
        { shape: [data.length], data },
      ]),
    ),
  ];
  const run: CheckpointRun = {
    ...rest,
    hasBestWeights: bestWeights !== null,
    optimizer: { steps: optimizer.steps, moves: optimizer.moves, arrays: Object.keys(optimizer.arrays) },
  };
  const metadata = {
    "atif.format": FORMAT,
    // An architecture that was taken before the trainer was made does not have it.
    "atif.architecture": JSON.stringify(
      preprocessing.length === 0 ? architecture : { ...architecture, preprocessing },
    ),
    "atif.run": JSON.stringify(run),
  };
  return encodeSafetensors(tensors, metadata, { checksum: true });
}

function named(prefix: string, dict: StateDict): [string, TensorToStore][] {
  return Object.entries(dict).map(([name, entry]) => [`${prefix}.${name}`, entry]);
}

/** @param source what messages call the bytes: a file name. @throws FormatError if it is damaged or no checkpoint */
export function decodeCheckpoint(bytes: Uint8Array, source = "checkpoint"): Checkpoint {
  return checkpointFrom(parseSafetensors(bytes, source), source);
}

/** Writes the file, whole or not at all: an older checkpoint is there until the new one is. @throws FileError */
export async function saveCheckpoint(
  path: string,
  state: TrainingState,
  architecture: Architecture,
): Promise<void> {
  await Promise.resolve();
  writeFileAtomic(path, encodeCheckpoint(state, architecture));
  await turnIfDue();
}

/** @throws FileError if it cannot be read; FormatError as decodeCheckpoint */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  await turnIfDue();
  return checkpointFrom(readSafetensorsFile(path), path);
}

function checkpointFrom({ metadata, tensors, checksum }: Safetensors, source: string): Checkpoint {
  const format = metadata.get("atif.format");
  if (format !== FORMAT) {
    throw new FormatError(
      `${source}: the format is ${format === undefined ? "missing" : quote(format)} (metadata key "atif.format"); ` +
        `expected ${quote(FORMAT)}. Name a checkpoint that a training run of this version wrote.`,
    );
  }
  if (checksum === "absent") {
    throw new FormatError(
      `${source}: no checksum (metadata key "atif.crc64"); expected one. The checkpoint is damaged: start from another, or anew.`,
    );
  }
  const architecture = parseArchitecture(source, metadata.get("atif.architecture") ?? "");
  const preprocessing = readPreprocessing("the architecture", architecture.preprocessing ?? []);
  const run = parseJson(`${source}: the run`, metadata.get("atif.run") ?? "", checkpointRun);
  const { hasBestWeights, optimizer, ...rest } = run;
  const arrays = new Arrays(tensors, source);
  const state: TrainingState = {
    ...rest,
    ...(preprocessing.length === 0 ? {} : { preprocessing }),
    weights: arrays.dict("model"),
    bestWeights: hasBestWeights ? arrays.dict("best") : null,
    optimizer: {
      steps: optimizer.steps,
      moves: optimizer.moves,
      arrays: arrays.optimizer(optimizer.arrays, optimizer.moves.length),
    },
  };
  arrays.checkNothingLeft();
  return { state, architecture };
}

/** The tensors of a file, each to be taken once. */
class Arrays {
  readonly #left: Map<string, StoredTensor>;
  readonly #source: string;

  constructor(tensors: ReadonlyMap<string, StoredTensor>, source: string) {
    this.#left = new Map(tensors);
    this.#source = source;
  }

  /** All names with a prefix, without it. */
  dict(prefix: string): StateDict {
    const names = [...this.#left.keys()].filter((name) => name.startsWith(`${prefix}.`));
    return Object.fromEntries(names.map((name) => [name.slice(prefix.length + 1), this.#take(name)]));
  }

  optimizer(names: readonly string[], count: number): OptimizerState["arrays"] {
    const arraysOf = (name: string): Float32Array[] =>
      Array.from({ length: count }, (_, i) => this.#take(`optimizer.${name}.${i}`).data);
    return Object.fromEntries(names.map((name) => [name, arraysOf(name)]));
  }

  checkNothingLeft(): void {
    const [name] = this.#left.keys();
    if (name === undefined) return;
    throw new FormatError(
      `${this.#source}: tensor ${quote(name)} has no place in a checkpoint; expected model, best and optimizer arrays only. ` +
        `The file is damaged, or another program wrote it.`,
    );
  }

  #take(name: string): { shape: number[]; data: Float32Array } {
    const tensor = this.#left.get(name);
    if (tensor?.dtype !== "F32") {
      throw new FormatError(
        `${this.#source}: tensor ${quote(name)} is ${tensor === undefined ? "missing" : tensor.dtype}; expected F32. ` +
          `The file is damaged, or another program wrote it.`,
      );
    }
    this.#left.delete(name);
    return { shape: [...tensor.shape], data: tensor.data };
  }
}
