#!/usr/bin/env python3
"""Checks certificates of mean-square stability of SGD, with nothing but whole numbers.

    python3 check_certificate.py CERT.json ...

A certificate states that SGD on a model f = (1/n) sum f_i with Hessians H_i >= 0 at a minimum of every
sample is mean-square stable (E|x_t|^2 stays bounded from every start) or unstable. With
A_b = I - lr*H_b the second moment moves by T(X) = E[A_b X A_b], a self-adjoint map that keeps the cone of
semi-definite matrices; stable means that no eigenvalue of T exceeds 1.

* stable: a symmetric X >= 0 with ker X = ker H and X - T(X) >= 0 (Collatz and Wielandt);
* unstable: a symmetric Y with <Y, T(Y)> > <Y, Y> (Rayleigh);
* no witness, method "exact-edge": is Id - T semi-definite on the symmetric matrices over the range of H?
  (Beside the range it is by its form.)

A model is given by its Hessians, by inputs x_i (H_i = x_i x_i') or by Jacobians (H_i = f J_i'J_i with c rows
each). With "basis": "inputs" the witness W stands for X = G'WG, the rows of G being the inputs, or those of all
Jacobians. Then (1/n) G'WG and the like are multiplied out with the Gram matrix K = GG' alone: X >= 0 with
ker X = ker H means KWK >= 0 with the rank of K, and X - T(X) = G'DG >= 0 means KDK >= 0.

T is computed as its definition says, from the mean over pairs of samples in a batch; only signs and ranks
are asked, so that all matrices are scaled to whole numbers. The grammar of a certificate and its limits
are written down in docs/formats.md. One line is printed for each file: "verified", "refuted: ..." (a
certificate whose claim is not proved) or "malformed: ..." (no certificate). Exit codes: 0 all are verified,
5 one is refuted, 2 one is malformed. This file shares no code with the program that makes the
certificates, on purpose.
"""

import json
import os
import re
import sys
from math import gcd, isqrt
from operator import mul

LONGEST_FILE = 1 << 28
LONGEST_NUMBER = 1_000_000
LARGEST_EXPONENT = 4096
LARGEST_EDGE = 16
BLANKS = " \t\n\r"
NUMBER = re.compile(r"([+-]?)(?:([0-9]+)/([0-9]+)|([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?)")
CLAIMS = ("mean_square_stable", "mean_square_unstable")
SAMPLINGS = ("with-replacement", "without-replacement")
PRIME = (1 << 127) - 1


class Malformed(Exception):
    """What was read is not in the grammar."""


class Refuted(Exception):
    """The certificate does not prove its claim."""


# Reading.


class Literal:
    """A JSON number, as it is written."""

    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text


def shown(value):
    words = {id(None): "null", id(True): "true", id(False): "false"}
    text = words.get(id(value)) or ascii(value)
    return text if len(text) <= 40 else text[:40] + "..."


def once(pairs):
    """The fields of an object, at any level, none of which may stand there twice."""
    fields = {}
    for name, value in pairs:
        if name in fields:
            raise Malformed(f"duplicate field {shown(name)}; it may stand once")
        fields[name] = value
    return fields


def no_constant(name):
    raise Malformed(f"is not JSON: {name}")


def read(path):
    with open(path, "rb") as file:
        # What has no length, a pipe or a device, may still go on for ever.
        if os.fstat(file.fileno()).st_size <= LONGEST_FILE:
            data = file.read(LONGEST_FILE + 1)
            if len(data) <= LONGEST_FILE:
                return data
    raise Malformed(f"the file is longer than {LONGEST_FILE} bytes")


def document(data):
    """The JSON object that the bytes are."""
    try:
        text = data.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=once, parse_int=Literal, parse_float=Literal, parse_constant=no_constant
        )
    except UnicodeDecodeError as why:
        raise Malformed(f"the file is not UTF-8 at byte {why.start}") from None
    except RecursionError:
        raise Malformed("is not JSON that a certificate may hold: it must be less deep") from None
    except ValueError as why:
        raise Malformed(f"is not JSON: {why}") from None
    if not isinstance(value, dict):
        raise Malformed("is not a JSON object; it must begin with {")
    return value


def fields(value, where, needed, optional=()):
    if not isinstance(value, dict):
        raise Malformed(f"{where} is not a JSON object; it must begin with {{")
    for name in value:
        if name not in needed and name not in optional:
            raise Malformed(f"unknown field {shown(name)} in {where}")
    for name in needed:
        if name not in value:
            raise Malformed(f"{name} is missing in {where}")
    return value


