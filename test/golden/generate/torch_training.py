"""Makes torch_training.json: what PyTorch computes with the optimizers, schedules, losses and operations of its names.

    python3 test/golden/generate/torch_training.py > test/golden/torch_training.json
"""

import json
import sys

import torch

START = [1.0, -2.0, 0.5, 3.0]
GRADIENTS = [
    [0.5, -1.0, 0.25, 2.0],
    [0.1, 0.3, -0.7, 0.0],
    [-0.4, 0.2, 0.6, -1.0],
    [1.5, 0.0, 0.01, 0.3],
    [-0.2, -0.9, 0.33, 0.7],
    [0.3, 0.1, -0.2, 0.4],
    [0.2, -0.6, 0.9, -0.1],
    [-0.7, 0.8, 0.05, 0.6],
]

OPTIMIZERS = [
    ("RMSprop", {"lr": 0.01}),
    ("RMSprop", {"lr": 0.02, "alpha": 0.9, "eps": 1e-3, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.01, "momentum": 0.9, "centered": True, "alpha": 0.8}),
    ("RAdam", {"lr": 0.05}),
    ("RAdam", {"lr": 0.05, "betas": (0.8, 0.9), "weight_decay": 0.1}),
    ("RAdam", {"lr": 0.05, "betas": (0.5, 0.99), "weight_decay": 0.2, "decoupled_weight_decay": True}),
    ("NAdam", {"lr": 0.02}),
    ("NAdam", {"lr": 0.05, "betas": (0.8, 0.95), "weight_decay": 0.1, "momentum_decay": 0.1}),
    ("NAdam", {"lr": 0.05, "weight_decay": 0.2, "decoupled_weight_decay": True}),
]

SCHEDULERS = [
    ("LinearLR", {"start_factor": 0.25, "end_factor": 1.0, "total_iters": 4}),
    ("LinearLR", {"start_factor": 1.0, "end_factor": 0.5, "total_iters": 6}),
    ("LinearLR", {}),
    ("ExponentialLR", {"gamma": 0.9}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 10}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 10, "pct_start": 0.4, "anneal_strategy": "linear", "div_factor": 10.0}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 10, "pct_start": 0.4, "three_phase": True, "final_div_factor": 100.0}),
]

VALUES = [1.0, 0.9, 0.9, 0.9, 0.89995, 0.9, 0.7, 0.75, 0.71, 0.72, 0.73, 0.74]

PLATEAUS = [
    {"patience": 1, "factor": 0.5},
    {"patience": 0, "factor": 0.5, "cooldown": 2, "min_lr": 0.1},
    {"patience": 1, "mode": "max", "threshold": 0.05, "threshold_mode": "abs"},
]


def rounded(values):
    return [float(f"{value:.9g}") for value in values]


def moved(name, params):
    p = torch.nn.Parameter(torch.tensor(START))
    optimizer = getattr(torch.optim, name)([p], **params)
    steps = []
    for gradient in GRADIENTS:
        p.grad = torch.tensor(gradient)
        optimizer.step()
        steps.append(rounded(p.tolist()))
    return {"kind": name, "params": params, "steps": steps}


def rates(name, params, values=None):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.8)
    extra = {"cycle_momentum": False} if name == "OneCycleLR" else {}
    scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, **params, **extra)
    seen = []
    for epoch in range(10 if values is None else len(values)):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if values is not None:
            scheduler.step(values[epoch])
        elif epoch < 9:
            scheduler.step()
    return {"kind": name, "params": params, "rates": seen}


def losses():
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(5, 4, generator=generator)
    labels = [0, 3, 2, 2, 1]
    cases = []
    for weight, smoothing in [(None, 0.1), ([1.0, 2.0, 0.5, 3.0], 0.0), ([1.0, 2.0, 0.5, 3.0], 0.2)]:
        x = logits.clone().requires_grad_()
        given = None if weight is None else torch.tensor(weight)
        loss = torch.nn.functional.cross_entropy(x, torch.tensor(labels), weight=given, label_smoothing=smoothing)
        loss.backward()
        cases.append({"weight": weight, "labelSmoothing": smoothing, "loss": loss.item(), "grad": rounded(x.grad.flatten().tolist())})
    return {"logits": rounded(logits.flatten().tolist()), "labels": labels, "cases": cases}


def clipping():
    gradients = [[3.0, -4.0], [12.0]]
    cases = []
    for clip, limit in [("norm", 1.0), ("norm", 20.0), ("value", 3.5)]:
        parameters = [torch.nn.Parameter(torch.zeros(len(each))) for each in gradients]
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = torch.tensor(gradient)
        if clip == "norm":
            norm = torch.nn.utils.clip_grad_norm_(parameters, limit).item()
        else:
            torch.nn.utils.clip_grad_value_(parameters, limit)
            norm = None
        cases.append({"clip": clip, "limit": limit, "norm": norm, "gradients": [rounded(each.grad.tolist()) for each in parameters]})
    return {"gradients": gradients, "cases": cases}


OPERATIONS = {
    "softmax": lambda x: torch.softmax(x, -1),
    "logSoftmax": lambda x: torch.log_softmax(x, -1),
}


def operations():
    x = torch.randn(3, 4, generator=torch.Generator().manual_seed(5))
    found = {}
    for name, fn in OPERATIONS.items():
        leaf = x.clone().requires_grad_()
        y = fn(leaf)
        weights = torch.arange(1, y.numel() + 1, dtype=torch.float32).reshape(y.shape)
        (y * weights).sum().backward()
        found[name] = {
            "shape": list(y.shape),
            "y": rounded(y.flatten().tolist()),
            "grad": rounded(leaf.grad.flatten().tolist()),
        }
    return {"x": rounded(x.flatten().tolist()), "shape": [3, 4], "operations": found}


json.dump(
    {
        "torch": torch.__version__.split("+")[0],
        "start": START,
        "gradients": GRADIENTS,
        "optimizers": [moved(*case) for case in OPTIMIZERS],
        "schedulers": [rates(*case) for case in SCHEDULERS],
        "values": VALUES,
        "plateaus": [rates("ReduceLROnPlateau", params, VALUES) for params in PLATEAUS],
        "losses": losses(),
        "clipping": clipping(),
        "operations": operations(),
    },
    sys.stdout,
)
print()
