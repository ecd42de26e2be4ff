/** Before init(): a sentence that says what to call. This file never calls it. */

import { expect, it } from "vitest";
import { StateError } from "../../src/errors.js";
import { ATIF } from "../../src/neurons/atif.js";
import { LIFNode } from "../../src/neurons/lif-node.js";
import "../../src/ops/install.js";
import { memory } from "../../src/tensor/memory.js";
import { ones, tensor, zeros } from "../../src/tensor/tensor.js";

const uses: [string, () => unknown][] = [
  ["tensor", () => tensor([1])],
  ["zeros", () => zeros([1])],
  ["ones", () => ones([1])],
  ["new ATIF", () => new ATIF()],
  ["v of a neuron", () => new LIFNode().v],
  ["memory", () => memory()],
];

it.each(uses)("%s", (_, use) => {
  expect(use).toThrow(StateError);
  expect(use).toThrow("atif is not initialised; call `await init()` once before making tensors.");
});