def word(value, where, words):
    if not isinstance(value, str) or value not in words:
        raise Malformed(f"{where} is {shown(value)}; it must be " + " or ".join(words))
    return value


def elements(value, where):
    if not isinstance(value, list):
        raise Malformed(f"{where} is {shown(value)}; it must be a list")
    return value


def whole(digits, powers={}):
    """The number that these digits are; by halves, since int() takes the square of the length."""
    if len(digits) <= 2000:
        return int(digits)
    half = 2000
    while 2 * half < len(digits):
        half *= 2
    if half not in powers:
        powers[half] = 10**half
    return whole(digits[:-half]) * powers[half] + whole(digits[-half:])


def number(value, where):
    """A rational as (numerator, denominator above zero), not reduced."""
    if isinstance(value, Literal):
        text = value.text
        if set(text) & set(".eE"):
            raise Malformed(f"{where}: {shown(value)} is a binary float; put it in quotes")
    elif isinstance(value, str):
        text = value.strip(BLANKS)
    else:
        raise Malformed(f"{where} is {shown(value)}; it must be a rational number in quotes")
    if len(text) > LONGEST_NUMBER:
        raise Malformed(f"{where} is longer than {LONGEST_NUMBER} characters")
    match = NUMBER.fullmatch(text)
    if not match:
        raise Malformed(f"{where}: {shown(text)} is not a " + ("fraction" if "/" in text else "number"))
    sign, p, q, before, after, exponent = match.groups()
    sign = -1 if sign == "-" else 1
    if q:
        denominator = whole(q)
        if denominator == 0:
            raise Malformed(f"{where}: {shown(text)} divides by zero")
        return sign * whole(p), denominator
    after = after or ""
    if not before + after:
        raise Malformed(f"{where}: {shown(text)} is not a number")
    size = (exponent or "0").lstrip("+-").lstrip("0") or "0"
    if len(size) > 4 or int(size) > LARGEST_EXPONENT:
        raise Malformed(f"{where}: {shown(text)} has an exponent beyond +-{LARGEST_EXPONENT}")
    places = (-int(size) if (exponent or "").startswith("-") else int(size)) - len(after)
    digits = sign * whole(before + after)
    return (digits * 10**places, 1) if places >= 0 else (digits, 10**-places)


def table(value, where):
    """A list of equally long lists of rationals."""
    rows = []
    for i, row in enumerate(elements(value, where)):
        entries = elements(row, f"{where}[{i}]")
        rows.append([number(entry, f"{where}[{i}][{j}]") for j, entry in enumerate(entries)])
        if len(entries) != len(rows[0]):
            raise Malformed(f"{where}[{i}] has {len(entries)} entries, the rows above {len(rows[0])}")
    return rows


