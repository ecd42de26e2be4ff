"""DistributedDataParallel over gloo: this process is rank 0, and starts rank 1, which is told the same requests.

Each takes its half of every batch, with half of the threads. Batch normalisation is over the half that a rank has.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from datetime import timedelta
from functools import cached_property

import torch
from torch import distributed
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel

from arrays import write_arrays
from network import NetworkCases

RANKS = 2
# Of a rank that waits for another that has failed.
PATIENCE = timedelta(seconds=60)

rank = int(os.environ.get("ATIF_BENCH_RANK", "0"))


def follow(server):
    """Starts rank 1, which reads what it is to do as this process does. Returns where to write it; None in rank 1."""
    if rank != 0:
        return None
    meeting = os.path.join(tempfile.mkdtemp(prefix="atif-bench-"), "meeting")
    os.environ["ATIF_BENCH_MEETING"] = meeting
    environment = {**os.environ, "ATIF_BENCH_RANK": "1"}
    return subprocess.Popen(
        [sys.executable, "-u", "-B", server, "ddp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=environment,
        text=True,
        bufsize=1,
    ).stdin


def join(threads):
    torch.set_num_threads(max(1, threads // RANKS))
    meeting = os.environ["ATIF_BENCH_MEETING"]
    distributed.init_process_group(
        "gloo", init_method=f"file://{meeting}", rank=rank, world_size=RANKS, timeout=PATIENCE
    )


def leave():
    """Rank 1 is the one that sees the end: rank 0 is killed by the bench."""
    shutil.rmtree(os.path.dirname(os.environ["ATIF_BENCH_MEETING"]), ignore_errors=True)


class DistributedNetworkCases(NetworkCases):
    @cached_property
    def training(self):
        return DistributedDataParallel(self.trained)

    def part(self, batch):
        return batch.chunk(RANKS)[rank]

    def batch(self):
        images, labels = super().batch()
        return self.part(images), self.part(labels)

    def results(self, case):
        """Gradients of the first batch, which are means over the ranks."""
        network = self.trained
        before = {name: each.clone() for name, each in network.state_dict().items()}
        F.cross_entropy(self.training(self.part(self.images[0])), self.part(self.labels[0])).backward()
        gradients = {f"gradient of {name}": each.grad.clone() for name, each in network.named_parameters()}
        network.load_state_dict(before)
        network.zero_grad()
        return write_arrays(self.folder, gradients) if rank == 0 else {}
