"""``decide`` from Python is ``decide`` of the program."""

import decimal
import json
import os
import subprocess
from fractions import Fraction

import numpy
import pytest
import torch

import sgd_stability as s

PLANE = [[1, 0], [0, 1], [1, 1]]


def test_one_model_in_every_form_gives_one_answer():
    expected = s.decide(PLANE, lr="5/4", batch=1)
    assert expected["verdicts"] == {
        "gradient_descent": True,
        "mean_square": True,
        "non_uniformity": False,
        "one_step": False,
    }
    texts = [[str(entry) for entry in row] for row in PLANE]
    fractions = [[Fraction(entry) for entry in row] for row in PLANE]
    rows = numpy.array(PLANE)
    for inputs in (texts, fractions, rows, rows.astype("f4"), rows.astype(object), numpy.array(texts), list(rows)):
        assert s.decide(inputs, lr=Fraction(5, 4), batch=1) == expected
    assert s.decide(torch.tensor(PLANE, dtype=torch.float64), lr=1.25, batch=1) == expected
    hessians = [[[x * y for y in row] for x in row] for row in PLANE]
    jacobians = [[row] for row in PLANE]
    assert s.decide(hessians=hessians, lr="5/4", batch=1)["verdicts"] == expected["verdicts"]
    assert s.decide(jacobians=jacobians, lr="5/4", batch=1) == expected
    assert s.decide(jacobians=PLANE, outputs=1, lr="5/4", batch=1) == expected


def test_floats_of_arrays_are_the_rationals_that_they_are():
    array = numpy.array([[0.1, 0.7], [0.3, 1 / 3]])
    exact = [[Fraction(float(entry)) for entry in row] for row in array]
    assert s.decide(array, lr=1, batch=1) == s.decide(exact, lr=1, batch=1)
    tenth = s.decide([["0.1"]], lr=1, batch=1)
    assert tenth == s.decide([[decimal.Decimal("0.1")]], lr=1, batch=1) == s.decide([[Fraction(1, 10)]], lr=1, batch=1)
    assert tenth != s.decide(numpy.array([[0.1]]), lr=1, batch=1)


def test_jacobians_are_multiplied_exactly_where_numpy_rounds():
    jacobians = numpy.array([[[0.3, 0.7]], [[0.1, 0.9]]])
    products = numpy.einsum("ncd,nce->nde", jacobians, jacobians)
    with pytest.raises(ValueError, match="rounding made it; give the Jacobians"):
        s.decide(hessians=products, lr=1, batch=1)
    found = s.decide(jacobians=jacobians, factor=Fraction(2, 1), lr=1, batch=1)
    assert found["verdicts"]["mean_square"] is True


def test_a_fault_names_the_entry_and_the_mend():
    def refused(words, *arrays, error=ValueError, **more):
        with pytest.raises(error) as fault:
            s.decide(*arrays, **{"lr": 1, "batch": 1, **more})
        message = str(fault.value)
        assert words in message and "\n" not in message, message

    refused("nothing is given; give one of inputs, hessians and jacobians")
    refused("inputs and hessians is given", PLANE, hessians=[[[1]]])
    refused("0.5 is a binary float", [[0.5]])
    refused("inputs[1]: has 1 entries; the first one has 2", [[1, 0], [1]])
    refused("inputs[1]: is 3; it must be a list", [[1], 3])
    refused("inputs[0][1]: is a list", [[1, [2]]])
    refused('inputs[0][1]: "x" is not a number', [["1", "x"]])
    refused("inputs[0][0]: \"1/0\" divides by zero", [["1/0"]])
    refused("True is a truth value", [[True]])
    refused("is a NoneType", [[None]], error=TypeError)
    refused("decide: inputs: has the shape 2", [1, 2])
    refused("inputs", [])
    refused("inputs", [[]])
    refused("decide: element [0, 0]: is NaN", numpy.array([[numpy.nan]]))
    refused("dtype", numpy.array([[1j]]))
    refused("decide: hessians[0]: is not symmetric", hessians=[[[1, 2], [3, 9]]])
    refused("decide: hessians[0]: has a negative eigenvalue", hessians=[[[-1]]])
    refused("decide: --batch: must be 1 to 3", PLANE, batch=4)
    refused("must be above 0", PLANE, lr=0)
    refused("--factor: 2: belongs to jacobians", PLANE, factor=2)
    refused("--sampling: all", PLANE, sampling="all")
    refused("--digits: 0", PLANE, digits=0)
    refused("--time: -1", PLANE, time=-1)
    refused("lr: is a list", PLANE, lr=[1], error=TypeError)


def test_a_time_limit_leaves_out_what_is_not_reached():
    found = s.decide(PLANE, lr=1, batch=1, time=1e-9)
    assert found["verdicts"]["mean_square"] is None
    assert found["undecided"]["mean_square"] == "time limit"


def test_the_program_says_the_same_and_checks_the_certificate(tmp_path):
    program = os.environ.get("SGD_STABILITY_PROGRAM")
    if program is None:
        pytest.skip("SGD_STABILITY_PROGRAM names no program")
    numpy.save(tmp_path / "x.npy", numpy.array(PLANE))
    flags = "decide x.npy --as inputs --lr 5/4 --batch 1 --json".split()
    said = subprocess.run([program, *flags], cwd=tmp_path, capture_output=True, check=True, text=True)
    assert json.loads(said.stdout) == s.decide(PLANE, lr="5/4", batch=1, certificate=tmp_path / "proof.json")
    said = subprocess.run([program, "certify", "proof.json"], cwd=tmp_path, capture_output=True, text=True)
    assert said.stdout.strip() == "proof.json: verified"
