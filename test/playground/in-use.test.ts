/** What sliders say that is not in use. */

import { expect, it } from "vitest";
import { differences } from "../../playground/state/in-use.js";
import { defaultSettings, type Settings } from "../../playground/state/settings.js";

const changes: { readonly [Name in keyof Settings]-?: Settings[Name] } = {
  data: "moving",
  network: "dense",
  channels: [3, 24],
  hidden: 8,
  hidden2: 16,
  timesteps: 6,
  thetaLow: 0.8001,
  thetaHigh: 2,
  fixedTheta: 0.5,
  alpha: 1.25,
  learningRate: 0.0081,
  epochs: 2,
  batchSize: 1,
  seed: 0,
};

it("every slider that has moved is named once, with both values", () => {
  expect(differences(defaultSettings, defaultSettings)).toEqual([]);
  for (const [name, value] of Object.entries(changes)) {
    const network = name === "hidden2" ? "dense" : "convolutions";
    const before = { ...defaultSettings, network } as const;
    expect(differences(before, { ...before, [name]: value }), name).toHaveLength(1);
  }
  expect(differences(defaultSettings, { ...defaultSettings, timesteps: 6, seed: 0 })).toEqual([
    { name: "T", inUse: "4", slider: "6" },
    { name: "seed", inUse: "1", slider: "0" },
  ]);
});

it("those that change nothing are not named", () => {
  const dense = { ...defaultSettings, network: "dense" } as const;
  expect(differences(dense, { ...dense, channels: [1, 1] })).toEqual([]);
  expect(differences(defaultSettings, { ...defaultSettings, hidden2: 4 })).toEqual([]);
  const fixed = { ...defaultSettings, fixedTheta: 1 };
  expect(differences(fixed, { ...fixed, thetaLow: 0.1, thetaHigh: 3 })).toEqual([]);
  expect(differences(fixed, { ...defaultSettings, thetaLow: 0.1 })).toEqual([
    { name: "θ", inUse: "1", slider: "learned" },
  ]);
  expect(differences(defaultSettings, { ...dense, hidden2: 4 }).map(({ name }) => name)).toEqual([
    "kind of network",
  ]);
});
