"""What ``arch`` names, and the layers that a ``torch.nn.Sequential`` lists."""

import os

from . import _arrays

#: The activations whose modules have no numbers of their own.
PLAIN = {"ReLU": "relu", "SELU": "selu", "Tanh": "tanh", "Sigmoid": "sigmoid", "SiLU": "silu"}

MISSING = (
    "--arch: is missing, since weights do not say how they are used; give fnn, vgg11, resnet8, lenet, auto, a TOML "
    "file that lists the layers, or its text"
)


def architecture(arch, model, x, activation):
    """The value of the flag ``--arch``, and the text of the TOML file if it is not to be read."""
    if arch is None:
        return "layers.toml", _listed(model, x, activation)
    if not isinstance(arch, (str, os.PathLike)):
        raise TypeError(f"arch: is a {type(arch).__name__}; give a name, the path of a TOML file, or its text")
    text = os.fspath(arch)
    if "\n" in text or text.lstrip().startswith("input"):
        return "layers.toml", text
    return text, None


def _listed(model, x, activation):
    """The TOML text of a Sequential."""
    if not _is(model, "Sequential"):
        mend = MISSING
        if callable(getattr(model, "forward", None)):
            kind = type(model).__name__
            mend += f" (a {kind} is no torch.nn.Sequential, which would list them itself)"
        raise ValueError(mend)
    if activation is not None:
        raise ValueError(
            f"--activation: {activation}: is for named architectures; the Sequential lists its activations itself"
        )
    shape = [int(side) for side in _arrays.numpy_of("x", x).shape[1:]]
    if len(shape) == 2:
        shape = [1, *shape]
    if len(shape) not in (1, 3):
        raise ValueError(f"x: shape of a sample: is {shape}; it must be [features] or [channels, rows, columns]")
    layers = "".join(f"  {{ {line} }},\n" for line in _lines(model, "model", _Shape(len(shape) == 1)))
    return f"input = {shape}\nlayer = [\n{layers}]\n"


def _is(module, name):
    """Whether a module is PyTorch's of this name, and none derived from it."""
    kind = type(module)
    return kind.__name__ == name and kind.__module__.startswith("torch.nn.")


class _Shape:
    """Whether a sample is a row of numbers at this place of the network, and no image."""

    def __init__(self, is_flat):
        self.is_flat = is_flat


def _lines(module, place, shape):
    """The layers of a module, each as the words of the program's TOML files."""
    if _is(module, "Sequential"):
        for name, child in module.named_children():
            yield from _lines(child, f"{place}.{name}", shape)
        return
    if _is(module, "Identity") or (type(module).__name__.startswith("Dropout") and module.p == 0):
        return
    yield ", ".join(f"{word} = {_toml(value)}" for word, value in _layer(module, place, shape))
    shape.is_flat = shape.is_flat or type(module).__name__ == "Flatten"


def _layer(module, place, shape):
    kind = type(module).__name__
    refuse = _refusal(place, kind)
    if not type(module).__module__.startswith("torch.nn."):
        refuse("is a module whose layers are not known here")
    if kind in ROWS and not shape.is_flat:
        sides = len(getattr(module, "normalized_shape", [1]))
        if sides != 3:
            refuse("acts on the columns of images alone; put a Flatten before it")
    if kind in PLAIN:
        return [("type", PLAIN[kind])]
    reader = READERS.get(kind)
    if reader is None:
        refuse("is not known here")
    return reader(module, refuse)


def _refusal(place, kind):
    def refuse(why):
        raise ValueError(
            f"{place}: {kind}: {why}; describe the network in TOML with arch=, where there is a layer for it"
        )

    return refuse


def _dropout(module, refuse):
    refuse(
        f"leaves out a share of {module.p} at random, so that the loss is no function of the weights; measure the network "
        "without it (p = 0)"
    )


def _flatten(module, refuse):
    if (module.start_dim, module.end_dim) != (1, -1):
        refuse("flattens some of the dimensions only")
    return [("type", "flatten")]


def _dense(module, _refuse):
    return [("type", "dense"), ("outputs", module.out_features), ("bias", module.bias is not None)]


