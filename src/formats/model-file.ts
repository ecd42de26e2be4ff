/**
 * Models in one safetensors file: the weights under PyTorch's names and in its layouts, so that PyTorch reads them too,
 * and in the metadata what is needed to make the model again:
 *
 *   format             "pt", as PyTorch's own writers say
 *   atif.format        "model/1"
 *   atif.architecture  JSON: kind and options; preprocessing, if any: what is done to samples before the network sees them
 *   atif.parameters    JSON, if any: of parameters that are frozen, do not decay or have another bound, what they are
 *   atif.mode          "train" or "eval": the mode the model was in
 *   atif.otherMode     JSON, if any: the names of the layers that were in the other one (frozen batch normalisation)
 *   atif.facts         JSON: what is to be remembered of its training
 *   atif.crc64         checksum of all of it, see safetensors-checksum.ts
 *
 * Other metadata is left alone. The functions on bytes run in browsers; those on paths need Node.
 */

import { show } from "../show.js";
import { FormatError, messageOf, OutOfMemoryError, StateError } from "../errors.js";
import { checkModel } from "../models/check-model.js";
import type { SpikingModel } from "../models/spiking-model.js";
import { createWithoutDrawing, storedArchitecture } from "../models/stored-architecture.js";
import { weightCount } from "../models/table.js";
import { turnIfDue } from "../platform/event-loop.js";
import { writeFileAtomic } from "../platform/files.js";
import type { ParameterSettings } from "../module/parameter.js";
import { parseArchitecture } from "./architecture-json.js";
import { isTooDeep, MOST_LEVELS } from "./json-depth.js";
import { anyObject, isText, listOf, parseJson, recordOf, type Check } from "./json-shape.js";
import { quote } from "../show.js";
import { readSafetensorsFile } from "./safetensors-file.js";
import { encodeSafetensors, parseSafetensors, type Safetensors } from "./safetensors.js";
import { stateDictFrom } from "./state-dict-file.js";

export { readStateDict } from "./state-dict-file.js";

/** What a model file remembers of the training. Everything must be plain data; other names may be added. */
export interface ModelFacts {
  /** Name of the data set. */
  readonly dataset?: string;
  readonly epochs?: number;
  readonly seed?: number;
  /** 0 to 1 */
  readonly testAccuracy?: number;
  /** Of the library that wrote the file. */
  readonly atifVersion?: string;
  readonly [fact: string]: unknown;
}

export interface LoadedModel {
  readonly model: SpikingModel;
  readonly facts: ModelFacts;
}

const FORMAT = "model/1";

/**
 * @throws TypeError if the model or a fact is not plain data; RangeError if a weight or a fact is not finite, the facts
 *   are nested more than 64 levels deep, or a value is none that could be loaded again (a threshold or a variance below 0)
 */
export function encodeModel(model: SpikingModel, facts: ModelFacts = {}): Uint8Array<ArrayBuffer> {
  checkModel("encodeModel", model);
  if (!isPlainObject(facts)) {
    throw new TypeError(
      `encodeModel: the facts are ${show(facts)}; expected an object of plain data, such as { epochs: 3 }.`,
    );
  }
  const weights = Object.entries(model.stateDict({ extras: true }));
  for (const [name, { data }] of weights) {
    const wrong = data.findIndex((value) => !Number.isFinite(value));
    if (wrong < 0) continue;
    throw new RangeError(
      `encodeModel: ${name} holds ${data[wrong]} at element ${wrong}; expected finite numbers. ` +
        `Training diverged: train again with a lower learning rate.`,
    );
  }
  model.checkStateDict("encodeModel");
  const settings = model.parameterSettings();
  const others = model
    .namedModules()
    .flatMap(([name, { training }]) => (training === model.training ? [] : [name]));
  const metadata = {
    format: "pt",
    "atif.format": FORMAT,
    "atif.architecture": JSON.stringify(storedArchitecture(model)),
    ...(Object.keys(settings).length === 0 ? {} : { "atif.parameters": JSON.stringify(settings) }),
    "atif.mode": model.training ? "train" : "eval",
    ...(others.length === 0 ? {} : { "atif.otherMode": JSON.stringify(others) }),
    "atif.facts": factsText(facts),
  };
  return encodeSafetensors(weights, metadata, { checksum: true });
}

function factsText(facts: ModelFacts): string {
  const tooDeep = `encodeModel: the facts are nested more than ${MOST_LEVELS} levels deep; expected fewer. Flatten them.`;
  try {
    const text = JSON.stringify(facts, checkFact);
    if (isTooDeep(text)) throw new RangeError(tooDeep);
    return text;
  } catch (error) {
    if (isStackOverflow(error)) throw new RangeError(tooDeep, { cause: error });
    // The engine's own message, of several lines: a fact that contains itself.
    if (!(error instanceof TypeError) || !error.message.includes("circular")) throw error;
    throw new TypeError("encodeModel: a fact contains itself; expected plain data. Leave it out.", {
      cause: error,
    });
  }
}

/** In the words of V8, JavaScriptCore and SpiderMonkey. */
function isStackOverflow(error: unknown): boolean {
  return error instanceof Error && /maximum call stack|too much recursion/i.test(error.message);
}

function isPlainObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** JSON would write NaN as null and leave a function out. */
function checkFact(name: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new RangeError(`encodeModel: the fact ${quote(name)} is ${value}; expected a finite number.`);
  }
  if (["function", "symbol", "bigint"].includes(typeof value)) {
    throw new TypeError(`encodeModel: the fact ${quote(name)} is a ${typeof value}; expected plain data.`);
  }
  return value;
}

/**
 * The model that encodeModel stored, in the mode it was in, and the facts beside it. The default random generator is
 * left as it was.
 *
 * @param source what messages call the bytes: a file name
 * @throws FormatError if it is damaged or is not such a file; StateError before init(); OutOfMemoryError
 */
export function decodeModel(bytes: Uint8Array, source = "model"): LoadedModel {
  return modelFrom(parseSafetensors(bytes, source), source);
}

/** Writes the model, whole or not at all. @throws FileError if it cannot be written; TypeError, RangeError as encodeModel */
export async function saveModel(path: string, model: SpikingModel, facts: ModelFacts = {}): Promise<void> {
  await Promise.resolve();
  writeFileAtomic(path, encodeModel(model, facts));
  await turnIfDue();
}

/** @throws FileError if it cannot be read; FormatError, StateError, OutOfMemoryError as decodeModel */
export async function loadModel(path: string): Promise<SpikingModel> {
  return (await readModelFile(path)).model;
}

/** The model and what its file says about its training. @throws as loadModel */
export async function readModelFile(path: string): Promise<LoadedModel> {
  await turnIfDue();
  return modelFrom(readSafetensorsFile(path), path);
}

const parameterSettings = recordOf(anyObject as Check<ParameterSettings>);

function modelFrom({ metadata, tensors, checksum }: Safetensors, source: string): LoadedModel {
  const architectureText = metadata.get("atif.architecture");
  checkFormat(metadata, architectureText !== undefined, source);
  if (architectureText === undefined) {
    throw new FormatError(
      `${source}: it has weights but no architecture (metadata key "atif.architecture"); expected a file that saveModel ` +
        `wrote. For weights from elsewhere, make the model, for instance with new SCNN(...), and call loadStateDict(readStateDict(bytes)).`,
    );
  }
  if (checksum === "absent") {
    throw new FormatError(
      `${source}: it has an architecture but no checksum (metadata key "atif.crc64"); expected both, as saveModel writes them. ` +
        `Copy the file again; if another program changed it on purpose, make the model in code and call loadStateDict(readStateDict(bytes)).`,
    );
  }
  const { preprocessing = [], ...architecture } = parseArchitecture(source, architectureText);
  const factsText = metadata.get("atif.facts") ?? "{}";
  const facts: ModelFacts = parseJson(`${source}: the facts`, factsText, anyObject);
  const stored = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  const model = explained(`${source}: the architecture makes no network`, () => {
    const needed = weightCount(architecture);
    if (needed > stored) {
      throw new FormatError(
        `${source}: the architecture has ${needed} weights but the file holds ${stored} numbers; ` +
          `expected at least as many. The file is damaged: copy it again.`,
      );
    }
    return createWithoutDrawing(architecture);
  });
  explained(`${source}: the preprocessing does not fit the network`, () => {
    model.preprocessing = preprocessing;
  });
  const settings = parseJson(
    `${source}: the settings of parameters`,
    metadata.get("atif.parameters") ?? "{}",
    parameterSettings,
  );
  // Before the weights: whether a threshold may be negative is one of them.
  explained(`${source}: the settings of parameters do not fit`, () => model.setParameterSettings(settings));
  explained(`${source}: the weights do not fit the architecture`, () =>
    model.loadStateDict(stateDictFrom(tensors, source)),
  );
  model.train(metadata.get("atif.mode") === "train");
  const others = parseJson(
    `${source}: the layers in another mode`,
    metadata.get("atif.otherMode") ?? "[]",
    listOf(isText),
  );
  const modules = new Map(model.namedModules());
  for (const name of others) {
    const module = modules.get(name);
    if (module === undefined)
      throw new FormatError(`${source}: there is no layer ${quote(name)} to be in another mode.`);
    module.training = !model.training;
  }
  return { model, facts };
}

function checkFormat(metadata: ReadonlyMap<string, string>, required: boolean, source: string): void {
  const format = metadata.get("atif.format");
  if (format === FORMAT || (format === undefined && !required)) return;
  const advice = format?.startsWith("checkpoint/")
    ? "It is a checkpoint of a run: continue the run from it, and take the model that it writes."
    : "Update atif, or save the model again with this version.";
  throw new FormatError(
    `${source}: the format is ${format === undefined ? "missing" : quote(format)} (metadata key "atif.format"); ` +
      `expected ${quote(FORMAT)}. ${advice}`,
  );
}

/** Errors about arguments are errors of the file here. */
function explained<R>(what: string, work: () => R): R {
  try {
    return work();
  } catch (error) {
    const passes =
      error instanceof FormatError || error instanceof StateError || error instanceof OutOfMemoryError;
    if (passes) throw error;
    throw new FormatError(`${what}: ${messageOf(error)}`, { cause: error });
  }
}
