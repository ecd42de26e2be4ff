"""check_onnx_step.py FILE EXPECTED.json: runs a graph of one time step under onnxruntime, as often as EXPECTED has time steps:
potentials begin with what the metadata says, and what comes out goes in again. Exit 1 if a logit differs."""
import json, sys
import numpy as np, onnx, onnxruntime as ort

file, expected = sys.argv[1:]
e = json.load(open(expected))
arr = lambda t: np.array(t["data"], np.float32).reshape(t["shape"])
m = onnx.load(file)
onnx.checker.check_model(m, full_check=True)
onnx.shape_inference.infer_shapes(m, strict_mode=True)
metadata = {p.key: p.value for p in m.metadata_props}
states = json.loads(metadata["states"])
options = ort.SessionOptions(); options.log_severity_level = 3
s = ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])
x, want = arr(e["x"]), arr(e["logits_per_step"])
T = int(metadata["timesteps"])
shapes = {i.name: i.shape for i in s.get_inputs()}
xs = x if e.get("temporal") else np.repeat(x[None], T, 0)
assert len(shapes["input"]) == xs.ndim - 1 and want.shape[0] == T, (shapes, xs.shape)
feed = {q["input"]: np.full([xs.shape[1], *shapes[q["input"]][1:]], q["initial"], np.float32) for q in states}
worst = 0.0
for t in range(T):
    outputs = dict(zip([o.name for o in s.get_outputs()], s.run(None, {"input": np.ascontiguousarray(xs[t]), **feed})))
    feed = {q["input"]: outputs[q["output"]] for q in states}
    worst = max(worst, float(np.abs(outputs["logits"] - want[t]).max()))
ok = worst <= 1e-5 * max(1.0, float(np.abs(want).max()))
print("OK" if ok else "WRONG", "max difference", worst)
sys.exit(not ok)
