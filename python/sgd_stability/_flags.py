"""Arguments as the native part takes them: a wrong type is named, with the argument."""

import numbers
import operator
import os

WHOLE = {"batch", "samples", "products", "seed", "eigenvalues", "threshold_samples", "outputs", "digits"}
REAL = {"label_smoothing", "weight_decay", "expect_loss", "tolerance", "time"}
TEXT = {"activation", "mode", "key", "prefix", "only", "loss", "optimizer", "sampling", "matrix", "precision"}
FLAG = {"any_batch", "audit", "gradient_noise", "trace", "density", "layers", "one_step", "threshold", "threshold_curve"}
PATH = {"optimizer_state", "vectors", "certificate", "resume"}

#: The arguments that may be None.
OPTIONAL = {
    "samples",
    "eigenvalues",
    "threshold_samples",
    "outputs",
    "label_smoothing",
    "weight_decay",
    "expect_loss",
    "time",
    "activation",
    "mode",
    "key",
    "prefix",
    "only",
    "loss",
    "optimizer",
    *PATH,
}


def checked(arguments):
    """The same arguments, each of the type that its name has."""
    return {name: _checked(name, value) for name, value in arguments.items()}


def _checked(name, value):
    if value is None and name in OPTIONAL:
        return None
    if name in WHOLE:
        return _whole(name, value)
    if name in REAL:
        return float(_of(name, value, numbers.Real, "a number"))
    if name in TEXT:
        return _of(name, value, str, "a text")
    if name in FLAG:
        return bool(_of(name, value, (bool, numbers.Integral), "True or False"))
    if name in PATH:
        return os.fspath(_of(name, value, (str, os.PathLike), "a path"))
    return value


def _whole(name, value):
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: is a {type(value).__name__}; give a whole number") from None
    if not 0 <= number < 2**63:
        raise ValueError(f"--{name.replace('_', '-')}: {number}: must be a whole number that is not negative")
    return number


def _of(name, value, kinds, what):
    if hasattr(value, "item") and not isinstance(value, kinds):
        value = value.item()
    if not isinstance(value, kinds):
        raise TypeError(f"{name}: is a {type(value).__name__}; give {what}")
    return value
