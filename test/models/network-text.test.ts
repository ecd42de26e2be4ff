import { describe, expect, it } from "vitest";
import { networkText } from "../../src/models/network-text.js";

const smlp = (changes: object = {}, params?: object) => ({
  kind: "SMLP",
  options: {
    inputShape: [8, 8, 1], outputShape: [10], units: [4], timesteps: 2,
    neuron: { kind: "ATIF", ...(params === undefined ? {} : { params }) }, ...changes,
  },
}); // prettier-ignore

describe("networkText", () => {
  it("is the same for options left out and written with their defaults, and for a template and its layers", () => {
    const spelled = {
      vThreshold: 1,
      vthInitL: 0.8,
      vthInitH: 1,
      alpha: 1,
      minThreshold: 1e-3,
      detachReset: false,
    };
    expect(networkText(smlp({ stepMode: "s" }, spelled))).toBe(networkText(smlp()));
    const layers = [
      { name: "layers.flatten1", kind: "Flatten", options: { order: "memory" } },
      { name: "layers.fc1", kind: "Linear", options: { inFeatures: 64, outFeatures: 4 } },
      { name: "layers.neuron1", kind: "ATIF" },
      { name: "layers.fc2", kind: "Linear", options: { outFeatures: 10, inFeatures: 4, bias: true } },
    ];
    const listed = { inputShape: [8, 8, 1], outputShape: [10], timesteps: 2, layers };
    expect(networkText({ kind: "GraphModel", options: listed })).toBe(networkText(smlp()));
  });

  it.each([
    [smlp({ units: [5] })],
    [smlp({ timesteps: 3 })],
    [smlp({ stepMode: "m" })],
    [smlp({}, { alpha: 2 })],
    [smlp({}, { detachReset: true })],
    [smlp({}, { minThreshold: null })],
    [smlp({ neuron: { kind: "IFSRL" } })],
  ])("differs where the network does: %j", (other) => {
    expect(networkText(other)).not.toBe(networkText(smlp()));
  });
});
