"""Writes training.json: losses, optimiser trajectories and learning rates of PyTorch in float64.

    pip install torch==2.13.0 && python make_training.py
"""
import json
import pathlib

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(21)
torch.set_default_dtype(torch.float64)


def pack(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.15g}") for v in tensor.detach().flatten().tolist()]}


logits, classes = torch.randn(6, 3) * 2, torch.tensor([0, 2, 1, 2, 2, 0])
weights, samples = torch.tensor([0.5, 2.0, 1.25]), torch.tensor([1.0, 0.0, 2.0, 0.5, 1.0, 3.0])
x, t = torch.randn(6) * 2, torch.randn(6)
labels = (torch.randn(6, 3) > 0).double()
mean = lambda losses: (losses * samples).sum() / samples.sum()
unreduced = {"reduction": "none"}
losses = {
    "crossEntropy": F.cross_entropy(logits, classes),
    "crossEntropy weighted": F.cross_entropy(logits, classes, weights),
    "crossEntropy samples": mean(F.cross_entropy(logits, classes, **unreduced)),
    "crossEntropy weighted samples": (samples * F.cross_entropy(logits, classes, weights, **unreduced)).sum()
    / (samples * weights[classes]).sum(),
    "binaryCrossEntropy": F.binary_cross_entropy_with_logits(logits, labels),
    "binaryCrossEntropy weighted": F.binary_cross_entropy_with_logits(logits, labels, pos_weight=weights),
    "binaryCrossEntropy samples": mean(F.binary_cross_entropy_with_logits(logits, labels, **unreduced).mean(1)),
    "meanSquaredError": F.mse_loss(x, t),
    "meanSquaredError samples": mean(F.mse_loss(x, t, **unreduced)),
    "meanAbsoluteError": F.l1_loss(x, t),
    "huber": F.huber_loss(x, t, delta=0.7),
}

start, targets, steps = torch.randn(2, 3), torch.randn(8, 2, 3), 8
bias = torch.randn(2)


def trajectory(make, rate=lambda step: 1.0, clip=None, decay_bias=True):
    w, b = nn.Parameter(start.clone()), nn.Parameter(bias.clone())
    optimizer = make([{"params": [w]}, {"params": [b], **({} if decay_bias else {"weight_decay": 0.0})}])
    base = optimizer.param_groups[0]["lr"]
    for step in range(steps):
        optimizer.zero_grad()
        ((w - targets[step]) ** 4).sum().add((b.sin() * targets[step][:, 0]).sum()).backward()
        if clip:
            nn.utils.clip_grad_norm_([w, b], clip)
        for group in optimizer.param_groups:
            group["lr"] = base * rate(step)
        optimizer.step()
    return torch.cat([w.flatten(), b])


optimizers = {
    "sgd": trajectory(lambda p: torch.optim.SGD(p, lr=0.01)),
    "sgd momentum decay": trajectory(lambda p: torch.optim.SGD(p, lr=0.001, momentum=0.9, weight_decay=0.1)),
    "sgd nesterov": trajectory(lambda p: torch.optim.SGD(p, lr=0.001, momentum=0.8, nesterov=True)),
    "adam": trajectory(lambda p: torch.optim.Adam(p, lr=0.05)),
    "adam decay": trajectory(lambda p: torch.optim.Adam(p, lr=0.05, weight_decay=0.3)),
    "adamw": trajectory(lambda p: torch.optim.AdamW(p, lr=0.05, weight_decay=0.3)),
    "adamw rate": trajectory(lambda p: torch.optim.AdamW(p, lr=0.05, weight_decay=0.3), lambda s: 1 / (s + 1)),
    "adamw groups": trajectory(lambda p: torch.optim.AdamW(p, lr=0.05, weight_decay=0.3), decay_bias=False),
    "adamw clipped": trajectory(lambda p: torch.optim.AdamW(p, lr=0.05, weight_decay=0.3), clip=0.5),
}

validation = torch.tensor([1.0, 0.9, 0.91, 0.92, 0.89995, 0.93, 0.94, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6])
optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=2)
rates = []
for loss in validation.tolist():
    rates.append(optimizer.param_groups[0]["lr"])
    scheduler.step(loss)
optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=10)
cosine = []
for _ in range(10):
    cosine.append(optimizer.param_groups[0]["lr"])
    optimizer.step()
    scheduler.step()

golden = {
    "inputs": {name: pack(value) for name, value in {
        "logits": logits, "classes": classes, "weights": weights, "samples": samples, "x": x, "t": t, "labels": labels,
        "start": start, "bias": bias, "targets": targets, "validation": validation}.items()},
    "losses": {name: float(value) for name, value in losses.items()},
    "optimizers": {name: pack(value) for name, value in optimizers.items()},
    "schedules": {"plateau": rates, "cosine": cosine},
}
path = pathlib.Path(__file__).with_name("training.json")
path.write_text(json.dumps(golden, indent=1) + "\n")
