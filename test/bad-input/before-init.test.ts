/** What needs a backend says so before init(), and works after it. A file of its own: init() holds for a process. */

import { describe, expect, it } from "vitest";
import {
  ATIF, createModel, Generator, init, Linear, manualSeed, memory, noGrad, ones, Parameter, scope, SMLP, StateError, tensor,
  Tensor, zeros,
} from "../../src/index.js"; // prettier-ignore
import { expectUsable } from "./golden-forward.js";
import { expectSentence } from "./sentence.js";

const sentence = "atif is not initialised; call `await init()` once before making tensors.";

describe("before init()", () => {
  it.each<[string, () => unknown]>([
    ["tensor", () => tensor([1])],
    ["zeros", () => zeros([1])],
    ["ones in a scope", () => scope(() => noGrad(() => ones([1])))],
    ["Tensor.full", () => Tensor.full([1], 0)],
    ["a neuron", () => new ATIF()],
    ["a layer", () => new Linear(2, 2)],
    ["a model", () => new SMLP({ inputShape: [2], outputShape: [2], units: [2], timesteps: 1, neuron: { kind: "ATIF" } })],
    ["memory", () => memory()],
  ])("%s says what to call", (_, call) => {
    expect(call).toThrow(StateError);
    expect(call).toThrow(sentence);
  }); // prettier-ignore

  it("wrong arguments are said first, so that they are not found one by one", () => {
    expect(() => tensor("1" as never)).toThrow('tensor: data is "1"');
    expect(() => new ATIF({ vThreshold: NaN })).toThrow("ATIF: vThreshold is NaN");
    expect(() => createModel({ kind: "x", options: {} })).toThrow('model kind is "x"');
    expect(() => new Parameter([1] as never)).toThrow("Parameter: the values are [1]");
  });

  it("what needs no backend works", () => {
    manualSeed(1);
    expect(new Generator(1).integer(10)).toBeLessThan(10);
  });

  it("a failed init() leaves nothing behind", async () => {
    await expect(init({ backend: "gpu" as never })).rejects.toThrow("init: backend is");
    expect(() => tensor([1])).toThrow(sentence);
    expectSentence(sentence);
    await init({ backend: "reference" });
    expectUsable();
  });
});
