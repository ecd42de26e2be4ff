/** A network as a file of Python that needs torch alone: its neurons, the network, how it is loaded, and how it is checked. */

import { shapeBefore } from "../../preprocessing/table.js";
import { VERSION } from "../../version.js";
import { counted } from "../../counted.js";
import { channelsFirst } from "../channels-first.js";
import { isOwnNeuron, type OwnNeuronKind } from "../neuron-equations.js";
import type { Outline } from "../outline.js";
import { SAMPLES_FILE, WEIGHTS_FILE } from "./file-names.js";
import { forwardLines } from "./forward-source.js";
import { ModuleTree } from "./module-tree.js";
import { BaseNode } from "../../neurons/base-node.js";
import { neuronClasses, thresholdsIn } from "./neuron-source.js";
import { preprocessingLines } from "./preprocessing-source.js";

/** The text of network.py. */
export function networkSource(outline: Outline): string {
  const { layers } = outline;
  const neurons = new Set(layers.flatMap(({ kind }): OwnNeuronKind[] => (isOwnNeuron(kind) ? [kind] : [])));
  const hasChannels = layers.some(({ module }) => module instanceof BaseNode && thresholdsIn(module) > 1);
  const drops = layers.some(({ kind }) => kind === "Dropout");
  const parts = [
    head(outline),
    ...(neurons.size === 0 ? [] : [SPIKE, NEURON, neuronClasses(neurons, hasChannels)]),
    ...(drops ? [DROPOUT] : []),
    network(outline, neurons, drops),
    LOADING,
    CHECK,
  ];
  return parts.map((part) => part.trim()).join("\n\n\n") + "\n";
}

function head({ model }: Outline): string {
  const shape = channelsFirst(model.inputShape).join(", ");
  const T = counted(model.timesteps, "time step");
  return `"""
${model.constructor.name.replace(/\W/g, "")}, a spiking network written by atif ${VERSION}. It needs torch, and nothing else.

    python network.py                 shows it the samples of ${SAMPLES_FILE}; prints OK if it gives what it gave there

    from network import load
    net = load()                      # a torch.nn.Module with the weights of ${WEIGHTS_FILE}
    logits = net(x)                   # x [N, ${shape}], the same at each of ${T}; logits [N, ${model.outputShape.join(", ")}]
    logits = net.sequence(xs)         # xs [T, N, ${shape}], another x at every time step

To train it: net.train(), a loss of net(x), loss.backward(), optimizer.step(), net.guard().
"""

import json
import struct
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).resolve().parent`;
}

const SPIKE = `
class Spike(torch.autograd.Function):
    """
    Fires like a step, and is as steep as a sigmoid.

        forward     z = 1 if q >= 0 else 0
        backward    dz/dq = alpha s (1 - s),  s = sigmoid(alpha q)
    """

    @staticmethod
    def forward(ctx, q, alpha):
        ctx.save_for_backward(q)
        ctx.alpha = alpha
        return (q >= 0).to(q.dtype)

    @staticmethod
    def backward(ctx, grad):
        (q,) = ctx.saved_tensors
        s = torch.sigmoid(ctx.alpha * q)
        return grad * (1 - s) * s * ctx.alpha, None`;

const NEURON = `
class Neuron(nn.Module):
    """
    A layer of neurons. Each keeps a potential v from one time step to the next, until reset().

    update(x, v) gives the output y and the potential of the next step; x, v and y are [N, ...].
    """

    def __init__(self, rest=0.0):
        super().__init__()
        self.rest = rest  # where v begins
        self.v = None

    def forward(self, x):
        y, self.v = self.update(x, self.rest if self.v is None else self.v)
        return y

    def reset(self):
        self.v = None`;

const DROPOUT = `
class Dropout(nn.Module):
    """The same elements are missing at all time steps: which, is drawn at the first one after a reset."""

    def __init__(self, p):
        super().__init__()
        self.p = p
        self.mask = None

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        if self.mask is None:
            self.mask = torch.bernoulli(torch.full_like(x, 1 - self.p)) / (1 - self.p)
        return x * self.mask

    def reset(self):
        self.mask = None`;

