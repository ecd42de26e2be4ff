"""Runs neuron.json on a PyTorch module: python run_torch.py package.module:Class

The class is made as Class(threshold=..., alpha=...), is called once a step with x [N], keeps its potential in `.v` (which may
be set before the first step), and has its threshold in a parameter `.v_threshold` of one element. Exit code 1 if a case differs.
"""
import importlib, json, os, sys
import torch

def number(v):
    return float(v)

def tensor(rows):
    return torch.tensor([[number(v) for v in row] for row in rows], dtype=torch.float32)

def same(own, expected, relative=0.0):
    near = (own - expected).abs() <= relative * expected.abs().clamp(min=1e-2)
    return bool((near | (own == expected) | (own.isnan() & expected.isnan())).all())

def differences(case, cls):
    steps = len(case["x"])
    thresholds = case["threshold"] if isinstance(case["threshold"], list) else [case["threshold"]] * steps
    neuron = cls(threshold=number(thresholds[0]), alpha=number(case["alpha"]))
    neuron.v, x, outputs, potentials = tensor([case["v0"]])[0], tensor(case["x"]).requires_grad_("dy" in case), [], []
    for t in range(steps):
        if t > 0 and thresholds[t] != thresholds[t - 1]:
            with torch.no_grad():
                neuron.v_threshold.fill_(number(thresholds[t]))
        outputs.append(neuron(x[t]))
        potentials.append(neuron.v)
    expected = case["expected"]
    yield "outputs", same(torch.stack(outputs).detach(), tensor(expected["outputs"]))
    yield "potentials", same(torch.stack(potentials).detach(), tensor(expected["potentials"]))
    if "dy" in case:
        loss = (torch.stack(outputs) * tensor(case["dy"])).sum()
        (loss + (neuron.v * tensor([case.get("dv", [0.0] * len(case["x"][0]))])[0]).sum()).backward()
        yield "dx", same(x.grad, tensor(expected["dx"]), 1e-5)
        yield "dthreshold", same(neuron.v_threshold.grad, torch.tensor(number(expected["dthreshold"])), 1e-4)

module, name = sys.argv[1].split(":")
sys.path.insert(0, os.getcwd())
cls = getattr(importlib.import_module(module), name)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "neuron.json")) as file:
    cases = [c for c in json.load(file)["cases"] if c["output"] == (sys.argv[2] if len(sys.argv) > 2 else "threshold")]
wrong = [f"{c['name']}: {what} differ. {c['what']}" for c in cases for what, right in differences(c, cls) if not right]
print("\n".join(wrong) or f"all {len(cases)} cases are right")
sys.exit(1 if wrong else 0)
