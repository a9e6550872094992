"""The weights of a model as the bytes of a checkpoint."""

import collections.abc
import io
import json
import os
import sys

import numpy

from . import _arrays

#: The names that safetensors has for NumPy's types.
TYPES = {
    "float64": "F64",
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
    "int64": "I64",
    "int32": "I32",
    "int16": "I16",
    "int8": "I8",
    "uint8": "U8",
    "bool": "BOOL",
}


def checkpoint(model):
    """The bytes of a checkpoint with the weights of a module or of a state dictionary; a path stays one."""
    if isinstance(model, (str, os.PathLike)):
        return os.fspath(model)
    if callable(getattr(model, "state_dict", None)):
        model = model.state_dict()
    if not isinstance(model, collections.abc.Mapping):
        kind = type(model).__name__
        raise TypeError(
            f"model: is a {kind}; give a torch.nn.Module, a state dictionary, or the path of a checkpoint"
        )
    if _has_tensors(model):
        file = io.BytesIO()
        sys.modules["torch"].save(model, file)
        return file.getvalue()
    return _safetensors(dict(_flat(model, "")))


def _has_tensors(mapping):
    values = mapping.values()
    return any(
        _arrays.is_tensor(value) or (isinstance(value, collections.abc.Mapping) and _has_tensors(value))
        for value in values
    )


def _flat(mapping, prefix):
    """The arrays of a dictionary of dictionaries, with dots in their names."""
    for key, value in mapping.items():
        name = f"{prefix}{key}"
        if isinstance(value, collections.abc.Mapping):
            yield from _flat(value, f"{name}.")
        else:
            yield name, numpy.asarray(value)


def _safetensors(arrays):
    """A file of safetensors with these arrays in their order; two names of one array are tied."""
    header, parts, names, start = {}, [], {}, 0
    tied = {}
    for name, array in arrays.items():
        if array.dtype.name not in TYPES:
            raise ValueError(f"model: {name}: is of the type {array.dtype}, which is not read; use float32")
        place = (array.__array_interface__["data"][0], array.shape, array.strides, array.dtype.name)
        if array.size and place in names:
            tied[name] = names[place]
            continue
        names[place] = name
        data = numpy.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()
        header[name] = {
            "dtype": TYPES[array.dtype.name],
            "shape": list(array.shape),
            "data_offsets": [start, start + len(data)],
        }
        start += len(data)
        parts.append(data)
    if tied:
        header["__metadata__"] = tied
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(parts)
