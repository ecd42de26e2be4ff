"""Golden files: float32 values as their shortest decimals; what JSON has no number for is a string."""

import json
import math
import os
import struct

import torch


class InputError(Exception):
    """What was given cannot be used: a sentence for whoever gave it."""


def read_json(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); expected a JSON file.") from None
    except ValueError as error:
        raise InputError(f"{path}: is no JSON ({error}).") from None


def write_json(path, content):
    """All or nothing: a file that is half written is never there."""
    draft = f"{path}.tmp"
    try:
        with open(draft, "w", encoding="utf-8") as file:
            json.dump(content, file, separators=(",", ":"), allow_nan=False)
            file.write("\n")
        os.replace(draft, path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); choose another --out.") from None


def as_float32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def encode_number(value):
    """The shortest decimal that is this float32."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else 0.0
    for digits in range(1, 10):
        short = float(f"{value:.{digits}g}")
        try:
            if as_float32(short) == value:
                return short
        except OverflowError:  # fewer digits can round the largest numbers up beyond float32
            continue
    raise ValueError(f"{value} is no float32")


def encode(tensor):
    flat = tensor.detach().flatten().tolist()
    return {"shape": list(tensor.shape), "data": [encode_number(value) for value in flat]}


def decode(stored, where):
    """A float32 tensor of {shape, data}."""
    if not isinstance(stored, dict) or set(stored) != {"shape", "data"}:
        raise InputError(f"{where}: is no array; expected an object with shape and data alone.")
    try:
        values = [float(value) for value in stored["data"]]
        size = math.prod(stored["shape"])
    except (TypeError, ValueError) as error:
        raise InputError(f"{where}: is no array ({error}); expected numbers in data and sizes in shape.") from None
    if len(values) != size:
        raise InputError(f"{where}: holds {len(values)} numbers; expected {size}, as its shape {stored['shape']} says.")
    return torch.tensor(values, dtype=torch.float32).reshape(stored["shape"])
