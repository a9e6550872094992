"""Arrays of any kind as the bytes of npy files, which the readers of files check."""

import io

import numpy


def is_tensor(value):
    """Whether this is a tensor of PyTorch."""
    return type(value).__module__.split(".")[0] == "torch" or hasattr(value, "untyped_storage")


def numpy_of(value):
    """The NumPy array with the numbers of a tensor, or of whatever NumPy makes an array of."""
    if is_tensor(value):
        value = value.detach().cpu()
        if str(value.dtype) == "torch.bfloat16":
            value = value.float()  # exact, and a type that NumPy has
        value = value.numpy()
    return numpy.asarray(value)


def npy(name, array):
    """The bytes of an npy file with this array; ``name`` is that of the argument."""
    array = numpy_of(array)
    if array.dtype == object:
        raise ValueError(
            f"{name}: dtype: is Python objects, which are not read; use float32, float64 or int64"
        )
    file = io.BytesIO()
    numpy.save(file, array, allow_pickle=False)
    return file.getvalue()
