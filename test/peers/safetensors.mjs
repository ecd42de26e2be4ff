/** Weights: the safetensors package reads what `toTorchStateDict` writes, number by number. */

import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { toTorchStateDict } from "atif";
import { names, network } from "./networks.mjs";

export const needs = ["safetensors", "torch", "numpy"];

const TRIED = ["smlp_atif", "smlp_plif", "scnn_2d_bn", "scnn_2d_separable", "sresnet", "sresnet_stride_sum"];

export function* checks(folder) {
  for (const name of names.filter((each) => TRIED.includes(each))) {
    const { model } = network(name);
    const file = join(folder, `${name}.safetensors`);
    writeFileSync(file, toTorchStateDict(model));
    const tensors = Object.fromEntries(
      Object.entries(model.stateDict()).map(([key, { shape, data }]) => {
        const sha256 = createHash("sha256").update(new Uint8Array(data.buffer)).digest("hex");
        return [key, { shape, sha256 }];
      }),
    );
    const expected = join(folder, `${name}.expected.json`);
    writeFileSync(expected, JSON.stringify({ tensors }));
    yield { name, script: "check_safetensors.py", args: [file, expected] };
  }
}
