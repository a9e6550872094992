#!/usr/bin/env python3
"""Checks certificates of mean-square stability of SGD, with nothing but fractions.

    python3 check_certificate.py CERT.json ...

A certificate states that SGD on a model f = (1/n) sum f_i with Hessians H_i >= 0 at a minimum of every
sample is mean-square stable (E|x_t|^2 stays bounded from every start) or unstable. With
A_b = I - lr*H_b the second moment moves by T(X) = E[A_b X A_b], a self-adjoint map that keeps the cone of
semi-definite matrices; stable means that no eigenvalue of T exceeds 1.

* stable: a symmetric X >= 0 with ker X = ker H and X - T(X) >= 0 (Collatz and Wielandt);
* unstable: a symmetric Y with <Y, T(Y)> > <Y, Y> (Rayleigh);
* no witness, method "exact-edge": Id - T on the symmetric matrices over the range of H is eliminated
  (beside the range it is semi-definite by its form).

With "basis": "inputs" the model is linear and the witness W stands for X = G'WG, the rows of G being the
inputs. Then (1/n) G'WG and the like are multiplied out with the Gram matrix K = GG' alone: X >= 0 with
ker X = ker H means KWK >= 0 with the rank of K, and X - T(X) = G'DG >= 0 means KDK >= 0.

T is computed as its definition says, from the mean over pairs of samples in a batch. Exit codes: 0 every
certificate is verified, 5 one is refuted, 2 one is malformed. This file shares no code with the program
that makes the certificates, on purpose.
"""

import json
import sys
from fractions import Fraction
from math import gcd

FIELDS = {"claim", "model", "lr", "batch", "sampling", "witness", "method", "basis"}
OPTIONAL = {"method", "basis"}


class Malformed(Exception):
    pass


class Refuted(Exception):
    pass


def number(value):
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise Malformed(f"{value!r} is not a rational in quotes")
    try:
        return Fraction(value)
    except (ValueError, ZeroDivisionError):
        raise Malformed(f"{value!r} is not a rational") from None


def table(value, columns=None):
    """A list of equally long lists of rationals."""
    if not isinstance(value, list) or not value or not all(isinstance(row, list) for row in value):
        raise Malformed("expected a list of lists")
    rows = [[number(entry) for entry in row] for row in value]
    columns = len(rows[0]) if columns is None else columns
    if columns == 0 or any(len(row) != columns for row in rows):
        raise Malformed("rows of unequal length")
    return rows


def square(value, size=None):
    rows = table(value, size)
    if len(rows) != len(rows[0]):
        raise Malformed("a matrix is not square")
    if any(rows[i][j] != rows[j][i] for i in range(len(rows)) for j in range(i)):
        raise Refuted("a matrix is not symmetric")
    return rows


def model_of(value):
    """('linear', inputs) or ('quadratic', hessians)."""
    if not isinstance(value, dict) or set(value) not in ({"kind", "inputs"}, {"kind", "hessians"}):
        raise Malformed("the model has the wrong fields")
    if value["kind"] == "linear" and "inputs" in value:
        return "linear", table(value["inputs"])
    if value["kind"] == "quadratic" and isinstance(value.get("hessians"), list) and value["hessians"]:
        first = square(value["hessians"][0])
        hessians = [first] + [square(h, len(first)) for h in value["hessians"][1:]]
        if not all(inertia(h)[1] for h in hessians):
            raise Malformed("a sample is at no minimum")
        return "quadratic", hessians
    raise Malformed("the kind of the model is unknown")


def product(a, b):
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, column)) for column in columns] for row in a]


def combine(x, a, y, b):
    """x*a + y*b."""
    return [[x * p + y * q for p, q in zip(r, s)] for r, s in zip(a, b)]


def inner(a, b):
    return sum(x * y for r, s in zip(a, b) for x, y in zip(r, s))


