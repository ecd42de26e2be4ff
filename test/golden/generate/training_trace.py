"""A training run on the digits, step by step: initial weights, batches, losses, thresholds, what the trained network says."""

import gzip
import os

import torch
from torch import nn
from torch.nn import functional as F

from atif_twin import Neuron
from golden_json import InputError, decode, encode, encode_number
from neuron_cases import positive, whole

DIGITS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "data", "digits.csv.gz")
TRAINED_ON, TESTED_ON, CLASSES, SIDE = 1437, 360, 10, 8

# The guard of the library puts thresholds back to this; a trace that needs it would not be PyTorch's alone.
LEAST_THRESHOLD = 1e-3

_SGD = {"kind": "SGD", "lr": 0.1, "momentum": 0.9}
_SMLP = {"kind": "SMLP", "units": [32, 16]}
_SCNN = {"kind": "SCNN", "filters": [8, 16]}

# The traces of the reference do not hold what they are traces of; README.md of the folder above does.
REFERENCE_RUNS = {
    "train_smlp_sgd": {"model": _SMLP, "neuron": {"kind": "ATIF"}, "optimizer": _SGD},
    "train_smlp_adam": {"model": _SMLP, "neuron": {"kind": "ATIF"}, "optimizer": {"kind": "Adam", "lr": 0.005}},
    "train_scnn_s": {"model": _SCNN, "neuron": {"kind": "ATIF"}, "optimizer": _SGD},
    "train_scnn_m": {"model": _SCNN, "neuron": {"kind": "ATIF"}, "optimizer": _SGD},
}


def digits():
    """(images [1797, 1, 8, 8] in 0 to 1, labels [1797])"""
    try:
        with gzip.open(DIGITS, "rt") as file:
            rows = torch.tensor([[int(value) for value in line.split(",")] for line in file])
    except OSError as error:
        raise InputError(f"{DIGITS}: cannot be read ({error}); expected the digits of the repository.") from None
    return (rows[:, :-1].float() / 16).reshape(-1, 1, SIDE, SIDE), rows[:, -1]


class Network(nn.Module):
    """SMLP: flatten, then fc and neuron per hidden layer, then fc. SCNN: 3x3 conv, batch norm, neuron and 2x2 max pool per
    stage, then flatten and fc. Names are those of the library's state dict."""

    def __init__(self, model, neuron, timesteps, step_mode):
        super().__init__()
        self.timesteps, self.step_mode = timesteps, step_mode
        self.layers = nn.ModuleDict()
        features = SIDE * SIDE
        if model["kind"] == "SCNN":
            channels, side = 1, SIDE
            for i, filters in enumerate(model["filters"], 1):
                self.layers[f"conv{i}"] = nn.Conv2d(channels, filters, 3, padding=1, bias=False)
                self.layers[f"bn{i}"] = nn.BatchNorm2d(filters)
                self.layers[f"neuron{i}"] = Neuron(**neuron)
                self.layers[f"maxpool{i}"] = nn.MaxPool2d(2)
                channels, side = filters, side // 2
            features = channels * side * side
        self.layers["flatten"] = nn.Flatten()
        units = model.get("units", [])
        for i, out in enumerate(units, 1):
            self.layers[f"fc{i}"] = nn.Linear(features, out)
            self.layers[f"neuron{i}"] = Neuron(**neuron)
            features = out
        self.layers[f"fc{len(units) + 1}"] = nn.Linear(features, CLASSES)

    def neurons(self):
        return [layer for layer in self.layers.values() if isinstance(layer, Neuron)]

    def thresholds(self):
        return [neuron.theta.item() for neuron in self.neurons()]

    def forward(self, image):
        """The mean output [N, 10] over T time steps that all show the image."""
        for neuron in self.neurons():
            neuron.reset()
        T, N = self.timesteps, len(image)
        if self.step_mode == "s":
            return torch.stack([self.one_step(image) for _ in range(T)]).mean(0)
        x = image.unsqueeze(0).expand(T, *image.shape).flatten(0, 1)
        for layer in self.layers.values():
            if isinstance(layer, Neuron):
                x = torch.stack([layer(each) for each in x.unflatten(0, (T, N))]).flatten(0, 1)
            else:
                x = layer(x)
        return x.unflatten(0, (T, N)).mean(0)

    def one_step(self, x):
        for layer in self.layers.values():
            x = layer(x)
        return x


