"""How closely the twin agrees with a golden file: a line per file, and whether it is within the tolerances."""

import os

import torch

from atif_twin import SigmoidSpike
from golden_json import InputError, decode, read_json
from neuron_cases import DTHETA, DX, DX_FLOOR, Computed, NeuronCase, error
from training_trace import REFERENCE_RUNS, Run, evaluated, loaded, train

# Of a training trace, relative: a spike near its threshold may flip after the first ten steps.
FIRST_STEPS, FIRST, ALL = 10, 1e-5, 1e-1
# Of the logits, absolute; a row with such a spike differs as a whole, and so many may.
LOGITS, ROWS = 1e-4, 4


class Agreement:
    """What was compared, and what is not as it should be."""

    def __init__(self):
        self.worst, self.failures = {}, []

    def same_bits(self, name, actual, expected, where):
        self.worst.setdefault(name, "the same bits")
        same = actual.shape == expected.shape and bool(
            (((actual == expected) & (actual.signbit() == expected.signbit())) | (actual.isnan() & expected.isnan())).all()
        )
        if not same:
            self.worst[name] = "other bits"
            self.failures.append(f"{where}: {name} differs; expected the same bits")

    def within(self, name, found, tolerance, where):
        self.worst[name] = max(self.worst.get(name, 0.0), found)
        if not found <= tolerance:
            self.failures.append(f"{where}: {name} differs by {found:.2g}; expected at most {tolerance:g}")

    def sentence(self):
        def said(found):
            if isinstance(found, str):
                return found
            return "the same" if found == 0 else f"within {found:.1e}"

        return ", ".join(f"{name} {said(found)}" for name, found in self.worst.items())


def kind_of(path):
    """What a golden file holds, by its name."""
    name = os.path.basename(path)
    for kind in ("atif", "ifsrl", "train", "heaviside", "spike_function_sigmoid"):
        if name.endswith(".json") and (name == f"{kind}.json" or name.startswith(f"{kind}_")):
            return kind
    raise InputError(f"{path}: its name does not say what it holds; expected atif_NAME.json, ifsrl_NAME.json or train_NAME.json.")


def agreement_with(path):
    kind, content = kind_of(path), read_json(path)
    found = Agreement()
    try:
        if kind == "train":
            training(path, content, found)
        elif kind == "heaviside":
            found.same_bits("y", spikes(decode(content["x"], path), 1.0), decode(content["y"], path), path)
        elif kind == "spike_function_sigmoid":
            surrogates(path, content["cases"], found)
        else:
            neurons(path, content["cases"], kind == "atif", found)
    except (KeyError, TypeError, AttributeError) as wrong:
        raise InputError(f"{path}: is not as README.md says ({type(wrong).__name__}: {wrong}).") from None
    return found


def spikes(x, alpha):
    return SigmoidSpike.apply(x, torch.tensor([float(alpha)]))


def surrogates(path, cases, found):
    for case in cases:
        where = f"{path}: alpha {case['alpha']}"
        x = decode(case["x"], where).requires_grad_()
        y = spikes(x, case["alpha"])
        y.backward(decode(case["grad_output"], where))
        found.same_bits("y", y.detach(), decode(case["y"], where), where)
        found.within("grad_x", error(x.grad, decode(case["grad_x"], where), 1e-6), DX, where)


def neurons(path, cases, scaled, found):
    for i, case in enumerate(cases):
        where = f"{path}: cases[{i}]"
        computed = Computed(NeuronCase(case, where), scaled)
        found.same_bits("y", computed.y.detach(), decode(case["y"], where), where)
        if "v" in case:
            found.same_bits("v", computed.v.detach(), decode(case["v"], where), where)
        if "v_last" in case:
            found.same_bits("v_last", computed.v[-1].detach(), decode(case["v_last"], where), where)
        found.within("grad_x", error(computed.grad_x, decode(case["grad_x"], where), DX_FLOOR), DX, where)
        threshold = torch.tensor([float(case["grad_threshold"])])
        found.within("grad_threshold", error(computed.grad_threshold, threshold, 0), DTHETA, where)
        if "v0" in case:
            found.within("grad_v0", error(computed.grad_v0, decode(case["grad_v0"], where), DX_FLOOR), DX, where)


def training(path, content, found):
    description = REFERENCE_RUNS.get(os.path.basename(path).removesuffix(".json"), content)
    run = Run({**content, **description}, path)
    network = run.network()
    loaded(network, content["init"], f"{path}: init")
    trace = train(run, network, content["order"])
    for i, (actual, expected) in enumerate(zip(trace, content["trace"])):
        span, tolerance = ("first 10 steps", FIRST) if i < FIRST_STEPS else ("later steps", ALL)
        for name in ("loss", "thresholds"):
            values = [torch.tensor(each[name], dtype=torch.float64) for each in (actual, expected)]
            found.within(f"{name} ({span})", error(*values, 0), tolerance, f"{path}: step {i}")
    loaded(network, content["final"], f"{path}: final")
    logits, accuracy = evaluated(network)
    off = (logits - decode(content["eval_logits_last360"], path)).abs().amax(1)
    rows = int((off > LOGITS).sum())
    found.worst["logits"] = f"of {len(off) - rows} of {len(off)} rows within {off[off <= LOGITS].max():.1e}"
    if rows > ROWS:
        found.failures.append(f"{path}: {rows} rows of logits differ by more than {LOGITS}; expected at most {ROWS}")
    if abs(accuracy - content["eval_accuracy_last360"]) > (ROWS + 0.5) / len(off):
        found.failures.append(f"{path}: accuracy {accuracy:.4f}; expected {content['eval_accuracy_last360']:.4f}")
