"""The cases of network.py and neuron_cases.py by torch.compile.

layout_optimization is off: with it, as by default, networks like these are slower than eager ones.
"""

import torch

from network import NetworkCases
from neuron_cases import NeuronCases

OPTIONS = {"layout_optimization": False}


class CompiledNetworkCases(NetworkCases):
    @property
    def training(self):
        return self.compiled("trained")

    @property
    def testing(self):
        return self.compiled("tested")

    def compiled(self, name):
        kept = f"compiled_{name}"
        if kept not in self.__dict__:
            self.__dict__[kept] = torch.compile(getattr(self, name), options=OPTIONS)
        return self.__dict__[kept]


class CompiledNeuronCases(NeuronCases):
    def __init__(self, request):
        super().__init__(request)
        # The module, whose parameter is the learned threshold, stays at hand under it.
        self.compute = torch.compile(self.neuron, options=OPTIONS)
