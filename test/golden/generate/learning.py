"""Makes learning.json: steps of PyTorch on a small spiking network, with all that steps may be made of.

    python3 test/golden/generate/learning.py > test/golden/learning.json

The network is that of atif_twin.py, whose neurons are written from the equations; losses, clipping, groups of parameters
and the schedule are PyTorch's own. Nothing here was written after the TypeScript.
"""

import json

import torch
from torch import nn

import atif_twin

T, ALPHA = 4, 2.0
TARGET, WEIGHT = 0.3, 5.0
CLASS_WEIGHTS, SMOOTHING = [1.0, 2.0, 0.5], 0.1
LR, THETA_LR, GAMMA, MAX_NORM = 0.02, 0.005, 0.5, 0.4
MICRO = [4, 4, 2]  # a step: ten samples in ragged parts
STEPS = 6


def rounded(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().flatten().tolist()]


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(6, 5), nn.Linear(5, 4), nn.Linear(4, 3)
        self.theta1 = nn.Parameter(torch.tensor([0.7]))
        self.theta2 = nn.Parameter(torch.tensor([0.6]))

    def forward(self, x):
        """Logits [N, 3] and the spikes of both layers, [T, N, ...]."""
        alpha = torch.tensor([ALPHA])
        spikes = []

        def layer(x, theta, scaled):
            y, _, _ = atif_twin.unroll(x, torch.zeros_like(x[0]), theta, alpha, scaled=scaled, detach_reset=False)
            spikes.append(y / theta if scaled else y)
            return y

        y = layer(self.fc1(x).expand(T, -1, -1), self.theta1, True)
        y = layer(self.fc2(y), self.theta2, False)
        return self.fc3(y).mean(0), spikes


def penalty(spikes, target, weight):
    """By torch.stack and sum over einsum-like loops, sample by sample."""
    total = torch.zeros(())
    for layer in spikes:
        rates = torch.stack([layer[:, n].mean() for n in range(layer.shape[1])])
        total = total + torch.mean((rates - target) ** 2)
    return weight * total


def main():
    torch.manual_seed(3)
    network = Network()
    x = 2 * torch.rand(STEPS * sum(MICRO), 6)
    labels = torch.randint(0, 3, (len(x),))
    start = {name: rounded(p) for name, p in network.named_parameters()}

    logits, spikes = network(x)
    value = penalty(spikes, TARGET, WEIGHT)
    value.backward()
    gradients = {name: rounded(p.grad) for name, p in network.named_parameters() if p.grad is not None}
    rates = [float(layer.mean()) for layer in spikes]
    network.zero_grad()

    thetas = [network.theta1, network.theta2]
    others = [p for name, p in network.named_parameters() if not name.startswith("theta")]
    optimizer = torch.optim.Adam([{"params": others}, {"params": thetas, "lr": THETA_LR}], lr=LR)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=GAMMA)
    criterion = nn.CrossEntropyLoss(weight=torch.tensor(CLASS_WEIGHTS), label_smoothing=SMOOTHING)
    losses, norms, lrs = [], [], []
    for step in range(STEPS):
        part = slice(step * sum(MICRO), (step + 1) * sum(MICRO))
        optimizer.zero_grad()
        logits, spikes = network(x[part])  # the whole batch at once
        loss = criterion(logits, labels[part])
        loss.backward()
        norms.append(float(nn.utils.clip_grad_norm_(network.parameters(), MAX_NORM)))
        losses.append(float(loss.detach()))
        lrs.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        schedule.step()
    end = {name: rounded(p) for name, p in network.named_parameters()}
    print(json.dumps({
        "torch": torch.__version__.split("+")[0], "T": T, "alpha": ALPHA, "x": rounded(x), "labels": labels.tolist(),
        "start": start,
        "penalty": {"target": TARGET, "weight": WEIGHT, "value": float(value.detach()), "rates": rates, "gradients": gradients},
        "training": {
            "class_weights": CLASS_WEIGHTS, "label_smoothing": SMOOTHING, "lr": LR, "theta_lr": THETA_LR, "gamma": GAMMA,
            "max_norm": MAX_NORM, "micro": MICRO, "losses": losses, "norms": norms, "lrs": lrs, "end": end,
        },
    }))


main()
