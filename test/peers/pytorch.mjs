/** PyTorch: the file that `toPyTorch` writes, its own self-test, logits and gradients beside the library. */

import { writeFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { crossEntropy, toPyTorch } from "atif";
import { encodeSafetensors } from "../../dist/chunks/formats.js";
import { channelsFirst, logitsPerStep, names, network, repeated } from "./networks.mjs";

export const needs = ["torch"];

export function* checks(folder) {
  for (const name of names) {
    const { model, x, xs, raw } = network(name);
    const { files, report } = toPyTorch(model, { samples: x });
    if (files === null || report.verdict !== "exact") {
      yield { name, wrong: JSON.stringify(report) };
      continue;
    }
    const own = join(folder, name);
    mkdirSync(own);
    for (const [file, content] of Object.entries(files)) writeFileSync(join(own, file), content);
    const expected = join(folder, `${name}.expected.safetensors`);
    writeFileSync(expected, expectations(model, x, xs, raw));
    yield { name, script: "check_pytorch.py", args: [own, expected] };
  }
  // The script's own samples, of which each step has another input.
  for (const name of ["smlp_atif", "smlp_m", "scnn_2d_bn", "scnn_2d_bn_m"]) {
    const { model, x, xs, raw } = network(name);
    const { files } = toPyTorch(model, { samples: xs });
    const own = join(folder, `${name}.sequence`);
    mkdirSync(own);
    for (const [file, content] of Object.entries(files)) writeFileSync(join(own, file), content);
    const expected = join(folder, `${name}.sequence.safetensors`);
    writeFileSync(expected, expectations(model, x, xs, raw));
    yield { name: `${name}.sequence`, script: "check_pytorch.py", args: [own, expected] };
  }
}

function expectations(model, x, xs, raw) {
  const [T, N, C] = [model.timesteps, x.shape[0], model.outputShape[0]];
  const entry = (each, leading) => {
    const first = channelsFirst(each, leading);
    return { shape: [...first.shape], data: Float32Array.from(first.toArray()) };
  };
  const tensors = new Map([
    ["x", entry(x, 1)],
    ["xs", entry(xs, 2)],
    ...(raw ? [["raw", entry(raw, 1)]] : []),
    ["logits_per_step", { shape: [T, N, C], data: logitsPerStep(model, repeated(x, T)) }],
    ["sequence_logits_per_step", { shape: [T, N, C], data: logitsPerStep(model, xs) }],
  ]);
  const labels = Array.from({ length: N }, (_, i) => i % C);
  tensors.set("labels", { shape: [N], data: BigInt64Array.from(labels, BigInt) });
  // Gradients in training mode, of which dropout, drawn elsewhere by another generator, is no part.
  model.train();
  for (const [, module] of model.namedModules()) if (module.constructor.name === "Dropout") module.p = 0;
  model.zeroGrad();
  crossEntropy(model.run(x), labels).backward();
  const parameters = model.namedParameters();
  const layouts = model.stateDict();
  const weights = parameters.map(([, parameter]) => Float32Array.from(parameter.data));
  const grads = parameters.map(([, parameter]) => parameter.grad);
  for (const [name, buffer] of model.namedBuffers())
    tensors.set(`buffer.${name}`, { shape: [...buffer.shape], data: Float32Array.from(buffer.data) });
  // The state dict turns weights into PyTorch's layouts; gradients go the same way.
  parameters.forEach(([, parameter], i) => parameter.data.set(grads[i].data));
  const turned = model.stateDict();
  for (const [name] of parameters)
    tensors.set(`grad.${name}`, { shape: layouts[name].shape, data: turned[name].data });
  parameters.forEach(([, parameter], i) => parameter.data.set(weights[i]));
  return encodeSafetensors(tensors);
}
