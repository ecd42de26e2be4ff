/** The conformance pack, on the neurons of the file that `toPyTorch` writes: they compute ATIF as everybody is asked to. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { manualSeed, SMLP, toPyTorch } from "atif";

export const needs = ["torch"];

/** The class that run_torch.py wants, of one of network.py. */
const adapter = (own, threshold) => `
import torch
from network import ${own}

class Neuron(${own}):
    def __init__(self, threshold, alpha):
        super().__init__(alpha=alpha)
        with torch.no_grad():
            self.${threshold}.fill_(threshold)
${
  threshold === "v_threshold"
    ? ""
    : `
    @property
    def v_threshold(self):
        return self._parameters["${threshold}"]
`
}`;

const neurons = [
  { kind: "ATIF", threshold: "v_threshold", output: "threshold" },
  { kind: "IFSRL", threshold: "vp_th", output: "one" },
];

export function* checks(folder) {
  for (const { kind, threshold, output } of neurons) {
    manualSeed(1);
    const shapes = { inputShape: [2], outputShape: [2], units: [2], timesteps: 2 };
    const { files } = toPyTorch(new SMLP({ ...shapes, neuron: { kind } }));
    const own = join(folder, kind);
    mkdirSync(own);
    for (const [file, content] of Object.entries(files)) writeFileSync(join(own, file), content);
    writeFileSync(join(own, "adapter.py"), adapter(kind, threshold));
    yield { name: kind, script: "check_conformance.py", args: [own, "adapter:Neuron", output] };
  }
}
