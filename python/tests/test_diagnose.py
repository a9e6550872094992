"""``diagnose`` from Python is ``diagnose`` of the program."""

import collections
import json
import os
import pathlib
import signal
import subprocess
import threading
import time

import numpy
import pytest
import torch

import sgd_stability as s

ROOT = pathlib.Path(__file__).parents[2]
RUN = {"arch": "fnn", "activation": "tanh", "lr": 0.1, "batch": 4}

#: What depends on the file, on the process, or on how the network is described.
OWN = ("weights_sha256", "memory", "activations_from", "network", "split")


def same(one, other):
    """The two answers without what is their own."""
    return [{key: value for key, value in found.items() if key not in OWN} for found in (one, other)]


@pytest.fixture(scope="session")
def found(trained):
    return s.diagnose(trained.model, trained.x, trained.y, **RUN)


def test_the_numbers_are_those_of_pytorch(trained, found):
    parameters = list(trained.model.parameters())
    shapes = [value.shape for value in parameters]
    names = list(trained.model.state_dict())

    def loss(vector):
        parts = torch.split(vector, [shape.numel() for shape in shapes])
        values = {name: part.reshape(shape) for name, part, shape in zip(names, parts, shapes)}
        outputs = torch.func.functional_call(trained.model, values, trained.x.double())
        return torch.nn.functional.mse_loss(outputs, trained.y.double())

    point = torch.cat([value.detach().double().flatten() for value in parameters])
    hessian = torch.autograd.functional.hessian(loss, point)
    sharpness = torch.linalg.eigvalsh(hessian)[-1].item()
    measured = found["sharpness"]
    assert abs(measured["value"] - sharpness) <= measured["bar"] + 1e-7 * sharpness
    assert abs(found["train_loss"] - loss(point).item()) <= 1e-6


def test_a_network_is_proposed_where_its_activation_and_loss_are_told(trained, found):
    told = {**RUN, "arch": "auto", "loss": "mean-squared"}
    proposed = s.diagnose(trained.model.state_dict(), trained.x, trained.y, **told)
    assert proposed["sharpness"] == found["sharpness"]
    assert 'type = "tanh"' in proposed["architecture"]
    with pytest.raises(ValueError, match="do not tell the activation"):
        s.diagnose(trained.model.state_dict(), trained.x, trained.y, arch="auto", lr=0.1, batch=4)


def test_every_form_of_the_model_gives_the_same_answer(trained, found):
    forms = [
        trained.model.state_dict(),
        dict(trained.model.state_dict()),
        trained.arrays(),
        {name: value.astype("f8") for name, value in trained.arrays().items()},
        torch.nn.DataParallel(trained.model),
    ]
    for model in forms:
        again = s.diagnose(model, trained.x.numpy(), trained.y.numpy(), **RUN)
        for key in ("sharpness", "non_uniformity", "criteria", "verdict", "train_loss"):
            assert again[key] == found[key], key


def test_a_sequential_lists_its_layers(trained, found):
    again = s.diagnose(trained.model, trained.x, trained.y, lr=0.1, batch=4)
    assert again["activations"] == found["activations"]
    first, second = same(again, found)
    assert first["sharpness"] == second["sharpness"]
    text = 'input = [6]\nlayer = [{ type = "dense", outputs = 8 }, { type = "tanh" }, { type = "dense", outputs = 2 }]'
    told = s.diagnose(trained.arrays(), trained.x, trained.y, arch=text, lr=0.1, batch=4)
    assert told["sharpness"] == again["sharpness"]


