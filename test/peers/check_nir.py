"""check_nir.py FILE [EXPECTED.json]: reads FILE with the real nir package (type checks on), prints the graph, writes and reads it
again; with EXPECTED (its x, dt, expected_hard/expected_subtract/expected_metadata/expected; start "reset": potentials begin at v_reset) simulates
the file (nirsim.py) and compares. Needs nir, and PYTHONPATH with the folder of this script."""
import io, json, sys, numpy as np, nir
from nirsim import simulate
f = sys.argv[1]
g = nir.read(f)
def show(g, ind=""):
    for k, n in g.nodes.items():
        print(ind + k, type(n).__name__, {a: np.shape(v) for a, v in n.__dict__.items() if isinstance(v, np.ndarray)}, n.metadata or "")
        if isinstance(n, nir.NIRGraph): show(n, ind + "  ")
    print(ind + "edges", sorted(g.edges))
show(g)
if getattr(g, "metadata", None): print("metadata", g.metadata)
b = io.BytesIO(); nir.write(b, g, compression=None); b.seek(0); nir.read(b)
bad = 0
if len(sys.argv) > 2:
    e = json.load(open(sys.argv[2])); x = np.array(e["x"]["data"], float).reshape(e["x"]["shape"])
    for name, rule in (("expected_hard", "hard"), ("expected_subtract", "subtract"), ("expected_metadata", "metadata"), ("expected", "hard")):
        if name not in e: continue
        y, m = simulate(g, x, rule, e["dt"], e.get("start", "zero")); w = np.array(e[name]["data"], float).reshape(e[name]["shape"])
        d = float(np.abs(y - w).max()); bad += d > 1e-5; print(name, "max difference", d, "margin", m)
print("OK" if not bad else "WRONG"); sys.exit(bool(bad))
