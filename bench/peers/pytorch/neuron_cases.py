"""The neuron alone: x [T, N] forward, forward and backward, and a copy of as many bytes."""

import torch

from arrays import read_array, write_arrays
from neuron import ATIF


class NeuronCases:
    def __init__(self, request):
        self.folder = request["folder"]
        self.x = read_array(request["x"])
        self.grad = read_array(request["gradient"])
        self.neuron = ATIF(request["alpha"])
        with torch.no_grad():
            self.neuron.v_threshold.fill_(request["theta"])
        self.compute = self.neuron
        self.copied = torch.empty_like(self.x)

    @torch.no_grad()
    def forward(self):
        return self.compute(self.x)

    def both(self):
        x = self.x.requires_grad_(True)
        x.grad = self.neuron.v_threshold.grad = None
        y = self.compute(x)
        y.backward(self.grad)
        return y

    def copy(self):
        with torch.no_grad():
            self.copied.copy_(self.x)

    def results(self, case):
        y = self.both()
        gradients = {"dx": self.x.grad, "dtheta": self.neuron.v_threshold.grad}
        return write_arrays(self.folder, {"y": y} if case == "forward" else {"y": y, **gradients})

    def run(self, case):
        return {"forward": self.forward, "both": self.both, "copy": self.copy}[case]
