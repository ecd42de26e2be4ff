/** ONNX: the checker of the onnx package, and onnxruntime beside the library. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeOnnx } from "atif";
import { channelsFirst, json, logitsPerStep, names, network, repeated } from "./networks.mjs";

export const needs = ["onnx", "onnxruntime", "numpy"];

/** @returns checks { name, script, args }, or { name, wrong } */
export function* checks(folder) {
  for (const name of names) {
    const { model, x, xs, raw } = network(name);
    const T = model.timesteps;
    const still = expected(
      folder,
      `${name}.json`,
      model,
      raw ?? x,
      logitsPerStep(model, repeated(x, T)),
      false,
    );
    const moving = expected(folder, `${name}.moving.json`, model, xs, logitsPerStep(model, xs), true);
    yield check(folder, `${name}.onnx`, model, {}, [
      "check_onnx.py",
      still,
      "--per-step",
      "--layout",
      "first",
    ]);
    yield check(folder, `${name}.mean.onnx`, model, {}, ["check_onnx.py", still, "--layout", "first"]);
    const prepared = { temporal: true, preprocessing: false };
    yield check(folder, `${name}.temporal.onnx`, model, prepared, [
      "check_onnx.py",
      moving,
      "--per-step",
      "--layout",
      "first",
    ]);
    yield check(folder, `${name}.step.onnx`, model, { form: "step", preprocessing: false }, [
      "check_onnx_step.py",
      moving,
    ]);
  }
}

function check(folder, name, model, options, [script, expectation, ...args]) {
  const { bytes, report } = writeOnnx(model, options);
  if (bytes === null || report.verdict !== "exact") return { name, wrong: JSON.stringify(report) };
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return { name, script, args: [file, expectation, ...args] };
}

function expected(folder, name, model, x, logits, temporal) {
  const T = model.timesteps;
  const [N, C] = [temporal ? x.shape[1] : x.shape[0], model.outputShape[0]];
  const mean = Array.from({ length: N * C }, (_, i) => {
    let sum = 0;
    for (let t = 0; t < T; t++) sum += logits[t * N * C + i];
    return sum / T;
  });
  const path = join(folder, name);
  const facts = {
    params: { timesteps: T },
    temporal,
    x: json(channelsFirst(x, temporal ? 2 : 1)),
    logits: { shape: [N, C], data: mean },
    logits_per_step: { shape: [T, N, C], data: [...logits] },
  };
  writeFileSync(path, JSON.stringify(facts));
  return path;
}
