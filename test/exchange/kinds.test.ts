/** Who reads model files of others knows the kinds of other tools: this file imports nothing that makes them. */

import { expect, it } from "vitest";
import "../../src/cli/commands/eval.js";
import "../../src/cli/commands/inspect.js";
import { layerKinds, layerOf } from "../../src/layers/table.js";
import { neuronKinds, neuronRow } from "../../src/neurons/table.js";

it("the command line knows them, and lists of what to choose from do not have them", () => {
  const layers = [
    "LI",
    "CubaLI",
    "Integrator",
    "ThresholdSpikes",
    "Scale",
    "SumPool2d",
    "Delay",
    "ZeroPad",
    "Recurrent",
  ];
  const neurons = ["SnnTorchLeaky", "CurrentIF", "CurrentLIF", "CubaLIF"];
  for (const kind of [...layers, ...neurons]) expect(layerOf("test", kind).kind).toBe(kind);
  for (const kind of neurons) expect(neuronRow(kind).classes).toHaveLength(1);
  const toChoose = [...layerKinds(), ...neuronKinds] as string[];
  expect(toChoose.filter((kind) => [...layers, ...neurons].includes(kind))).toEqual([]);
});
