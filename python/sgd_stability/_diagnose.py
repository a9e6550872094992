"""The curvature of a trained network, and what it means for SGD."""

import json

from . import _arrays, _exact, _flags, _native, _weights
from ._architecture import architecture


def diagnose(
    model,
    x,
    y,
    *,
    lr,
    batch,
    loss=None,
    arch=None,
    activation=None,
    mode=None,
    key=None,
    prefix=None,
    ignore=(),
    order=None,
    samples=None,
    classes=None,
    label_smoothing=None,
    weight_decay=None,
    expect_loss=None,
    momentum=0,
    optimizer=None,
    sampling="without-replacement",
    any_batch=False,
    matrix="hessian",
    tolerance=1e-5,
    products=100,
    seed=1,
    memory=None,
    precision="f32",
    only=None,
    audit=False,
    gradient_noise=False,
    optimizer_state=None,
    one_step=False,
    eigenvalues=None,
    trace=False,
    density=False,
    layers=False,
    vectors=None,
    threshold=False,
    threshold_samples=None,
    threshold_curve=False,
    certificate=None,
    resume=None,
):
    """Measure the curvature of a trained network, and say whether SGD is stable there.

    ``model`` is a ``torch.nn.Module``, a state dictionary of tensors or of arrays, or the path of a checkpoint; ``x``
    and ``y`` are the samples of the training, as tensors or arrays: n × …, with images as channels × rows × columns
    and bytes as pixels; whole numbers in ``y`` are classes, floats are target values.

    ``arch`` is the program's ``--arch``: ``"fnn"``, another name, ``"auto"``, the path of a TOML file that lists the layers,
    or its text. A ``torch.nn.Sequential`` lists its layers itself and needs none. Every other argument is the flag of its name; ``density=True`` adds
    the numbers of ``--density`` and draws nothing.
    ``lr`` and ``momentum`` may be floats, texts or Fractions; the float 0.1 means 1/10.

    Returns the JSON of ``sgd-stability diagnose --json`` as a dictionary. Raises ValueError with the program's
    sentence if something does not fit or is not known, MemoryError if the measurement would not fit into memory.
    """
    arch, description = architecture(arch, model, x, activation)
    arguments = {
        "arch": arch,
        "description": description,
        "activation": activation,
        "mode": mode,
        "key": key,
        "prefix": prefix,
        "ignore": [ignore] if isinstance(ignore, str) else list(ignore),
        "order": order if order is None or isinstance(order, str) else ",".join(order),
        "samples": samples,
        "classes": None if classes is None else [int(label) for label in classes],
        "loss": loss,
        "label_smoothing": label_smoothing,
        "weight_decay": weight_decay,
        "expect_loss": expect_loss,
        "lr": _exact.text("lr", lr),
        "batch": batch,
        "momentum": _exact.text("momentum", momentum),
        "optimizer": optimizer,
        "sampling": sampling,
        "any_batch": any_batch,
        "matrix": matrix,
        "tolerance": tolerance,
        "products": products,
        "seed": seed,
        "memory": None if memory is None else str(memory),
        "precision": precision,
        "only": only,
        "audit": audit,
        "gradient_noise": gradient_noise,
        "optimizer_state": optimizer_state,
        "one_step": one_step,
        "eigenvalues": eigenvalues,
        "trace": trace,
        "density": density,
        "layers": layers,
        "vectors": vectors,
        "threshold": threshold,
        "threshold_samples": threshold_samples,
        "threshold_curve": threshold_curve,
        "certificate": certificate,
        "resume": resume,
    }
    weights = _weights.checkpoint(model)
    samples = (_arrays.npy("x", x), _arrays.npy("y", y))
    answer = _native.diagnose(weights, samples, _flags.checked(arguments))
    return json.loads(answer)