class Run:
    """What a trace is of. The keys are those of README.md."""

    def __init__(self, given, where):
        self.where = where
        self.model = described(given, "model", {"SMLP": ["units"], "SCNN": ["filters"]}, where)
        for key in ("units", "filters"):
            sizes = self.model.get(key, [1])
            if not isinstance(sizes, list) or not sizes or not all(isinstance(n, int) and n >= 1 for n in sizes):
                raise InputError(f"{where}: model.{key} is {sizes!r}; expected a list of whole numbers, such as [32, 16].")
        if len(self.model.get("filters", [])) > 3:
            raise InputError(f"{where}: model.filters has more than 3 stages; expected 3 at most: the image is 8 x 8.")
        options = ["alpha", "v_threshold", "detach_reset"]
        neuron = described(given, "neuron", {"ATIF": options, "IFSRL": options}, where)
        detach_reset = neuron.get("detach_reset", False)
        if not isinstance(detach_reset, bool):
            raise InputError(f"{where}: neuron.detach_reset is {detach_reset!r}; expected true or false.")
        self.neuron = {
            "kind": neuron["kind"],
            "alpha": positive(neuron, "alpha", f"{where}: neuron", 1.0),
            "v_threshold": positive(neuron, "v_threshold", f"{where}: neuron", 1.0),
            "detach_reset": detach_reset,
        }
        optimizer = described(given, "optimizer", {"SGD": ["lr", "momentum"], "Adam": ["lr"]}, where)
        if "lr" not in optimizer:
            raise InputError(f"{where}: optimizer has no lr; expected a learning rate above 0.")
        positive(optimizer, "lr", f"{where}: optimizer", 1.0)
        momentum = optimizer.get("momentum", 0)
        if not isinstance(momentum, (int, float)) or not 0 <= momentum < 1:
            raise InputError(f"{where}: optimizer.momentum is {momentum!r}; expected a number from 0 to below 1.")
        self.optimizer = optimizer
        self.timesteps = whole(given, "T", where, 1)
        self.step_mode = given.get("step_mode", "s")
        if self.step_mode not in ("s", "m"):
            raise InputError(f'{where}: step_mode is {self.step_mode!r}; expected "s" or "m".')
        self.batch = whole(given, "batch", where, 1)
        if self.batch > TRAINED_ON:
            raise InputError(f"{where}: batch is {self.batch}; expected {TRAINED_ON} at most, the rows to train on.")

    def network(self):
        return Network(self.model, self.neuron, self.timesteps, self.step_mode)

    def described(self):
        return {"model": self.model, "neuron": self.neuron, "optimizer": self.optimizer}


def described(given, key, kinds, where):
    """given[key]: a kind, and options that this kind has."""
    value = given.get(key)
    if not isinstance(value, dict) or value.get("kind") not in kinds:
        raise InputError(f'{where}: {key} is {value!r}; expected an object with a kind of {", ".join(kinds)}.')
    known = ["kind", *kinds[value["kind"]]]
    for option in value:
        if option not in known:
            raise InputError(f'{where}: {key} has an unknown key "{option}"; known keys are {", ".join(known)}.')
    return value


def stored(state):
    return {name: encode(tensor) for name, tensor in state.items() if not name.endswith("num_batches_tracked")}


def loaded(network, state, where):
    state = {name: decode(array, f"{where}: {name}") for name, array in state.items()}
    counters = {name: n for name, n in network.state_dict().items() if name.endswith("num_batches_tracked")}
    try:
        network.load_state_dict({**counters, **state})
    except RuntimeError as error:
        raise InputError(f"{where}: is of another network ({' '.join(str(error).split())}).") from None


def train(run, network, order):
    """The trace [{loss, correct, thresholds}] of a network, which is trained on the batches."""
    images, labels = digits()
    kind, options = run.optimizer["kind"], {key: value for key, value in run.optimizer.items() if key != "kind"}
    optimizer = getattr(torch.optim, kind)(network.parameters(), **options)
    trace = []
    network.train()
    for rows in order:
        optimizer.zero_grad()
        logits = network(images[rows])
        loss = F.cross_entropy(logits, labels[rows])
        loss.backward()
        optimizer.step()
        correct = (logits.argmax(1) == labels[rows]).sum().item()
        trace.append({"loss": loss.item(), "correct": correct, "thresholds": network.thresholds()})
    return trace


def evaluated(network):
    """(logits [360, 10], accuracy) on the rows that are not trained on."""
    images, labels = digits()
    network.eval()
    with torch.no_grad():
        logits = network(images[-TESTED_ON:])
    return logits, (logits.argmax(1) == labels[-TESTED_ON:]).float().mean().item()


def make_trace(given, where):
    known = ["model", "neuron", "optimizer", "T", "step_mode", "batch", "steps", "seed"]
    for key in given:
        if key not in known:
            raise InputError(f'{where}: unknown key "{key}"; known keys are {", ".join(known)}.')
    run = Run(given, where)
    steps = whole(given, "steps", where, 1)
    torch.manual_seed(whole(given, "seed", where))
    network = run.network()
    rows = []
    while len(rows) < steps * run.batch:
        rows += torch.randperm(TRAINED_ON)[: TRAINED_ON // run.batch * run.batch].tolist()
    order = [rows[i * run.batch : (i + 1) * run.batch] for i in range(steps)]
    init = stored(network.state_dict())
    trace = train(run, network, order)
    least = min(theta for step in trace for theta in step["thresholds"])
    if not least > LEAST_THRESHOLD:
        raise InputError(
            f"{where}: a threshold fell to {least:.3g}; expected all above {LEAST_THRESHOLD}, where the library's guard "
            "acts. Choose a smaller lr or fewer steps."
        )
    final = stored(network.state_dict())
    logits, accuracy = evaluated(network)
    for each in trace:
        each["loss"] = encode_number(each["loss"])
        each["thresholds"] = [encode_number(theta) for theta in each["thresholds"]]
    return {
        "T": run.timesteps, "step_mode": run.step_mode, "batch": run.batch, **run.described(), "order": order,
        "init": init, "trace": trace, "final": final,
        "eval_logits_last360": encode(logits), "eval_accuracy_last360": accuracy,
    }
