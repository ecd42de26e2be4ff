"""Makes torch_operations.json: what PyTorch computes with the operations and layers of its names, and their gradients.

    python3 test/golden/generate/torch_operations.py > test/golden/torch_operations.json

Arrays are channels first, as PyTorch has them. The gradient of the output is 1, 2, 3, ... in its order.
"""

import json

import torch

NAN, INF = float("nan"), float("inf")


def plain(tensor):
    """JSON has no NaN: "NaN", "Infinity" and "-Infinity" stand for them."""
    values = [float(f"{value:.9g}") for value in tensor.detach().flatten().tolist()]
    named = {INF: "Infinity", -INF: "-Infinity"}
    return {"shape": list(tensor.shape), "data": ["NaN" if v != v else named.get(v, v) for v in values]}


def leaf(data, shape=None):
    tensor = torch.tensor(data, dtype=torch.float32)
    return (tensor if shape is None else tensor.reshape(shape)).clone().requires_grad_(True)


def ramp(shape):
    count = 1
    for length in shape:
        count *= length
    return torch.arange(1, count + 1, dtype=torch.float32).reshape(shape)


def case(name, fn, *inputs):
    out = fn(*inputs)
    outputs = list(out) if isinstance(out, (list, tuple)) else [out]
    torch.autograd.backward(outputs, [ramp(y.shape) for y in outputs])
    grads = [plain(x.grad) for x in inputs]
    return {
        "name": name,
        "inputs": [plain(x) for x in inputs],
        "outputs": [plain(y) for y in outputs],
        "grads": grads,
    }


TIES = [1.0, 3.0, 3.0, -2.0, 3.0, -2.0, 0.0, -0.5, 0.25, 0.0, 1.5, -2.0]


def operations():
    x = lambda: leaf(TIES, (3, 4))  # noqa: E731
    pair = lambda: (leaf([[1.0, 2.0, -3.0]]), leaf([[1.0], [0.5]]))  # noqa: E731
    bases = [2.0, -2.0, 0.5, 0.0, 0.0, 0.0, -1.5, 1.0, -1.0]
    powers = [3.0, 2.0, -1.5, 0.0, 2.0, 1.0, 3.0, 7.5, INF]
    spread = [-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.5, 20.0]
    return [
        case("cat 0", lambda a, b: torch.cat([a, b]), leaf([[1.0, 2.0]]), leaf([[3.0, 4.0], [5.0, 6.0]])),
        case("cat -1", lambda a, b: torch.cat([a, b, a], -1), leaf([[1.0], [2.0]]), leaf([[3.0, 4.0], [5.0, 6.0]])),
        case("split 2", lambda a: torch.split(a, 2, 1), leaf(list(range(10)), (2, 5))),
        case("split 1,4", lambda a: torch.split(a, [1, 4], -1), leaf(list(range(10)), (2, 5))),
        case("slice", lambda a: a[:, 1:-1], leaf(list(range(10)), (2, 5))),
        case("max", torch.max, x()),
        case("min", torch.min, x()),
        case("max 0", lambda a: torch.max(a, 0).values, x()),
        case("max 1", lambda a: torch.max(a, 1).values, x()),
        case("min 0", lambda a: torch.min(a, 0).values, x()),
        case("min 1", lambda a: torch.min(a, 1).values, x()),
        case("maximum", torch.maximum, *pair()),
        case("minimum", torch.minimum, *pair()),
        case("pow", torch.pow, leaf(bases), leaf(powers)),
        case("pow 2", lambda a: a**2, leaf(bases)),
        case("pow 0", lambda a: a**0, leaf(bases)),
        case("pow -1", lambda a: a**-1, leaf([2.0, -0.5, 0.0])),
        case("abs", torch.abs, leaf(spread)),
        case("tanh", torch.tanh, leaf(spread)),
        case("exp2", torch.exp2, leaf(spread)),
        case("clamp", lambda a: torch.clamp(a, -1.0, 1.0), leaf(spread)),
        case("clamp min", lambda a: torch.clamp(a, min=0.5), leaf(spread)),
        case("clamp max", lambda a: torch.clamp(a, max=0.5), leaf(spread)),
        case("clamp crossed", lambda a: torch.clamp(a, 1.0, -1.0), leaf([-2.0, 0.0, 3.0])),
        case("where", lambda a, b: torch.where(torch.tensor([[True, False, True]]), a, b), *pair()),
        case("var", torch.var, x()),
        case("var 0", lambda a: torch.var(a, correction=0), x()),
        case("var dim 0", lambda a: torch.var(a, 0), x()),
        case("var dim 1", lambda a: torch.var(a, 1, correction=2), x()),
    ]


