"""Training steps and curvature products of PyTorch and JAX, timed in turns with ours by our benches.

Lines of standard input name what to time; each is answered by a line, how many calls a second one
window of it has made:

    fnn|vgg B torch|jax        steps of training
    hessian torch|jax          products Hv of the FNN over all samples: PyTorch's with the graph kept,
                               JAX's linearised once
    covariance jax             products Σv of it
    function NAME N torch|jax  NAME of N numbers, on one thread

`error` before such a line asks for the largest error of NAME over N numbers instead, in units in the
last place of PyTorch's result in f64.

The first time it is made, compiled and warmed up. Same networks, same work: plain SGD with the batch
gathered inside the step, n = 1000, two threads. The images are noise, which changes no work. PyTorch's FNN step is written by hand with the update
fused into the product (the least it can do); its VGG step is autograd with fused SGD. JAX runs one
compiled step. Needs torch, jax and numpy; `make bench-peers` makes an environment for them.
"""
import os
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "2")
import numpy as np

CORES = os.sched_getaffinity(0)
SIZES = [784, 500, 500, 500, 10]
VGG = [16, 16, 32, 64, 64]
N, RATE = 1000, 0.1
random = np.random.default_rng(1)


def data(net):
    shape, classes = ((784,), 10) if net == "fnn" else ((3, 32, 32), 2)
    x = random.random((N, *shape), dtype=np.float32)
    return x, np.eye(classes, dtype=np.float32)[random.integers(0, classes, N)]


def import_jax():
    """JAX, its threads on every core: with OMP_PROC_BIND PyTorch's OpenMP binds this thread to one, and
    the threads that JAX starts on its first use inherit that."""
    os.sched_setaffinity(0, CORES)
    import jax

    jax.devices()
    return jax


def uniform(bound, *shape):
    return random.uniform(-bound, bound, shape).astype(np.float32)


def parameters(net):
    made, inputs = [], 3
    if net == "vgg":
        for outputs in VGG:
            made += [uniform(0.1, outputs, inputs, 3, 3), np.zeros(outputs, np.float32)]
            inputs = outputs
    sizes = SIZES if net == "fnn" else [64, 128, 2]
    for inputs, outputs in zip(sizes, sizes[1:]):
        made += [uniform(inputs**-0.5, outputs, inputs), uniform(inputs**-0.5, outputs)]
    return made


