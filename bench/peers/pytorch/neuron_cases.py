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
        self.copies = {}

    @torch.no_grad()
    def forward(self):
        return self.compute(self.x)

    def both(self):
        x = self.x.requires_grad_(True)
        x.grad = self.neuron.v_threshold.grad = None
        y = self.compute(x)
        y.backward(self.grad)
        return y

    @torch.no_grad()
    def copy(self):
        self.copy_of(self.x.numel())

    @torch.no_grad()
    def copy_with_backward(self):
        """x read twice, the gradient read; y and the input's gradient written: half of these five are 2.5."""
        self.copy_of(5 * self.x.numel() // 2)

    def copy_of(self, size):
        if size not in self.copies:
            self.copies[size] = torch.ones(size), torch.empty(size)
        source, to = self.copies[size]
        to.copy_(source)

    def results(self, case):
        y = self.both()
        gradients = {"dx": self.x.grad, "dtheta": self.neuron.v_threshold.grad}
        return write_arrays(self.folder, {"y": y} if case == "forward" else {"y": y, **gradients})

    def run(self, case):
        return getattr(self, case.replace(" ", "_"))
