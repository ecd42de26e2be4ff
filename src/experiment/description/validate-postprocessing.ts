/** [[postprocessing]]: its steps read, and checked against each other and against the models. */

import { counted } from "../../counted.js";
import { ConfigError } from "../../errors.js";
import { recurrentKind } from "../../graph/recurrent/recurrent.js";
import { rareLayers } from "../../layers/rare/kinds.js";
import { isNeuronKind } from "../../neurons/table.js";
import { checkTogether, mergedQuantParams } from "../../quantization/quantizer-options.js";
import { quantizableNeurons } from "../../quantization/quantizable-neurons.js";
import { emptyTable, isTable } from "./config-tree.js";
import type { ConfigTable } from "./config-tree.js";
import type { ModelConfig, PostprocessingConfig, PostprocessingKinds } from "./experiment.js";
import type { FilePlace } from "./file-place.js";
import { keysIn, readRow, readVariant } from "./kinds.js";
import { checkOverridden, overriddenOptimizer } from "./optimizer-override.js";
import { POSTPROCESSING, STEP } from "./postprocessing-schema.js";
import type { Item } from "./validate-data.js";

/** A model, and where it stands. */
export interface PlacedModel {
  readonly model: ModelConfig;
  readonly place: FilePlace;
}

type Kind = keyof PostprocessingKinds;

/** A step that is done, and where it stands. */
interface Placed {
  readonly step: PostprocessingConfig;
  readonly place: FilePlace;
}

export function readPostprocessing(
  items: readonly Item[],
  placed: readonly PlacedModel[],
): PostprocessingConfig[] {
  const models = placed.filter(({ model }) => !model.disabled);
  const steps = items.flatMap(({ place, table }) => {
    const step = readUnlessDisabled(place, table, models);
    return step === null ? [] : [{ step, place }];
  });
  const done = steps.filter(({ step }) => !step.disabled);
  checkOrder(done);
  for (const { step, place } of done) {
    if (step.kind === "QuantizationAwareTraining") checkQuantization(step, place.key("params"), models);
    else if (step.export && step.kind !== "FuseBatchNorm") {
      place
        .key("export")
        .warn(`is true, but ${step.kind} leaves the network as it is, so there is none to keep.`);
    }
  }
  warnOfLoss(done);
  warnOfUpdates(done, models);
  return steps.map(({ step }) => step);
}

/** What is wrong in a step that is left out is a warning. */
function readUnlessDisabled(
  place: FilePlace,
  table: ConfigTable,
  models: readonly PlacedModel[],
): PostprocessingConfig | null {
  try {
    return isLeftOut(place, table) ? null : readStep(place, table, models);
  } catch (thrown) {
    if (!(thrown instanceof ConfigError) || table.disabled !== true) throw thrown;
    place.warn(`is disabled and left out: ${thrown.message}`);
    return null;
  }
}

/** Lenient reading goes without a step that there is not. */
function isLeftOut(place: FilePlace, { kind }: ConfigTable): boolean {
  if (!place.report.lenient || typeof kind !== "string" || Object.hasOwn(POSTPROCESSING.rows, kind))
    return false;
  place.key("kind").warn(`is ${place.show(kind)}, a step that this version does not have; left out.`);
  return true;
}

function readStep(
  place: FilePlace,
  table: ConfigTable,
  models: readonly PlacedModel[],
): PostprocessingConfig {
  const settings = keysIn(STEP.schema);
  place.checkKeys(table, ["kind", "params", ...settings]);
  const variant = readVariant(place, withOptimizerKind(table, models), POSTPROCESSING);
  const own = emptyTable();
  for (const key of settings) if (Object.hasOwn(table, key)) own[key] = table[key];
  return { ...variant, ...readRow(place, own, STEP) };
}

/** An optimizer that does not say its kind is of that of the models, if these agree. */
function withOptimizerKind(table: ConfigTable, models: readonly PlacedModel[]): ConfigTable {
  const { params } = table;
  if (!isTable(params) || !isTable(params.optimizer) || Object.hasOwn(params.optimizer, "kind")) return table;
  const kinds = new Set(
    models.flatMap(({ model: { optimizer } }) => (optimizer === null ? [] : [optimizer.kind])),
  );
  if (kinds.size !== 1) return table;
  const [kind] = kinds;
  return withKey(table, "params", withKey(params, "optimizer", withKey(params.optimizer, "kind", kind)));
}

