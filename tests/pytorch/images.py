"""The images, as PyTorch reads them and in the files that `diagnose` reads."""
import gzip
from pathlib import Path

import numpy as np
import torch

EMBEDDED = Path(__file__).parents[2] / "src/dataset/embedded"


def fashion():
    """The embedded images of Fashion-MNIST and their labels."""
    read = lambda name: gzip.decompress((EMBEDDED / name).read_bytes())
    pixels = read("train-1200-images-idx3-ubyte.gz")[16:]
    labels = read("train-1200-labels-idx1-ubyte.gz")[8:]
    pixels = np.frombuffer(pixels, np.uint8).reshape(-1, 1, 28, 28)
    return pixels, np.frombuffer(labels, np.uint8)


def write_idx(folder):
    """The same samples as files without compression, and under their published names."""
    for part in ["images-idx3-ubyte", "labels-idx1-ubyte"]:
        packed = (EMBEDDED / f"train-1200-{part}.gz").read_bytes()
        (folder / f"plain-{part}").write_bytes(gzip.decompress(packed))
        (folder / f"train-{part}.gz").write_bytes(packed)


def stripes():
    """Coloured images of 32 × 32 pixels, each class with stripes in a direction of its own."""
    random = np.random.default_rng(5)
    labels = random.integers(0, 3, 120).astype(np.uint8)
    row, column = np.mgrid[:32, :32] / 32
    angle = labels[:, None, None] * np.pi / 3
    phase = random.uniform(0, 2 * np.pi, (120, 3, 1, 1))
    along = np.cos(angle) * row + np.sin(angle) * column
    waves = np.sin(2 * np.pi * 3 * along[:, None] + phase)
    colour = random.uniform(20, 90, (120, 3, 1, 1))
    noise = random.normal(0, 20, (120, 3, 32, 32))
    pixels = 128 + colour * waves + noise
    return pixels.clip(0, 255).astype(np.uint8), labels


def write_cifar(folder):
    """The stripes as the five files of CIFAR-10's binary version."""
    pixels, labels = stripes()
    records = np.hstack([labels[:, None], pixels.reshape(len(labels), -1)])
    for i, part in enumerate(np.split(records, 5), 1):
        (folder / f"data_batch_{i}.bin").write_bytes(part.tobytes())


def select(data, samples, classes=range(10)):
    """The first samples of these classes as numbers from 0 to 1, and their unit vectors."""
    pixels, labels = data
    rows = np.isin(labels, classes).nonzero()[0][:samples]
    places = [list(classes).index(label) for label in labels[rows]]
    x = torch.from_numpy(pixels[rows].astype(np.float32) / np.float32(255))
    return x, torch.eye(len(classes))[places]
