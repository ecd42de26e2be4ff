"""A 3 x 3 convolution with padding 1, or a linear map: forward, weight gradient, input gradient.

Arrays arrive channels last and leave so; in between they lie as PyTorch has them by default, channels first.
"""

import torch
from torch.nn import functional as F

from arrays import read_array, write_arrays

FROM_CHANNELS_LAST = (0, 3, 1, 2)
TO_CHANNELS_LAST = (0, 2, 3, 1)
# [KH, KW, in, out] and [out, in, KH, KW]
FROM_HWIO = (3, 2, 0, 1)
TO_HWIO = (2, 3, 1, 0)


class Convolution:
    def __init__(self, x, w, g):
        self.x, self.g = (each.permute(FROM_CHANNELS_LAST).contiguous() for each in (x, g))
        self.w = w.permute(FROM_HWIO).contiguous()

    def forward(self):
        return F.conv2d(self.x, self.w, padding=1)

    def backward(self, input_gradient, weight_gradient):
        # What autograd calls: only the gradient that is asked for is computed.
        mask = [input_gradient, weight_gradient, False]
        return torch.ops.aten.convolution_backward(
            self.g, self.x, self.w, None, [1, 1], [1, 1], [1, 1], False, [0, 0], 1, mask
        )

    def weight_gradient(self):
        return self.backward(False, True)[1]

    def input_gradient(self):
        return self.backward(True, False)[0]

    def here(self, case, result):
        return result.permute(TO_HWIO if case == "weight gradient" else TO_CHANNELS_LAST)


class Linear:
    """Weights [out, in], as nn.Linear holds them."""

    def __init__(self, x, w, g):
        self.x, self.w, self.g = x, w.t().contiguous(), g

    def forward(self):
        return F.linear(self.x, self.w)

    def weight_gradient(self):
        return self.g.t() @ self.x

    def input_gradient(self):
        return self.g @ self.w

    def here(self, case, result):
        return result.t() if case == "weight gradient" else result


class ProductCases:
    def __init__(self, request):
        self.folder = request["folder"]
        operands = [read_array(request[name]) for name in ("x", "w", "gradient")]
        self.product = Linear(*operands) if operands[0].dim() == 2 else Convolution(*operands)

    def results(self, case):
        return write_arrays(self.folder, {"result": self.product.here(case, self.run(case)())})

    def run(self, case):
        run = getattr(self.product, case.replace(" ", "_"))

        @torch.no_grad()
        def without_tape():
            return run()

        return without_tape
