/** What names and shapes tell of a network of Qualia, what is asked for, and that the answers give the network. */

import { beforeAll, describe, expect, it } from "vitest";
import {
  ConfigError,
  createModel,
  importModel,
  init,
  MissingFactsError,
  noGrad,
  ones,
  type Architecture,
  type ImportModelOptions,
} from "../../../src/index.js";
import { encodeSafetensors } from "../../../src/formats/safetensors.js";
import { expectNetwork, jsonOf, pathOf, type ExpectedNetwork } from "./foreign-files.js";

beforeAll(() => init());

/** A state dict as PyTorch users save it, of a network of this library. */
function stateOf(architecture: Architecture): Uint8Array {
  const dict = createModel(architecture).stateDict();
  return encodeSafetensors(Object.entries(dict), { format: "pt" });
}

async function missingOf(source: string | Uint8Array, options: ImportModelOptions = {}): Promise<string[]> {
  const thrown: unknown = await importModel(source, options).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(MissingFactsError);
  expect(thrown).toBeInstanceOf(ConfigError);
  const { missing, message } = thrown as MissingFactsError;
  for (const { option, expects } of missing) expect(message).toContain(`${option} (${expects})`);
  return missing.map(({ option }) => option);
}

const camelCased = (key: string): string => key.replace(/_(.)/g, (_, c: string) => c.toUpperCase());

/** The params of these options, as a program gives them. */
function answers(params: Readonly<Record<string, unknown>>, options: readonly string[]): ImportModelOptions {
  const given = Object.entries(params).map(([key, value]): [string, unknown] => [camelCased(key), value]);
  return Object.fromEntries(given.filter(([name]) => options.includes(name)));
}

const map = ["inputShape", "timesteps", "strides", "paddings"];

describe("of each network, all that no array tells is asked for at once, and enough", () => {
  it.each([
    ["smlp_atif", ["inputShape", "timesteps"]],
    ["smlp_ifsrl", ["inputShape", "timesteps"]],
    ["smlp_if_soft", ["inputShape", "timesteps", "neuron"]],
    ["smlp_if_hard", ["inputShape", "timesteps", "neuron"]],
    ["smlp_lif", ["inputShape", "timesteps", "neuron"]],
    ["smlp_plif", ["inputShape", "timesteps", "neuron"]],
    ["scnn1d_atif", [...map, "poolSizes"]],
    ["scnn2d_atif_bn", [...map, "poolSizes"]],
    ["scnn2d_atif_sep", [...map, "poolSizes"]],
    ["scnn2d_atif_gsp", [...map, "poolSizes"]],
    ["scnn2d_if_m", [...map, "poolSizes", "neuron"]],
    ["sresnet1d_lif", ["kind", ...map, "postpool", "neuron"]],
    ["sresnet2d_atif", ["kind", ...map, "postpool"]],
  ])("%s", async (name, options) => {
    const file = pathOf(`safetensors/${name}.safetensors`);
    expect(await missingOf(file)).toEqual(options);
    const network = jsonOf<ExpectedNetwork>(`pytorch/${name}.expected.json`);
    const given = {
      ...answers(network.params, options),
      ...(options.includes("kind") ? { kind: "SResNet" } : {}),
    };
    const { model, report } = await importModel(file, given as ImportModelOptions);
    expect(model.architecture.kind).toBe(network.model);
    expect(model.training).toBe(false);
    expectNetwork(model, network);
    expect(report.verdict).toBe("exact");
  });
});

it("asks for the rest of what is given", async () => {
  const file = pathOf("safetensors/sresnet2d_atif.safetensors");
  const given = { timesteps: 3, strides: [1, 2, 1], paddings: 1 };
  expect(await missingOf(file, { ...given, kind: "SResNet" })).toEqual(["inputShape", "postpool"]);
  // Poolings are those of an SResNetStride.
  expect(await missingOf(file, { ...given, poolSizes: 1 })).toEqual(["inputShape", "postpool"]);
  expect(await missingOf(file, { ...given, kind: "SResNetStride" })).toEqual([
    "inputShape",
    "postpool",
    "poolSizes",
  ]);
});

