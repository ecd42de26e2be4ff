"""Golden cases of snnTorch's Leaky: python3 snntorch_leaky.py [OUT]. Needs snntorch 0.9.4 and PyTorch (pip install snntorch torch).

Of L = sum(grad_output y) + sum(grad_v_last v_T), with y and v after every step of the real class, its gradients. Inputs are drawn
again until no potential lies within 1e-3 of its threshold, so that rounding flips no spike.
"""

import json
import sys
from pathlib import Path

import snntorch
import torch
from snntorch import surrogate

T, N, F = 6, 2, 3

CASES = [
    {"resetMechanism": mechanism, "resetDelay": delay, **more}
    for mechanism in ("subtract", "zero", "none")
    for delay in (True, False)
    for more in (
        {"surrogate": "atan", "alpha": 2, "beta": 0.75, "threshold": 0.5, "graded": 1.0},
        {"surrogate": "fast_sigmoid", "alpha": 25, "beta": [0.5, 0.875, 0.25], "threshold": [0.5, 0.75, 0.375], "graded": 1.5},
    )
] + [
    # beta is held in [0, 1]: no gradient outside, one at the ends.
    {"resetMechanism": "subtract", "resetDelay": True, "surrogate": "atan", "alpha": 2, "beta": [1.25, -0.5, 1.0], "threshold": 0.75, "graded": 1.0},
]


def values(tensor):
    return {"shape": list(tensor.shape), "data": tensor.detach().reshape(-1).tolist()}


def run(case, x, grad_output, grad_v_last):
    spike = {"atan": lambda: surrogate.atan(alpha=case["alpha"]), "fast_sigmoid": lambda: surrogate.fast_sigmoid(slope=case["alpha"])}
    leaky = snntorch.Leaky(
        beta=torch.tensor(case["beta"]),
        threshold=torch.tensor(case["threshold"]),
        spike_grad=spike[case["surrogate"]](),
        reset_mechanism=case["resetMechanism"],
        reset_delay=case["resetDelay"],
        graded_spikes_factor=torch.tensor(case["graded"]),
        learn_beta=True,
        learn_threshold=True,
        learn_graded_spikes_factor=True,
    )
    x = x.clone().requires_grad_()
    mem = torch.zeros(N, F)
    ys, vs, margin = [], [], float("inf")
    for t in range(T):
        y, mem = leaky(x[t], mem)
        ys.append(y)
        vs.append(mem)
        margin = min(margin, (mem - leaky.threshold).abs().min().item())
    y = torch.stack(ys)
    ((grad_output * y).sum() + (grad_v_last * mem).sum()).backward()
    return margin, {
        **case,
        "x": values(x),
        "grad_output": values(grad_output),
        "grad_v_last": values(grad_v_last),
        "y": values(y),
        "v": values(torch.stack(vs)),
        "grad_x": values(x.grad),
        "grad_beta": values(torch.zeros_like(leaky.beta) if leaky.beta.grad is None else leaky.beta.grad),
        "grad_threshold": values(leaky.threshold.grad),
        "grad_graded": values(leaky.graded_spikes_factor.grad),
    }


def main():
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "snntorch_leaky.json"
    generator = torch.Generator().manual_seed(20)
    drawn = lambda *shape: torch.round(torch.randn(*shape, generator=generator) * 64) / 64
    made = []
    for case in CASES:
        margin = 0
        while margin < 1e-3:
            margin, result = run(case, drawn(T, N, F) * 0.5 + 0.375, drawn(T, N, F), drawn(N, F))
        made.append(result)
    about = f"snntorch {snntorch.__version__} (pip install snntorch==0.9.4), Leaky, generate/snntorch_leaky.py"
    lines = ",\n".join("    " + json.dumps(case) for case in made)
    out.write_text(f'{{\n  "source": {json.dumps(about)},\n  "cases": [\n{lines}\n  ]\n}}\n')


main()
