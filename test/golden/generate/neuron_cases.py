"""One case of the neuron: what goes in, and what the twin makes of it. README.md has the keys."""

import torch

from atif_twin import gradients_by_recursion, unroll
from golden_json import InputError, as_float32, decode, encode, encode_number

GIVEN = ["T", "v_threshold", "alpha", "detach_reset", "shape", "seed", "scale", "x", "grad_output", "v0", "grad_v_last"]
RESULTS = ["y", "v", "v_last", "grad_x", "grad_threshold", "grad_v0"]

# As the tests hold the library to: of the size of the value, where it is above the floor.
DX, DX_FLOOR, DTHETA = 1e-5, 1e-2, 1e-4


class NeuronCase:
    """The inputs, as tensors. What is not given is drawn from the seed, in the order x, grad_output, v0, grad_v_last."""

    def __init__(self, given, where):
        if not isinstance(given, dict):
            raise InputError(f"{where}: is no object; expected one with the keys {', '.join(GIVEN)}.")
        for key in given:
            if key not in GIVEN + RESULTS:
                raise InputError(f'{where}: unknown key "{key}"; known keys are {", ".join(GIVEN)}.')
        self.where = where
        self.alpha = positive(given, "alpha", where, 1.0)
        self.v_threshold = positive(given, "v_threshold", where, 1.0)
        self.detach_reset = given.get("detach_reset", False)
        if not isinstance(self.detach_reset, bool):
            raise InputError(f"{where}: detach_reset is {self.detach_reset!r}; expected true or false.")
        draw = self.drawing(given)
        self.x = decode(given["x"], f"{where}: x") if "x" in given else draw(self.shape_of(given))
        if self.x.dim() < 1 or len(self.x) < 1 or given.get("T", len(self.x)) != len(self.x):
            raise InputError(f"{where}: x is {list(self.x.shape)} and T {given.get('T')}; expected x [T, ...].")
        state = self.x.shape[1:]
        self.w = self.array(given, "grad_output", self.x.shape, draw, True)
        self.v0 = self.array(given, "v0", state, draw, False)
        self.grad_v_last = self.array(given, "grad_v_last", state, draw, False)

    def drawing(self, given):
        generator = torch.Generator()
        if "seed" in given:
            generator.manual_seed(whole(given, "seed", self.where))
        scale = positive(given, "scale", self.where, 1.0)

        def draw(shape):
            if "seed" not in given:
                raise InputError(f"{self.where}: has no seed; expected one, or all arrays: x and grad_output.")
            return torch.randn(*shape, generator=generator) * scale

        return draw

    def shape_of(self, given):
        shape = given.get("shape")
        if not isinstance(shape, list) or not all(isinstance(size, int) and size >= 0 for size in shape):
            raise InputError(f"{self.where}: shape is {shape!r}; expected x, or the shape of one time step, such as [3, 5].")
        return [whole(given, "T", self.where, 1), *shape]

    def array(self, given, key, shape, draw, always):
        """What is given under the key: an array, true for one that is drawn; None for none."""
        value = given.get(key, always)
        if value is True:
            return draw(shape)
        if value is False:
            return None
        tensor = decode(value, f"{self.where}: {key}")
        if tensor.shape != shape:
            raise InputError(f"{self.where}: {key} is {list(tensor.shape)}; expected {list(shape)}.")
        return tensor


def positive(given, key, where, default):
    value = given.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 3.4e38:
        raise InputError(f"{where}: {key} is {value!r}; expected a number above 0.")
    return float(value)


def whole(given, key, where, least=0):
    value = given.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InputError(f"{where}: {key} is {value!r}; expected a whole number of at least {least}.")
    return value


class Computed:
    """y, v [T, ...] and the gradients of L = sum(grad_output y) + sum(grad_v_last v_T)."""

    def __init__(self, case, scaled):
        theta = torch.tensor([case.v_threshold], requires_grad=True)
        x = case.x.clone().requires_grad_()
        v0 = (torch.zeros(x.shape[1:]) if case.v0 is None else case.v0.clone()).requires_grad_()
        options = {"scaled": scaled, "detach_reset": case.detach_reset}
        self.y, self.v, self.q = (each for each in unroll(x, v0, theta, torch.tensor([case.alpha]), **options))
        loss = (case.w * self.y).sum()
        if case.grad_v_last is not None:
            loss = loss + (case.grad_v_last * self.v[-1]).sum()
        loss.backward()
        self.grad_x, self.grad_threshold, self.grad_v0 = x.grad, theta.grad, v0.grad
        self.case, self.options = case, options

    def encoded(self):
        """The case as it is stored."""
        case = self.case
        optional = {"detach_reset": True} if case.detach_reset else {}
        start = {} if case.v0 is None else {"v0": encode(case.v0)}
        last = {} if case.grad_v_last is None else {"grad_v_last": encode(case.grad_v_last)}
        states = {"v": encode(self.v)} if case.grad_v_last is None else {"v_last": encode(self.v[-1])}
        dv0 = {} if case.v0 is None else {"grad_v0": encode(self.grad_v0)}
        return {
            "T": len(case.x), "v_threshold": case.v_threshold, "alpha": case.alpha, **optional,
            "x": encode(case.x), "grad_output": encode(case.w), **start, **last,
            "y": encode(self.y), **states,
            "grad_x": encode(self.grad_x), "grad_threshold": encode_number(self.grad_threshold.item()), **dv0,
        }

    def is_finite(self):
        return all(grad.isfinite().all() for grad in (self.grad_x, self.grad_threshold, self.grad_v0))

    def parting(self):
        """How far the tape's gradients are from the recursion's in float64, as parts of the tolerances: a number per name."""
        case = self.case
        last = torch.zeros_like(case.x[0]) if case.grad_v_last is None else case.grad_v_last
        theta, alpha = as_float32(case.v_threshold), as_float32(case.alpha)
        dx, dtheta, dv0 = gradients_by_recursion(self.q.detach(), case.w, last, theta, alpha, **self.options)
        return {
            "grad_x": error(self.grad_x, dx, DX_FLOOR) / DX,
            "grad_threshold": error(self.grad_threshold, torch.tensor([dtheta]), 0) / DTHETA,
            "grad_v0": error(self.grad_v0, dv0, DX_FLOOR) / DX,
        }


def error(actual, expected, floor):
    """The largest |actual - expected| / max(|expected|, floor); 0 for the same, infinity where NaN meets a number."""
    actual, expected = actual.detach().double().flatten(), expected.detach().double().flatten()
    if len(actual) == 0:
        return 0.0
    same = (actual == expected) | (actual.isnan() & expected.isnan())
    relative = (actual - expected).abs() / expected.abs().clamp(min=floor)
    return torch.where(same, torch.zeros_like(relative), relative).nan_to_num(nan=float("inf")).max().item()
