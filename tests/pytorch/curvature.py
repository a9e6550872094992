"""a, the smallest eigenvalue, s and the mean loss of a model in float64."""
import torch
from torch.func import functional_call, grad, hessian, jvp, vjp, vmap

STEPS = 120
PRECISION = 1e-7


class Point:
    """A model at its parameters: products with the Hessian, or with the Gauss–Newton matrix, of
    the mean loss of some samples, weight decay included."""

    def __init__(self, model, loss, matrix, decay):
        self.model, self.loss, self.decay = model, loss, decay
        self.product = {"hessian": self.hessian, "gauss-newton": self.gauss_newton}[matrix]
        self.buffers = dict(model.named_buffers())
        named = {k: v.detach() for k, v in model.named_parameters()}
        self.shapes = [(k, v.shape, v.numel()) for k, v in named.items()]
        self.flat = torch.cat([v.flatten() for v in named.values()])

    def outputs(self, flat, x):
        parts = flat.split([n for _, _, n in self.shapes])
        named = {k: p.view(s) for (k, s, _), p in zip(self.shapes, parts)}
        return functional_call(self.model, (named, self.buffers), (x,))

    def mean(self, flat, x, t):
        return self.loss(self.outputs(flat, x), t).mean()

    def whole(self, flat, x, t):
        return self.mean(flat, x, t) + self.decay / 2 * (flat**2).sum()

    def hessian(self, v, x, t):
        slope = lambda flat: grad(self.whole)(flat, x, t)
        return jvp(slope, (self.flat,), (v,))[1]

    def gauss_newton(self, v, x, t):
        outputs = lambda flat: self.outputs(flat, x)
        o, moved = jvp(outputs, (self.flat,), (v,))
        bend = vmap(hessian(self.loss))(o, t) / len(x)
        back = torch.einsum("nij,nj->ni", bend, moved)
        return vjp(outputs, self.flat)[1](back)[0] + self.decay * v


def lanczos(product, size, sides):
    """The eigenvalues on these sides of a spectrum (0 the smallest, -1 the largest), with full
    reorthogonalisation, once each has a residual below `PRECISION` of the largest, and not before
    12 steps."""
    basis = torch.empty(STEPS, size, dtype=torch.float64)
    small = torch.zeros(STEPS + 1, STEPS + 1, dtype=torch.float64)
    after = torch.randn(size, dtype=torch.float64)
    for k in range(STEPS):
        basis[k] = after / after.norm()
        after = product(basis[k])
        small[k, k] = basis[k] @ after
        for _ in range(2):
            after -= (basis[: k + 1] @ after) @ basis[: k + 1]
        small[k, k + 1] = small[k + 1, k] = after.norm()
        values, vectors = torch.linalg.eigh(small[: k + 1, : k + 1])
        residuals = after.norm() * vectors[-1, sides].abs()
        if k + 1 >= 12 and residuals.max() < PRECISION * values[-1]:
            return values[sides].tolist()
    raise RuntimeError(f"after {STEPS} steps the residuals are {residuals.tolist()}")


def by_products(point, x, t):
    """λ_min(H), λ_max(H) and λ_max(Σ), by Hv and Σv = mean_i H_i(H_i v − Hv)."""
    one = lambda v, x, t: point.product(v, x[None], t[None])
    same, own = (vmap(one, (dim, 0, 0), chunk_size=16) for dim in (None, 0))

    def covariance(v):
        products = same(v, x, t)
        return own(products - products.mean(0), x, t).mean(0)

    size = len(point.flat)
    ends = lanczos(lambda v: point.product(v, x, t), size, [0, -1])
    return *ends, *lanczos(covariance, size, [-1])


def dense(point, x, t):
    """The same from the Hessian of every sample."""
    one = lambda flat, x, t: point.whole(flat, x[None], t[None])
    each = vmap(hessian(one), (None, 0, 0))(point.flat, x, t)
    spread = each - each.mean(0)
    ends = torch.linalg.eigvalsh(each.mean(0))
    covariance = torch.linalg.eigvalsh((spread @ spread).mean(0))
    return ends[0].item(), ends[-1].item(), covariance[-1].item()


def reference(model, x, t, loss, matrix, method, decay=0.0):
    """What `diagnose` is to find, by one of the two methods above."""
    point = Point(model, loss, matrix, decay)
    smallest, largest, covariance = method(point, x, t)
    return {
        "parameters": len(point.flat),
        "train_loss": point.mean(point.flat, x, t).item(),
        "penalty": decay / 2 * (point.flat**2).sum().item(),
        "sharpness": largest,
        "smallest_eigenvalue": smallest,
        "non_uniformity": covariance**0.5,
    }