it("says what is allowed", async () => {
  const error: unknown = await importModel(pathOf("safetensors/smlp_if_soft.safetensors")).catch(
    (e: unknown) => e,
  );
  const { message } = error as Error;
  expect(message).toMatch(
    /an SMLP of Qualia: units 8, 6; 3 classes, and the file does not say all of it; expected also/,
  );
  expect(message).toContain("9 numbers in all");
  expect(message).toContain("IFNode or LIFNode");
  expect(message).toMatch(/experiment file of Qualia as config, or its kind and params as architecture\.$/);
});

it("takes one number for all stages, and neurons by their kind", async () => {
  const architecture: Architecture = {
    kind: "SCNN",
    options: {
      inputShape: [8, 8, 2],
      outputShape: [3],
      filters: [4, 5],
      kernelSizes: [3, [3, 1]],
      paddings: [1, 1],
      strides: [1, 1],
      poolSizes: [2, 2],
      fcUnits: [],
      timesteps: 2,
      neuron: { kind: "LIFNode", params: { vReset: 0, tau: 2 } },
    },
  };
  const facts = { inputShape: [8, 8, 2], timesteps: 2, strides: 1, paddings: 1, poolSizes: 2 };
  const { model, report } = await importModel(stateOf(architecture), { ...facts, neuron: "LIFNode" });
  expect(model.architecture.options).toMatchObject({
    kernelSizes: [3, [3, 1]],
    poolSizes: [2, 2],
    dropouts: [0, 0],
  });
  expect(model.neurons()[0].vReset).toBe(0);
  expect(report.notes.map(({ what }) => what)).toContain('"LIFNode" taken with its defaults');
});

/** [what it is, architecture, what is told beside it] */
const residual = {
  inputShape: [8, 8, 1],
  outputShape: [3],
  filters: [4, 4, 4],
  kernelSizes: [3, 3, 3],
  paddings: [1, 1, 1],
  numBlocks: [1, 2],
  timesteps: 2,
  neuron: { kind: "ATIF" },
};
const seen = ["inputShape", "timesteps", "paddings", "neuron", "strides", "poolSizes", "postpool"];

describe("residual networks of other options are told apart by their shortcuts", () => {
  it.each<[string, Architecture]>([
    [
      "SResNet that does not project where channels stay",
      {
        kind: "SResNet",
        options: { ...residual, strides: [1, 2, 2], postpool: "avg", forceProjectionWithStride: false },
      },
    ],
    ["SResNet that does", { kind: "SResNet", options: { ...residual, strides: [1, 2, 2], postpool: "max" } }],
    [
      "SResNetStride with poolings",
      {
        kind: "SResNetStride",
        options: {
          ...residual,
          strides: [1, 1, 2],
          poolSizes: [1, 2, 1],
          postpool: "avg",
          numBlocks: [1, 1],
        },
      },
    ],
    [
      "SResNetStride with poolings, not projected",
      {
        kind: "SResNetStride",
        options: {
          ...residual,
          strides: [1, 1, 2],
          poolSizes: [1, 2, 1],
          postpool: "avg",
          numBlocks: [1, 1],
          forceProjectionWithPooling: false,
        },
      },
    ],
    [
      "SResNetStride that sums",
      {
        kind: "SResNetStride",
        options: { ...residual, strides: [1, 2, 1], poolSizes: [1, 1, 1], postpool: "sum" },
      },
    ],
  ])("%s", async (_, architecture) => {
    const bytes = stateOf(architecture);
    const { kind, options } = architecture;
    const given = { ...answers(options, seen), kind: kind as "SResNet" };
    const { model } = await importModel(bytes, given);
    const { bnMomentum: _momentum, ...made } = createModel(architecture).architecture.options;
    expect(model.architecture).toMatchObject({ kind, options: made });
    const x = ones([1, 8, 8, 1]);
    const own = createModel(architecture);
    own.loadStateDict(model.stateDict());
    expect(noGrad(() => model.run(x)).toArray()).toEqual(noGrad(() => own.eval().run(x)).toArray());
  });

  it("a network that sums needs no kind", async () => {
    const options = { ...residual, strides: [1, 2, 1], poolSizes: [1, 1, 1], postpool: "sum" };
    const bytes = stateOf({ kind: "SResNetStride", options });
    expect(await missingOf(bytes)).toEqual([...map, "poolSizes"]);
  });
});
