"""A fully connected layer and LIF neurons behind it over T time steps: forward, the sum of the spikes, backward.

    u[t] = v[t-1] + (x[t] - v[t-1]) / tau;  z[t] = [u[t] >= 1];  v[t] = (1 - z[t]) u[t]
"""

import torch
from torch import nn

from arrays import read_array, write_arrays
from neuron import Spike


class LIF(nn.Module):
    def __init__(self, tau, alpha):
        super().__init__()
        self.tau = tau
        self.alpha = alpha

    def forward(self, x):
        v = torch.zeros_like(x[0])
        spikes = []
        for step in x:
            u = v + (step - v) / self.tau
            z = Spike.apply(u - 1.0, self.alpha)
            v = (1 - z) * u
            spikes.append(z)
        return torch.stack(spikes)


def spikingjelly_lif(tau, alpha):
    from spikingjelly.activation_based import neuron, surrogate

    return neuron.LIFNode(tau=float(tau), surrogate_function=surrogate.Sigmoid(alpha=alpha), step_mode="m")


class LayerCases:
    make_neuron = LIF

    def __init__(self, request):
        self.folder = request["folder"]
        self.x = read_array(request["x"])  # [T, N, in]
        self.linear = nn.Linear(self.x.shape[2], self.x.shape[2])
        with torch.no_grad():
            self.linear.weight.copy_(read_array(request["w"]))
            self.linear.bias.copy_(read_array(request["b"]))
        self.neuron = type(self).make_neuron(request["tau"], request["alpha"])

    def forward(self):
        if hasattr(self.neuron, "reset"):
            self.neuron.reset()
        self.linear.weight.grad = self.linear.bias.grad = None
        return self.neuron(self.linear(self.x))

    def both(self):
        y = self.forward()
        y.sum().backward()
        return y

    def results(self, case):
        if case == "forward":
            return write_arrays(self.folder, {"y": self.forward()})
        y = self.both()
        gradients = {"gradient of weight": self.linear.weight.grad, "gradient of bias": self.linear.bias.grad}
        return write_arrays(self.folder, {"y": y, **gradients})

    def run(self, case):
        return getattr(self, case)


class SpikingJellyLayerCases(LayerCases):
    make_neuron = staticmethod(spikingjelly_lif)