def whole_tables(tables):
    """The tables times the least common denominator of all, and that."""
    common, factors = 1, {q for rows in tables for row in rows for _, q in row}
    for q in factors:
        common = common // gcd(common, q) * q
    factors = {q: common // q for q in factors}
    return [[[p * factors[q] for p, q in row] for row in rows] for rows in tables], common


def symmetric(a):
    return all(len(row) == len(a) for row in a) and all(
        a[i][j] == a[j][i] for i in range(len(a)) for j in range(i)
    )


LISTS = {"linear": "inputs", "quadratic": "hessians", "jacobians": "jacobians"}


class Model:
    """The samples in whole numbers: `rows` of inputs or of Jacobians, `outputs` for each sample, or `hessians`.

    H_i = h_i p/q with whole matrices h_i = J_i'J_i, or h_i itself.
    """

    def __init__(self, value):
        known = ("inputs", "hessians", "jacobians", "factor")
        kind = word(fields(value, "model", ("kind",), known)["kind"], "kind", LISTS)
        name = LISTS[kind]
        for other in known:
            if other in value and other != name and (kind, other) != ("jacobians", "factor"):
                raise Malformed(f"{other} does not belong to a {kind} model")
        data = elements(fields(value, "model", ("kind", name), ("factor",))[name], name)
        if not data:
            raise Malformed(f"{name} is empty")
        self.rows, self.outputs, self.hessians, self.p = None, 1, None, 1
        if kind == "linear":
            rows = table(data, name)
            if not rows[0]:
                raise Malformed("inputs[0] has 0 entries")
            (self.rows,), common = whole_tables([rows])
            self.n, self.d, self.q = len(rows), len(rows[0]), common**2
            return
        p, q = number(value["factor"], "factor") if "factor" in value else (1, 1)
        tables = [table(rows, f"{name}[{i}]") for i, rows in enumerate(data)]
        height, width = len(tables[0]), len(tables[0][0]) if tables[0] else 0
        if kind == "quadratic":
            width = height
        for i, rows in enumerate(tables):
            if len(rows) != height or not rows or len(rows[0]) != width or not width:
                shape = f"{len(rows)} x {len(rows[0]) if rows else 0}"
                raise Malformed(f"{name}[{i}] is {shape}; it must be {height or 1} x {width or 1}")
        whole_ones, common = whole_tables(tables)
        self.n, self.d = len(tables), width
        if kind == "quadratic":
            self.hessians, self.q = whole_ones, common
            for i, h in enumerate(self.hessians):
                if not symmetric(h):
                    raise Malformed(f"{name}[{i}] is not symmetric")
                if not inertia(h)[1]:
                    raise Malformed(f"{name}[{i}] has a negative eigenvalue")
            return
        if p <= 0:
            raise Malformed("factor must be above 0")
        self.rows, self.outputs = [row for rows in whole_ones for row in rows], height
        self.p, self.q = p, q * common**2

    def block(self, i):
        """The numbers of the rows that belong to the sample of row i."""
        first = i - i % self.outputs
        return range(first, first + self.outputs)


# Whole matrices.


def product(a, b):
    columns = list(zip(*b))
    return [[sum(map(mul, row, column)) for column in columns] for row in a]


def transposed(a):
    return [list(row) for row in zip(*a)]


def inner(a, b):
    return sum(sum(map(mul, r, s)) for r, s in zip(a, b))


def chosen(a, rows, columns):
    return [[a[i][j] for j in columns] for i in rows]


def without_content(rows):
    content = gcd(*(x for row in rows for x in row)) or 1
    return [[x // content for x in row] for row in rows]


def inertia(matrix):
    """(rank, is it semi-definite) of a symmetric matrix; the rank is right if it is.

    Rows that are independent modulo a prime are independent. If the others depend on them, the matrix is
    semi-definite just when its part in these rows and columns is definite, which rounding can prove.
    """
    a = without_content(matrix) if matrix else []
    proof = definite(a, 64)
    if proof is not None:
        return len(a), proof
    rows = independent_modulo_prime(a)
    if len(rows) == len(a) or others_depend(a, rows):
        part = chosen(a, rows, rows)
        for bits in (128, 512, 2048, 8192):
            proof = definite(part, bits)
            if proof is not None:
                return len(rows), proof
    return eliminated(a)


def independent(a, most):
    """Independent rows of a semi-definite matrix that span all of them; at least `most` if there are that many."""
    rows = independent_modulo_prime(a)
    if len(rows) >= most or len(rows) == len(a) or others_depend(a, rows):
        return rows
    rows = []
    for i in range(len(a)):
        if len(rows) < most and eliminated(chosen(a, rows + [i], rows + [i]))[0] > len(rows):
            rows.append(i)
    return rows


def eliminated(a):
    """The inertia by elimination without fractions (Bareiss): every entry is a minor."""
    last, rank = 1, 0
    while a:
        if any(a[i][i] < 0 for i in range(len(a))):
            return rank, False
        pivots = [i for i in range(len(a)) if a[i][i] > 0]
        if not pivots:
            return rank, not any(x for row in a for x in row)
        k = min(pivots, key=lambda i: a[i][i])
        p, column, rest = a[k][k], a[k], [i for i in range(len(a)) if i != k]
        below = [[(p * a[i][j] - column[i] * column[j]) // last for j in rest if j <= i] for i in rest]
        size = range(len(rest))
        a = [[below[max(i, j)][min(i, j)] for j in size] for i in size]
        last, rank = p, rank + 1
    return rank, True


def definite(a, bits):
    """Is a symmetric matrix positive definite (True), not semi-definite (False), or too near (None)?

    With D scaling the diagonal to below 4^bits, Cholesky's L in whole numbers leaves exactly
    LL' = DAD - delta*I - E, where the entries of E are remainders of divisions by an L_jj <= 2^bits, or below 1
    where DAD was rounded. delta is above the sum of any row of E, so that DAD is definite. Where a pivot fails,
    the direction that it belongs to is tried.
    """
    if any(a[i][i] <= 0 for i in range(len(a))):
        return False if any(a[i][i] < 0 for i in range(len(a))) else None
    halves = [(a[i][i].bit_length() + 1) // 2 for i in range(len(a))]

    def scaled(i, j):
        shift = 2 * bits - halves[i] - halves[j]
        return a[i][j] << shift if shift >= 0 else a[i][j] >> -shift

    lower, delta = [], len(a) << (bits + 2)
    for i in range(len(a)):
        row = []
        for j in range(i):
            row.append((scaled(i, j) - sum(map(mul, row, lower[j]))) // lower[j][j])
        pivot = scaled(i, i) - delta - sum(map(mul, row, row))
        if pivot <= 0:
            return False if falls_along(a, halves, lower, row, bits) else None
        lower.append(row + [isqrt(pivot)])
    return True


def falls_along(a, halves, lower, row, bits):
    """Is v'Av < 0 for the v whose last entry is one and which the rows above cannot lower further?"""
    v = [1 << bits]
    for j in reversed(range(len(row))):
        rest = sum(lower[k][j] * v[k - j - 1] for k in range(j + 1, len(row)))
        v.insert(0, -(((row[j] << bits) + rest) // lower[j][j]))
    longest = max(halves)
    v = [x << (longest - half) for x, half in zip(v, halves)]
    return sum(map(mul, v, (sum(map(mul, v, r)) for r in a))) < 0


def independent_modulo_prime(a):
    """The first rows that are independent modulo the prime."""
    echelon, rows = [], []
    for i, row in enumerate(a):
        row = [x % PRIME for x in row]
        for pivot, other in echelon:
            if row[pivot]:
                f = row[pivot]
                row = [(x - f * y) % PRIME for x, y in zip(row, other)]
        pivot = next((j for j, x in enumerate(row) if x), None)
        if pivot is not None:
            inverse = pow(row[pivot], -1, PRIME)
            echelon.append((pivot, [x * inverse % PRIME for x in row]))
            rows.append(i)
    return rows


def inverse_modulo_prime(a):
    size = range(len(a))
    rows = [[x % PRIME for x in row] + [int(i == j) for j in size] for i, row in enumerate(a)]
    for k in size:
        swap = next(i for i in size if i >= k and rows[i][k])
        rows[k], rows[swap] = rows[swap], rows[k]
        inverse = pow(rows[k][k], -1, PRIME)
        pivot = rows[k] = [x * inverse % PRIME for x in rows[k]]
        for i in size:
            f = rows[i][k]
            if f and i != k:
                rows[i] = [(x - f * y) % PRIME for x, y in zip(rows[i], pivot)]
    return [row[len(a) :] for row in rows]


def others_depend(a, rows):
    """Do all rows of a symmetric matrix depend on these, which are independent modulo the prime?

    They do if S = a_JJ - a_JI (a_II)^-1 a_IJ is zero. Its entries are minors of a over det a_II. They are found
    modulo a power of the prime (Hensel, Dixon) that no minor reaches (Hadamard): zero there, they are zero.
    """
    others = [j for j in range(len(a)) if j not in set(rows)]
    norms = [isqrt(sum(map(mul, row, row))).bit_length() + 1 for row in a]
    bound = sum(norms[i] for i in rows) + max((norms[j] for j in others), default=0)
    part, beside, corner = chosen(a, rows, rows), chosen(a, others, rows), chosen(a, others, others)
    inverse, reach, power = inverse_modulo_prime(part), PRIME.bit_length() - 1, 1
    residues = [list(row) for row in beside]
    for _ in range(bound // reach + 2):
        digits = [[sum(map(mul, row, r)) % PRIME for row in inverse] for r in residues]
        corner = [[x - power * y for x, y in zip(r, s)] for r, s in zip(corner, product(digits, transposed(beside)))]
        power *= PRIME
        residues = [
            [(x - sum(map(mul, z, row))) // PRIME for x, row in zip(r, part)] for r, z in zip(residues, digits)
        ]
        if any(x % power for row in corner for x in row):
            return False
    return True


# Samples. H_i = (p/q) h_i with whole h_i whose sum is S; X - T(X) = lr (HX + XH) - lr^2 E[H_b X H_b] is held
# times a positive number.


def pairs(n, batch, sampling):
    """(s, o, D) of E[H_b X H_b] = (s/D) (1/n) sum_i H_i X H_i + (o/D) H X H: two places of a batch hold the
    same sample (the diagonal of B^2 pairs, and by chance with replacement), or two different ones."""
    if sampling == "with-replacement" or n == 1:
        return 1, batch - 1, batch
    return n - batch, n * (batch - 1), batch * (n - 1)


class View:
    def __init__(self, certificate):
        self.model, (p, q) = certificate["model"], certificate["lr"]
        model, n = self.model, self.model.n
        same, other, weight = pairs(n, certificate["batch"], certificate["sampling"])
        self.drift = n * model.q * q * weight
        self.single, self.double = p * model.p * n * same, p * model.p * other
        self.sum = self.total()

    def slack(self, x):
        """(X - T(X))/lr, times n^2 q_H^2 q D / p_H."""
        sx = product(self.sum, x)
        sxs, size = product(sx, self.sum), range(len(x))
        singles = self.singles(x, sxs)
        return [
            [
                self.drift * (sx[i][j] + sx[j][i]) - self.single * singles[i][j] - self.double * sxs[i][j]
                for j in size
            ]
            for i in size
        ]


class Plain(View):
    """X is held as it is."""

    def total(self):
        if self.model.rows:
            columns = transposed(self.model.rows)
            return product(columns, self.model.rows)
        return [[sum(entries) for entries in zip(*rows)] for rows in zip(*self.model.hessians)]

    def seen(self, x):
        return x

    def singles(self, x, _):
        """The sum of all h_i X h_i."""
        rows = self.model.rows
        if not rows:
            terms = [product(product(h, x), h) for h in self.model.hessians]
            return [[sum(entries) for entries in zip(*rows)] for rows in zip(*terms)]
        weighted = []
        for i, row in enumerate(product(rows, x)):
            block = [rows[k] for k in self.model.block(i)]
            weights = [sum(map(mul, row, other)) for other in block]
            weighted.append([sum(map(mul, weights, column)) for column in zip(*block)])
        return product(transposed(rows), weighted)


class Span(View):
    """X = G'WG is held as W, S as K: HX is held as (p/nq) KW, and J_i'(J_i X J_i')J_i as a block of the diagonal."""

    def total(self):
        return product(self.model.rows, transposed(self.model.rows))

    def seen(self, w):
        """GXG'."""
        return product(product(self.sum, w), self.sum)

    def singles(self, _, kwk):
        return [[x if j in self.model.block(i) else 0 for j, x in enumerate(row)] for i, row in enumerate(kwk)]


def check_stable(view, held):
    x = view.seen(held)
    rank, semidefinite = inertia(x)
    if not semidefinite:
        raise Refuted("X is not positive semi-definite")
    of_h = inertia(view.sum)[0]
    both = [[p + q for p, q in zip(r, s)] for r, s in zip(x, view.sum)]
    if rank != of_h or (rank < len(x) and inertia(both)[0] != of_h):
        raise Refuted("the kernel of X is not that of H")
    if not inertia(view.seen(view.slack(held)))[1]:
        raise Refuted("X - T(X) is not positive semi-definite")


def check_unstable(view, y):
    if inner(view.seen(y), view.slack(y)) >= 0:
        raise Refuted("<Y, T(Y)> is not above <Y, Y>")


class Range:
    """A basis of the range of H, the rows of U, and what is seen in it."""

    def __init__(self, certificate):
        model = certificate["model"]
        few = model.rows and len(model.rows) < model.d
        self.view = (Span if few else Plain)(certificate)
        rows = independent(self.view.sum, LARGEST_EDGE + 1)
        if len(rows) > LARGEST_EDGE:
            raise Malformed(f"method: the exact test is made up to rank {LARGEST_EDGE} of H; give a witness")
        spanning = model.rows if few else self.view.sum
        self.basis = [without_content([spanning[i]])[0] for i in rows]

    def is_stable(self):
        """Is <X, X - T(X)> >= 0 for all X = U'YU? With M = UU', k_i = U h_i U' and their sum k it is
        2 drift tr(YkYM) - single sum_i tr(Yk_iYk_i) - double tr(YkYk)."""
        u, view, model = self.basis, self.view, self.view.model
        metric = product(u, transposed(u))
        if model.rows:
            # The columns of J_iU', from which k_i = (J_iU')'(J_iU').
            rows = product(model.rows, transposed(u))
            blocks = [transposed(rows[i : i + model.outputs]) for i in range(0, len(rows), model.outputs)]
            seen = [product(block, transposed(block)) for block in blocks]
        else:
            seen = [product(product(u, h), transposed(u)) for h in model.hessians]
        total = [[sum(entries) for entries in zip(*rows)] for rows in zip(*seen)]
        units = [(a, b) for a in range(len(u)) for b in range(a, len(u))]
        form = [[0] * len(units) for _ in units]
        for i, (a, b) in enumerate(units):
            for j, (c, d) in enumerate(units[: i + 1]):
                drift = crossed(total, metric, a, b, c, d) + crossed(metric, total, a, b, c, d)
                form[i][j] = view.drift * drift - view.double * crossed(total, total, a, b, c, d)
        for k in seen:
            for i, (a, b) in enumerate(units):
                for j, (c, d) in enumerate(units[: i + 1]):
                    form[i][j] -= view.single * crossed(k, k, a, b, c, d)
        size = range(len(units))
        return inertia([[form[max(i, j)][min(i, j)] for j in size] for i in size])[1]


def crossed(p, q, a, b, c, d):
    """tr(Y p Z q) of Y = e_a e_b' + e_b e_a' and Z = e_c e_d' + e_d e_c'."""
    return p[b][c] * q[d][a] + p[b][d] * q[c][a] + p[a][c] * q[d][b] + p[a][d] * q[c][b]


# Certificates.


def certificate_of(data):
    """The fields of a certificate, in whole numbers."""
    needed = ("claim", "model", "lr", "batch", "sampling", "witness")
    value = dict(fields(document(data), "the certificate", needed, ("basis", "method", "about")))
    model = value["model"] = Model(value["model"])
    word(value["claim"], "claim", CLAIMS)
    word(value["sampling"], "sampling", SAMPLINGS)
    if not isinstance(value.get("about", ""), str):
        raise Malformed(f"about is {shown(value['about'])}; it must be a text in quotes")
    value["lr"] = number(value["lr"], "lr")
    if value["lr"][0] <= 0:
        raise Malformed("lr must be above 0")
    n, batch = model.n, value["batch"]
    digits = batch.text if isinstance(batch, Literal) else ""
    if not re.fullmatch("[0-9]{1,19}", digits) or not 1 <= int(digits) <= n:
        raise Malformed(f"batch is {shown(batch)}; it must be a whole number from 1 to {n}")
    value["batch"] = int(digits)
    if "basis" in value:
        word(value["basis"], "basis", ("inputs",))
    if "method" in value:
        word(value["method"], "method", ("exact-edge",))
    if value["witness"] is None:
        if "method" not in value:
            raise Malformed('witness is null; then method must be "exact-edge"')
        if "basis" in value:
            raise Malformed("basis belongs to a witness")
        value["range"] = Range(value)
        return value
    size = len(model.rows or ()) or n if "basis" in value else model.d
    rows = table(value["witness"], "witness")
    if len(rows) != size or len(rows[0]) != size:
        raise Malformed(f"witness is {len(rows)} x {len(rows[0]) if rows else 0}; it must be {size} x {size}")
    if "method" in value:
        raise Malformed("method does not belong beside a witness")
    if "basis" in value and not model.rows:
        raise Malformed("basis belongs to a witness of a model with inputs or jacobians")
    ((value["witness"],), _) = whole_tables([rows])
    return value


def check(certificate):
    stable, x = certificate["claim"] == "mean_square_stable", certificate["witness"]
    if x is None:
        if certificate["range"].is_stable() != stable:
            raise Refuted("the exact test of Id - T says the contrary")
        return
    if not symmetric(x):
        raise Refuted("the witness is not symmetric")
    view = (Span if "basis" in certificate else Plain)(certificate)
    (check_stable if stable else check_unstable)(view, x)


def verdict(path):
    """(exit code, what is said) of one file."""
    try:
        check(certificate_of(read(path)))
        return 0, "verified"
    except Refuted as why:
        return 5, f"refuted: {why}"
    except Malformed as why:
        return 2, f"malformed: {why}"
    except OSError as why:
        return 2, f"malformed: cannot be read: {why.strerror}"


def main(paths):
    if not paths:
        print(__doc__)
        return 2
    sys.stdout.reconfigure(errors="backslashreplace")
    codes = set()
    for path in paths:
        code, said = verdict(path)
        print(f"{path}: {said}", flush=True)
        codes.add(code)
    return next(code for code in (2, 5, 0) if code in codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
