"""Arrays travel as raw little-endian files, with their shape in the message."""

import ctypes
import os
import re

import torch


def read(array, dtype):
    with open(array["file"], "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=dtype).reshape(array["shape"])


def read_array(array):
    return read(array, torch.float32)


def read_integers(array):
    return read(array, torch.int32).long()


def write_arrays(folder, tensors):
    """{name: {file, shape}} of {name: tensor}, in files of the folder."""
    written = {}
    for name, tensor in tensors.items():
        values = tensor.detach().float().contiguous()
        path = os.path.join(folder, "pytorch-" + re.sub(r"[^\w.-]+", "-", name))
        with open(path, "wb") as file:
            # Neither NumPy, which may be absent, nor storages, whose names changed between PyTorch 1 and 2.
            file.write(ctypes.string_at(values.data_ptr(), values.numel() * values.element_size()))
        written[name] = {"file": path, "shape": list(values.shape)}
    return written