def test_a_sequential_of_convolutions_is_the_network_of_pytorch():
    torch.manual_seed(2)
    nn = torch.nn
    model = nn.Sequential(
        nn.Conv2d(1, 3, 3, padding="same"),
        nn.BatchNorm2d(3),
        nn.LeakyReLU(0.2),
        nn.MaxPool2d(2),
        nn.Sequential(nn.Conv2d(3, 4, (3, 1), stride=2, bias=False), nn.GELU(approximate="tanh")),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(0.0),
        nn.Linear(4, 3),
    ).eval()
    x, y = torch.randn(12, 1, 8, 8), torch.arange(12) % 3
    found = s.diagnose(model, x, y, loss="cross-entropy", lr=0.1, batch=3, mode="eval")
    expected = nn.functional.cross_entropy(model(x), y).item()
    assert abs(found["train_loss"] - expected) <= 1e-5 * expected


def test_a_sequential_with_norms_of_samples_is_the_network_of_pytorch():
    torch.manual_seed(5)
    nn = torch.nn
    images = nn.Sequential(
        nn.Conv2d(2, 4, 3),
        nn.GroupNorm(2, 4),
        nn.ReLU(),
        nn.LayerNorm([4, 4, 4]),
        nn.Flatten(),
        nn.LayerNorm(64, bias=False),
        nn.Linear(64, 5),
        nn.RMSNorm(5),
        nn.SiLU(),
        nn.Linear(5, 1),
    )
    x, y = torch.randn(9, 2, 6, 6), torch.randn(9, 1)
    found = s.diagnose(images, x, y, loss="sum-squared", lr=0.1, batch=3)
    expected = nn.functional.mse_loss(images(x), y).item()
    assert abs(found["train_loss"] - expected) <= 1e-5 * expected
    for module in (nn.LayerNorm(4, elementwise_affine=False), nn.Linear(6, 4)):
        with pytest.raises(ValueError, match="acts on the columns of images alone; put a Flatten before it"):
            s.diagnose(nn.Sequential(module), x, y, lr=0.1, batch=3)


def test_what_is_not_known_is_asked_for_in_the_words_of_the_program(trained):
    def refused(words, error=ValueError, model=trained.model, x=trained.x, y=trained.y, **more):
        with pytest.raises(error) as fault:
            s.diagnose(model, x, y, **{**RUN, **more})
        message = str(fault.value)
        assert words in message and "\n" not in message, message

    refused("--arch: is missing", model=trained.model.state_dict(), arch=None, activation=None)
    refused("--arch: transformer: is no architecture; give fnn", arch="transformer")
    refused("--batch: 7", batch=7)
    refused("--batch: 41: must be from 1 to 40", batch=41)
    refused("--lr: -1: must be positive", lr=-1)
    refused("--loss: mse", loss="mse")
    refused("--optimizer: sgdd", optimizer="sgdd")
    refused("--momentum: 1: must be", momentum=1)
    refused("--tolerance: 2", tolerance=2)
    refused("--memory: much", memory="much")
    refused("MB", error=MemoryError, memory="1kB")
    refused("--threshold-curve: flag: needs --threshold", threshold_curve=True)
    refused("x, y: y: shape", y=trained.y[:39])
    refused("x, y: shape of a sample", x=trained.x[:, :5])
    refused("y: element [0, 0]", y=trained.y * float("nan"))
    refused("x: dtype: is Python objects", x=numpy.array([None] * 40))
    refused("--expect-loss: 3", expect_loss=3.0)
    refused("is a int", error=TypeError, model=3)
    refused("lr: is a list", error=TypeError, lr=[1])
    refused("--batch: -1: must be a whole number", batch=-1)
    refused("batch: is a float; give a whole number", error=TypeError, batch=4.5)
    refused("batch: is a bool; give a whole number", error=TypeError, batch=True)
    refused("--seed: 18446744073709551616: must be", seed=2**64)
    refused("arch: is a int; give a name", error=TypeError, arch=3)
    refused("x: is no array", x=[[1, 2], [3]])
    refused("loss: is a int; give a text", error=TypeError, loss=1)
    refused("tolerance: is a str; give a number", error=TypeError, tolerance="small")
    refused("threshold: is a str; give True or False", error=TypeError, threshold="yes")
    weights = trained.arrays()
    weights["0.weight"] = weights["0.weight"] * numpy.inf
    refused("model: 0.weight: element 0", model=weights)
    refused("model: 0.weight: is of the type complex64", model={"0.weight": numpy.ones(2, "c8")})


