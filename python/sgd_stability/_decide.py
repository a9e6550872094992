"""Exact verdicts for small models."""

import json
import warnings

import numpy

from . import _arrays, _exact, _flags, _native


def decide(
    inputs=None,
    *,
    lr,
    batch,
    hessians=None,
    jacobians=None,
    factor=None,
    outputs=None,
    sampling="without-replacement",
    digits=12,
    time=None,
    certificate=None,
):
    """Decide exactly, over the rationals, whether SGD is stable on a linear or quadratic model.

    One of three arrays is the model: ``inputs`` (n × d) of linear regression, with H_i = x_i x_iᵀ; ``hessians``
    (n × d × d), the H_i; or ``jacobians`` (n × c × d), with H_i = factor·J_iᵀJ_i formed exactly.

    Lists hold Fractions, whole numbers and texts ("1/3", "0.1"). Floats of NumPy arrays and of tensors are taken as
    the rationals that they are. ``lr`` and ``factor`` may be floats: 0.1 means 1/10.

    ``time`` is a limit in seconds; what is not reached by then is ``None``, with its reason in ``undecided``.
    ``certificate`` is a path to which a proof of the mean-square verdict is written.

    Returns the JSON of ``sgd-stability decide --json`` as a dictionary. Raises ValueError with the program's
    sentence if something is no model.
    """
    models = {"inputs": inputs, "hessians": hessians, "jacobians": jacobians}
    given = [(name, value) for name, value in models.items() if value is not None]
    if len(given) != 1:
        names = " and ".join(name for name, _ in given) or "nothing"
        raise ValueError(f"decide: {names} is given; give one of inputs, hessians and jacobians")
    [(name, value)] = given
    arguments = {
        "meaning": name,
        "outputs": outputs,
        "factor": None if factor is None else _exact.text("factor", factor),
        "lr": _exact.text("lr", lr),
        "batch": batch,
        "sampling": sampling,
        "digits": digits,
        "time": time,
        "certificate": certificate,
    }
    answer, uncertified = _native.decide(_numbers(name, value), _flags.checked(arguments))
    if uncertified is not None:
        warnings.warn(uncertified, stacklevel=2)
    return json.loads(answer)


def _numbers(name, value):
    """The bytes of an npy file, or a shape and texts."""
    if isinstance(value, (list, tuple)):
        if value and all(_is_array(row) for row in value):
            return _numbers(name, numpy.stack([_arrays.numpy_of(row) for row in value]))
        return _exact.objects(name, _exact.ragged(name, value))
    array = _arrays.numpy_of(value)
    if array.dtype == object or array.dtype.kind in "US":
        return _exact.objects(name, array)
    return _arrays.npy(name, array)


def _is_array(value):
    return isinstance(value, numpy.ndarray) or _arrays.is_tensor(value)
