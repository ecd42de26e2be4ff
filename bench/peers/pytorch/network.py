"""32C3-BN-ATIF-MP2-64C3-BN-ATIF-MP2-FC128-ATIF-FC10 over T time steps: a training step and inference.

Layers without a state see time and batch as one axis, [T * N, ...]; the image is shown at every step, and the outputs
are averaged over time. Names are those of atif's state dict.
"""

import copy
from functools import cached_property

import torch
from torch import nn
from torch.nn import functional as F

from arrays import read_array, read_integers, write_arrays
from neuron import ATIF


class Network(nn.Module):
    def __init__(self, timesteps, alpha, filters, features, units, classes):
        super().__init__()
        self.timesteps = timesteps
        self.layers = nn.ModuleDict(
            {
                "conv1": nn.Conv2d(1, filters[0], 3, padding=1, bias=False),
                "bn1": nn.BatchNorm2d(filters[0]),
                "neuron1": ATIF(alpha),
                "maxpool1": nn.MaxPool2d(2),
                "conv2": nn.Conv2d(filters[0], filters[1], 3, padding=1, bias=False),
                "bn2": nn.BatchNorm2d(filters[1]),
                "neuron2": ATIF(alpha),
                "maxpool2": nn.MaxPool2d(2),
                "flatten": nn.Flatten(),
                "fc1": nn.Linear(features, units),
                "neuron3": ATIF(alpha),
                "fc2": nn.Linear(units, classes),
            }
        )

    def forward(self, image):
        steps, batch = self.timesteps, len(image)
        x = image.unsqueeze(0).repeat(steps, 1, 1, 1, 1).flatten(0, 1)
        for layer in self.layers.values():
            x = layer(x.unflatten(0, (steps, batch))).flatten(0, 1) if isinstance(layer, ATIF) else layer(x)
        return x.unflatten(0, (steps, batch)).mean(0)


def load_network(request):
    weights = {name: read_array(array) for name, array in request["weights"].items()}
    network = Network(
        request["timesteps"],
        request["alpha"],
        filters=[len(weights["layers.conv1.weight"]), len(weights["layers.conv2.weight"])],
        features=weights["layers.fc1.weight"].shape[1],
        units=weights["layers.fc1.weight"].shape[0],
        classes=weights["layers.fc2.weight"].shape[0],
    )
    counters = {name: value for name, value in network.state_dict().items() if name.endswith("num_batches_tracked")}
    network.load_state_dict({**counters, **weights}, strict=True)
    return network


class NetworkCases:
    """The cases "step" and "inference": one network each, with the weights of the request."""

    def __init__(self, request):
        self.folder = request["folder"]
        self.images = read_array(request["images"])  # [batches, N, 1, H, W]
        self.labels = read_integers(request["labels"])  # [batches, N]
        self.request = request
        self.turn = 0

    # Made when they are first used: memory is measured of a process that only trains.
    @cached_property
    def trained(self):
        return load_network(self.request).train()

    @cached_property
    def tested(self):
        return load_network(self.request).eval()

    # What is called: the networks themselves, or what torch.compile makes of them.
    @property
    def training(self):
        return self.trained

    @property
    def testing(self):
        return self.tested

    @cached_property
    def optimizer(self):
        return torch.optim.Adam(self.trained.parameters(), lr=self.request["lr"])

    def batch(self):
        self.turn += 1
        which = (self.turn - 1) % len(self.images)
        return self.images[which], self.labels[which]

    def step(self):
        images, labels = self.batch()
        self.optimizer.zero_grad()
        loss = F.cross_entropy(self.training(images), labels)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    @torch.no_grad()
    def inference(self):
        images, _ = self.batch()
        return self.testing(images).argmax(1).tolist()

    def results(self, case):
        """Of the first batch, without changing the networks that are timed."""
        if case == "inference":
            with torch.no_grad():
                return write_arrays(self.folder, {"logits": self.testing(self.images[0])})
        network = self.trained
        before = copy.deepcopy(network.state_dict())
        logits = self.training(self.images[0])
        F.cross_entropy(logits, self.labels[0]).backward()
        gradients = {f"gradient of {name}": each.grad.clone() for name, each in network.named_parameters()}
        statistics = {name: each.clone() for name, each in network.named_buffers() if "running" in name}
        network.load_state_dict(before)
        network.zero_grad()
        return write_arrays(self.folder, {"logits": logits.detach(), **gradients, **statistics})

    def run(self, case):
        return {"step": self.step, "inference": self.inference}[case]
