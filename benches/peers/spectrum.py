"""Time to a true relative error of 1e-3 for a, λ_min, s and the ten largest eigenvalues: this program, and the tools
that people use from Python.

    python benches/peers/spectrum.py target/release/sgd-stability [fnn vgg resnet transformer]

Every tool has as many threads as the process has cores (`taskset -c 0 python …` for one).

Needs torch, scipy, curvlinops-for-pytorch, hessian-eigenthings and PyHessian. Each tool gets the loosest of a list of
tolerances that reaches the error; what it took is printed as CPU seconds over all threads, with the error that it
reached and the number of products with H; a tool that takes more than LIMIT for one number is stopped. Ours is the
whole process, reading the files included; theirs is the call alone, without imports. The truth is SciPy's eigsh over
PyTorch's products in float64, and for s our float64 engine, which shares no code with the float32 one. No tool here has
s; for PyTorch it is a Lanczos run over Σv by `torch.func`, one chunk of samples at a time.
"""
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
import torch
from scipy.sparse.linalg import LinearOperator, eigsh
from torch import nn
from torch.func import functional_call, jvp, grad, vmap

warnings.simplefilter("ignore")
torch.manual_seed(0)
torch.set_num_threads(len(os.sched_getaffinity(0)))
GOAL = 1e-3
TOLERANCES = [1e-2, 1e-3, 1e-4, 1e-6]
LIMIT = 180  # CPU seconds that a tool may take for one number


class Late(Exception):
    """A tool has used up its time."""


def late(*_):
    raise Late


signal.signal(signal.SIGPROF, late)


def within_limit(run):
    """What `run` gives; raises `Late` if it takes more than the limit."""
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    try:
        return run()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def convolution(inputs, outputs, stride=1, size=3):
    return nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1, self.bn1 = convolution(inputs, outputs, stride), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = convolution(outputs, outputs), nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride > 1 or inputs != outputs:
            norm = nn.BatchNorm2d(outputs)
            self.downsample = nn.Sequential(convolution(inputs, outputs, stride, 1), norm)

    def forward(self, x):
        aside = x if self.downsample is None else self.downsample(x)
        y = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(y)) + aside)


def fnn():
    widths = [784, 200, 200, 10]
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(nn.Flatten(), *layers[:-1]), (1, 28, 28), 10, 1000, "fnn.toml"


def vgg():
    layers, inputs = [], 3
    for outputs in [16, 16, 32, 64, 64]:
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        inputs = outputs
    layers += [nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 2)]
    return nn.Sequential(*layers), (3, 32, 32), 2, 500, "vgg.toml"


class Resnet(nn.Module):
    """ResNet-20 for small images, with projections."""

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = convolution(3, 16), nn.BatchNorm2d(16)
        stage = lambda inputs, outputs, stride: nn.Sequential(
            Block(inputs, outputs, stride), Block(outputs, outputs, 1), Block(outputs, outputs, 1)
        )
        self.layer1, self.layer2, self.layer3 = stage(16, 16, 1), stage(16, 32, 2), stage(32, 64, 2)
        self.fc = nn.Linear(64, 10)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        return self.fc(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))


def resnet():
    return Resnet(), (3, 32, 32), 10, 50, "resnet20"


class Norm(nn.Module):
    """Layer normalisation written out: under vmap, torch 2.15 has wrong second derivatives of its own."""

    def __init__(self, width):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(width)), nn.Parameter(torch.zeros(width))

    def forward(self, x):
        x = x - x.mean(-1, keepdim=True)
        return x * (x.square().mean(-1, keepdim=True) + 1e-5).rsqrt() * self.weight + self.bias


