from collections.abc import Iterable, Sequence
from fractions import Fraction
from os import PathLike
from typing import Any, Literal, Union

from numpy.typing import ArrayLike

__all__ = ["decide", "diagnose"]

Path = Union[str, PathLike[str]]
Number = Union[float, str, Fraction]
Entry = Union[int, str, Fraction]
Sampling = Literal["without-replacement", "with-replacement"]
Loss = Literal[
    "mean-squared",
    "half-sum-squared",
    "sum-squared",
    "cross-entropy",
    "binary-cross-entropy",
    "hinge-squared",
]

# A torch.nn.Module and a tensor are any objects here, so that PyTorch need not be installed.
def diagnose(
    model: Any,
    x: Any,
    y: Any,
    *,
    lr: Number,
    batch: int,
    loss: Loss | None = None,
    arch: Path | None = None,
    activation: str | None = None,
    mode: Literal["train", "eval", "frozen"] | None = None,
    key: str | None = None,
    prefix: str | None = None,
    ignore: str | Iterable[str] = (),
    order: str | Iterable[str] | None = None,
    samples: int | None = None,
    classes: Iterable[int] | None = None,
    label_smoothing: float | None = None,
    weight_decay: float | None = None,
    expect_loss: float | None = None,
    momentum: Number = 0,
    optimizer: str | None = None,
    sampling: Sampling = "without-replacement",
    any_batch: bool = False,
    matrix: Literal["hessian", "gauss-newton"] = "hessian",
    tolerance: float = 1e-5,
    products: int = 100,
    seed: int = 1,
    memory: str | int | None = None,
    precision: Literal["f32", "f64"] = "f32",
    only: Literal["a", "a,s", "a,lambda_min"] | None = None,
    audit: bool = False,
    gradient_noise: bool = False,
    optimizer_state: Path | None = None,
    one_step: bool = False,
    eigenvalues: int | None = None,
    trace: bool = False,
    density: bool = False,
    layers: bool = False,
    vectors: Path | None = None,
    threshold: bool = False,
    threshold_samples: int | None = None,
    threshold_curve: bool = False,
    certificate: Path | None = None,
    resume: Path | None = None,
) -> dict[str, Any]: ...
def decide(
    inputs: Sequence[Sequence[Entry]] | ArrayLike | None = None,
    *,
    lr: Number,
    batch: int,
    hessians: Sequence[Sequence[Sequence[Entry]]] | ArrayLike | None = None,
    jacobians: Sequence[Sequence[Sequence[Entry]]] | ArrayLike | None = None,
    factor: Number | None = None,
    outputs: int | None = None,
    sampling: Sampling = "without-replacement",
    digits: int = 12,
    time: float | None = None,
    certificate: Path | None = None,
) -> dict[str, Any]: ...
