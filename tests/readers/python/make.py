"""Writes the files of this folder. What is in them is said in README.md."""

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
torch.save(nn.Linear(2, 2).state_dict(), "fnn.pt")
save_file(number(Resnet()).state_dict(), "resnet.safetensors")
weights = {
    "last.weight": torch.tensor([[0.1, 0.5]], dtype=torch.float64),
    "first.weight": torch.tensor([1.5, -(2.0**-24)], dtype=torch.float16),
    "middle.weight": torch.tensor([1.5, -(2.0**-130)], dtype=torch.bfloat16),
}
save_file(weights, "precisions.safetensors", metadata={"order": "\n".join(weights)})
