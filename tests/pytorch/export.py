"""Trains networks in PyTorch and saves them in a folder. Prints, as one JSON object, the curvature of
each in float64 and the flags with which `diagnose` is to find the same. The second argument says which
networks: `layers` or `activations`."""
import json
import sys
from collections import namedtuple
from concurrent.futures import ProcessPoolExecutor
from copy import deepcopy
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import images
from curvature import by_products, dense, reference
from networks import (
    ACTIVATIONS, BARE, BENT, DECODER, ENCODER, NORMS, PROJECTED, SLID, SMALL, Bare, Bent, Chain, Cnn, Decoder,
    Encoder, LeNet, Norms, Projected, ResNet, Slid, Small, SmallResNet, Tied, Vgg)

FOLDER, KIND = Path(sys.argv[1]), sys.argv[2]
BATCH = 4

# Sequences of this many tokens out of a vocabulary.
Tokens = namedtuple("Tokens", "vocabulary length")


def squared(o, t):
    return functional.mse_loss(o, t, reduction="none")


def binary(o, t):
    return functional.binary_cross_entropy_with_logits(o, t, reduction="none")


def hinge(o, t):
    return (1 - (2 * t - 1) * o).clamp(min=0) ** 2


def cross_entropy(smoothing):
    return lambda o, t: functional.cross_entropy(
        o, t, reduction="none", label_smoothing=smoothing)


LOSSES = {
    "mean-squared": lambda o, t: squared(o, t).mean(-1),
    "half-sum-squared": lambda o, t: squared(o, t).sum(-1) / 2,
    "sum-squared": lambda o, t: squared(o, t).sum(-1),
    "cross-entropy": cross_entropy(0.0),
    "binary-cross-entropy": lambda o, t: binary(o, t).mean(-1),
    "hinge-squared": lambda o, t: hinge(o, t).mean(-1),
}


def loss_of(flags):
    if "label-smoothing" in flags:
        return cross_entropy(flags["label-smoothing"])
    return LOSSES[flags.get("loss", "mean-squared")]


# Random samples of these shapes for networks so small that their Hessians can be had whole.
SMALL_CASES = {
    f"{arch}-{loss}": (build, shape, {**flags, "loss": loss, "data": f"{arch}-{loss}.npz"})
    for arch, build, shape, flags in [
        ("chain", lambda: Chain(6, 9, 7, 3), (6,), {"arch": "fnn"}),
        ("tied", Tied, (6,), {"arch": "fnn"}),
        ("small", Small, (2, 4, 4), {"arch": "small.toml", "mode": "eval"}),
        ("slid", Slid, (2, 6, 5), {"arch": "slid.toml", "mode": "eval"}),
        ("bare", Bare, (2, 7, 5), {"arch": "bare.toml", "mode": "frozen"}),
        ("norms", Norms, (2, 5, 4), {"arch": "norms.toml"}),
        ("projected", Projected, (2, 5, 4), {"arch": "projected.toml", "mode": "eval"}),
        ("decoder", Decoder, Tokens(7, 6), {"arch": "decoder.toml"}),
        ("encoder", Encoder, Tokens(6, 5), {"arch": "encoder.toml"}),
    ]
    for loss in LOSSES
}

# The same, with what is beside a loss.
SMALL_CASES |= {
    f"{arch}-{name}": (build, shape, {**flags, **more, "data": f"{arch}-{name}.npz"})
    for arch, (build, shape, flags) in [
        ("chain", SMALL_CASES["chain-cross-entropy"]),
        ("small", SMALL_CASES["small-cross-entropy"]),
    ]
    for name, more in {
        "smoothed": {"label-smoothing": 0.1},
        "decayed": {"weight-decay": 0.05},
        "decayed-gauss-newton": {"weight-decay": 0.05, "matrix": "gauss-newton"},
        "decayed-squares": {"loss": "sum-squared", "weight-decay": 5e-4},
    }.items()
}

