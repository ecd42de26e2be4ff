/** One [[model]], its template merged in: read, and checked against framework and data. */

import { refuse } from "../../schema/place.js";
import { oneOf } from "../../schema/value-types.js";
import { formatShape, sizeOf } from "../../shapes.js";
import { counted } from "../../counted.js";
import { emptyTable, isTable } from "./config-tree.js";
import type { ConfigTable, ConfigValue } from "./config-tree.js";
import type {
  FrameworkKind,
  ModelConfig,
  ModelKinds,
  OptimizerConfig,
  Training,
  Variant,
} from "./experiment.js";
import type { FilePlace } from "./file-place.js";
import { folderName } from "./file-types.js";
import { keysIn, readRow, readVariant, tableAt } from "./kinds.js";
import { groupsSchema } from "./optimizer-override.js";
import type { FileModelKinds } from "./model-schema.js";
import { modelKeys, MODELS } from "./model-schema.js";
import { OPTIMIZERS, SCHEDULERS, TRAINING, UPDATE } from "./training-schema.js";
import type { DataFacts } from "./validate-data.js";
import { checkLayers } from "./validate-layers.js";

export function readModel(
  place: FilePlace,
  table: ConfigTable,
  framework: FrameworkKind,
  data: DataFacts,
): ModelConfig {
  place.holding(TRAINING).checkKeys(table, modelKeys);
  if (!Object.hasOwn(table, "name")) place.key("name").missing(folderName.expects);
  const name = folderName.read(table.name, place.key("name"));
  const network = readNetwork(place, table, framework);
  checkAgainstData(network, data, place.key("params"));
  checkTime(place.key("params"), network, data);
  if (network.kind === "GraphModel") checkLayers(place.key("params"), network.params, data);
  const training = readRow(place, only(table, keysIn(TRAINING.schema)), TRAINING);
  const optimizer = readOptimizer(place, table, training);
  if (!Object.hasOwn(table, "update")) return { name, ...network, ...training, optimizer };
  const update = readRow(place.key("update"), tableAt(place, table, "update"), UPDATE);
  return { name, ...network, ...training, optimizer, update };
}

/** The table with these keys alone. */
function only(table: ConfigTable, keys: readonly string[]): ConfigTable {
  const part = emptyTable();
  for (const key of keys) if (Object.hasOwn(table, key)) part[key] = table[key];
  return part;
}

function readNetwork(place: FilePlace, table: ConfigTable, framework: FrameworkKind): Variant<ModelKinds> {
  return readNetworkInMode(place, table, (at, value) => readStepMode(at, value, framework));
}

/** Kind and params of one network, whatever else its table says. @param mode reads neuron.params.step_mode */
export function readNetworkInMode(
  place: FilePlace,
  table: ConfigTable,
  mode: (place: FilePlace, value: ConfigValue | undefined) => "s" | "m",
): Variant<ModelKinds> {
  const { kind, params } = readVariant<FileModelKinds>(place, table, MODELS);
  const path = kind === "GraphModel" ? OF_NETWORK : OF_NEURON;
  const at = path.reduce((outer, key) => outer.key(key), place);
  const stepMode = mode(at, valueAt(table, path));
  return { kind, params: { ...params, ...withoutLinearLayers(params), stepMode } } as Variant<ModelKinds>;
}

/** A network with global sum pooling has none, so what a file says about them is dropped. */
function withoutLinearLayers(params: FileModelKinds[keyof FileModelKinds]): object {
  if (!("gsp" in params) || !params.gsp) return {};
  const { dropouts, filters } = params;
  return {
    fcUnits: [],
    dropouts: typeof dropouts === "number" ? dropouts : dropouts.slice(0, filters.length),
  };
}

/** Where the step mode stands. */
const OF_NEURON = ["params", "neuron", "params", "step_mode"];
const OF_NETWORK = ["params", "step_mode"];

function valueAt(table: ConfigTable, path: readonly string[]): ConfigValue | undefined {
  let node: ConfigValue | undefined = table;
  for (const key of path) {
    node = isTable(node) && Object.hasOwn(node, key) ? node[key] : undefined;
  }
  return node;
}

