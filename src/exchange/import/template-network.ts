/**
 * A network of Qualia from what is known of it: what its names and shapes say, a description of it if there is one, and
 * options. Options count most, then the description; what neither says, the file does, if it can.
 */

import { ConfigError } from "../../errors.js";
import {
  changedTable,
  entriesOf,
  networkTableOf,
  paramIn,
  readNetworkTable,
  sectionKind,
  type NetworkTable,
} from "../../experiment/description/network-table.js";
import type { Architecture } from "../../models/architecture.js";
import { templateTable, type ModelKind } from "../../models/table.js";
import { show } from "../../show.js";
import type { FidelityNote } from "../fidelity-report.js";
import type { ForeignArrays } from "./foreign-arrays.js";
import { snakeCased } from "./argument-names.js";
import type { ForeignNeuron, NetworkFacts } from "./import-options.js";
import { MissingFactsError, type MissingFact, type Spelling } from "./missing-facts.js";
import type { FoundTemplate, TemplateParams } from "./names-in-file.js";
import { plainParams } from "./network-source.js";

export interface TemplateNetwork {
  readonly architecture: Architecture;
  readonly notes: readonly FidelityNote[];
}

/** Shapes of samples of the data sets that experiment files of Qualia name. */
const SAMPLES: Readonly<Record<string, readonly number[]>> = {
  Digits: [8, 8, 1],
  MNIST: [28, 28, 1],
  FashionMNIST: [28, 28, 1],
  CIFAR10: [32, 32, 3],
  CIFAR100: [32, 32, 3],
};

const WAYS = (spell: Spelling): string =>
  `Give them as options, or all of the network: its experiment file of Qualia as ${spell("config")}, ` +
  `or its kind and params as ${spell("architecture")}.`;

/**
 * @param found what the names of the file say; null where they are of no network of Qualia
 * @param described null: there are the names alone
 * @param file what messages call the arrays
 * @throws MissingFactsError for all that is not known; ConfigError for what cannot be
 */
export function templateNetwork(
  found: FoundTemplate | null,
  described: NetworkTable | null,
  facts: NetworkFacts,
  arrays: ForeignArrays,
  { file, lenient }: { readonly file: string; readonly lenient: boolean },
): TemplateNetwork {
  const notes: FidelityNote[] = [];
  const base = described ?? networkTableOf({ params: {} }, file);
  const own = changedTable(base, factsInKeys(facts, found), (key) => `the option ${optionOf(key)}`);
  const kind = kindOf(own, found, facts);
  // Of a kind that there is not, nothing can be asked.
  if (kind !== undefined && !Object.hasOwn(templateTable, kind)) readNetworkTable(own, lenient);
  const given = fromData(own, notes);
  const told = filledIn(given, found, kind, arrays, notes);
  // A description is whole: what it leaves out is as Qualia has it by default.
  const filled = described === null && found !== null ? completed(told, found) : told;
  const missing = missingFacts(filled, found, described !== null, kind);
  if (missing.length > 0) {
    const what =
      described === null ? "and the file does not say all of it" : "and its description leaves out some";
    throw new MissingFactsError(
      `${file}: ${found?.words ?? `a network of the kind ${kind ?? "?"}`}, ${what}`,
      missing,
      WAYS,
    );
  }
  const { network, warnings } = readNetworkTable(filled, lenient);
  for (const what of warnings)
    notes.push({ layer: null, what: "a warning about the description", why: what, verdict: "exact" });
  if (found !== null && described === null) notes.push(...assumptions(found, facts));
  const { stepMode = network.params.stepMode } = facts;
  const options = { ...network.params, stepMode } as Record<string, unknown>;
  return { architecture: { kind: network.kind, options }, notes };
}

/** pool_sizes is poolSizes. */
function optionOf(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Options in the keys of files. */
function factsInKeys(
  { kind, neuron, stepMode: _, ...others }: NetworkFacts,
  found: FoundTemplate | null,
): { readonly kind?: string; readonly params: Readonly<Record<string, unknown>> } {
  const params: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(others))
    params[snakeCased(name)] = forAll(name, plainParams(value), found);
  if (neuron !== undefined) params.neuron = neuronInKeys(neuron);
  return { ...(kind === undefined ? {} : { kind }), params };
}

/** One number where there is one for each stage. */
function forAll(name: string, value: unknown, found: FoundTemplate | null): unknown {
  const isList = ["strides", "paddings", "poolSizes"].includes(name);
  if (!isList || typeof value !== "number" || found === null) return value;
  return new Array<number>(found.stages).fill(value);
}

function neuronInKeys(neuron: ForeignNeuron): unknown {
  return typeof neuron === "string" ? { kind: neuron } : plainParams(neuron);
}

function kindOf(
  table: NetworkTable,
  found: FoundTemplate | null,
  { poolSizes }: NetworkFacts,
): ModelKind | undefined {
  const { kind } = table.table;
  if (kind !== undefined) return kind as ModelKind;
  if (found?.kind !== null) return found?.kind;
  return poolSizes === undefined ? undefined : "SResNetStride";
}

