"""A small network that is trained, and its samples."""

import numpy
import pytest
import torch


class Trained:
    """A network with the samples of its training."""

    def __init__(self):
        torch.manual_seed(1)
        self.x = torch.randn(40, 6)
        self.y = torch.randn(40, 2)
        self.model = torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.Tanh(), torch.nn.Linear(8, 2))
        optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1)
        for _ in range(300):
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(self.model(self.x), self.y).backward()
            optimizer.step()

    def arrays(self):
        """The state dictionary as arrays of NumPy."""
        return {name: value.numpy() for name, value in self.model.state_dict().items()}

    def save(self, folder):
        """Writes the files that the program reads, and returns its flags."""
        torch.save(self.model.state_dict(), folder / "model.pt")
        numpy.savez(folder / "data.npz", x=self.x.numpy(), y=self.y.numpy())
        flags = "diagnose --weights model.pt --data data.npz --arch fnn --activation tanh --lr 0.1 --batch 4 --json"
        return flags.split()


@pytest.fixture(scope="session")
def trained():
    return Trained()