CIFAR = {"data": "cifar-10", "data-dir": ".", "classes": "0,1"}
PUBLISHED = {"data": "fashion-mnist", "data-dir": ".", "classes": "3,1"}
IDX = {"data": "plain-images-idx3-ubyte"}

# The named architectures over data of every kind, those that take longest first.
NAMED_CASES = {
    "resnet8-eval": (lambda: ResNet(2), images.stripes, {
        "arch": "resnet8", **CIFAR, "samples": 12, "mode": "eval"}),
    "resnet8-frozen": (lambda: ResNet(2), images.stripes, {
        "arch": "resnet8", **CIFAR, "samples": 12, "mode": "frozen"}),
    "resnet20-padded": (lambda: SmallResNet(2, 3, False), images.stripes, {
        "arch": "resnet20", **CIFAR, "samples": 6, "mode": "eval"}),
    "resnet20-projected": (lambda: SmallResNet(2, 3, True), images.stripes, {
        "arch": "resnet20", **CIFAR, "samples": 6, "mode": "eval"}),
    "cnn-tanh": (lambda: Cnn(10, 28), images.fashion, {
        "arch": "cnn-tanh", "data": "fashion-mnist", "samples": 24, "loss": "cross-entropy"}),
    "fc-tanh": (lambda: Chain(784, 200, 200, 10, activation=nn.Tanh), images.fashion, {
        "arch": "fc-tanh", "data": "fashion-mnist", "samples": 24}),
    "fnn": (lambda: Chain(784, 500, 500, 500, 10), images.fashion, {
        "arch": "fnn", "data": "fashion-mnist", "samples": 24, "sampling": "with-replacement"}),
    "vgg11": (lambda: Vgg(2), images.stripes, {
        "arch": "vgg11", **CIFAR, "samples": 32}),
    "lenet": (lambda: LeNet(10), images.fashion, {
        "arch": "lenet", **IDX, "samples": 32, "loss": "cross-entropy"}),
    "lenet-gauss-newton": (lambda: LeNet(2), images.fashion, {
        "arch": "lenet", **PUBLISHED, "samples": 32, "matrix": "gauss-newton"}),
}


# Every activation in a chain, under two losses, where a named architecture has ReLU, and in a TOML file.
ACTIVATED_CASES = {
    "lenet-silu": (lambda: LeNet(10, nn.SiLU), images.fashion, {
        "arch": "lenet", "activation": "silu", **IDX, "samples": 24}),
    "chain-tanh-gauss-newton": (lambda: Chain(6, 9, 7, 3, activation=nn.Tanh), (6,), {
        "arch": "fnn", "activation": "tanh", "data": "tanh.npz", "matrix": "gauss-newton"}),
}

ACTIVATED_CASES |= {
    f"chain-{word}-{loss}": (
        lambda activation=activation: Chain(6, 9, 7, 3, activation=activation), (6,), {
            "arch": "fnn", "activation": word, "loss": loss, "data": f"{word}-{loss}.npz"})
    for word, activation in ACTIVATIONS.items()
    for loss in ["mean-squared", "cross-entropy"]
}

ACTIVATED_CASES |= {
    f"bent-{mode}": (Bent, (2, 5, 4), {
        "arch": "bent.toml", "mode": mode, "data": f"bent-{mode}.npz"})
    for mode in ["eval", "frozen"]
}

CASES = {"layers": NAMED_CASES | SMALL_CASES, "activations": ACTIVATED_CASES}


def write_files():
    for name, text in [
            ("small", SMALL), ("slid", SLID), ("bare", BARE), ("bent", BENT),
            ("norms", NORMS), ("projected", PROJECTED), ("decoder", DECODER), ("encoder", ENCODER)]:
        (FOLDER / f"{name}.toml").write_text(text)
    images.write_idx(FOLDER)
    images.write_cifar(FOLDER)