def _convolution(module, refuse):
    if module.padding_mode != "zeros":
        refuse(f"pads with {module.padding_mode}")
    padding = module.padding
    if padding == "valid":
        padding = 0
    if padding == "same":
        sides = [dilation * (kernel - 1) for dilation, kernel in zip(module.dilation, module.kernel_size)]
        if any(side % 2 for side in sides):
            refuse("pads the two sides by different widths")
        padding = [side // 2 for side in sides]
    return [
        ("type", "convolution"),
        ("outputs", module.out_channels),
        ("kernel", module.kernel_size),
        ("stride", module.stride),
        ("padding", padding),
        ("dilation", module.dilation),
        ("groups", module.groups),
        ("bias", module.bias is not None),
    ]


def _pool(module, refuse):
    if module.ceil_mode:
        refuse("has ceil_mode")
    return [("window", module.kernel_size), ("stride", module.stride), ("padding", module.padding)]


def _max_pool(module, refuse):
    if module.dilation not in (1, (1, 1)):
        refuse("has a dilation")
    return [("type", "max-pool"), *_pool(module, refuse)]


def _average_pool(module, refuse):
    if module.divisor_override is not None:
        refuse("has a divisor_override")
    if module.padding not in (0, (0, 0)) and not module.count_include_pad:
        refuse("does not count its padding")
    return [("type", "average-pool"), *_pool(module, refuse)]


def _whole_pool(module, refuse):
    if module.output_size not in (1, (1, 1)):
        refuse("does not average whole images")
    return [("type", "average-pool")]


def _batch_norm(module, _refuse):
    return [
        ("type", "batch-norm"),
        ("epsilon", module.eps),
        ("affine", module.affine),
        ("running-statistics", module.track_running_stats),
    ]


def _group_norm(module, _refuse):
    return [
        ("type", "group-norm"),
        ("groups", module.num_groups),
        ("epsilon", module.eps),
        ("affine", module.affine),
    ]


def _layer_norm(module, _refuse):
    affine = module.elementwise_affine
    return [
        ("type", "layer-norm"),
        ("over", "sample"),
        ("epsilon", module.eps),
        ("affine", affine),
        ("bias", not affine or module.bias is not None),
    ]


def _rms_norm(module, _refuse):
    epsilon = [] if module.eps is None else [("epsilon", module.eps)]
    return [("type", "rms-norm"), ("over", "sample"), *epsilon, ("affine", module.elementwise_affine)]


def _leaky(module, _refuse):
    return [("type", "leaky-relu"), ("slope", module.negative_slope)]


def _elu(module, _refuse):
    return [("type", "elu"), ("alpha", module.alpha)]


def _gelu(module, _refuse):
    return [("type", "gelu"), ("approximate", module.approximate)]


def _softplus(module, refuse):
    if (module.beta, module.threshold) != (1, 20):
        refuse("has another beta or threshold than PyTorch's defaults")
    return [("type", "softplus")]


def _hardtanh(module, refuse):
    if (module.min_val, module.max_val) != (-1, 1):
        refuse("has other ends than -1 and 1")
    return [("type", "hardtanh")]


#: The modules that act on the last dimension, which is all of a sample only if that is a row of numbers.
ROWS = {"Linear", "LayerNorm", "RMSNorm"}

READERS = {
    "Dropout": _dropout,
    "Dropout2d": _dropout,
    "Flatten": _flatten,
    "Linear": _dense,
    "Conv2d": _convolution,
    "MaxPool2d": _max_pool,
    "AvgPool2d": _average_pool,
    "AdaptiveAvgPool2d": _whole_pool,
    "BatchNorm2d": _batch_norm,
    "GroupNorm": _group_norm,
    "LayerNorm": _layer_norm,
    "RMSNorm": _rms_norm,
    "LeakyReLU": _leaky,
    "ELU": _elu,
    "GELU": _gelu,
    "Softplus": _softplus,
    "Hardtanh": _hardtanh,
}


def _toml(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, (tuple, list)):
        return str([int(side) for side in value])
    return repr(value)
