"""Writes the files of this folder. What is in them is said in README.md."""

import argparse

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

# Element i of x is i / 8.
x = np.arange(24).reshape(2, 3, 4) / 8
np.savez("c_float32.npz", x=x.astype("<f4"), y=np.array([3, 0]))
np.savez_compressed(
    "fortran_big_float64.npz",
    x=np.asfortranarray(x.astype(">f8")),
    y=np.asfortranarray(np.arange(6, dtype="<f4").reshape(2, 3) - 2.5),
)
np.savez_compressed("float16.npz", x=x.astype("<f2"), y=np.array([1, 2], dtype="u1"))
np.savez(
    "pixels.npz",
    x=np.arange(24, dtype="u1").reshape(2, 1, 3, 4),
    y=np.array([0, 1], dtype=">i4"),
)
np.savez("truth.npz", x=np.arange(24).reshape(2, 12) - 3, y=np.array([True, False]))
for version in [2, 3]:
    with open(f"version_{version}.npy", "wb") as file:
        values = np.arange(6).reshape(2, 3) / 4
        np.lib.format.write_array(file, values, version=(version, 0))
np.savez("objects.npz", x=x, y=np.array([1, "a"], dtype=object))
np.savez("structure.npz", x=np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4", 2)]), y=np.zeros(2))

# Models of `decide`. NumPy's products of these Jacobians are indefinite by rounding.
np.save("inputs.npy", np.asfortranarray(np.array([[1, 0], [0, 1], [0.1, 1]], dtype=">f4")))
jacobians = np.array([[[0.3, 0.7]], [[0.1, 0.9]]])
np.savez_compressed("jacobians.npz", jacobians=jacobians)
np.save("products.npy", np.einsum("ncd,nce->nde", jacobians, jacobians))


def number(model):
    """Element i of the k-th weight is k + i / 8; a counter is k."""
    with torch.no_grad():
        for k, value in enumerate(model.state_dict().values()):
            if value.dtype == torch.int64:
                value.fill_(k)
            else:
                value.copy_((k + torch.arange(value.numel()) / 8).reshape(value.shape))
    return model


class Fnn(nn.Module):
    def __init__(self):
        super().__init__()
        layers = [layer for _ in range(11) for layer in (nn.Linear(2, 2), nn.ReLU())]
        self.fc = nn.Sequential(*layers)


class Block(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if inputs != outputs:
            convolution = nn.Conv2d(inputs, outputs, 1, bias=False)
            self.shortcut = nn.Sequential(convolution, nn.BatchNorm2d(outputs))


class Resnet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(2)
        self.layer1 = nn.Sequential(Block(2, 2))
        self.layer2 = nn.Sequential(Block(2, 1))
        self.linear = nn.Linear(1, 2)


fnn = number(Fnn())
save_file(fnn.state_dict(), "fnn.safetensors")
torch.save(fnn.state_dict(), "fnn.pt")
resnet = number(Resnet())
save_file(resnet.state_dict(), "resnet.safetensors")
torch.save(nn.DataParallel(resnet).state_dict(), "wrapped.pt")
weights = {
    "last.weight": torch.tensor([[0.1, 0.5]], dtype=torch.float64),
    "first.weight": torch.tensor([1.5, -(2.0**-24)], dtype=torch.float16),
    "middle.weight": torch.tensor([1.5, -(2.0**-130)], dtype=torch.bfloat16),
}
save_file(weights, "precisions.safetensors", metadata={"order": "\n".join(weights)})

# Views of storages: every element is a multiple of 1/8, but for one that f32 rounds.
eighths = torch.arange(24) / 8
shared = nn.Parameter(eighths[:6].reshape(2, 3).clone())
views = {
    "transposed.weight": eighths.reshape(4, 6).t(),
    "part.weight": (torch.arange(20).reshape(4, 5) / 8)[1:3, 1::2],
    "left.weight": (columns := torch.arange(8).reshape(2, 4) / 8)[:, ::2],
    "right.weight": columns[:, 1::2],
    "tied.weight": shared,
    "tied_too.weight": shared,
    "scalar.weight": torch.tensor(0.5),
    "empty.weight": torch.zeros(0, 3),
    "double.weight": torch.tensor([[0.1, 0.5]], dtype=torch.float64),
    "half.weight": torch.tensor([1.5, -(2.0**-24)], dtype=torch.float16),
    "brain.weight": torch.tensor([1.5, -(2.0**-130)], dtype=torch.bfloat16),
    "epoch": 3,
}
torch.save(views, "views.pt")

# What a training script saves, with objects that are not PyTorch's.
model = nn.Linear(2, 1)
number(model)
optimizer = torch.optim.Adam(model.parameters())
model(torch.ones(1, 2)).sum().backward()
optimizer.step()
number(model)
run = {
    "epoch": 3,
    "best": np.float64(0.5),
    "args": argparse.Namespace(lr=0.1, layers=[2, 1], seed=2**70),
    "random": np.random.RandomState(1).get_state()[0],
    "model": {"state_dict": model.state_dict()},
    "optimizer": optimizer.state_dict(),
}
torch.save(run, "run.pt")
torch.save(run | {"ema": model.state_dict()}, "averaged.pt")

# What is refused.
torch.save(model, "whole.pt")
torch.save(model.state_dict(), "before_1_6.pt", _use_new_zipfile_serialization=False)
torch.save({"a.weight": eighths, "b.weight": eighths[:6]}, "overlap.pt")
torch.save({"a.weight": torch.ones(1, 3).expand(2, 3)}, "expanded.pt")
torch.save({"a.weight": torch.ones(2, 2).to_sparse()}, "sparse.pt")
torch.save({"a.weight": torch.arange(4)}, "integers.pt")
torch.save(number(nn.Linear(2, 1)).state_dict(), "twenty-one-characters.pt")


def state(make, key):
    """The state of an optimiser after one step; the second moments are (1 + k + i) / 4."""
    layer = nn.Linear(2, 1)
    optimizer = make(layer.parameters())
    layer(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    for k, parameter in enumerate(layer.parameters()):
        squares = optimizer.state[parameter][key]
        squares.copy_((1 + k + torch.arange(squares.numel())).reshape(squares.shape) / 4)
    return optimizer.state_dict()


def adam(groups, **more):
    return torch.optim.Adam(groups, lr=0.01, **more)


def by_tensor(parameters):
    return adam([{"params": [parameter]} for parameter in parameters])


torch.save(state(lambda p: adam(p, eps=0), "exp_avg_sq"), "adam.pt")
torch.save(state(lambda p: adam(p, amsgrad=True), "exp_avg_sq"), "amsgrad.pt")
torch.save(state(by_tensor, "exp_avg_sq"), "groups.pt")
torch.save(
    state(lambda p: torch.optim.RMSprop(p, lr=0.01, momentum=0.5), "square_avg"), "rmsprop.pt"
)
