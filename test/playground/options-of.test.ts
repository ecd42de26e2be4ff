/** What is typed into the form of a network of another tool, and what importModel is told. */

import { expect, it } from "vitest";
import { optionsOf } from "../../playground/foreign/options-of.js";

it.each<[option: string, typed: string, meant: unknown]>([
  ["inputShape", "8, 8, 2", [8, 8, 2]],
  ["inputShape", "[8, 8, 2]", [8, 8, 2]],
  ["inputShape", "8x8 × 2", [8, 8, 2]],
  ["inputShape", "24", [24]],
  ["timesteps", " 4 ", 4],
  ["dt", "1e-4", 1e-4],
  ["strides", "1", 1],
  ["strides", "1, 2", [1, 2]],
  ["kind", "SResNet", "SResNet"],
  ["kind", '"SResNet"', "SResNet"],
  ["postpool", "max", "max"],
  ["neuron", "IFNode", "IFNode"],
  ["neuron", '{ kind: "LIFNode", params: { v_reset: false, tau: 2 } }', { kind: "LIFNode", params: { v_reset: false, tau: 2 } }],
  ["neuron", '{"kind": "LIFNode"}', { kind: "LIFNode" }],
  // names of keys and models are what they look like
  ["name", "7", "7"],
  ["key", "ema.0", "ema.0"],
  // left to importModel, which says what is wrong
  ["timesteps", "four", "four"],
])("%s: %s", (option, typed, meant) => {
  expect(optionsOf({ [option]: typed }, "")).toEqual({ [option]: meant });
}); // prettier-ignore

it("leaves out what is empty", () => {
  expect(optionsOf({ timesteps: "", inputShape: "  " }, " \n")).toEqual({});
});

it.each([
  ["config", '[[model]]\nname = "a"\n'],
  ["config", "[model_template.params]\nfilters = [4]\n"],
  ["config", "# of Qualia\n[bench]"],
  ["config", 'kind = "SMLP"'],
  ["architecture", '[["Linear", 4, 2], ["IFNode", { "v_reset": null }]]'],
  ["architecture", '{ "kind": "SMLP", "params": {} }'],
  // damaged: the reader of JSON says where
  ["architecture", '[["Linear", 4, 2], ["IFNode"'],
  ["architecture", '[{ "kind": "Linear" '],
  ["architecture", '{ "kind": '],
])("a text is told by what it is: %s, %s", (option, text) => {
  const options = optionsOf({ timesteps: "3" }, text);
  expect(Object.keys(options).sort()).toEqual([option, "timesteps"].sort());
  expect((options as Record<string, string>)[option].trimEnd()).toBe(text.trimEnd());
});
