"""A dense product of two matrices, with as many threads as hello was last told."""

import torch

from arrays import read_array, write_arrays


class DenseCases:
    def __init__(self, request):
        self.folder = request["folder"]
        self.a, self.b = read_array(request["x"]), read_array(request["w"])

    @torch.no_grad()
    def product(self):
        return torch.mm(self.a, self.b)

    def results(self, case):
        return write_arrays(self.folder, {"product": self.product()})

    def run(self, case):
        return self.product