class Attention(nn.Module):
    """Causal attention with nanoGPT's names, written out, so that it has second derivatives."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.c_attn, self.c_proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        length, width = x.shape[-2:]
        q, k, v = (
            part.unflatten(-1, (self.heads, -1)).transpose(-2, -3)
            for part in self.c_attn(x).split(width, -1)
        )
        scores = q @ k.transpose(-1, -2) / (width // self.heads) ** 0.5
        unseen = torch.triu(torch.full((length, length), -torch.inf, dtype=x.dtype), 1)
        return self.c_proj(((scores + unseen).softmax(-1) @ v).transpose(-2, -3).flatten(-2))


class Transformer(nn.Module):
    """A decoder of two blocks that is read out at the last position."""

    WIDTH, HEADS, BLOCKS, LENGTH, TOKENS = 64, 4, 2, 16, 32

    def __init__(self):
        super().__init__()
        width = self.WIDTH
        self.wte, self.wpe = nn.Embedding(self.TOKENS, width), nn.Embedding(self.LENGTH, width)
        block = lambda: nn.ModuleDict(
            dict(
                ln_1=Norm(width),
                attn=Attention(width, self.HEADS),
                ln_2=Norm(width),
                mlp=nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)),
            )
        )
        self.h = nn.ModuleList(block() for _ in range(self.BLOCKS))
        self.ln_f, self.head = Norm(width), nn.Linear(width, self.TOKENS, bias=False)

    def forward(self, x):
        x = self.wte(x) + self.wpe.weight
        for block in self.h:
            x = x + block["attn"](block["ln_1"](x))
            x = x + block["mlp"](block["ln_2"](x))
        return self.head(self.ln_f(x)[..., -1, :])

    def described(self):
        """The network as a TOML file."""
        norm = '{ type = "layer-norm" }'
        lines, last = [], 2
        for _ in range(self.BLOCKS):
            lines += [
                f'{{ type = "branch", from = {last}, layer = [{norm}, {{ type = "attention", heads = {self.HEADS}, '
                'causal = true, tensors = "linear" }] }',
                f'{{ type = "branch", from = {last + 1}, layer = [{norm}, {{ type = "dense", outputs = '
                f'{4 * self.WIDTH} }}, {{ type = "gelu" }}, {{ type = "dense", outputs = {self.WIDTH} }}] }}',
            ]
            last += 2
        begin = [
            f'{{ type = "embedding", vocabulary = {self.TOKENS}, dimension = {self.WIDTH} }}',
            f'{{ type = "positions", length = {self.LENGTH} }}',
        ]
        end = [norm, '{ type = "last-position" }', f'{{ type = "dense", outputs = {self.TOKENS}, bias = false }}']
        return f"input = [{self.LENGTH}]\nlayer = [\n" + ",\n".join(begin + lines + end) + "\n]\n"


def transformer():
    return Transformer(), (Transformer.LENGTH,), Transformer.TOKENS, 100, "transformer.toml"


NETWORKS = {"fnn": fnn, "vgg": vgg, "resnet": resnet, "transformer": transformer}


def described(model, shape):
    """The network as a TOML file."""
    if isinstance(model, Transformer):
        return model.described()
    lines = [f"input = {list(shape)}"]
    for layer in model:
        if isinstance(layer, nn.Linear):
            lines.append(f'[[layer]]\ntype = "dense"\noutputs = {layer.out_features}')
        elif isinstance(layer, nn.Conv2d):
            lines.append(
                f'[[layer]]\ntype = "convolution"\noutputs = {layer.out_channels}\nkernel = 3\npadding = 1'
            )
        elif isinstance(layer, nn.MaxPool2d):
            lines.append('[[layer]]\ntype = "max-pool"\nwindow = 2')
        else:
            lines.append(f'[[layer]]\ntype = "{type(layer).__name__.lower()}"')
    return "\n".join(lines) + "\n"


def train(model, x, y, steps=200):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    for step in range(steps):
        rows = torch.randint(len(x), (50,))
        optimizer.zero_grad()
        ((model(x[rows]) - y[rows]) ** 2).mean().backward()
        optimizer.step()


class Products:
    """Products with H in PyTorch, with the graph of the gradient kept."""

    def __init__(self, model, x, y):
        self.parameters = list(model.parameters())
        loss = ((model(x) - y) ** 2).mean()
        self.gradients = torch.autograd.grad(loss, self.parameters, create_graph=True)
        self.count = 0

    def __call__(self, v):
        self.count += 1
        v = torch.as_tensor(v, dtype=self.parameters[0].dtype)
        parts = torch.split(v.reshape(-1), [p.numel() for p in self.parameters])
        parts = [part.reshape(p.shape) for part, p in zip(parts, self.parameters)]
        dots = sum((g * part).sum() for g, part in zip(self.gradients, parts))
        products = torch.autograd.grad(dots, self.parameters, retain_graph=True)
        return torch.cat([product.reshape(-1) for product in products]).numpy()

    def operator(self):
        size = sum(p.numel() for p in self.parameters)
        dtype = np.float32 if self.parameters[0].dtype == torch.float32 else np.float64
        return LinearOperator((size, size), matvec=self, dtype=dtype)


def error(found, truth):
    found, truth = np.sort(np.atleast_1d(found)), np.sort(np.atleast_1d(truth))
    return float(np.max(np.abs(found - truth)) / np.max(np.abs(truth)))


def first_good(tries, truth):
    """The first try that reaches the goal, as (CPU seconds, error, products), or the last that ended; `Late` if none did."""
    best = None
    for attempt in tries:
        begin = time.process_time()
        try:
            found, products = within_limit(attempt)
        except Late:
            return best or Late
        taken = time.process_time() - begin
        best = (taken, error(found, truth), products)
        if best[1] <= GOAL:
            break
    return best


def torch_lanczos(model, x, y, count, which):
    def attempt(tolerance):
        products = Products(model, x, y)
        values = eigsh(products.operator(), k=count, which=which, tol=tolerance)[0]
        return values, products.count

    return [lambda t=t: attempt(t) for t in TOLERANCES]


def curvlinops(model, x, y, count, which):
    from curvlinops import HessianLinearOperator

    def attempt(tolerance):
        mean = nn.MSELoss()
        operator = HessianLinearOperator(
            model, mean, list(model.parameters()), [(x, y)], check_deterministic=False
        ).to_scipy()
        calls = [0]

        def product(v):
            calls[0] += 1
            return operator @ v

        counted = LinearOperator(operator.shape, matvec=product, dtype=np.float32)
        return eigsh(counted, k=count, which=which, tol=tolerance)[0], calls[0]

    return [lambda t=t: attempt(t) for t in TOLERANCES]


def eigenthings(model, x, y, count, which):
    import hessian_eigenthings as he

    def attempt(tolerance):
        loss = lambda m, batch: nn.functional.mse_loss(m(batch[0]), batch[1])
        operator = he.HessianOperator(model, [(x, y)], loss)
        found = he.lanczos(operator, k=count, which=which, tol=tolerance, seed=1)
        values = np.asarray(found.eigenvalues, dtype=float)
        return values, getattr(found, "iterations", None)

    return [lambda t=t: attempt(t) for t in TOLERANCES]


def pyhessian(model, x, y, count, which):
    from pyhessian import hessian

    if which != "LA":
        return []

    def attempt(tolerance):
        tool = hessian(model, nn.MSELoss(), data=(x, y), cuda=False)
        values, _ = tool.eigenvalues(maxIter=300, tol=tolerance, top_n=count)
        return np.array(values), None

    return [lambda t=t: attempt(t) for t in TOLERANCES]


def torch_noise(model, x, y, chunk=50):
    """s by a Lanczos run over Σv, with the products H_i v of a chunk of samples at a time."""
    names = [name for name, _ in model.named_parameters()]
    shapes = [p.shape for _, p in model.named_parameters()]
    sizes = [p.numel() for _, p in model.named_parameters()]
    w = torch.cat([p.detach().reshape(-1) for p in model.parameters()])

    def unpack(flat):
        parts = torch.split(flat, sizes)
        return {name: part.reshape(shape) for name, part, shape in zip(names, parts, shapes)}

    def loss(flat, a, b):
        return ((functional_call(model, unpack(flat), (a[None],))[0] - b) ** 2).mean()

    def hvp(a, b, v):
        return jvp(lambda p: grad(loss)(p, a, b), (w,), (v,))[1]

    many = vmap(hvp, in_dims=(0, 0, None))
    each = vmap(hvp, in_dims=(0, 0, 0))
    count = [0]

    def product(v):
        count[0] += 1
        v = torch.as_tensor(v, dtype=w.dtype).reshape(-1)
        own = [many(x[i : i + chunk], y[i : i + chunk], v) for i in range(0, len(x), chunk)]
        mean = sum(h.sum(0) for h in own) / len(x)
        total = 0
        for place, h in enumerate(own):
            rows = slice(place * chunk, place * chunk + len(h))
            total = total + each(x[rows], y[rows], h - mean).sum(0)
        return (total / len(x)).numpy()

    operator = LinearOperator((len(w), len(w)), matvec=product, dtype=np.float32)
    value = eigsh(operator, k=1, which="LA", tol=1e-3, maxiter=20)[0]
    return np.sqrt(value), count[0]


def ours(program, folder, words):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    line = f"{program} diagnose --weights model.pt --data data.npz --lr 0.1 --batch 10 --json"
    run = subprocess.run(line.split() + words, cwd=folder, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode:
        raise SystemExit(run.stdout)
    taken = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(run.stdout), taken


def products_with_h(json):
    """All products with H; the ten largest and λ_min go on in the Krylov space of a."""
    further = [json.get("eigenvalues_products"), json.get("smallest_eigenvalue_products")]
    return json["sharpness"]["products"] + sum(count or 0 for count in further)


def measure(name, program):
    model, shape, classes, samples, arch = NETWORKS[name]()
    if isinstance(model, Transformer):
        x = torch.randint(Transformer.TOKENS, (samples, *shape))
        labels = (x[:, -1] + x[:, -2]) % classes
    else:
        x = torch.rand(samples, *shape)
        labels = (x.reshape(samples, -1) @ torch.randn(x[0].numel(), classes)).argmax(1)
    y = nn.functional.one_hot(labels, classes).float()
    train(model, x, y)
    model.eval()
    folder = tempfile.mkdtemp()
    torch.save(model.state_dict(), f"{folder}/model.pt")
    np.savez(f"{folder}/data.npz", x=x.numpy(), y=labels.numpy())
    words = ["--arch", arch]
    if arch.endswith(".toml"):
        with open(f"{folder}/{arch}", "w") as file:
            file.write(described(model, shape))
    else:
        words += ["--mode", "eval"]
    wide = x.double() if x.is_floating_point() else x
    fine = Products(model.double(), wide, y.double())
    top = eigsh(fine.operator(), k=10, which="LA", tol=1e-9)[0]
    low = eigsh(fine.operator(), k=1, which="SA", tol=1e-6)[0]
    model.float()
    exact, _ = ours(program, folder, words + ["--precision", "f64", "--only", "a,s"])
    s = exact["double"]["non_uniformity"]["value"]
    parameters = sum(p.numel() for p in model.parameters())
    print(f"\n{name}: {parameters} parameters, n = {samples}")
    print(f"a = {top[-1]:.6f}, λ_min = {low[0]:.6f}, s = {s:.6f}")
    print(f"{'':8}{'tool':24}{'CPU s':>9}{'error':>11}{'products':>10}")

    def row(what, tool, result):
        if result is None:
            print(f"{what:8}{tool:24}{'none':>9}")
            return
        if result is Late:
            print(f"{what:8}{tool:24}  not ended after {LIMIT} s", flush=True)
            return
        taken, wrong, products = result
        reached = "" if wrong <= GOAL else "  not reached"
        products = "" if products is None else products
        print(f"{what:8}{tool:24}{taken:9.2f}{wrong:11.1e}{products:>10}{reached}", flush=True)

    values = lambda json: [value["value"] for value in json["eigenvalues"]]
    for what, count, which, truth, own, read in [
        ("a", 1, "LA", top[-1], ["--only", "a"], lambda j: j["sharpness"]["value"]),
        ("top 10", 10, "LA", top, ["--only", "a", "--eigenvalues", "10"], values),
        ("λ_min", 1, "SA", low[0], ["--only", "a,lambda_min"], lambda j: j["smallest_eigenvalue"]),
    ]:
        tries = []
        for tolerance in TOLERANCES:
            json, taken = ours(program, folder, words + own + ["--tolerance", str(tolerance)])
            tries.append((taken, error(read(json), truth), products_with_h(json)))
            if tries[-1][1] <= GOAL:
                break
        row(what, "ours", tries[-1])
        for tool in [torch_lanczos, curvlinops, eigenthings, pyhessian]:
            row(what, tool.__name__, first_good(tool(model, x, y, count, which), truth))
    json, taken = ours(program, folder, words + ["--only", "a,s", "--tolerance", "1e-3"])
    wrong = error(json["non_uniformity"]["value"], s)
    row("s", "ours, with a", (taken, wrong, json["non_uniformity"]["products"]))
    row("s", "torch.func", first_good([lambda: torch_noise(model, x, y)], s))


if __name__ == "__main__":
    program = os.path.abspath(sys.argv[1])
    for name in sys.argv[2:] or NETWORKS:
        measure(name, program)
