/** What there is at a path, for who begins with it: the data loaded once, counted by class. */

import { counted } from "../counted.js";
import type { Dataset } from "../datasets/dataset.js";
import { datasetFacts } from "../experiment/description/data-schema.js";
import type { DatasetConfig } from "../experiment/description/experiment.js";
import { loadDataset } from "../experiment/data-loaders.js";
import { formatShape, type Shape } from "../shapes.js";
import { quote } from "../show.js";
import type { DataFound } from "./data-at.js";

export interface DataFacts {
  readonly kind: string;
  /** Of one sample, in one time step. */
  readonly sampleShape: Shape;
  /** null: samples are still. */
  readonly timesteps: number | null;
  readonly classes: number;
  readonly train: number;
  readonly test: number;
  /** Of the training samples. */
  readonly smallestClass: { readonly name: string; readonly samples: number };
}

/** @throws FormatError, FileError for what is damaged */
export async function factsOfData(path: string, { choice }: DataFound): Promise<DataFacts> {
  const { dataset: kind, params } = choice;
  const whole = { path, ...params };
  const { shape, timesteps } = datasetFacts({ kind, params: whole } as unknown as DatasetConfig);
  const { train, test } = await countsOf(kind, whole);
  const [name, samples] = [...train].reduce((least, each) => (each[1] < least[1] ? each : least));
  return {
    kind,
    sampleShape: [...shape],
    timesteps,
    classes: train.size,
    train: [...train.values()].reduce((sum, count) => sum + count, 0),
    test,
    smallestClass: { name, samples },
  };
}

async function countsOf(
  kind: DataFound["choice"]["dataset"],
  params: { readonly path: string },
): Promise<{ train: Map<string, number>; test: number }> {
  // Recordings need not be read to be counted.
  if (kind === "EventFolder") {
    const { countRecordings } = await import("../formats/events/first-recording.js");
    const test = [...countRecordings(params.path, "test").values()];
    return {
      train: countRecordings(params.path, "train"),
      test: test.reduce((sum, count) => sum + count, 0),
    };
  }
  const { train, test } = await loadDataset(kind, params);
  return { train: byClass(train), test: test.length };
}

/** Classes that have no sample are not there: IDX files do not say how many there are. */
function byClass({ labels, classNames }: Dataset): Map<string, number> {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const sorted = [...counts].sort(([a], [b]) => a - b);
  return new Map(sorted.map(([label, count]) => [classNames?.[label] ?? String(label), count]));
}

/** "found ImageFolder at pictures: samples of [8, 8, 1], 2 classes, …" */
export function factsSentence(path: string, facts: DataFacts): string {
  const { kind, sampleShape, timesteps, classes, train, test, smallestClass } = facts;
  const time = timesteps === null ? "" : ` in ${counted(timesteps, "time step")}`;
  const few =
    classes > 1 ? `, ${smallestClass.samples} of the smallest class, ${quote(smallestClass.name)}` : "";
  return (
    `found ${kind} at ${path}: samples of ${formatShape(sampleShape)}${time}, ${classes === 1 ? "1 class" : `${classes} classes`}, ` +
    `${train} to train with${few}, ${test} to test with`
  );
}
