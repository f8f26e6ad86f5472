"""Chiasm's models in plain PyTorch, as one would write them by hand; names as in its checkpoints.

Width 64 and one layer an encoder, and the default options of each fusion.
"""

import torch
from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    def __init__(self, inputs, width, dropout):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(inputs, width)])
        self.dropout = dropout

    def forward(self, x):
        for layer in self.layers:
            x = F.dropout(layer(x).relu(), self.dropout, self.training)
        return x


class Unimodal(nn.Module):
    width = 64

    def forward(self, inputs):
        return inputs[0]


class Network(nn.Module):
    """The concatenation through a network: `early` on the inputs, `nonlinear` on the encodings."""

    width = 64

    def __init__(self, widths, depth, dropout):
        super().__init__()
        sizes = [sum(widths)] + [64] * depth
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.dropout = dropout

    def forward(self, inputs):
        x = torch.cat(inputs, -1)
        for layer in self.layers:
            x = F.dropout(layer(x).relu(), self.dropout, self.training)
        return x


class Late(nn.Module):
    """A predictor for each modality, each with its own loss; probabilities are averaged."""

    def __init__(self, widths, outputs):
        super().__init__()
        self.predictors = nn.ModuleList(nn.Linear(width, outputs) for width in widths)

    def forward(self, inputs):
        return [predict(x) for predict, x in zip(self.predictors, inputs)]


class Additive(nn.Module):
    width = 64

    def __init__(self, widths):
        super().__init__()
        self.projections = nn.ModuleList(nn.Linear(width, 64, bias=False) for width in widths)

    def forward(self, inputs):
        return sum(project(x) for project, x in zip(self.projections, inputs))


class TensorFusion(nn.Module):
    """Zadeh et al., 2017, on projections of the encodings to 16."""

    width = 32

    def __init__(self, widths):
        super().__init__()
        self.projections = nn.ModuleList(nn.Linear(width, 16) for width in widths)
        self.output = nn.Linear(17 ** len(widths), 32)

    def forward(self, inputs):
        extended = [F.pad(project(x), (0, 1), value=1.0) for project, x in zip(self.projections, inputs)]
        fused = extended[0]
        for x in extended[1:]:
            fused = (fused.unsqueeze(2) * x.unsqueeze(1)).flatten(1)
        return self.output(fused)


class LowRankFusion(nn.Module):
    """Liu et al., 2018, rank 8."""

    width = 32

    def __init__(self, widths):
        super().__init__()
        self.factors = nn.ModuleList(nn.Linear(width, 8 * 32) for width in widths)
        for factor in self.factors:
            nn.init.ones_(factor.bias)
        self.weights = nn.Parameter(torch.full((8,), 8**-0.5))
        self.bias = nn.Parameter(torch.zeros(32))

    def forward(self, inputs):
        product = self.factors[0](inputs[0])
        for factor, x in zip(self.factors[1:], inputs[1:]):
            product = product * factor(x)
        return product.view(-1, 32, 8) @ self.weights + self.bias


class GatedFusion(nn.Module):
    """Arevalo et al., 2017."""

    width = 64

    def __init__(self, widths):
        super().__init__()
        self.projections = nn.ModuleList(nn.Linear(width, 64) for width in widths)
        self.gates = nn.ModuleList([nn.Linear(sum(widths), 64 * len(widths))])

    def forward(self, inputs):
        hidden = torch.stack([project(x).tanh() for project, x in zip(self.projections, inputs)], 1)
        gates = self.gates[0](torch.cat(inputs, -1)).view(-1, len(inputs), 64).sigmoid()
        return (gates * hidden).sum(1)


class Model(nn.Module):
    """Encoders, fusion and predictor for `widths`, the inputs' widths by modality."""

    def __init__(self, method, widths, outputs=2, dropout=0.0):
        super().__init__()
        names = sorted(widths)
        raw = method == "early"
        self.names = names
        self.encoders = nn.ModuleDict() if raw else nn.ModuleDict(
            {name: Encoder(widths[name], 64, dropout) for name in names})
        encoded = [widths[name] if raw else 64 for name in names]
        self.fusion = {
            "unimodal": lambda: Unimodal(),
            "early": lambda: Network(encoded, 1, dropout),
            "late": lambda: Late(encoded, outputs),
            "additive": lambda: Additive(encoded),
            "tensor": lambda: TensorFusion(encoded),
            "low-rank": lambda: LowRankFusion(encoded),
            "gated": lambda: GatedFusion(encoded),
            "nonlinear": lambda: Network(encoded, 2, dropout),
        }[method]()
        self.head = None if method == "late" else nn.Linear(self.fusion.width, outputs)

    def outputs(self, inputs):
        encoded = [self.encoders[name](inputs[name]) if self.encoders else inputs[name] for name in self.names]
        fused = self.fusion(encoded)
        return fused if self.head is None else self.head(fused)

    def forward(self, inputs):
        """Logits."""
        outputs = self.outputs(inputs)
        if self.head is not None:
            return outputs
        return torch.stack([x.softmax(-1) for x in outputs]).mean(0).log()

    def loss(self, inputs, target):
        outputs = self.outputs(inputs)
        if self.head is not None:
            return F.cross_entropy(outputs, target)
        return sum(F.cross_entropy(x, target) for x in outputs)