def layer(name, module, shape):
    """Its arrays become smooth numbers that everybody can make again; here they are written out."""
    for k, parameter in enumerate(module.parameters()):
        count = parameter.numel()
        values = torch.sin(torch.arange(count, dtype=torch.float64) * 0.7 + k + 1)
        parameter.data = values.to(torch.float32).reshape(parameter.shape)
    count = 1
    for length in shape:
        count *= length
    x = leaf(torch.cos(torch.arange(count, dtype=torch.float64) * 0.9).tolist(), shape)
    y = module(x)
    slope = torch.sin(torch.arange(y.numel(), dtype=torch.float64)).to(torch.float32).reshape(y.shape)
    y.backward(slope)
    named = list(module.named_parameters())
    return {
        "name": name,
        "arrays": {key: plain(parameter) for key, parameter in named},
        "x": plain(x),
        "y": plain(y),
        "slope": plain(slope),
        "dx": plain(x.grad),
        "grads": {key: plain(parameter.grad) for key, parameter in named},
    }


def layers():
    nn = torch.nn
    transposed = nn.ConvTranspose2d
    return {
        "Conv1d": [
            layer(kw, nn.Conv1d(**kw), shape)
            for kw, shape in [
                (dict(in_channels=2, out_channels=3, kernel_size=3, dilation=2, padding=1), (2, 2, 9)),
                (dict(in_channels=4, out_channels=4, kernel_size=2, dilation=3, stride=2, groups=4), (1, 4, 11)),
            ]
        ],
        "Conv2d": [
            layer(kw, nn.Conv2d(**kw), shape)
            for kw, shape in [
                (dict(in_channels=2, out_channels=3, kernel_size=3, dilation=2, padding=2), (2, 2, 6, 5)),
                (dict(in_channels=1, out_channels=2, kernel_size=[2, 3], dilation=[3, 2], stride=[2, 3], padding=[0, 2]), (1, 1, 9, 8)),
                (dict(in_channels=4, out_channels=6, kernel_size=2, dilation=4, stride=2, padding=1, groups=2, bias=False), (2, 4, 8, 7)),
                (dict(in_channels=3, out_channels=3, kernel_size=3, dilation=[1, 3], stride=3, groups=3), (1, 3, 7, 12)),
            ]
        ],
        "ConvTranspose2d": [
            layer(kw, transposed(**kw), shape)
            for kw, shape in [
                (dict(in_channels=2, out_channels=3, kernel_size=2, stride=2), (2, 2, 3, 4)),
                (dict(in_channels=3, out_channels=2, kernel_size=3, padding=1), (1, 3, 4, 4)),
                (dict(in_channels=2, out_channels=2, kernel_size=[3, 2], stride=[2, 3], padding=[1, 0], output_padding=[1, 2]), (1, 2, 3, 2)),
                (dict(in_channels=4, out_channels=6, kernel_size=4, stride=2, padding=1, groups=2, bias=False), (2, 4, 3, 3)),
                (dict(in_channels=2, out_channels=1, kernel_size=3, stride=2, dilation=2, output_padding=1), (1, 2, 3, 3)),
            ]
        ],
        "LayerNorm": [
            layer(kw, nn.LayerNorm(**kw), shape)
            for kw, shape in [
                (dict(normalized_shape=[5]), (3, 5)),
                (dict(normalized_shape=[2, 3, 4], eps=1e-3), (2, 2, 3, 4)),
                (dict(normalized_shape=[4], bias=False), (2, 3, 4)),
                (dict(normalized_shape=[6], elementwise_affine=False), (2, 6)),
            ]
        ],
        "Upsample": [
            layer(kw, nn.Upsample(**kw), shape)
            for kw, shape in [
                (dict(scale_factor=2), (2, 3, 2, 3)),
                (dict(scale_factor=(3, 1)), (1, 2, 2, 2)),
                (dict(scale_factor=3), (2, 2, 4)),
            ]
        ],
    }


print(json.dumps({"torch": torch.__version__.split("+")[0], "operations": operations(), "layers": layers()}))