def test_a_module_that_is_not_known_is_named(trained):
    with pytest.raises(ValueError, match="model.1: Mish: is not known here"):
        model = torch.nn.Sequential(torch.nn.Linear(6, 2), torch.nn.Mish())
        s.diagnose(model, trained.x, trained.y, lr=0.1, batch=4)

    with pytest.raises(ValueError, match="model.1: Dropout: leaves out a share of 0.5"):
        model = torch.nn.Sequential(torch.nn.Linear(6, 2), torch.nn.Dropout())
        s.diagnose(model, trained.x, trained.y, lr=0.1, batch=4)

    class Own(torch.nn.Sequential):
        def forward(self, x):
            return -super().forward(x)

    with pytest.raises(ValueError, match="a Own is no torch.nn.Sequential"):
        s.diagnose(Own(torch.nn.Linear(6, 2)), trained.x, trained.y, lr=0.1, batch=4)


def test_tied_weights_are_one_parameter():
    torch.manual_seed(3)
    layer = torch.nn.Linear(4, 4)
    model = torch.nn.Sequential(layer, torch.nn.Tanh(), layer, torch.nn.Tanh(), torch.nn.Linear(4, 1))
    x, y = torch.randn(8, 4), torch.randn(8, 1)
    arrays = {name: value.numpy() for name, value in model.state_dict().items()}
    for weights in (model, arrays):
        found = s.diagnose(weights, x, y, arch="fnn", activation="tanh", lr=0.1, batch=2)
        assert found["parameters"] == 20 + 5


def test_the_program_says_the_same(trained, found, tmp_path):
    program = os.environ.get("SGD_STABILITY_PROGRAM")
    if program is None:
        pytest.skip("SGD_STABILITY_PROGRAM names no program")
    flags = trained.save(tmp_path)
    said = subprocess.run([program, *flags], cwd=tmp_path, capture_output=True, check=True, text=True)
    one, other = same(json.loads(said.stdout), found)
    assert one == other
    path = s.diagnose(tmp_path / "model.pt", trained.x, trained.y, **RUN)
    assert path["weights_sha256"] == json.loads(said.stdout)["weights_sha256"]


def test_other_measurements_have_the_flags_of_the_program(trained, tmp_path):
    files = {name: tmp_path / name for name in ("proof.json", "top.safetensors")}
    found = s.diagnose(
        trained.model,
        trained.x,
        trained.y,
        **RUN,
        one_step=True,
        eigenvalues=2,
        vectors=files["top.safetensors"],
        threshold=True,
        certificate=files["proof.json"],
        precision="f64",
    )
    assert found["one_step"]["verdict"] in ("holds", "fails", "undecided")
    assert found["thresholds"]["certificate"]["claim"].startswith("mean_square_")
    assert len(found["eigenvalues"]) == 2
    assert found["double"] is not None
    assert all(path.exists() for path in files.values())


def slow():
    """A measurement that takes long."""
    torch.manual_seed(4)
    model = torch.nn.Sequential(torch.nn.Linear(300, 300), torch.nn.Tanh(), torch.nn.Linear(300, 10))
    x, y = torch.randn(2000, 300), torch.randn(2000, 10)
    return s.diagnose(model, x, y, lr=0.1, batch=10, tolerance=1e-9, products=10000)


def test_an_interrupt_ends_the_measurement():
    began = time.monotonic()
    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        slow()
    assert time.monotonic() - began < 30


def test_other_threads_go_on_while_it_measures(trained):
    ticks = collections.Counter()
    is_over = threading.Event()

    def tick():
        while not is_over.wait(0.001):
            ticks["ticks"] += 1

    thread = threading.Thread(target=tick)
    thread.start()
    s.diagnose(trained.model, trained.x, trained.y, **RUN, threshold=True)
    is_over.set()
    thread.join()
    assert ticks["ticks"] > 5
