/** Who reads model files of others knows quantized layers: this file imports nothing that makes them. */

import { expect, it } from "vitest";
import "../../src/cli/commands/eval.js";
import "../../src/cli/commands/inspect.js";
import { layerKinds, layerOf } from "../../src/layers/table.js";
import { neuronKinds, neuronRow } from "../../src/neurons/table.js";

it("the command line knows them, and lists of what to choose from do not have them", () => {
  for (const kind of ["QuantizedLinear", "QuantizedConv2d", "QuantizedMaxPool1d", "QuantizedATIF"])
    expect(layerOf("test", kind).kind).toBe(kind);
  expect(neuronRow("QuantizedLIFNode").summary).toMatch(/^leaky/);
  expect([...layerKinds(), ...neuronKinds].filter((kind) => kind.startsWith("Quantized"))).toEqual([]);
});
