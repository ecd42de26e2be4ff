/** An optimizer that is given over that of a model: what is left out of it is the model's. */

import { refuse, type Place } from "../../schema/place.js";
import { learningRate } from "../../optimizers/hyperparameters.js";
import type { OptimizerGroup, OptimizerGroups } from "../../optimizers/table.js";
import { fieldsOf, groupOf, optional, required, type AnyField, type Schema } from "../../schema/schema.js";
import { listOf, orNone, type ValueType } from "../../schema/value-types.js";
import { isTable } from "./config-tree.js";
import type { OptimizerConfig, OptimizerOverride, SchedulerConfig, SchedulerKinds } from "./experiment.js";
import { inFile, readKind, readRow, readVariant, tableAt, writeFields, writeVariant } from "./kinds.js";
import { OPTIMIZERS, SCHEDULERS } from "./training-schema.js";

/** The keys of an optimizer, none of which has to be there. */
function partOf(kind: OptimizerOverride["kind"]): Schema<Record<string, unknown>> {
  const fields = fieldsOf(OPTIMIZERS.rows[kind].schema as Schema<unknown>).map(
    ([name, { type, meaning, key }]) => [name, optional(type, meaning, key === undefined ? {} : { key })],
  );
  return { fields: Object.fromEntries(fields) as Schema<Record<string, unknown>>["fields"] };
}

const scheduler: ValueType<SchedulerConfig> = {
  expects: 'a table such as { kind = "StepLR", params = { step_size = 10 } }',
  read(value, place) {
    if (!isTable(value)) return refuse(place, value, this.expects);
    inFile(place).checkKeys(value, ["kind", "params"]);
    return readVariant(inFile(place), value, SCHEDULERS);
  },
  write: (config) => writeVariant<SchedulerKinds>(config, SCHEDULERS),
};

const noneOr = orNone(scheduler);

/** Names of parameters, or the thresholds. */
const parameters: ValueType<OptimizerGroup["parameters"]> = {
  expects: '"thresholds", or names of parameters such as ["layers.fc1.*"]',
  read(value, place) {
    if (value === "thresholds") return value;
    const areNames =
      Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === "string");
    return areNames ? value : refuse(place, value, this.expects);
  },
  write: (value) => value,
};

/** What some parameters have otherwise, of an optimizer of this kind: keys of `optimizer` beside kind, params and scheduler. */
export function groupsSchema(kind: OptimizerOverride["kind"]): Schema<OptimizerGroups> {
  const group: Schema<OptimizerGroup> = {
    fields: {
      parameters: required(parameters, "Which they are: * in a name stands for anything."),
      params: required(groupOf(partOf(kind)) as ValueType<object>, "Options over those of the others."),
    },
  };
  return {
    fields: {
      thresholdLr: optional(learningRate, "Learning rate of the learned thresholds."),
      groups: optional(listOf(groupOf(group), 1), "Parameters with options of their own."),
    },
  };
}

export const optimizerOverride: ValueType<OptimizerOverride> = {
  expects: "a table such as { params = { lr = 0.0001 } }",
  read(value, at) {
    if (!isTable(value)) return refuse(at, value, this.expects);
    const place = inFile(at);
    place.checkKeys(value, ["kind", "params", "scheduler"]);
    const kind = readKind(place, value, OPTIMIZERS);
    const { ignored = {} } = OPTIMIZERS.rows[kind];
    const row = { schema: partOf(kind), ignored };
    const params = readRow(place.key("params"), tableAt(place, value, "params"), row, `key of ${kind}`);
    if (!Object.hasOwn(value, "scheduler")) return { kind, params };
    return { kind, params, scheduler: noneOr.read(value.scheduler, place.key("scheduler")) };
  },
  write({ kind, params, scheduler: schedule }) {
    const written = writeFields(params, partOf(kind));
    return {
      kind,
      ...(Object.keys(written).length === 0 ? {} : { params: written }),
      ...(schedule === undefined ? {} : { scheduler: noneOr.write(schedule) }),
    };
  },
};

/** What holds where both are there; null: neither is. */
export function overriddenOptimizer(
  own: OptimizerConfig | null,
  over: OptimizerOverride | undefined,
): OptimizerConfig | null {
  if (over === undefined) return own;
  const { kind, params, scheduler: schedule = own?.scheduler ?? null } = over;
  const under = own?.kind === kind ? own.params : defaultsOf(kind);
  const rest = own?.kind === kind ? own : {};
  return { ...rest, kind, params: { ...under, ...params }, scheduler: schedule } as OptimizerConfig;
}

function defaultsOf(kind: OptimizerOverride["kind"]): object {
  const fields: [string, AnyField][] = fieldsOf(OPTIMIZERS.rows[kind].schema as Schema<unknown>);
  return Object.fromEntries(
    fields.flatMap(([name, field]) => (field.presence === "default" ? [[name, field.fallback]] : [])),
  );
}

/** What the keys of both must obey together. @throws through the place, that of the override */
export function checkOverridden({ kind, params }: OptimizerConfig, place: Place): void {
  const { check } = OPTIMIZERS.rows[kind].schema as Schema<unknown>;
  check?.(params, place.at("params"));
}
