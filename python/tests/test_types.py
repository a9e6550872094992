"""The signatures in ``__init__.pyi`` are those of the functions."""

import ast
import inspect
import pathlib

import sgd_stability as s

STUB = pathlib.Path(s.__file__).with_name("__init__.pyi")


def test_the_stub_has_the_arguments_and_defaults_of_the_functions():
    functions = {node.name: node.args for node in ast.parse(STUB.read_text()).body if isinstance(node, ast.FunctionDef)}
    assert sorted(functions) == sorted(s.__all__)
    for name, arguments in functions.items():
        signature = inspect.signature(getattr(s, name)).parameters
        named = [argument.arg for argument in (*arguments.args, *arguments.kwonlyargs)]
        assert sorted(named) == sorted(signature), name
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
            expected = inspect.Parameter.empty if default is None else ast.literal_eval(default)
            assert signature[argument.arg].default == expected, argument.arg


def test_the_package_says_that_it_is_typed():
    assert STUB.with_name("py.typed").exists()
