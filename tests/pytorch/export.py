"""Trains two small networks in PyTorch, saves them, and prints a, the smallest
eigenvalue and s from dense Hessians of every sample in float64, as one JSON object."""
import json
import sys

import numpy as np
import torch
from torch import nn
from torch.func import functional_call, hessian, vmap

FOLDER = sys.argv[1]
torch.manual_seed(3)


class Chain(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.ModuleList([nn.Linear(6, 9), nn.Linear(9, 7), nn.Linear(7, 3)])

    def forward(self, x):
        x = self.fc[0](x.flatten(1)).relu()
        return self.fc[2](self.fc[1](x).relu())


class Images(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 3, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(3)
        self.conv2 = nn.Conv2d(3, 3, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(3)
        self.fc = nn.Linear(12, 3)

    def forward(self, x):
        x = self.bn1(self.conv1(x)).relu()
        x = (self.bn2(self.conv2(x)) + x).relu()
        return self.fc(nn.functional.max_pool2d(x, 2).flatten(1))


def losses():
    mean_squared = lambda o, t: ((o - t) ** 2).mean(-1)
    cross_entropy = lambda o, t: -(t * o.log_softmax(-1)).sum(-1)
    return {"mean-squared": mean_squared, "cross-entropy": cross_entropy}


def train(model, x, t, loss, steps=300):
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    model.train()
    for _ in range(steps):
        optimiser.zero_grad()
        loss(model(x), t).mean().backward()
        optimiser.step()
    return model.eval()


def reference(model, x, t, loss):
    model, x, t = model.double(), x.double(), t.double()
    parameters = {k: v.detach() for k, v in model.named_parameters()}
    buffers = dict(model.named_buffers())
    shapes = [(k, v.shape, v.numel()) for k, v in parameters.items()]

    def one(flat, x, t):
        parts = flat.split([n for _, _, n in shapes])
        named = {k: p.view(s) for (k, s, _), p in zip(shapes, parts)}
        return loss(functional_call(model, (named, buffers), (x[None],)), t[None])[0]

    flat = torch.cat([v.flatten() for v in parameters.values()])
    each = vmap(hessian(one), (None, 0, 0))(flat, x, t)
    mean = each.mean(0)
    spread = each - mean
    covariance = (spread @ spread).mean(0)
    ends = torch.linalg.eigvalsh(mean)
    return {
        "parameters": flat.numel(),
        "train_loss": vmap(one, (None, 0, 0))(flat, x, t).mean().item(),
        "sharpness": ends[-1].item(),
        "smallest_eigenvalue": ends[0].item(),
        "non_uniformity": torch.linalg.eigvalsh(covariance)[-1].sqrt().item(),
    }


answers = {}
for name, build, shape in [("chain", Chain, (6,)), ("images", Images, (2, 4, 4))]:
    for word, loss in losses().items():
        x = torch.rand(24, *shape)
        y = torch.arange(24) % 3
        t = torch.eye(3)[y]
        model = train(build(), x, t, loss)
        torch.save(model.state_dict(), f"{FOLDER}/{name}-{word}.pt")
        np.savez(f"{FOLDER}/{name}-{word}.npz", x=x.numpy(), y=y.numpy())
        answers[f"{name}-{word}"] = reference(model, x, t, loss)
print(json.dumps(answers))
