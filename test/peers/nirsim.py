"""A plain NumPy simulator of NIR graphs, float64, forward Euler, for expected values.

One step per input row. Neurons: u = integrate(v, I); fire where u > v_threshold; reset "hard": v = v_reset,
"subtract": v = u - v_threshold; "metadata": what atif_reset beside the node says, else hard. IF: u = v + dt r I. LIF: u = v + dt/tau ((v_leak - v) + r I).
LI: the same without firing, output u. CubaLIF: i = i + dt/tau_syn (w_in I - i), then u = v + dt/tau_mem ((v_leak - v) + r i).
I: u = v + dt r I, output u. Threshold: 1 where x > threshold. Several edges into a node add up. An edge that closes a
cycle carries the value of the previous step (0 at first). Potentials start at 0, or with start="reset" at v_reset."""
import numpy as np, nir

def _conv(x, n):
    w, b = np.asarray(n.weight, float), np.asarray(n.bias, float)
    one_d = w.ndim == 3
    st, di = n.stride, n.dilation
    pd = n.padding
    if one_d:
        x, w = x[:, :, None, :], w[:, :, None, :]
        st, di = (1, int(np.asarray(st).reshape(-1)[0])), (1, int(np.asarray(di).reshape(-1)[0]))
        pd = pd if isinstance(pd, str) else (0, int(np.asarray(pd).reshape(-1)[0]))
    else:
        st, di = [tuple(int(q) for q in np.broadcast_to(v, 2)) for v in (st, di)]
        pd = pd if isinstance(pd, str) else tuple(int(q) for q in np.broadcast_to(pd, 2))
    kh, kw = w.shape[2:]
    if pd == "valid": pads = ((0, 0), (0, 0))
    elif pd == "same":
        t = [(di[i] * (w.shape[2 + i] - 1)) for i in (0, 1)]
        pads = tuple((q // 2, q - q // 2) for q in t)
    else: pads = ((pd[0], pd[0]), (pd[1], pd[1]))
    x = np.pad(x, ((0, 0), (0, 0), *pads))
    oh = (x.shape[2] - di[0] * (kh - 1) - 1) // st[0] + 1
    ow = (x.shape[3] - di[1] * (kw - 1) - 1) // st[1] + 1
    g, O, I = int(n.groups), w.shape[0], w.shape[1]
    out = np.zeros((x.shape[0], O, oh, ow))
    for k in range(g):
        xs, ws = x[:, k * I:(k + 1) * I], w[k * (O // g):(k + 1) * (O // g)]
        for i in range(kh):
            for j in range(kw):
                p = xs[:, :, i * di[0]:i * di[0] + st[0] * oh:st[0], j * di[1]:j * di[1] + st[1] * ow:st[1]]
                out[:, k * (O // g):(k + 1) * (O // g)] += np.einsum("nihw,oi->nohw", p, ws[:, :, i, j])
    out += b[None, :, None, None]
    return out[:, :, 0, :] if one_d else out

def _pool(x, n, mean):
    k, s, p = [tuple(int(q) for q in np.broadcast_to(np.asarray(v), 2)) for v in (n.kernel_size, n.stride, n.padding)]
    x = np.pad(x, ((0, 0), (0, 0), (p[0], p[0]), (p[1], p[1])))
    oh, ow = (x.shape[2] - k[0]) // s[0] + 1, (x.shape[3] - k[1]) // s[1] + 1
    out = np.zeros((*x.shape[:2], oh, ow))
    for i in range(k[0]):
        for j in range(k[1]): out += x[:, :, i:i + s[0] * oh:s[0], j:j + s[1] * ow:s[1]]
    return out / (k[0] * k[1]) if mean else out

class Sim:
    def __init__(self, g, reset, dt, margins, start="zero"):
        self.g, self.reset, self.dt, self.m, self.start = g, reset, dt, margins, start
        self.state, self.prev = {}, {}
        self.sub = {k: Sim(n, reset, dt, margins, start) for k, n in g.nodes.items() if isinstance(n, nir.NIRGraph)}
        edges = list(dict.fromkeys((a, b) for a, b in g.edges))
        order, mark, self.back = [], {}, set()
        succ = {}
        for a, b in edges: succ.setdefault(a, []).append(b)
        def visit(n):
            mark[n] = 1
            for b in sorted(succ.get(n, [])):
                if mark.get(b) == 1: self.back.add((n, b))
                elif b not in mark: visit(b)
            mark[n] = 2; order.append(n)
        for n in sorted(g.nodes, key=lambda k: not isinstance(g.nodes[k], nir.Input)):
            if n not in mark: visit(n)
        self.order, self.edges = order[::-1], edges
    def neuron(self, name, u, n):
        th = np.asarray(n.v_threshold, float); vr = np.asarray(n.v_reset, float)
        z = (u > th).astype(float)
        self.m.append(float(np.abs(u - th).min()))
        rule = n.metadata.get("atif_reset", "hard") if self.reset == "metadata" else self.reset
        return z, (np.where(z > 0, vr, u) if rule == "hard" else u - z * th)
    def v0(self, n): return np.asarray(n.v_reset, float) if self.start == "reset" and hasattr(n, "v_reset") else 0.0
    def step(self, x):
        val = {}
        for name in self.order:
            n = self.g.nodes[name]
            if isinstance(n, nir.Input): val[name] = x; continue
            I = 0.0
            for a, b in self.edges:
                if b == name: I = I + (self.prev.get(a, 0.0) if (a, b) in self.back else val[a])
            t = type(n).__name__; dt = self.dt; f = lambda q: np.asarray(q, float)
            if t == "Output": val[name] = I
            elif t == "NIRGraph": val[name] = self.sub[name].step(I)
            elif t == "Linear": val[name] = I @ f(n.weight).T
            elif t == "Affine": val[name] = I @ f(n.weight).T + f(n.bias)
            elif t in ("Conv1d", "Conv2d"): val[name] = _conv(I, n)
            elif t == "SumPool2d": val[name] = _pool(I, n, False)
            elif t == "AvgPool2d": val[name] = _pool(I, n, True)
            elif t == "Flatten":
                s = I.shape[1:]; a = int(n.start_dim); b = int(n.end_dim); b = b + len(s) if b < 0 else b
                val[name] = I.reshape(I.shape[0], *s[:a], int(np.prod(s[a:b + 1])), *s[b + 1:])
            elif t == "Scale": val[name] = I * f(n.scale)
            elif t == "Threshold":
                self.m.append(float(np.abs(I - f(n.threshold)).min())); val[name] = (I > f(n.threshold)).astype(float)
            elif t == "I": self.state[name] = self.state.get(name, 0.0) + dt * f(n.r) * I; val[name] = self.state[name]
            elif t == "IF": val[name], self.state[name] = self.neuron(name, self.state.get(name, self.v0(n)) + dt * f(n.r) * I, n)
            elif t in ("LIF", "LI"):
                v = self.state.get(name, self.v0(n)); u = v + dt / f(n.tau) * ((f(n.v_leak) - v) + f(n.r) * I)
                if t == "LI": val[name] = self.state[name] = u
                else: val[name], self.state[name] = self.neuron(name, u, n)
            elif t == "CubaLIF":
                v, i = self.state.get(name, (self.v0(n), 0.0)); i = i + dt / f(n.tau_syn) * (f(n.w_in) * I - i)
                u = v + dt / f(n.tau_mem) * ((f(n.v_leak) - v) + f(n.r) * i)
                z, v = self.neuron(name, u, n); val[name], self.state[name] = z, (v, i)
            else: raise ValueError(t)
        self.prev = val
        out = [k for k, n in self.g.nodes.items() if isinstance(n, nir.Output)]
        return val[out[0]]

def simulate(g, x, reset="hard", dt=1.0, start="zero"):
    m = []
    s = Sim(g, reset, dt, m, start)
    y = np.stack([s.step(np.asarray(x[t], float)) for t in range(len(x))])
    return y, (min(m) if m else None)
