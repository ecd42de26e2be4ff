"""check_pytorch.py FOLDER EXPECTED.safetensors: imports FOLDER/network.py, with nothing installed but torch, and compares with
EXPECTED: logits of `x` at every time step and of `xs`, and the gradients of a cross entropy with `labels` in training mode. Exit 1 if
they differ."""
import importlib.util, sys
import torch

folder, expected = sys.argv[1:]
spec = importlib.util.spec_from_file_location("network", f"{folder}/network.py")
network = importlib.util.module_from_spec(spec)
spec.loader.exec_module(network)
network.check()
want = network.read_safetensors(expected)
net = network.load()
bad = []


def near(name, a, b, tolerance):
    error = (a - b).abs().max().item() / max(1.0, b.abs().max().item())
    if not error <= tolerance: bad.append(f"{name}: {error:.2e}")
    return error


x = want["x"]
with torch.no_grad():
    worst = near("logits", net.logits_per_step(x.expand(net.timesteps, *x.shape)), want["logits_per_step"], 1e-6)
    worst = max(worst, near("mean", net(x), want["logits_per_step"].mean(0), 1e-6))
    worst = max(worst, near("sequence", net.logits_per_step(want["xs"]), want["sequence_logits_per_step"], 1e-6))
    if "raw" in want: near("prepared", net(net.prepare(want["raw"])), want["logits_per_step"].mean(0), 1e-5)
net.train()
for module in net.modules():
    if type(module).__name__ == "Dropout": module.p = 0.0  # another generator would drop other elements
loss = torch.nn.functional.cross_entropy(net(x), want["labels"])
loss.backward()
gradient = 0.0
for name, parameter in net.named_parameters():
    if parameter.grad is None: bad.append(f"{name}: no gradient")
    else: gradient = max(gradient, near(f"gradient of {name}", parameter.grad, want[f"grad.{name}"], 1e-5))
for name, buffer in net.named_buffers():
    if not name.endswith("num_batches_tracked"): near(name, buffer, want[f"buffer.{name}"], 1e-5)
with torch.no_grad(): torch.optim.SGD(net.parameters(), lr=0.1).step(); net.guard(); net(x[:1].repeat(5, *[1] * (x.ndim - 1)))
print("\n".join(f"WRONG {b}" for b in bad) or f"OK logits {worst:.1e} gradients {gradient:.1e}")
sys.exit(bool(bad))