def samples(source, flags):
    """The samples that the flags speak of, and how to measure over them."""
    if callable(source):
        classes = flags.get("classes", "0,1,2,3,4,5,6,7,8,9").split(",")
        return *images.select(source(), flags["samples"], [int(c) for c in classes]), by_products
    y = torch.arange(24) % 3
    if isinstance(source, Tokens):
        x = torch.randint(source.vocabulary, (24, source.length))
    else:
        x = torch.rand(24, *source)
    np.savez(FOLDER / flags["data"], x=x.numpy(), y=y.numpy())
    return x, torch.eye(3)[y], dense


def visit(model, kind, see, x):
    """Runs the model, and shows the modules of one kind with their inputs as they come."""
    modules = [module for module in model.modules() if isinstance(module, kind)]
    hooks = [module.register_forward_pre_hook(see) for module in modules]
    with torch.no_grad():
        model(x)
    for hook in hooks:
        hook.remove()


def own_statistics(norm, inputs):
    places = [d for d in range(inputs[0].dim()) if d != 1]
    norm.running_mean = inputs[0].mean(places)
    norm.running_var = inputs[0].var(places, unbiased=False)


def seen(model, x, mode):
    """The model in float64, with the statistics of the mode in its batch normalisation."""
    model = deepcopy(model).double().eval()
    if mode == "frozen":
        visit(model, (nn.BatchNorm1d, nn.BatchNorm2d), own_statistics, x)
    return model


def is_clear(model, x):
    """Is every activation so far from its kinks that f32 sees it on the same side?"""
    nearest = []

    def near(module, inputs):
        kink = 1 if isinstance(module, nn.Hardtanh) else 0
        nearest.append((inputs[0].abs() - kink).abs().min() / inputs[0].std())

    visit(model, (nn.ReLU, nn.LeakyReLU, nn.ELU, nn.SELU, nn.Hardtanh), near, x)
    return min(nearest, default=1) > 2e-6


def train(model, x, t, loss):
    """Some steps, but not to so small a loss that f32 has few digits of it."""
    optimiser = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    for _ in range(80):
        value = loss(model(x), t).mean()
        if value < 5e-3:
            break
        optimiser.zero_grad()
        value.backward()
        optimiser.step()


def shake(model, x, mode):
    """Moves the parameters a little, until the model in float64 is clear of the edges."""
    for _ in range(500):
        wide = seen(model, x, mode)
        if is_clear(wide, x):
            return wide
        for parameter in model.parameters():
            parameter.data *= 1 + 1e-4 * torch.randn_like(parameter)
    raise RuntimeError("some activation is always at its kink")


def noise_weight(n, sampling):
    with_replacement = Fraction(1, BATCH)
    without = Fraction(n - BATCH, BATCH * (n - 1))
    return str(with_replacement if sampling == "with-replacement" else without)


def answer(name):
    """Trains and saves a model, and measures it as its flags say."""
    torch.manual_seed(3)
    build, source, flags = CASES[KIND][name]
    model, (x, t, method) = build(), samples(source, flags)
    loss = loss_of(flags)
    train(model, x, t, loss)
    x, t = x.double(), t.double()
    wide = shake(model, x, flags.get("mode"))
    torch.save(model.state_dict(), FOLDER / f"{name}.pt")
    matrix, decay = flags.get("matrix", "hessian"), flags.get("weight-decay", 0.0)
    # Whole matrices are those of the Hessian.
    method = by_products if matrix == "gauss-newton" else method
    flags = {**flags, "batch": BATCH}
    return {
        "flags": [word for k, v in flags.items() for word in (f"--{k}", str(v))],
        "noise_weight": noise_weight(len(x), flags.get("sampling")),
        **reference(wide, x, t, loss, matrix, method, decay),
    }


if __name__ == "__main__":
    write_files()
    names = [*CASES[KIND]]
    # Threads of one process would wait for each other wherever something else runs beside them.
    with ProcessPoolExecutor(2, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        print(json.dumps(dict(zip(names, pool.map(answer, names)))))