def batches(batch):
    order = [random.permutation(N) for _ in range(-(-4096 * batch // N))]
    return np.concatenate(order)[: 4096 * batch].reshape(4096, batch)


def torch_step(net, batch):
    import torch
    from torch.nn import functional as f

    torch.set_num_threads(2)
    x, y = map(torch.from_numpy, data(net))
    index = torch.from_numpy(batches(batch))
    w = [torch.from_numpy(p) for p in parameters(net)]

    @torch.no_grad()
    def fnn(i):
        h, y_i = [x.index_select(0, i)], y.index_select(0, i)
        for k in range(0, 6, 2):
            h.append(torch.addmm(w[k + 1], h[-1], w[k].T).relu_())
        d = torch.addmm(w[7], h[-1], w[6].T).sub_(y_i).mul_(2 / (10 * batch))
        for k in (6, 4, 2, 0):
            below = torch.mm(d, w[k]).mul_(h[k // 2] > 0) if k else None
            w[k].addmm_(d.T, h[k // 2], alpha=-RATE)
            w[k + 1].sub_(d.sum(0), alpha=RATE)
            d = below

    if net == "vgg":
        w = [p.requires_grad_() for p in w]
        sgd = torch.optim.SGD(w, lr=RATE, fused=True)

    def vgg(i):
        h = x.index_select(0, i)
        for k in range(0, 10, 2):
            h = f.max_pool2d(f.relu(f.conv2d(h, w[k], w[k + 1], padding=1), inplace=True), 2)
        h = f.linear(f.relu(f.linear(h.flatten(1), w[10], w[11])), w[12], w[13])
        loss = f.mse_loss(h, y.index_select(0, i))
        sgd.zero_grad(set_to_none=True)
        loss.backward()
        sgd.step()

    step = fnn if net == "fnn" else vgg
    return lambda t: step(index[t % 4096])


def jax_forward(net):
    import jax
    from jax import lax, numpy as jnp

    def forward(w, h):
        k = 0
        if net == "vgg":
            for k in range(0, 10, 2):
                dims = ("NCHW", "OIHW", "NCHW")
                z = lax.conv_general_dilated(h, w[k], (1, 1), "SAME", dimension_numbers=dims)
                h = jax.nn.relu(z + w[k + 1][:, None, None])
                h = lax.reduce_window(h, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
            h, k = h.reshape(h.shape[0], -1), 10
        while k < len(w) - 2:
            h, k = jax.nn.relu(h @ w[k].T + w[k + 1]), k + 2
        return h @ w[k].T + w[k + 1]

    return forward


def jax_step(net, batch):
    jax = import_jax()
    from functools import partial
    from jax import numpy as jnp

    x, y = map(jnp.asarray, data(net))
    index, forward = jnp.asarray(batches(batch)), jax_forward(net)
    loss = lambda w, i: jnp.mean((forward(w, x[i]) - y[i]) ** 2)

    @partial(jax.jit, donate_argnums=0)
    def step(w, i):
        return [p - RATE * g for p, g in zip(w, jax.grad(loss)(w, i))]

    state = [[jnp.array(p) for p in parameters(net)]]

    def run(t):
        state[0] = step(state[0], index[t % 4096])

    run.finish = lambda: jax.block_until_ready(state[0])
    return run


def windows(step, seconds=0.3):
    """Calls a second, window after window. A window ends when its work is done, not when it is only
    dispatched."""
    finish = getattr(step, "finish", lambda: None)

    def window(calls):
        begin = time.perf_counter()
        for t in range(calls):
            step(t)
        finish()
        return calls / (time.perf_counter() - begin)

    window(4)
    calls = max(4, round(seconds * window(8)))
    while True:
        yield window(calls)


def torch_hessian():
    import torch

    torch.set_num_threads(2)
    x, y = map(torch.from_numpy, data("fnn"))
    w = [torch.from_numpy(p).requires_grad_() for p in parameters("fnn")]
    h = x
    for k in range(0, 6, 2):
        h = torch.relu(torch.nn.functional.linear(h, w[k], w[k + 1]))
    loss = ((torch.nn.functional.linear(h, w[6], w[7]) - y) ** 2).mean()
    gradient = torch.autograd.grad(loss, w, create_graph=True)
    v = [torch.ones_like(p) for p in w]
    return lambda _: torch.autograd.grad(gradient, w, grad_outputs=v, retain_graph=True)


def jax_hessian():
    """The product, and what it is made of."""
    jax = import_jax()
    from jax import numpy as jnp

    x, y = map(jnp.asarray, data("fnn"))
    p, forward = [jnp.asarray(q) for q in parameters("fnn")], jax_forward("fnn")
    _, linear = jax.linearize(jax.grad(lambda q: jnp.mean((forward(q, x) - y) ** 2)), p)
    hessian, ones = jax.jit(linear), [jnp.ones_like(q) for q in p]
    return lambda _: jax.block_until_ready(hessian(ones)), hessian, ones, p, x, y


def jax_covariance():
    import jax

    _, hessian, ones, p, x, y = jax_hessian()
    squares = jax_squares(x, y)

    def product(_):
        last = hessian(hessian(ones))
        jax.block_until_ready([a - b for a, b in zip(squares(p, ones), last)])

    return product


def jax_squares(x, y):
    """`(1/n) Σ_i H_i(H_i v)` of the FNN without a Hessian or a vector `H_i v` ever formed.

    The gradient of sample i by the weights of a layer is `d hᵀ`, so along v it moves by the rank two
    `d' hᵀ + d h'ᵀ`. Its inner product with the gradient at other weights q is made of dot products
    of rows, and the gradient of that by q is `H_i(H_i v)`."""
    import jax
    from jax import lax, numpy as jnp

    def passes(q):
        h = [x]
        for k in range(0, 6, 2):
            h.append(jax.nn.relu(h[-1] @ q[k].T + q[k + 1]))
        d = [2 / SIZES[-1] * (h[-1] @ q[6].T + q[7] - y)]
        for k in (6, 4, 2):
            d.insert(0, jnp.where(h[k // 2] > 0, d[0] @ q[k], 0))
        return h, d

    @jax.jit
    def squares(p, v):
        at = lax.optimization_barrier(jax.jvp(passes, (p,), (v,)))
        (h0, d0), (h1, d1) = at
        dot = lambda a, b: jnp.sum(a * b, axis=1)

        def inner(q):
            h, d = passes(q)
            layers = zip(h, d, h0, d0, h1, d1)
            return sum(
                jnp.sum(dot(d, d1) * (dot(h, h0) + 1) + dot(d, d0) * dot(h, h1))
                for h, d, h0, d0, h1, d1 in layers
            )

        return [g / N for g in jax.grad(inner)(p)]

    return squares


def function_numbers(name, length):
    """Numbers of ordinary size, positive for a logarithm; rows of 256 for functions of rows."""
    x = random.uniform(0.01 if name.startswith("log") else -6, 6, length).astype(np.float32)
    return x.reshape(-1, 256) if name in ("softmax", "log-sum-exp") else x


def torch_call(name):
    import torch
    from torch.nn import functional as f

    calls = {
        "softplus": f.softplus,
        "gelu": f.gelu,
        "gelu-tanh": lambda x: f.gelu(x, approximate="tanh"),
        "silu": f.silu,
        "elu": f.elu,
        "softmax": lambda x: torch.softmax(x, 1),
        "log-sum-exp": lambda x: torch.logsumexp(x, 1),
    }
    return calls.get(name)


def torch_function(name, length):
    import torch

    torch.set_num_threads(1)
    x = torch.from_numpy(function_numbers(name, length))
    if call := torch_call(name):
        return lambda _: call(x)
    call, out = getattr(torch, name), torch.empty_like(x)
    return lambda _: call(x, out=out)


def jax_call(name):
    # One core before JAX starts its threads, and so for all of them.
    os.sched_setaffinity(0, {min(CORES)})
    import jax
    from jax import numpy as jnp

    calls = {
        "sigmoid": jax.nn.sigmoid,
        "softplus": jax.nn.softplus,
        "erf": jax.scipy.special.erf,
        "gelu": lambda x: jax.nn.gelu(x, approximate=False),
        "gelu-tanh": lambda x: jax.nn.gelu(x, approximate=True),
        "silu": jax.nn.silu,
        "elu": jax.nn.elu,
        "softmax": jax.nn.softmax,
        "log-sum-exp": lambda x: jax.nn.logsumexp(x, axis=1),
    }
    return jax.jit(calls.get(name) or getattr(jnp, name))


def jax_function(name, length):
    from jax import numpy as jnp

    call, x = jax_call(name), jnp.asarray(function_numbers(name, length))
    return lambda _: call(x).block_until_ready()


def error(name, length, peer):
    import torch

    x = function_numbers(name, length)
    of_torch = torch_call(name) or getattr(torch, name)
    right = of_torch(torch.from_numpy(x).double()).numpy()
    came = jax_call(name)(x) if peer == "jax" else of_torch(torch.from_numpy(x)).numpy()
    unit = 2.0 ** (np.maximum(np.frexp(right)[1] - 1, -126) - 23)
    return np.max(np.abs(np.asarray(came, np.float64) - right) / unit)


def make(words):
    match words:
        case ["hessian", "torch"]:
            return torch_hessian()
        case ["hessian", "jax"]:
            return jax_hessian()[0]
        case ["covariance", "jax"]:
            return jax_covariance()
        case ["function", name, length, "torch"]:
            return torch_function(name, int(length))
        case ["function", name, length, "jax"]:
            return jax_function(name, int(length))
        case [net, batch, peer]:
            return {"torch": torch_step, "jax": jax_step}[peer](net, int(batch))


if __name__ == "__main__":
    made = {}
    for line in sys.stdin:
        if line.startswith("error "):
            _, _, name, length, peer = line.split()
            print(error(name, int(length), peer), flush=True)
            continue
        if line not in made:
            made[line] = windows(make(line.split()))
        rate = next(made[line])
        # The threads of a peer look for more work for some milliseconds, which is ours to have.
        time.sleep(0.05)
        print(rate, flush=True)