/** Qualia takes the shape of samples from the data set; some of them are known. */
function fromData(table: NetworkTable, notes: FidelityNote[]): NetworkTable {
  const dataset = sectionKind(table, "dataset") ?? "";
  const isChanged = entriesOf(table, "preprocessing") + entriesOf(table, "data_augmentation") > 0;
  if (paramIn(table, "input_shape") !== undefined || !Object.hasOwn(SAMPLES, dataset)) return table;
  const shape = SAMPLES[dataset];
  notes.push({
    layer: null,
    what: `inputShape taken as [${shape.join(", ")}]`,
    why:
      `that is what ${dataset} has, which the description names` +
      (isChanged ? "; what it does to samples before is taken to keep their shape." : "."),
    verdict: "exact",
  });
  return changedTable(table, { params: { input_shape: shape } }, () => `the data set ${dataset}`);
}

/** What the file says, where nobody else does. */
function filledIn(
  table: NetworkTable,
  found: FoundTemplate | null,
  kind: ModelKind | undefined,
  arrays: ForeignArrays,
  notes: FidelityNote[],
): NetworkTable {
  const fits = found !== null && (found.kind === kind || (found.kind === null && isResidual(kind)));
  const told = fits ? found.params : {};
  const fused = isFused(table, arrays) ? { batch_norm: false } : {};
  if ("batch_norm" in fused) {
    notes.push({
      layer: null,
      what: "batch_norm taken as false",
      why: "the description says true, but the file holds convolutions with biases and no normalisation: they were fused.",
      verdict: "exact",
    });
  }
  const open = Object.entries(told).filter(([key]) => paramIn(table, key) === undefined);
  const changes = { ...Object.fromEntries(open), ...fused };
  return changedTable(table, { ...(kind === undefined ? {} : { kind }), params: changes }, inFile);
}

/** With what follows from the rest. */
function completed(table: NetworkTable, found: FoundTemplate): NetworkTable {
  const all = allParams(table);
  const rest = Object.entries(found.complete(all)).filter(([key]) => !Object.hasOwn(all, key));
  return changedTable(table, { params: Object.fromEntries(rest) }, inFile);
}

const inFile = (): string => "the arrays of the file";

function isResidual(kind: ModelKind | undefined): boolean {
  return kind === "SResNet" || kind === "SResNetStride";
}

/** FuseBatchNorm of Qualia leaves a file whose description is that of the network before. */
function isFused(table: NetworkTable, arrays: ForeignArrays): boolean {
  if (paramIn(table, "batch_norm") !== true) return false;
  const names = [...arrays.keys()];
  const convolutions = names.filter((name) => /(^|\.)s?conv\d*(_dw|_pw)?\.weight$/.test(name));
  const isNormed = names.some((name) => name.endsWith(".running_mean"));
  return !isNormed && convolutions.length > 0 && convolutions.every((name) => arrays.has(biasOf(name)));
}

function biasOf(weight: string): string {
  return `${weight.slice(0, -"weight".length)}bias`;
}

function allParams(table: NetworkTable): TemplateParams {
  const { params } = table.table;
  return { ...(params as object | undefined) };
}

/** Those that Qualia has a default for. @see ../../models/scnn-options.ts */
const WITH_DEFAULT = ["postpool"];

function missingFacts(
  table: NetworkTable,
  found: FoundTemplate | null,
  isDescribed: boolean,
  kind: ModelKind | undefined,
): MissingFact[] {
  const params = allParams(table);
  const open = [...(found?.open ?? [])];
  if (found !== null && found.kind === null && kind === "SResNetStride")
    open.push({
      option: "poolSizes",
      expects: `max poolings, 1: none, ${found.stages}, or one number for all`,
    });
  const missing = open.filter(({ option }) => {
    if (option === "kind") return kind === undefined;
    if (isDescribed && WITH_DEFAULT.includes(option)) return false;
    if (isDescribed && option === "timesteps" && kind !== "SMLP") return false;
    return params[snakeCased(option)] === undefined;
  });
  if (found !== null || params.input_shape !== undefined) return missing;
  return [...missing, { option: "inputShape", expects: "channels last, such as [28, 28, 1]" }];
}

/** What leaves no trace in a file and is taken as Qualia has it by default. */
function assumptions(found: FoundTemplate, facts: NetworkFacts): FidelityNote[] {
  const notes: FidelityNote[] = [];
  const note = (layer: string | null, what: string, why: string): void =>
    void notes.push({ layer, what, why, verdict: "exact" });
  const silent = found.silent.filter((name) => !Object.hasOwn(facts, name));
  if (silent.length > 0)
    note(
      null,
      `${silent.join(" and ")} taken as 1`,
      "no array tells whether the network averages its map there; give the option if it does.",
    );
  const { neuron } = facts;
  const isBare = typeof neuron === "string" || (neuron !== undefined && neuron.params === undefined);
  const kind = typeof neuron === "string" ? neuron : (neuron?.kind ?? "");
  // Of the others, nothing but training depends on params.
  if (isBare && !["ATIF", "IFSRL"].includes(kind)) {
    note(
      null,
      `${show(kind)} taken with its defaults`,
      "they are those of SpikingJelly: v_threshold 1, v_reset 0 (a hard reset), tau 2. Give params if they are others.",
    );
  }
  return notes;
}

/** @throws ConfigError where names of another network are described */
export function checkKindFits(found: FoundTemplate | null, architecture: Architecture, file: string): void {
  if (found === null) return;
  const fits =
    found.kind === architecture.kind || (found.kind === null && architecture.kind.startsWith("SResNet"));
  if (fits) return;
  throw new ConfigError(
    `${file} holds ${found.words}, but what describes it is of the kind ${show(architecture.kind)}; expected ` +
      `${found.kind ?? "SResNet or SResNetStride"}. Name another file or another model.`,
  );
}
