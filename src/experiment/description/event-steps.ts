/**
 * Steps of Qualia that make frames of events, and samples of frames. Here a set of recordings says so itself, because it is frames
 * when it is loaded: files may write the steps, and what is read of them is parameters of the set.
 */

import { required, type Schema } from "../../schema/schema.js";
import { oneOf, real, whole } from "../../schema/value-types.js";
import { isTable, type ConfigTable } from "./config-tree.js";
import type { DatasetConfig, EventFrameParams } from "./experiment.js";
import type { FilePlace } from "./file-place.js";
import { readVariant, type KindTable } from "./kinds.js";

export interface EventStepKinds {
  IntegrateEventsByFixedDuration: { readonly duration: number };
  IntegrateEventsByFixedFramesNumber: { readonly splitBy: "number" | "time"; readonly framesNum: number };
  Group2TimeStepsBySample: { readonly timesteps: number };
}

const byDuration: Schema<EventStepKinds["IntegrateEventsByFixedDuration"]> = {
  fields: { duration: required(real({ above: 0 }), "Microseconds of a frame.") },
};

const byNumber: Schema<EventStepKinds["IntegrateEventsByFixedFramesNumber"]> = {
  fields: {
    splitBy: required(
      oneOf(["number", "time"]),
      "What the frames of a recording have in common: how many events, or how much time.",
    ),
    framesNum: required(whole(1, 65_536), "Frames of a recording."),
  },
};

const grouped: Schema<EventStepKinds["Group2TimeStepsBySample"]> = {
  fields: {
    timesteps: required(
      whole(1, 4096),
      "T: every T frames of a recording are a sample, and what is left is dropped.",
    ),
  },
};

const OF_EVENTS = "Of `DVSGesture`, `SHD`, `SSC` and `EventFolder`, before all other steps";

export const EVENT_STEPS: KindTable<EventStepKinds> = {
  rows: {
    IntegrateEventsByFixedDuration: {
      summary: `${OF_EVENTS}: frames that are equally long, as \`split_by = "duration"\` of the set.`,
      schema: byDuration,
    },
    IntegrateEventsByFixedFramesNumber: {
      summary: `${OF_EVENTS}: as many frames of every recording, as \`split_by\` and \`frames\` of the set.`,
      schema: byNumber,
    },
    Group2TimeStepsBySample: {
      summary: "Behind one of these: frames become samples in time, as `timesteps` of the set.",
      schema: grouped,
    },
  },
  elsewhere: [],
};

/** A set whose recordings are counted into frames as it is loaded. */
export type FramedConfig = Extract<DatasetConfig, { readonly params: EventFrameParams }>;

export function isFramed(dataset: DatasetConfig): dataset is FramedConfig {
  return "splitBy" in dataset.params;
}

/** A table of [[preprocessing]], and its place. */
interface Item {
  readonly place: FilePlace;
  readonly table: ConfigTable;
}

/** Kinds are known when this is asked. */
const kindOf = ({ table }: Item): string => (typeof table.kind === "string" ? table.kind : "");
const isEventStep = (item: Item): boolean => Object.hasOwn(EVENT_STEPS.rows, kindOf(item));

/**
 * @param dataset as it is read, without the steps
 * @param given the table of its parameters, as it stands in the file
 * @returns the set with what the steps say, and the other steps
 * @throws ConfigError for steps that do not belong together, to this set, or to this place
 */
export function withEventSteps<Step extends Item>(
  items: readonly Step[],
  dataset: DatasetConfig,
  given: ConfigTable[string] | undefined,
  place: FilePlace,
): { readonly dataset: DatasetConfig; readonly items: readonly Step[] } {
  const steps = items.filter(isEventStep);
  if (steps.length === 0) return { dataset, items };
  const [integrate, group, third] = steps;
  const kind = kindOf(integrate);
  if (!isFramed(dataset)) {
    return integrate.place.fail(
      `is ${kind}, and the samples of ${dataset.kind} are no recordings of events that are still to be counted; expected it with ` +
        "DVSGesture, SHD, SSC or EventFolder. Remove it, or name one of those as dataset.kind.",
    );
  }
  for (const key of ["timesteps", "split_by", "frames", "duration"]) {
    if (!isTable(given) || !Object.hasOwn(given, key)) continue;
    place
      .at("params")
      .at(key)
      .fail(`stands beside ${kind} in [[preprocessing]], which says the same; expected one of the two.`);
  }
  const other = items.findIndex((item) => !isEventStep(item));
  for (const step of steps) {
    if (other < 0 || items.indexOf(step) < other) continue;
    step.place.fail(`is ${kindOf(step)}, behind ${kindOf(items[other])}; expected it before all others.`);
  }
  const expected =
    "expected IntegrateEventsByFixedDuration or IntegrateEventsByFixedFramesNumber, and Group2TimeStepsBySample behind it";
  if (third !== undefined) return third.place.fail(`is one step of this kind too many; ${expected}.`);
  if (kind === "Group2TimeStepsBySample")
    return integrate.place.fail(`is ${kind}, and nothing made frames before it; ${expected}.`);
  if (group === undefined || kindOf(group) !== "Group2TimeStepsBySample") {
    const behind = group ?? integrate;
    return behind.place.fail(`is ${kindOf(behind)}, whose frames nobody groups; ${expected}.`);
  }
  const frames = framesOf(integrate);
  group.place.checkKeys(group.table, ["kind", "params"]);
  const grouping = readVariant(group.place, group.table, EVENT_STEPS);
  const params = { ...dataset.params, ...frames, ...grouping.params };
  return { dataset: { ...dataset, params } as FramedConfig, items: items.slice(steps.length) };
}

function framesOf({ place, table }: Item): Partial<EventFrameParams> {
  place.checkKeys(table, ["kind", "params"]);
  const step = readVariant(place, table, EVENT_STEPS);
  switch (step.kind) {
    case "IntegrateEventsByFixedDuration":
      return { splitBy: "duration", duration: step.params.duration };
    case "IntegrateEventsByFixedFramesNumber":
      return { splitBy: step.params.splitBy, frames: step.params.framesNum };
    case "Group2TimeStepsBySample":
      return {};
  }
}

/** What the parameters of a set say of frames must go together. */
export function checkFrames(
  { splitBy, duration, frames, timesteps }: EventFrameParams,
  place: FilePlace,
): void {
  if (splitBy === "duration" && duration === undefined)
    place.key("duration").missing('microseconds of a frame, with split_by = "duration"');
  if (splitBy === "duration" && frames !== undefined) {
    place
      .at("frames")
      .fail(
        `is ${frames}, but split_by is "duration", where the length decides; expected another split_by, or no frames.`,
      );
  }
  if (splitBy !== "duration" && duration !== undefined) {
    place
      .at("duration")
      .fail(`is ${duration}, but split_by is "${splitBy}"; expected split_by = "duration", or no duration.`);
  }
  if (frames !== undefined && frames < timesteps) {
    place
      .at("frames")
      .fail(
        `is ${frames}, but a sample has ${timesteps} of them (timesteps); expected at least as many, or there are no samples.`,
      );
  }
}