function withKey(table: ConfigTable, key: string, value: ConfigTable[string]): ConfigTable {
  return Object.assign(emptyTable(), table, { [key]: value });
}

/** What a network has behind it when it comes to a step. */
const CHANGES: readonly Kind[] = ["FuseBatchNorm", "QuantizationAwareTraining"];

function checkOrder(steps: readonly Placed[]): void {
  const before = new Map<Kind, FilePlace>();
  for (const { step, place } of steps) {
    const { kind } = step;
    const at = place.key("kind");
    const quantized = before.get("QuantizationAwareTraining");
    const twin = CHANGES.includes(kind) ? before.get(kind) : undefined;
    if (twin !== undefined) {
      at.fail(
        `is "${kind}", as that of ${nameOf(twin)} is, and a network is ` +
          `${kind === "FuseBatchNorm" ? "fused" : "quantized"} once; expected one such step. Remove one of the two.`,
      );
    }
    if (kind === "FuseBatchNorm" && quantized !== undefined) {
      at.fail(
        `is "FuseBatchNorm" behind QuantizationAwareTraining (${nameOf(quantized)}), whose layers have no weights of float32 ` +
          "to take a normalisation up; expected it before that. Move it up.",
      );
    }
    before.set(kind, place);
  }
}

/** postprocessing[1] */
function nameOf({ path }: FilePlace): string {
  return `postprocessing[${String(path[1])}]`;
}

function checkQuantization(
  { params }: Extract<PostprocessingConfig, { kind: "QuantizationAwareTraining" }>,
  place: FilePlace,
  models: readonly PlacedModel[],
): void {
  const { epochs, optimizer } = params;
  for (const { model, place: of } of models) {
    checkQuantizable(model, of.key("params"), nameOf(place));
    const { quantParams: over } = model.update ?? {};
    if (over !== undefined) {
      const merged = mergedQuantParams(params.model.params.quantParams, over);
      checkTogether(merged, of.key("update").key("quant_params"));
    }
    if (epochs === 0) continue;
    const at = place.key("optimizer");
    const used =
      overriddenOptimizer(model.optimizer, optimizer) ??
      at.fail(
        `is missing, and model "${model.name}" has none either; expected a table such as ` +
          `{ kind = "Adam", params = { lr = 0.001 } } to train ${counted(epochs, "epoch")}, or epochs = 0.`,
      );
    checkOverridden(used, at);
  }
  if (epochs === 0 && optimizer !== undefined)
    place.key("optimizer").warn("changes nothing, since epochs is 0: nothing is trained.");
}

/** @param step what messages call it */
function checkQuantizable({ params }: ModelConfig, place: FilePlace, step: string): void {
  const but = `which has no quantized form, but ${step} is QuantizationAwareTraining`;
  if ("layers" in params) {
    const rare = [...rareLayers(), recurrentKind];
    params.layers.forEach(({ kind }, i) => {
      const at = place.key("layers").at(i);
      const isOther = isNeuronKind(kind) && !quantizableNeurons.includes(kind);
      if (rare.includes(kind) || isOther)
        at.key("kind").fail(`is "${kind}", ${but}; expected another layer. Remove that step, or the layer.`);
    });
    return;
  }
  const { kind } = params.neuron;
  if (quantizableNeurons.includes(kind)) return;
  place
    .key("neuron")
    .key("kind")
    .fail(
      `is "${kind}", ${but}; expected one of ` +
        `${quantizableNeurons.map((each) => `"${each}"`).join(", ")}. Remove that step, or take another neuron.`,
    );
}

/** A network that took an effort, and of which only figures are left. */
function warnOfLoss(steps: readonly Placed[]): void {
  const quantization = steps.find(({ step }) => step.kind === "QuantizationAwareTraining");
  if (quantization === undefined || quantization.step.export) return;
  quantization.place.warn(
    "has export = false, so that the quantized network is measured and not kept; set export = true to keep it.",
  );
}

function warnOfUpdates(steps: readonly Placed[], models: readonly PlacedModel[]): void {
  if (steps.some(({ step }) => step.kind === "QuantizationAwareTraining")) return;
  for (const { model, place } of models) {
    if (model.update?.quantParams === undefined) continue;
    place
      .key("update")
      .warn("changes nothing, since there is no QuantizationAwareTraining in [[postprocessing]].");
  }
}
