/** Which sliders have moved since the network at hand was made: what is in use, and what is not yet. */

import type { Settings } from "./settings.js";

/** A setting whose slider says something else than what is in use. */
export interface Difference {
  /** As its slider is called. */
  readonly name: string;
  readonly inUse: string;
  readonly slider: string;
}

type Row = readonly [
  name: string,
  read: (settings: Settings) => string,
  matters?: (settings: Settings) => boolean,
];

const isDense = ({ network }: Settings): boolean => network === "dense";
const hasConvolutions = ({ network }: Settings): boolean => network === "convolutions";

const rows: readonly Row[] = [
  ["kind of network", (settings) => settings.network],
  ["channels of convolution 1", ({ channels }) => String(channels[0]), hasConvolutions],
  ["channels of convolution 2", ({ channels }) => String(channels[1]), hasConvolutions],
  ["hidden neurons", ({ hidden }) => String(hidden)],
  ["neurons of layer 2", ({ hidden2 }) => String(hidden2), isDense],
  ["T", ({ timesteps }) => String(timesteps)],
  ["lowest first θ", ({ thetaLow }) => String(thetaLow)],
  ["highest first θ", ({ thetaHigh }) => String(thetaHigh)],
  ["α", ({ alpha }) => String(alpha)],
  ["learning rate", ({ learningRate }) => String(learningRate)],
  ["epochs", ({ epochs }) => String(epochs)],
  ["batch size", ({ batchSize }) => String(batchSize)],
  ["seed", ({ seed }) => String(seed)],
];

/** Of settings that matter to both. */
export function differences(inUse: Settings, sliders: Settings): Difference[] {
  return rows.flatMap(([name, read, matters = () => true]) => {
    const both = { name, inUse: read(inUse), slider: read(sliders) };
    return both.inUse !== both.slider && matters(inUse) && matters(sliders) ? [both] : [];
  });
}