function network(outline: Outline, neurons: ReadonlySet<string>, drops: boolean): string {
  const { model } = outline;
  const shape = channelsFirst(model.inputShape).join(", ");
  const classes = model.outputShape.join(", ");
  const isMultiStep = model.stepMode === "m";
  const tree = new ModuleTree();
  const forward = forwardLines(outline, tree, isMultiStep);
  const stateful = [...(neurons.size === 0 ? [] : ["Neuron"]), ...(drops ? ["Dropout"] : [])];
  const learnsThreshold = neurons.has("ATIF") || neurons.has("IFSRL");
  const lines = [
    ...(isMultiStep && stateful.length > 0 ? [...OVER_TIME, "", ""] : []),
    "class Network(nn.Module):",
    `    timesteps = ${model.timesteps}`,
    "",
    "    def __init__(self):",
    "        super().__init__()",
    ...indented(tree.lines()),
    "",
    "    def forward(self, x):",
    `        """x [N, ${shape}], the same at every time step; the mean over time of the logits [N, ${classes}]"""`,
    "        return self.sequence(x.expand(self.timesteps, *x.shape))",
    "",
    "    def sequence(self, xs):",
    `        """xs [T, N, ${shape}], another x at every time step; the mean over time of the logits [N, ${classes}]"""`,
    "        return self.logits_per_step(xs).mean(0)",
    "",
    "    def logits_per_step(self, xs):",
    `        """xs [T, N, ${shape}] from rest; [T, N, ${classes}]"""`,
    "        self.reset()",
    `        return ${isMultiStep ? "self.steps(xs)" : "torch.stack([self.step(x) for x in xs])"}`,
    "",
    ...(isMultiStep ? steps(forward, shape, classes) : step(forward, shape, classes)),
    "",
    ...preparing(outline),
    "    def reset(self):",
    '        """Potentials begin anew: the next input may be of any batch size."""',
    ...indented(stateful.length === 0 ? ["pass"] : each(stateful, "reset")),
    "",
    "    def guard(self):",
    '        """After an optimizer\'s step: keeps thresholds above 0."""',
    ...indented(
      learnsThreshold
        ? each(
            ["ATIF", "IFSRL"].filter((kind) => neurons.has(kind)),
            "guard",
          )
        : ["pass"],
    ),
  ];
  return lines.join("\n");
}

const OVER_TIME = [
  "def over_time(layer, x, T):",
  '    """A layer that keeps something from step to step, of x [T * N, ...]."""',
  "    return torch.cat([layer(each) for each in x.chunk(T)])",
];

function step(forward: readonly string[], shape: string, classes: string): string[] {
  return [
    "    def step(self, x):",
    `        """One time step, x [N, ${shape}] to logits [N, ${classes}]; the potentials are kept."""`,
    ...indented(forward),
    "        return x",
  ];
}

/** Layers without a state see all time steps as one batch, as in step mode 'm'. */
function steps(forward: readonly string[], shape: string, classes: string): string[] {
  return [
    "    def steps(self, xs):",
    `        """T time steps layer by layer, xs [T, N, ${shape}] to logits [T, N, ${classes}]; the potentials are kept."""`,
    "        T, N = xs.shape[:2]",
    "        x = xs.flatten(0, 1)",
    ...indented(forward),
    "        return x.unflatten(0, (T, N))",
  ];
}

function preparing({ model }: Outline): string[] {
  const { preprocessing } = model;
  if (preprocessing.length === 0) return [];
  const shape = shapeBefore(preprocessing, model.inputShape);
  return [
    "    @staticmethod",
    "    def prepare(x):",
    `        """Samples as data have them, x [N, ${channelsFirst(shape).join(", ")}], as the network takes them: net(net.prepare(x))"""`,
    ...indented(preprocessingLines(preprocessing, shape)),
    "        return x",
    "",
  ];
}

function each(classes: readonly string[], method: string): string[] {
  const kinds = classes.length === 1 ? classes[0] : `(${classes.join(", ")})`;
  return [
    "for module in self.modules():",
    `    if isinstance(module, ${kinds}):`,
    `        module.${method}()`,
  ];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === "" ? "" : `        ${line}`));
}

const LOADING = `
def read_safetensors(path):
    """Arrays by name. The file: 8 bytes with the length of a header, the header in JSON, then all numbers."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    types = {"F32": torch.float32, "I64": torch.int64}
    arrays = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = (8 + length + offset for offset in entry["data_offsets"])
            numbers = torch.frombuffer(bytearray(data[begin:end]), dtype=types[entry["dtype"]])
            arrays[name] = numbers.reshape(entry["shape"])
    return arrays


def load(path=HERE / "${WEIGHTS_FILE}"):
    """The network in evaluation mode."""
    net = Network()
    net.load_state_dict(read_safetensors(path))
    return net.eval()`;

const CHECK = `
def check(path=HERE / "${SAMPLES_FILE}"):
    """Logits and numbers of spikes at every time step, beside those of the network that was exported."""
    stored = read_safetensors(path)
    net = load()
    spikes = {}

    def counting(name):
        return lambda module, x, y: spikes.setdefault(name, []).append((y != 0).flatten(1).sum(1))

    for name, module in net.named_modules():
        if f"spikes.{name}" in stored:
            module.register_forward_hook(counting(name))
    # The same at every time step, or another x at each.
    xs = stored["xs"] if "xs" in stored else stored["x"].expand(net.timesteps, *stored["x"].shape)
    with torch.no_grad():
        logits = net.logits_per_step(xs)
    for name, counts in spikes.items():
        if not torch.equal(torch.stack(counts), stored[f"spikes.{name}"]):
            raise SystemExit(f"WRONG: other numbers of spikes in {name}")
    expected = stored["logits_per_step"]
    error = (logits - expected).abs().max().item()
    if not error <= 1e-5 * max(1.0, expected.abs().max().item()):
        raise SystemExit(f"WRONG: logits differ by {error}")
    print(f"OK: {xs.shape[1]} samples, {net.timesteps} time steps; the same spikes, logits differ by at most {error:.1e}")


if __name__ == "__main__":
    check()`;
