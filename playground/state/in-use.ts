/** Which sliders have moved since the network at hand was made: what is in use, and what is not yet. */

import { exact } from "../format.js";
import { words, type Words } from "../words/words.js";
import type { Settings } from "./settings.js";

/** A setting whose slider says something else than what is in use. */
export interface Difference {
  /** As its slider is called. */
  readonly name: string;
  readonly inUse: string;
  readonly slider: string;
}

type Row = readonly [
  name: keyof Words["train"]["names"],
  read: (settings: Settings) => string | number,
  matters?: (settings: Settings) => boolean,
];

const isDense = ({ network }: Settings): boolean => network === "dense";
const isLearned = ({ fixedTheta }: Settings): boolean => fixedTheta === null;
const hasConvolutions = ({ network }: Settings): boolean => network === "convolutions";

const rows: readonly Row[] = [
  ["data", ({ data }) => words.train.dataNames[data]],
  ["network", ({ network }) => words.train.kindNames[network]],
  ["channels1", ({ channels }) => channels[0], hasConvolutions],
  ["channels2", ({ channels }) => channels[1], hasConvolutions],
  ["hidden", ({ hidden }) => hidden],
  ["hidden2", ({ hidden2 }) => hidden2, isDense],
  ["timesteps", ({ timesteps }) => timesteps],
  ["fixedTheta", ({ fixedTheta }) => fixedTheta ?? words.train.thetaNames.learned],
  ["thetaLow", ({ thetaLow }) => thetaLow, isLearned],
  ["thetaHigh", ({ thetaHigh }) => thetaHigh, isLearned],
  ["alpha", ({ alpha }) => alpha],
  ["learningRate", ({ learningRate }) => learningRate],
  ["epochs", ({ epochs }) => epochs],
  ["batchSize", ({ batchSize }) => batchSize],
  ["seed", ({ seed }) => seed],
];

/** Of settings that matter to both. */
export function differences(inUse: Settings, sliders: Settings): Difference[] {
  return rows.flatMap(([name, read, matters = () => true]) => {
    const [before, now] = [read(inUse), read(sliders)];
    if (before === now || !matters(inUse) || !matters(sliders)) return [];
    return [{ name: words.train.names[name], inUse: shown(before), slider: shown(now) }];
  });
}

function shown(value: string | number): string {
  return typeof value === "number" ? exact(value) : value;
}
