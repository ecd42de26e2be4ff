/**
 * Networks of other tools, brought in. A file holds arrays with names; what computes with them has to be known:
 *
 *   names of Qualia's networks   most of it follows from names and shapes; the rest is asked for
 *   config                       an experiment file of Qualia that describes it
 *   architecture                 its params, or a list of layers: SpikingJelly, snnTorch, PyTorch
 *   NIR, and files of this library   say it themselves
 */

import { ConfigError } from "../../errors.js";
import { decodeModel } from "../../formats/model-file.js";
import { parseSafetensorsHeader } from "../../formats/safetensors.js";
import { planGraphModel } from "../../models/graph-model.js";
import type { Architecture } from "../../models/architecture.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { createWithoutDrawing } from "../../models/stored-architecture.js";
import { networkOf } from "../../models/table.js";
import { readFileBounded } from "../../platform/files.js";
import { show } from "../../show.js";
import { fidelityReport, type FidelityNote, type FidelityReport } from "../fidelity-report.js";
import { formatOf } from "./file-format.js";
import { checkWeights, fitArrays } from "./fit-arrays.js";
import { dtypeNotes, withoutPrefix, type ForeignArrays, type ReadArrays } from "./foreign-arrays.js";
import { checkImportOptions, factNames, givenFacts, type ImportModelOptions } from "./import-options.js";
import { inConfigWords, listedNetwork } from "./listed-network.js";
import { importNir } from "./nir-file.js";
import { describedByArchitecture, describedByConfig, type DescribedNetwork } from "./network-source.js";
import { safetensorsArrays } from "./safetensors-arrays.js";
import { checkKindFits, templateNetwork } from "./template-network.js";
import { templateOf } from "./template-names.js";
import { checkSelfDescribed, refuseNirOptions } from "./self-described.js";
import { torchArrays } from "./torch-arrays.js";
import { unknownNames } from "./unknown-names.js";

export interface ImportedModel {
  /** In evaluation mode. */
  readonly model: SpikingModel;
  readonly report: FidelityReport;
}

const MOST_BYTES = 2 ** 32;

/**
 * The network in a file of another tool, and what of it was kept.
 *
 * @param source the path of a file (Node), or its bytes
 * @throws FormatError for a file that is damaged, or does not fit the description; ConfigError for a description that makes no
 *   network, and (MissingFactsError) for what neither says, all of it at once; FileError; TypeError
 */
export async function importModel(
  source: string | Uint8Array,
  options: ImportModelOptions = {},
): Promise<ImportedModel> {
  checkImportOptions(options);
  const { bytes, name } = opened(source, options);
  const format = formatOf(bytes, name);
  if (format === "nir") return importNir(bytes, name, options);
  refuseNirOptions(options, name);
  if (format === "safetensors" && options.key !== undefined) throw noCheckpoint(name);
  if (format === "safetensors" && isOwnFile(bytes, name)) return importOwn(bytes, name, options);
  const read =
    format === "safetensors" ? safetensorsArrays(bytes, name) : torchArrays(bytes, name, options.key);
  return fromArrays(withoutPrefix(read, name, options.prefix), name, options);
}

/** Whether a file says what network it holds: one of NIR, or of this library. @throws FormatError as importModel */
export function describesItself(bytes: Uint8Array, name: string): boolean {
  const format = formatOf(bytes, name);
  return format === "nir" || (format === "safetensors" && isOwnFile(bytes, name));
}

function opened(
  source: string | Uint8Array,
  { name, config }: ImportModelOptions,
): { readonly bytes: Uint8Array; readonly name: string } {
  if (typeof source === "string") return { bytes: readFileBounded(source, MOST_BYTES), name: source };
  if (ArrayBuffer.isView(source) && source[Symbol.toStringTag] === "Uint8Array")
    return { bytes: source, name: config === undefined && name !== undefined ? name : "the file" };
  throw new TypeError(
    `importModel: the source is ${show(source)}; expected the path of a file, or its bytes as a Uint8Array.`,
  );
}

