/** Arrays that do not fit the network: every one of them is named, with shapes and what to try. */

import { beforeAll, describe, expect, it } from "vitest";
import { importModel, init, readTorch, type ImportModelOptions } from "../../../src/index.js";
import type { TensorToStore } from "../../../src/formats/safetensors.js";
import { encodeSafetensors } from "../../../src/formats/safetensors.js";
import { bytesOf, described, jsonOf, pathOf, type ExpectedNetwork } from "./foreign-files.js";

beforeAll(() => init());

type Tensors = Map<string, TensorToStore>;

/** The arrays of a file, changed. */
function changed(name: string, change: (tensors: Tensors) => void): Uint8Array {
  const tensors = readTorch(bytesOf(`pytorch/${name}.pth`)) as unknown as Tensors;
  change(tensors);
  return encodeSafetensors([...tensors]);
}

const filled = (shape: number[], value: number): TensorToStore => ({
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value),
});

const network = (name: string): ExpectedNetwork => jsonOf<ExpectedNetwork>(`pytorch/${name}.expected.json`);

/** As the manifest describes it, with other params. */
async function refusal(
  bytes: Uint8Array,
  name: string,
  params: Readonly<Record<string, unknown>> = {},
  options: ImportModelOptions = {},
): Promise<string> {
  const { model, params: own } = network(name);
  const architecture = described({ model, params: { ...own, ...params } });
  const thrown: unknown = await importModel(bytes, { architecture, name: "net", ...options }).catch(
    (error: unknown) => error,
  );
  expect(thrown).toMatchObject({ name: "FormatError" });
  return (thrown as Error).message;
}

const scnn = "scnn2d_atif_bn";
const smlp = "smlp_atif";

describe("names and shapes", () => {
  it("are told all at once", async () => {
    const bytes = changed(smlp, (tensors) => {
      tensors.delete("layers.fc2.bias");
      tensors.set("layers.fc1.bias", filled([11], 0));
      tensors.set("extra.weight", filled([2, 2], 0));
    });
    expect(await refusal(bytes, smlp)).toBe(
      "net: the arrays do not fit the network that is described: layers.fc1.bias is [11] where the network has [10]; " +
        "layers.fc2.bias is missing; the network has no extra.weight; expected the arrays of that network. " +
        "Correct the sizes in the description, or name the file that belongs to it.",
    );
  });

  it("of a normalisation without weight and bias are asked for", async () => {
    const names = { weight: 1, bias: 0, running_mean: 0.5, running_var: 2 };
    const arrays = Object.entries(names).map(([name, value]) => [`1.${name}`, filled([4], value)] as const);
    const whole = [["0.weight", filled([4, 3], 1)] as const, ...arrays];
    const architecture = [["Linear"], ["BatchNorm1d"]] as const;
    const options: ImportModelOptions = { architecture, timesteps: 2, name: "net" };
    const { model } = await importModel(encodeSafetensors(whole), options);
    expect(model.outputShape).toEqual([4]);
    const some = whole.filter(([name]) => !/1\.(weight|bias)/.test(name));
    await expect(importModel(encodeSafetensors(some), options)).rejects.toThrow(
      /net: .* 1\.weight, 1\.bias are missing; .* \(affine=False\) is one with 1 and 0: add them to the file\.$/,
    );
  });

  it("that are too much or too few without a list speak of no list", async () => {
    const bytes = changed(smlp, (tensors) => tensors.set("extra.weight", filled([2, 2], 0)));
    expect(await refusal(bytes, smlp)).toMatch(
      /has no extra\.weight; .* Correct what describes the network \(options, config, list of layers\), or name the file/,
    );
  });

  it("of large arrays are compared before anything is made", async () => {
    const message = await refusal(bytesOf(`pytorch/${smlp}.pth`), smlp, { units: [1_000_000, 1_000_000] });
    expect(message).toMatch(/layers\.fc1\.weight is \[10, 24\] where the network has \[1000000, 24\]/);
  });

  it("of the first linear layer point to what is in front of it", async () => {
    const message = await refusal(bytesOf(`pytorch/${scnn}.pth`), scnn, { input_shape: [16, 8, 2] });
    expect(message).toMatch(
      /layers\.fc1\.weight is \[12, 24\] where the network has \[12, 48\]; .* The layer takes 24 features and gets 48: correct the input shape, strides/,
    );
    const asked = importModel(pathOf(`pytorch/${scnn}.pth`), {
      inputShape: [8, 8, 2],
      timesteps: 4,
      strides: 1,
      paddings: 1,
      poolSizes: [2, 0],
    });
    await expect(asked).rejects.toThrow(/The layer takes 24 features and gets 96/);
  });

  it.each([
    [
      "batch_norm",
      scnn,
      { batch_norm: false },
      /the network has no layers\.bn1\.weight.*: batch_norm = true\.$/,
    ],
    [
      "IFNode for ATIF",
      smlp,
      { neuron: { kind: "IFNode" } },
      /no layers\.neuron1\.v_threshold.*"ATIF": name that kind\.$/,
    ],
    [
      "ATIF for IFNode",
      "smlp_if_soft",
      { neuron: { kind: "ATIF" } },
      /neuron1\.v_threshold, .* are missing.*IFNode or LIFNode\.$/,
    ],
    ["ATIF for IFSRL", "smlp_ifsrl", { neuron: { kind: "ATIF" } }, /"IFSRL": name that kind\.$/],
    [
      "LIFNode for PLIF",
      "smlp_plif",
      { neuron: { kind: "LIFNode" } },
      /"ParametricLIFNode": name that kind\.$/,
    ],
    [
      "another width",
      smlp,
      { units: [10, 8] },
      /layers\.fc2\.weight is \[7, 10\] where the network has \[8, 10\]/,
    ],
    [
      "other strides",
      "sresnet2d_atif",
      { strides: [1, 2, 2] },
      /layers\.1\.0\.sconv\.weight.* is a matter of strides/,
    ],
    ["another layer", smlp, { units: [10, 7, 7] }, /layers\.fc4\.weight is missing/],
  ])("advice: %s", async (_, name, params, expected) => {
    expect(await refusal(bytesOf(`pytorch/${name}.pth`), name, params)).toMatch(expected);
  });

  it("of fused convolutions that are not all there are no fused network", async () => {
    const bytes = changed(scnn, (tensors) => {
      for (const name of [...tensors.keys()]) if (name.includes(".bn")) tensors.delete(name);
    });
    expect(await refusal(bytes, scnn)).toMatch(/layers\.bn1\.weight.*batch_norm = false\.$/);
  });

  it("that are those of no layer are refused", async () => {
    const bytes = changed(smlp, (tensors) => tensors.set("layers.fc1.weight", filled([240], 0)));
    await expect(importModel(bytes, { name: "net" })).rejects.toThrow(
      "net: layers.fc1.weight is [240]; expected [out, in], as the name says.",
    );
  });
});

