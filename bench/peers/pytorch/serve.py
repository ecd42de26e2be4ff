"""The PyTorch side of the bench (as it is, compiled, over two ranks, or with SpikingJelly: the first word): a process that answers requests, one JSON object per line, until its input ends.

    {"do": "hello", "threads": 2}                              -> version, threads, idle and peak resident bytes
    {"do": "prepare", "kind": "network", "folder": ..., ...}   makes the cases of that kind
    {"do": "results", "kind": "network", "case": "step"}       -> {name: {file, shape}}, to be compared
    {"do": "time", "kind": "network", "case": "step", "runs": 3} -> milliseconds of 3 runs, after one that is not counted
    {"do": "forget", "kind": "network"}                        frees them
    {"do": "memory"}                                           -> resident bytes now and at most

Each answer is {"result": ...} or {"error": "a sentence"}.
"""

import gc
import json
import os
import platform
import signal
import sys
import time

# The last line of output may only be an answer: what libraries print goes to stderr.
answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)
# Ctrl-C is for the bench, which ends this process by closing its input.
signal.signal(signal.SIGINT, signal.SIG_IGN)

try:
    import torch
except ImportError as error:
    print(json.dumps({"error": f"PyTorch cannot be imported: {error}"}), file=answers)
    sys.exit(3)

from dense_cases import DenseCases
from layer_cases import LayerCases, SpikingJellyLayerCases
from network import NetworkCases
from neuron_cases import NeuronCases
from product_cases import ProductCases

KINDS = {
    "neuron": NeuronCases,
    "products": ProductCases,
    "dense": DenseCases,
    "network": NetworkCases,
    "layer": LayerCases,
}

# "eager", "compiled", "ddp" or "spikingjelly"
library = sys.argv[1] if len(sys.argv) > 1 else "eager"

prepared = {}


def resident():
    """Bytes resident now, and at most since the start of the process; None where the system does not say."""
    try:
        with open("/proc/self/status") as file:
            lines = dict(line.split(":", 1) for line in file)
        return [int(lines[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM")]
    except (OSError, KeyError, ValueError):
        return [None, None]


def forget_peak():
    """From now on the peak counts anew, where the system can do that."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


def memory(_):
    now, peak = resident()
    return {"residentBytes": now, "peakBytes": peak}


def load_library(threads):
    """What this process computes with: its version, and its cases in KINDS. ImportError where it is not installed."""
    if library == "spikingjelly":
        from importlib.metadata import version

        import spikingjelly.activation_based.neuron

        KINDS.update(layer=SpikingJellyLayerCases)
        return version("spikingjelly")
    if library == "ddp":
        from ddp import DistributedNetworkCases, join

        join(threads)
        KINDS.update(network=DistributedNetworkCases)
    if library == "compiled":
        from compiled import CompiledNetworkCases, CompiledNeuronCases

        # Fails here, and not in the middle of a suite, where nothing can be compiled.
        torch.compile(torch.square)(torch.ones(2))
        KINDS.update(neuron=CompiledNeuronCases, network=CompiledNetworkCases)
    return torch.__version__


def hello(request):
    torch.set_num_threads(request["threads"])
    version = load_library(request["threads"])
    forget_peak()
    return {
        "version": version,
        "python": platform.python_version(),
        "threads": torch.get_num_threads(),
        "mkl": torch.backends.mkl.is_available(),
        **memory(request),
    }


def prepare(request):
    prepared.pop(request["kind"], None)
    prepared[request["kind"]] = KINDS[request["kind"]](request)


def forget(request):
    prepared.pop(request["kind"], None)
    gc.collect()


def results(request):
    return prepared[request["kind"]].results(request["case"])


def time_runs(request):
    run = prepared[request["kind"]].run(request["case"])
    run()
    times = []
    for _ in range(request["runs"]):
        start = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - start))
    return {"ms": times}


ACTIONS = {
    "hello": hello,
    "prepare": prepare,
    "forget": forget,
    "results": results,
    "time": time_runs,
    "memory": memory,
}

followers = None
if library == "ddp":
    from ddp import follow

    followers = follow(__file__)

for line in sys.stdin:
    if followers is not None:
        followers.write(line)
    request = json.loads(line)
    try:
        answer = {"result": ACTIONS[request["do"]](request)}
    except Exception as error:  # the bench says what went wrong with this peer and goes on without it
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), file=answers)

if library == "ddp":
    from ddp import leave

    leave()
