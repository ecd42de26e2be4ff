/** What the library refuses, in the language of the reader: a sentence for each kind, and the library's own behind it. */

import {
  ConfigError,
  decodeModel,
  DivergenceError,
  encodeModel,
  init,
  OutOfMemoryError,
  ShapeError,
  SMLP,
} from "atif";
import { afterEach, beforeAll, expect, it } from "vitest";
import { toldError } from "../../playground/worker/told-error.js";
import { problems, speakOfProblems } from "../../playground/words/problems.js";

beforeAll(() => init());
afterEach(() => speakOfProblems("en"));

/** What a file of the library's own says when its end is missing. */
function damaged(): Error {
  const model = new SMLP({
    inputShape: [4],
    outputShape: [2],
    units: [3],
    timesteps: 2,
    neuron: { kind: "ATIF" },
  });
  try {
    decodeModel(encodeModel(model).subarray(0, -8), "net.safetensors");
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("the file was read");
}

it("tells English readers what the library says", () => {
  const error = damaged();
  expect(toldError(error, "net.safetensors")).toEqual({ sentence: error.message, detail: null });
});

it("tells German readers which kind of thing it is, with the library's sentence behind it", async () => {
  await speakOfProblems("de");
  const error = damaged();
  const told = toldError(error, "net.safetensors");
  expect(told.sentence).toMatch(/^net\.safetensors kann nicht gelesen werden: beschädigt, unvollständig/);
  expect(told.detail).toBe(error.message);
  const sentences = [
    error,
    new ConfigError("no such node"),
    new ShapeError("[3] and [4]"),
    new OutOfMemoryError("out of memory"),
    new DivergenceError("NaN"),
    new TypeError("x"),
  ].map((each) => toldError(each).sentence);
  expect(new Set(sentences).size).toBe(sentences.length);
  expect(sentences.filter((each) => /null|undefined|\bthe\b/.test(each))).toEqual([]);
  // Of the browser itself.
  expect(toldError(new RangeError("Array buffer allocation failed")).sentence).toBe(sentences[3]);
  expect(toldError("text")).toEqual({
    sentence: expect.stringMatching(/ging nicht/) as string,
    detail: "text",
  });
});

it("leaves the page's own sentences as they are, in each language", async () => {
  await speakOfProblems("de");
  const own = new Error(problems.network.noNeuron);
  expect(toldError(own)).toEqual({ sentence: problems.network.noNeuron, detail: null });
});
