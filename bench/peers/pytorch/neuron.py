"""ATIF in plain PyTorch, as a user writes it: a surrogate spike, and a Python loop over the time steps.

    u[t] = v[t-1] + x[t];  z[t] = [u[t] >= theta];  y[t] = theta z[t];  v[t] = u[t] - y[t]

The gradient of the spike is that of a sigmoid of steepness alpha; the reset is not detached.
"""

import torch
from torch import nn


class Spike(torch.autograd.Function):
    """[q >= 0], with the gradient of sigmoid(alpha q)."""

    @staticmethod
    def forward(ctx, q, alpha):
        ctx.save_for_backward(q)
        ctx.alpha = alpha
        return (q >= 0).to(q.dtype)

    @staticmethod
    def backward(ctx, grad):
        (q,) = ctx.saved_tensors
        s = torch.sigmoid(ctx.alpha * q)
        return grad * (1 - s) * s * ctx.alpha, None


class ATIF(nn.Module):
    """x [T, N, ...] to theta times spikes of the same shape; the state starts at zero in every call."""

    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha
        self.v_threshold = nn.Parameter(torch.ones(1))

    def forward(self, x):
        v = torch.zeros_like(x[0])
        outputs = []
        for step in x:
            u = v + step
            y = self.v_threshold * Spike.apply(u - self.v_threshold, self.alpha)
            v = u - y
            outputs.append(y)
        return torch.stack(outputs)