function readStepMode(place: FilePlace, value: ConfigValue | undefined, framework: FrameworkKind): "s" | "m" {
  const given = value === undefined ? undefined : oneOf(["s", "m"]).read(value, place);
  const [single, multi] = hasTime(framework)
    ? ["SpikingJellyTimeStepsInData", "SpikingJellyMultiStepTimeStepsInData"]
    : ["SpikingJelly", "SpikingJellyMultiStep"];
  if (framework === single) {
    if (given === "m") {
      place.fail(
        `is "m", but learningframework.kind is "${single}", which runs single steps; ` +
          `expected "s", or the framework "${multi}".`,
      );
    }
    return "s";
  }
  if (given === "s") {
    place.fail(
      `is "s", but learningframework.kind is "${multi}"; expected "m", or the framework "${single}".`,
    );
  }
  // What is missing in a file of Qualia is a slip; networks as lists have none.
  if (given === undefined && place.path.includes("neuron")) {
    place.objection("is missing", `expected "m" with the framework "${multi}"`, 'taken as "m"');
  }
  return "m";
}

/** Whether it shows samples that change over time. */
export function hasTime(framework: FrameworkKind): boolean {
  return framework.endsWith("TimeStepsInData");
}

/** Samples that change over time have as many steps as the network. */
function checkTime(
  place: FilePlace,
  { params: { timesteps: own } }: Variant<ModelKinds>,
  { timesteps, name }: DataFacts,
): void {
  if (timesteps === null || own === timesteps) return;
  place
    .at("timesteps")
    .fail(
      `is ${own}, but samples of ${name} have ${counted(timesteps, "time step")}; expected ${timesteps}.`,
    );
}

function checkAgainstData(network: Variant<ModelKinds>, data: DataFacts, place: FilePlace): void {
  const { inputShape, outputShape } = network.params;
  const gives = `${data.name} gives samples of ${formatShape(data.shape)}`;
  const dims = "dims" in network.params ? network.params.dims : null;
  const isFlat = "units" in network.params;
  if (dims !== null && dims !== data.shape.length - 1) {
    const fix =
      dims === 1 ? "dims = 2, or Reshape2DTo1D in [[preprocessing]]" : "dims = 1, or no Reshape2DTo1D";
    place.at("dims").fail(`is ${dims}, but ${gives}; expected ${fix}.`);
  }
  // Of files, the data say it when they are there: checkShapes in experiment/model.ts.
  if (data.fromFiles) return;
  if (inputShape !== undefined) {
    // An SMLP flattens its input, so only the number of values counts.
    const fits = isFlat
      ? sizeOf(inputShape) === sizeOf(data.shape)
      : formatShape(inputShape) === formatShape(data.shape);
    if (!fits)
      place
        .at("input_shape")
        .fail(`is ${formatShape(inputShape)}, but ${gives}; leave it out or make them agree.`);
  }
  if (outputShape !== undefined && outputShape[0] !== data.classes) {
    refuse(place.at("output_shape"), outputShape, `[${data.classes}], one per class of ${data.name}`);
  }
}

function readOptimizer(place: FilePlace, table: ConfigTable, training: Training): OptimizerConfig | null {
  const at = place.at("optimizer");
  if (!Object.hasOwn(table, "optimizer")) {
    if (training.train && training.epochs > 0 && !training.disabled) {
      at.fail(
        `is missing; expected a table such as { kind = "Adam", params = { lr = 0.001 } } to train ${training.epochs} epochs.`,
      );
    }
    return null;
  }
  const optimizer = tableAt(place, table, "optimizer");
  at.checkKeys(optimizer, ["kind", "params", "scheduler", "threshold_lr", "groups"]);
  const variant = readVariant(at, optimizer, OPTIMIZERS);
  const others = groupsSchema(variant.kind);
  const own = { ...variant, ...readRow(at, only(optimizer, keysIn(others)), { schema: others }) };
  if (!Object.hasOwn(optimizer, "scheduler")) return { ...own, scheduler: null };
  const scheduler = tableAt(at, optimizer, "scheduler");
  at.at("scheduler").checkKeys(scheduler, ["kind", "params"]);
  return { ...own, scheduler: readVariant(at.at("scheduler"), scheduler, SCHEDULERS) };
}
