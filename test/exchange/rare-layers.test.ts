/** Layers that few networks have, in what is exported. */

import { beforeAll, expect, it } from "vitest";
import { writeNir } from "../../src/exchange/nir/write-nir.js";
import { writeOnnx } from "../../src/exchange/onnx/write-onnx.js";
import { toPyTorch } from "../../src/exchange/torch/torch-network.js";
import { init } from "../../src/kernels/select.js";
import { GraphModel } from "../../src/models/graph-model.js";
import "../../src/layers/rare/kinds.js";
import "../../src/ops/install.js";

let model: GraphModel;

beforeAll(async () => {
  await init();
  model = new GraphModel({
    inputShape: [4, 4, 2],
    outputShape: [3],
    timesteps: 2,
    layers: [
      { name: "norm", kind: "LayerNorm", options: { normalizedShape: [4, 2], bias: false } },
      { name: "n", kind: "ATIF" },
      { name: "up", kind: "Upsample", options: { scaleFactor: [2, 1] }, inputs: ["n"] },
      {
        name: "back",
        kind: "ConvTranspose2d",
        options: {
          inChannels: 2,
          outChannels: 2,
          kernelSize: 2,
          stride: [2, 1],
          padding: [0, 0],
          dilation: [1, 1],
          groups: 2,
        },
        inputs: ["n"],
      },
      { name: "pool", kind: "AvgPool2d", options: { kernelSize: [1, 2], stride: 1 } },
      {
        name: "fit",
        kind: "Conv2d",
        options: { inChannels: 2, outChannels: 2, kernelSize: [1, 2], padding: [0, 0] },
        inputs: ["up"],
      },
      { name: "fit2", kind: "MaxPool2d", options: { kernelSize: [1, 2], stride: 1 }, inputs: ["pool"] },
      { name: "both", kind: "Concat", inputs: ["fit", "fit2"] },
      { name: "flat", kind: "Flatten" },
      { name: "fc", kind: "Linear", options: { inFeatures: 96, outFeatures: 3 } },
    ],
  });
});

it("PyTorch has its own", () => {
  const { files, report } = toPyTorch(model);
  const source = files?.["network.py"];
  expect(report.verdict).toBe("exact");
  expect(source).toContain("nn.LayerNorm((2, 4), bias=False)");
  expect(source).toContain("nn.ConvTranspose2d(2, 2, 2, stride=(2, 1), groups=2)");
  expect(source).toContain("nn.Upsample(scale_factor=(2, 1))");
  expect(source).toMatch(/torch\.cat\(\(\w+, \w+\), 1\)/);
});

it("ONNX has operators for them", () => {
  const { bytes, report } = writeOnnx(model);
  expect(report.verdict).toBe("exact");
  const text = new TextDecoder("latin1").decode(bytes ?? new Uint8Array());
  for (const op of ["LayerNormalization", "ConvTranspose", "Resize", "Concat"]) expect(text).toContain(op);
});

it("NIR has none, and says so of each", async () => {
  const { report } = await writeNir(model);
  expect(report.verdict).toBe("unsupported");
  expect(report.notes.filter(({ verdict }) => verdict === "unsupported").map(({ layer }) => layer)).toContain(
    "norm",
  );
});