describe("numbers", () => {
  it.each([
    ["NaN", NaN, "v_threshold", "layers.neuron1.v_threshold holds NaN at element 0; expected finite"],
    [
      "infinity",
      Infinity,
      "v_threshold",
      "layers.neuron1.v_threshold holds Infinity at element 0; expected finite",
    ],
    ["0", 0, "v_threshold", "layers.neuron1.v_threshold is 0; expected a threshold above 0"],
    [
      "a negative threshold",
      -0.5,
      "v_threshold",
      "layers.neuron1.v_threshold is -0.5; expected a threshold above 0",
    ],
  ])("%s", async (_, value, array, message) => {
    const bytes = changed(smlp, (tensors) => tensors.set(`layers.neuron1.${array}`, filled([1], value)));
    expect(await refusal(bytes, smlp)).toContain(`net: ${message}`);
  });

  it("that are none, or too large for float32", async () => {
    const words = changed(smlp, (tensors) =>
      tensors.set("layers.neuron1.v_threshold", { shape: [1], data: Uint8Array.of(1), dtype: "BOOL" }),
    );
    expect(await refusal(words, smlp)).toMatch(
      /net: "layers\.neuron1\.v_threshold" is BOOL; expected numbers/,
    );
    const large = changed(smlp, (tensors) =>
      tensors.set("layers.fc2.bias", { shape: [7], data: new Float64Array(7).fill(1e300) }),
    );
    expect(await refusal(large, smlp)).toMatch(/layers\.fc2\.bias holds Infinity at element 0/);
  });

  it("of float64 that float32 rounds are said to be rounded", async () => {
    const bytes = changed(smlp, (tensors) =>
      tensors.set("layers.fc2.bias", { shape: [7], data: new Float64Array(7).fill(0.1) }),
    );
    const { report } = await importModel(bytes, { architecture: described(network(smlp)) });
    expect(report.verdict).toBe("approximate");
    expect(report.notes.map(({ what }) => what)).toEqual(["float64 rounded to float32 in layers.fc2.bias"]);
  });

  it("of one element may have an axis or none", async () => {
    const bytes = changed(smlp, (tensors) => tensors.set("layers.neuron1.v_threshold", filled([], 0.75)));
    const { model } = await importModel(bytes, { architecture: described(network(smlp)) });
    expect(model.neurons()[0].theta).toBe(0.75);
  });
});

describe("what is no network", () => {
  it.each([
    ["nothing", new Uint8Array(0), /net is empty; expected a network as \.safetensors/],
    [
      "JSON",
      new TextEncoder().encode('{"kind": "SMLP", "params": {}}'),
      /begins with the bytes 7b 22 .*JSON describes a network/,
    ],
    ["ONNX", Uint8Array.of(8, 8, 18, 4, 1, 2, 3, 4, 5), /ONNX files are written, not read/],
  ])("%s", async (_, bytes, message) => {
    await expect(importModel(bytes, { name: "net" })).rejects.toThrow(message);
  });

  it("is told by its bytes, whatever it is called, and options by name", async () => {
    await expect(importModel("no-such.pth")).rejects.toMatchObject({ name: "FileError" });
    await expect(importModel(3 as unknown as string)).rejects.toThrow(
      /the source is 3; expected the path of a file/,
    );
    await expect(importModel("x", { shape: [1] } as ImportModelOptions)).rejects.toThrow(
      /importModel: .*shape/,
    );
    await expect(importModel("x", { config: "a=1", architecture: [] })).rejects.toThrow(
      /config and architecture are both given; expected one of them/,
    );
  });
});
