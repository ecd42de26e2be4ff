"""The neuron in plain PyTorch: the equations at the top of src/neurons/atif-unroll.ts, one line each.

    u[t] = v[t-1] + x[t]                      (1) charge
    q[t] = u[t] - theta,  z[t] = [q[t] >= 0]  (2) fire; a tie fires
    v[t] = (1 - z[t]) u[t] + z[t] q[t]        (3) soft reset, not detached unless asked
    y[t] = theta z[t]                         (4) output of ATIF; IFSRL gives z[t]

PyTorch's tape finds the backward pass from these lines and the slope of the spike. `gradients_by_recursion` computes it
a second way, from the closed recursion of docs/neuron.md in float64: the two have to agree.
"""

import torch
from torch import nn


class SigmoidSpike(torch.autograd.Function):
    """z = [q >= 0], with the slope of sigmoid(alpha q); alpha [1] gets no gradient."""

    @staticmethod
    def forward(ctx, q, alpha):
        ctx.save_for_backward(q, alpha)
        return (q >= 0).to(q.dtype)

    @staticmethod
    def backward(ctx, grad):
        q, alpha = ctx.saved_tensors
        s = torch.sigmoid(alpha * q)
        return ((grad * (1 - s)) * s) * alpha, None


def step(x, v, theta, alpha, *, scaled, detach_reset):
    """(y, v, q) of one time step."""
    u = v + x
    q = u - theta
    z = SigmoidSpike.apply(q, alpha)
    fired = z.detach() if detach_reset else z
    after = (1 - fired) * u + fired * q
    return (theta * z if scaled else z), after, q


def unroll(x, v0, theta, alpha, *, scaled, detach_reset):
    """y, v and q after every step, each [T, ...], of x [T, ...]."""
    v, steps = v0, []
    for each in x:
        y, v, q = step(each, v, theta, alpha, scaled=scaled, detach_reset=detach_reset)
        steps.append((y, v, q))
    return tuple(torch.stack(tensors) for tensors in zip(*steps))


def gradients_by_recursion(q, w, grad_v_last, theta, alpha, *, scaled, detach_reset):
    """(dx [T, ...], dtheta, dv0 [...]) in float64, of the distances q to the threshold and w = dL/dy, both [T, ...]."""
    q, w, lam = q.double(), w.double(), grad_v_last.double()
    dtheta, dx = 0.0, []
    for t in reversed(range(len(q))):
        z = (q[t] >= 0).double()
        s = torch.sigmoid(alpha * q[t])
        g = alpha * s * (1 - s)
        dy_du = theta * g if scaled else g
        dy_dtheta = z - theta * g if scaled else -g
        dv_du = torch.ones_like(g) if detach_reset else 1 - theta * g
        dv_dtheta = -z if detach_reset else theta * g - z
        dtheta += (w[t] * dy_dtheta + lam * dv_dtheta).sum().item()
        lam = w[t] * dy_du + lam * dv_du
        dx.insert(0, lam)
    return torch.stack(dx), dtheta, lam


class Neuron(nn.Module):
    """A layer with one threshold and a state, under the names of the state dict: v_threshold (ATIF), vp_th (IFSRL)."""

    def __init__(self, kind, alpha, v_threshold, detach_reset):
        super().__init__()
        self.scaled = kind == "ATIF"
        self.detach_reset = detach_reset
        self.alpha = torch.tensor([alpha])
        theta = nn.Parameter(torch.empty(1).uniform_(0.8 * v_threshold, v_threshold))
        self.register_parameter("v_threshold" if self.scaled else "vp_th", theta)
        self.v = None

    @property
    def theta(self):
        return self.v_threshold if self.scaled else self.vp_th

    def reset(self):
        self.v = None

    def forward(self, x):
        """One time step, x [N, ...]."""
        v = torch.zeros_like(x) if self.v is None else self.v
        y, self.v, _ = step(x, v, self.theta, self.alpha, scaled=self.scaled, detach_reset=self.detach_reset)
        return y
