"""Numbers as the text that means exactly them."""

import fractions
import numbers

import numpy


def text(name, value):
    """The text of a number: ``Fraction(1, 3)`` is ``1/3``, and the float 0.1 the decimal 0.1 that it prints as."""
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, (str, numbers.Number)):
        kind = type(value).__name__
        raise TypeError(f"{name}: is a {kind}; give a number, a Fraction or a text such as '7/10'")
    return str(value)


def objects(name, array):
    """The shape and the texts of an array of Fractions, whole numbers or texts."""
    shape = array.shape
    return list(shape), [_entry(name, value) for value in array.ravel()]


def _entry(name, value):
    if isinstance(value, (float, numpy.floating)):
        raise ValueError(
            f"{name}: {value} is a binary float; make it a text or a Fraction so that it means exactly that decimal, or "
            "give an array of NumPy to take all floats as the rationals that they are"
        )
    if isinstance(value, (bool, numpy.bool_)):
        raise ValueError(f"{name}: {value} is a truth value; give a number")
    if isinstance(value, (int, numpy.integer)):
        return str(int(value))
    if isinstance(value, fractions.Fraction):
        return f"{value.numerator}/{value.denominator}"
    return text(name, value)


def ragged(name, value):
    """An array of objects; its rows must be equally long."""
    sizes = []
    row = value
    while isinstance(row, (list, tuple)):
        sizes.append(len(row))
        if not row:
            break
        row = row[0]
    array = numpy.empty(sizes, dtype=object)
    _fill(name, array, value, sizes, ())
    return array


def _fill(name, array, value, sizes, index):
    if len(index) == len(sizes):
        if isinstance(value, (list, tuple)):
            raise ValueError(f"{name}{_at(index)}: is a list; it must be a number, as the others are")
        array[index] = value
        return
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"{name}{_at(index)}: is {value!r}; it must be a list, as the others are")
    if len(value) != sizes[len(index)]:
        raise ValueError(
            f"{name}{_at(index)}: has {len(value)} entries; the first one has {sizes[len(index)]}"
        )
    for place, part in enumerate(value):
        _fill(name, array, part, sizes, (*index, place))


def _at(index):
    return "".join(f"[{place}]" for place in index)