def whole(rows):
    """The rows times a positive number that makes them whole and short."""
    common = 1
    for row in rows:
        for x in row:
            common = common * x.denominator // gcd(common, x.denominator)
    numbers = [[int(x * common) for x in row] for row in rows]
    shared = gcd(*(x for row in numbers for x in row)) or 1
    return [[x // shared for x in row] for row in numbers]


def inertia(matrix):
    """(rank, is it semi-definite) of a symmetric matrix; the rank is right if it is."""
    a = whole(matrix)
    last, rank = 1, 0
    while a:
        if any(a[i][i] < 0 for i in range(len(a))):
            return rank, False
        pivots = [i for i in range(len(a)) if a[i][i] > 0]
        if not pivots:
            return rank, not any(x for row in a for x in row)
        k = min(pivots, key=lambda i: a[i][i])
        p, column, rest = a[k][k], a[k], [i for i in range(len(a)) if i != k]
        a = [[(p * a[i][j] - column[i] * column[j]) // last for j in rest] for i in rest]
        last, rank = p, rank + 1
    return rank, True


def rank_of(rows):
    a, rank = whole(rows), 0
    for column in range(len(a[0])):
        k = next((i for i in range(rank, len(a)) if a[i][column]), None)
        if k is None:
            continue
        a[rank], a[k] = a[k], a[rank]
        pivot = a[rank]
        for i in range(rank + 1, len(a)):
            if a[i][column]:
                f, g = pivot[column], a[i][column]
                row = [f * x - g * y for x, y in zip(a[i], pivot)]
                shared = gcd(*row) or 1
                a[i] = [x // shared for x in row]
        rank += 1
    return rank


def pairs(n, batch, sampling):
    """E[H_b X H_b] = same*(1/n) sum_i H_i X H_i + other*H X H: two places of a batch hold the same
    sample (the diagonal of B^2 pairs, and by chance with replacement), or two different ones."""
    if sampling == "with-replacement":
        return Fraction(1, batch), Fraction(batch - 1, batch)
    pair = Fraction(batch - 1, batch * (n - 1)) if n > 1 else Fraction(0)
    return Fraction(1, batch) - pair, n * pair


class Dynamics:
    """T(X) = X - lr (H X + X H) + lr^2 E[H_b X H_b]."""

    def __init__(self, model, lr, batch, sampling):
        self.kind, self.data = model
        self.lr, n = lr, len(self.data)
        self.same, self.other = pairs(n, batch, sampling)
        self.dimension = len(self.data[0])
        if self.kind == "linear":
            transposed = list(zip(*self.data))
            self.hessian = [[sum(x * y for x, y in zip(r, s)) / n for s in transposed] for r in transposed]
        else:
            d = range(self.dimension)
            self.hessian = [[sum(h[i][j] for h in self.data) / n for j in d] for i in d]

    def mean_sandwich(self, x):
        n, d = len(self.data), range(self.dimension)
        total = [[Fraction(0)] * self.dimension for _ in d]
        for sample in self.data:
            if self.kind == "linear":
                g = sample
                value = sum(g[i] * sum(x[i][j] * g[j] for j in d) for i in d)
                term = [[value * g[i] * g[j] for j in d] for i in d]
            else:
                term = product(product(sample, x), sample)
            total = combine(1, total, 1, term)
        return combine(Fraction(1, n), total, 0, total)

    def defect(self, x):
        """X - T(X)."""
        hx = product(self.hessian, x)
        xh = [list(row) for row in zip(*hx)]
        drift = combine(1, hx, 1, xh)
        second = combine(self.same, self.mean_sandwich(x), self.other, product(hx, self.hessian))
        return combine(self.lr, drift, -self.lr * self.lr, second)


class Span:
    """The same of X = G'WG, held as W."""

    def __init__(self, inputs, lr, batch, sampling):
        self.n, self.lr = len(inputs), lr
        self.same, self.other = pairs(self.n, batch, sampling)
        self.kernel = [[sum(x * y for x, y in zip(g, h)) for h in inputs] for g in inputs]

    def seen(self, w):
        """GXG' = KWK."""
        return product(product(self.kernel, w), self.kernel)

    def defect(self, w):
        """H X is held as (1/n) K W, and x_i (x_i' X x_i) x_i' as one entry of the diagonal."""
        n, kw = self.n, product(self.kernel, w)
        kwk = product(kw, self.kernel)
        wk = [list(row) for row in zip(*kw)]
        drift = combine(Fraction(1, n), kw, Fraction(1, n), wk)
        single = [[kwk[i][j] if i == j else Fraction(0) for j in range(n)] for i in range(n)]
        second = combine(self.same / n, single, self.other / n**2, kwk)
        return combine(self.lr, drift, -self.lr * self.lr, second)


def check_on_span(span, claim, w):
    if claim == "mean_square_stable":
        rank, semidefinite = inertia(span.seen(w))
        if not semidefinite:
            raise Refuted("X is not positive semi-definite")
        if rank != rank_of(span.kernel):
            raise Refuted("the kernel of X is not that of H")
        if not inertia(span.seen(span.defect(w)))[1]:
            raise Refuted("X - T(X) is not positive semi-definite")
    elif inner(span.seen(w), span.defect(w)) >= 0:
        raise Refuted("<Y, T(Y)> is not above <Y, Y>")


def check_stable(dynamics, x):
    rank, semidefinite = inertia(x)
    if not semidefinite:
        raise Refuted("X is not positive semi-definite")
    of_h = rank_of(dynamics.hessian)
    if rank != of_h or rank_of(dynamics.hessian + x) != of_h:
        raise Refuted("the kernel of X is not that of H")
    if not inertia(dynamics.defect(x))[1]:
        raise Refuted("X - T(X) is not positive semi-definite")


def check_unstable(dynamics, y):
    if inner(y, dynamics.defect(y)) >= 0:
        raise Refuted("<Y, T(Y)> is not above <Y, Y>")


def independent(rows):
    """Rows of the matrix that span what all of them span."""
    chosen = []
    for row in rows:
        if rank_of(chosen + [row]) > len(chosen):
            chosen.append(row)
    return chosen


def stable_by_elimination(dynamics):
    rows = independent(dynamics.hessian)
    outer = [[[x * y for y in v] for x in u] for u in rows for v in rows]
    r = len(rows)
    basis = [combine(1, outer[i * r + j], 1, outer[j * r + i]) for i in range(r) for j in range(i, r)]
    images = [dynamics.defect(unit) for unit in basis]
    return not basis or inertia([[inner(unit, image) for image in images] for unit in basis])[1]


def check(certificate):
    if not isinstance(certificate, dict) or not set(certificate) <= FIELDS:
        raise Malformed("a certificate is an object with the fields " + ", ".join(sorted(FIELDS)))
    missing = FIELDS - OPTIONAL - set(certificate)
    if missing:
        raise Malformed("missing: " + ", ".join(sorted(missing)))
    claim, batch = certificate["claim"], certificate["batch"]
    if claim not in ("mean_square_stable", "mean_square_unstable"):
        raise Malformed("the claim is unknown")
    if certificate["sampling"] not in ("with-replacement", "without-replacement"):
        raise Malformed("the sampling is unknown")
    model, lr = model_of(certificate["model"]), number(certificate["lr"])
    if isinstance(batch, bool) or not isinstance(batch, int) or not 1 <= batch <= len(model[1]) or lr <= 0:
        raise Malformed("the batch or the learning rate is out of range")
    witness, method = certificate["witness"], certificate.get("method")
    if "basis" in certificate and (certificate["basis"] != "inputs" or witness is None or model[0] != "linear"):
        raise Malformed('the basis may be "inputs", for the witness of a linear model')
    if (witness is None) != (method == "exact-edge") or method not in (None, "exact-edge"):
        raise Malformed("either a witness or the method exact-edge")
    if "basis" in certificate:
        span = Span(model[1], lr, batch, certificate["sampling"])
        check_on_span(span, claim, square(witness, span.n))
        return
    dynamics = Dynamics(model, lr, batch, certificate["sampling"])
    if witness is None:
        if stable_by_elimination(dynamics) != (claim == "mean_square_stable"):
            raise Refuted("the elimination of Id - T says the contrary")
        return
    x = square(witness, dynamics.dimension)
    (check_stable if claim == "mean_square_stable" else check_unstable)(dynamics, x)


def main(paths):
    if not paths:
        print(__doc__)
        return 2
    worst = 0
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                certificate = json.load(file)
            check(certificate)
            print(f"{path}: verified")
        except Refuted as why:
            print(f"{path}: refuted: {why}")
            worst = worst or 5
        except (Malformed, OSError, ValueError, RecursionError) as why:
            print(f"{path}: malformed: {why}")
            worst = 2
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