function fromArrays({ arrays, notes }: ReadArrays, file: string, options: ImportModelOptions): ImportedModel {
  const { architecture, notes: described, arrays: all = arrays } = networkFor(arrays, file, options);
  const where = options.architecture === undefined && options.config === undefined ? file : "the network";
  const plan = inConfigWords(where, () => planGraphModel(architecture.kind, networkOf(architecture)));
  checkWeights(plan, all, file);
  const model = inConfigWords(where, () => createWithoutDrawing(architecture));
  const left = fitArrays(model, all, file);
  model.eval();
  return {
    model,
    report: fidelityReport([...notes, ...dtypeNotes(arrays), ...described, ...left]),
  };
}

interface DescribedArchitecture {
  readonly architecture: Architecture;
  readonly notes: readonly FidelityNote[];
  /** Where the description says some, too. */
  readonly arrays?: ForeignArrays;
}

function networkFor(arrays: ForeignArrays, file: string, options: ImportModelOptions): DescribedArchitecture {
  const facts = givenFacts(options);
  const described = descriptionOf(options);
  if (described?.form === "layers") {
    checkOnly(options, ["inputShape", "timesteps", "stepMode"], "a list of layers");
    const { inputShape, timesteps, stepMode } = { ...described.listed, ...facts };
    const listed = {
      layers: described.listed.layers,
      ...(inputShape === undefined ? {} : { inputShape }),
      ...(timesteps === undefined ? {} : { timesteps }),
      ...(stepMode === undefined ? {} : { stepMode }),
    };
    return listedNetwork(listed, arrays, described.source, file);
  }
  if (described?.form === "own") {
    checkOnly(options, ["timesteps", "stepMode"], "options of a network of this library");
    const { kind, options: own, ...others } = described.architecture;
    const { timesteps, stepMode } = facts;
    const changed = {
      ...own,
      ...(timesteps === undefined ? {} : { timesteps }),
      ...(stepMode === undefined ? {} : { stepMode }),
    };
    return { architecture: { kind, options: changed, ...others }, notes: [] };
  }
  const found = templateOf(arrays, file);
  if (described === null && found === null) throw unknownNames(arrays, file);
  const { lenient = false } = options;
  const network = templateNetwork(found, described?.table ?? null, facts, arrays, { file, lenient });
  checkKindFits(found, network.architecture, file);
  return network;
}

function descriptionOf({ config, architecture, name }: ImportModelOptions): DescribedNetwork | null {
  if (config !== undefined) return describedByConfig(config, name);
  return architecture === undefined ? null : describedByArchitecture(architecture);
}

/** @throws ConfigError for facts that the description has no place for */
function checkOnly(
  options: ImportModelOptions,
  may: readonly (typeof factNames)[number][],
  what: string,
): void {
  const wrong = factNames.find((name) => options[name] !== undefined && !may.includes(name));
  if (wrong === undefined) return;
  throw new ConfigError(
    `importModel: ${wrong} is given beside ${what}; expected ${may.join(", ")} at most. Say it in the description.`,
  );
}

function noCheckpoint(name: string): ConfigError {
  return new ConfigError(
    `${name} is a safetensors file, and key is of checkpoints of PyTorch alone; expected it left out. Name what arrays begin with as prefix.`,
  );
}

function isOwnFile(bytes: Uint8Array, name: string): boolean {
  return parseSafetensorsHeader(bytes, name).metadata.has("atif.format");
}

function importOwn(bytes: Uint8Array, name: string, options: ImportModelOptions): ImportedModel {
  checkSelfDescribed(options, name, ["timesteps"]);
  const { model } = decodeModel(bytes, name);
  if (options.timesteps !== undefined) model.timesteps = options.timesteps;
  return { model: model.eval(), report: fidelityReport([]) };
}
