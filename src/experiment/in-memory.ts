/** Samples that a program has in memory, as the data of an experiment. */

import { checkFunction, checkOptions } from "../checks.js";
import { Dataset, type TrainTest } from "../datasets/dataset.js";
import { ConfigError } from "../errors.js";
import { formatShape, sameShape } from "../shapes.js";
import { show } from "../show.js";
import type { DatasetLoader } from "./data.js";
import type { DatasetConfig } from "./description/experiment.js";
import type { ExperimentSource } from "./experiment-source.js";

/** Where the samples of an experiment come from, if not from where it says itself. At most one of the two. */
export interface GivenSamples {
  /** Samples in memory, for an experiment without [dataset] or whose dataset.kind is "InMemory". */
  data?: TrainTest;
  /** Loads them; the files that the experiment names, or the digits, if it is left out. */
  load?: DatasetLoader;
}

const EXAMPLE = "{ train, test }, two Datasets";

/** What loads the samples; undefined: nothing is given. @throws TypeError, ConfigError */
export function givenLoader(where: string, { data, load }: GivenSamples): DatasetLoader | undefined {
  if (load !== undefined) checkFunction(`${where}: load`, load, "async ({ kind }) => ({ train, test })");
  if (data === undefined) return load;
  if (load !== undefined) {
    throw new ConfigError(`${where}: data and load are both given; expected one. Leave out the other.`);
  }
  checkSamples(`${where}: data`, data);
  return inMemoryLoader(data);
}

function checkSamples(where: string, data: unknown): void {
  if (typeof data !== "object" || data === null) {
    throw new TypeError(`${where} is ${show(data)}; expected ${EXAMPLE}.`);
  }
  checkOptions(where, data, ["train", "test"]);
  const { train, test } = data as Partial<TrainTest>;
  for (const [name, set] of Object.entries({ train, test })) {
    if (!(set instanceof Dataset))
      throw new TypeError(`${where}: ${name} is ${show(set)}; expected ${EXAMPLE}.`);
  }
}

/** The tables of a file need no [dataset] where samples in memory say all that would stand there. */
export function withDatasetOf(source: ExperimentSource, { data }: GivenSamples): ExperimentSource {
  const isTables = typeof source === "object" && source !== null && !("dataset" in source);
  if (data === undefined || !isTables) return source;
  const { name, sampleShape, classes, time } = data.train;
  const called = name.trim() === "" ? "data" : name;
  const params = { name: called, sample_shape: [...sampleShape], classes, ...(time ? { time } : {}) };
  return { ...source, dataset: { kind: "InMemory", params } };
}

/** Gives the samples to an experiment that expects such. */
function inMemoryLoader({ train, test }: TrainTest): DatasetLoader {
  return (dataset) => {
    checkExpected(dataset, train, "train");
    checkExpected(dataset, test, "test");
    return Promise.resolve({ train, test });
  };
}

/** @throws ConfigError */
function checkExpected(dataset: DatasetConfig, given: Dataset, which: string): void {
  if (dataset.kind !== "InMemory") {
    throw new ConfigError(
      `samples came as data, but dataset.kind is "${dataset.kind}"; expected "InMemory". Leave out [dataset], or data.`,
    );
  }
  const { sampleShape, classes, time = false } = dataset.params;
  if (time !== given.time) {
    throw new ConfigError(
      `data.${which} has time: ${given.time}, but dataset.params says ${time}; expected the same. ` +
        "Leave out [dataset], or make them agree.",
    );
  }
  const differs = !sameShape(sampleShape, given.sampleShape) || classes !== given.classes;
  if (!differs) return;
  throw new ConfigError(
    `data.${which} has samples of ${formatShape(given.sampleShape)} and ${given.classes} classes, but dataset.params says ` +
      `${formatShape(sampleShape)} and ${classes}; expected the same. Leave out [dataset], or make them agree.`,
  );
}
