"""The networks whose curvature is compared: small ones, and every named architecture."""
import torch
from torch import nn
from torch.nn.functional import avg_pool2d, gelu, max_pool2d, pad


# The words of `--activation`, with modules that have PyTorch's defaults.
ACTIVATIONS = {
    "leaky-relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "softplus": nn.Softplus,
    "hardtanh": nn.Hardtanh,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
}


class Chain(nn.Module):
    """Dense layers of these widths with an activation between them."""

    def __init__(self, *widths, activation=nn.ReLU):
        super().__init__()
        layers = [nn.Flatten()]
        for i, o in zip(widths, widths[1:]):
            layers += [nn.Linear(i, o), activation()]
        self.fc = nn.Sequential(*layers[:-1])

    def forward(self, x):
        return self.fc(x)


class Tied(Chain):
    """The same, where the weights of two layers, but not their biases, are one."""

    def __init__(self):
        super().__init__(6, 7, 7, 7, 3)
        self.fc[5].weight = self.fc[3].weight


SMALL = """
input = [2, 4, 4]
layer = [
  { type = "convolution", outputs = 3, kernel = 3, padding = 1 },
  { type = "batch-norm" },
  { type = "relu" },
  { type = "convolution", outputs = 3, kernel = 3, padding = 1, bias = false },
  { type = "batch-norm" },
  { type = "shortcut", from = 3 },
  { type = "relu" },
  { type = "max-pool", window = 2 },
  { type = "flatten" },
  { type = "dense", outputs = 3 },
]
"""


class Small(nn.Module):
    """What `SMALL` describes."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 3, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(3)
        self.conv2 = nn.Conv2d(3, 3, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(3)
        self.relu = nn.ReLU()
        self.fc = nn.Linear(12, 3)

    def forward(self, x):
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.relu(self.bn2(self.conv2(x)) + x)
        return self.fc(max_pool2d(x, 2).flatten(1))


SLID = """
input = [2, 6, 5]
layer = [
  { type = "convolution", outputs = 4, kernel = [3, 2], stride = [1, 2], padding = [3, 2], groups = 2 },
  { type = "batch-norm", affine = false },
  { type = "relu" },
  { type = "max-pool", window = 3, stride = 2, padding = 1 },
  { type = "convolution", outputs = 4, kernel = 3, padding = 2, dilation = 2, groups = 4, bias = false },
  { type = "batch-norm", epsilon = 0 },
  { type = "relu" },
  { type = "average-pool", window = [2, 3], stride = [1, 2], padding = [1, 1] },
  { type = "dense", outputs = 3 },
]
"""


class Slid(nn.Module):
    """What `SLID` describes: windows of every kind."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(2, 4, (3, 2), stride=(1, 2), padding=(3, 2), groups=2),
            nn.BatchNorm2d(4, affine=False),
            nn.ReLU(),
            nn.MaxPool2d(3, 2, 1),
            nn.Conv2d(4, 4, 3, padding=2, dilation=2, groups=4, bias=False),
            nn.BatchNorm2d(4, eps=1e-30),  # PyTorch does not train with zero itself
            nn.ReLU(),
            nn.AvgPool2d((2, 3), stride=(1, 2), padding=(1, 1)),
            nn.Flatten(),
            nn.Linear(24, 3),
        )

    def forward(self, x):
        return self.layers(x)


BARE = """
input = [2, 7, 5]
layer = [
  { type = "convolution", outputs = 3, kernel = 3, padding = 1 },
  { type = "batch-norm", affine = false, running-statistics = false },
  { type = "relu" },
  { type = "convolution", outputs = 6, kernel = [2, 3], stride = 2, dilation = [3, 2], padding = [3, 4], groups = 3 },
  { type = "batch-norm", running-statistics = false },
  { type = "relu" },
  { type = "average-pool" },
  { type = "dense", outputs = 3 },
]
"""


class Bare(nn.Module):
    """What `BARE` describes: statistics of the batch alone, the mean of an image that is no square."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(2, 3, 3, padding=1),
            nn.BatchNorm2d(3, affine=False, track_running_stats=False),
            nn.ReLU(),
            nn.Conv2d(3, 6, (2, 3), stride=2, dilation=(3, 2), padding=(3, 4), groups=3),
            nn.BatchNorm2d(6, track_running_stats=False),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(6, 3),
        )

    def forward(self, x):
        return self.layers(x)


NORMS = """
input = [2, 5, 4]
layer = [
  { type = "convolution", outputs = 4, kernel = 3, padding = 1, bias = false },
  { type = "group-norm", groups = 2 },
  { type = "relu" },
  { type = "convolution", outputs = 4, kernel = 3, stride = 2, padding = 1, bias = false },
  { type = "layer-norm", epsilon = 1e-3 },
  { type = "branch", from = 3, layer = [
    { type = "convolution", outputs = 4, kernel = 1, stride = 2 },
    { type = "group-norm", groups = 4, affine = false },
  ] },
  { type = "tanh" },
  { type = "layer-norm", over = "position" },
  { type = "dropout", p = 0 },
  { type = "average-pool" },
  { type = "dense", outputs = 6 },
  { type = "branch", from = 11, layer = [
    { type = "rms-norm" },
    { type = "dense", outputs = 5 },
    { type = "gelu" },
    { type = "dense", outputs = 6 },
  ] },
  { type = "layer-norm", bias = false },
  { type = "dense", outputs = 3 },
]
"""


class LayerNorm(nn.LayerNorm):
    """PyTorch's layer normalisation, written out: its own has wrong second derivatives under vmap
    (torch 2.15), while products without vmap agree with these."""

    def forward(self, x):
        places = tuple(range(-len(self.normalized_shape), 0))
        x = x - x.mean(places, keepdim=True)
        x = x / ((x**2).mean(places, keepdim=True) + self.eps).sqrt() * self.weight
        return x if self.bias is None else x + self.bias


class Norms(nn.Module):
    """What `NORMS` describes: normalisation within samples, and branches."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 4, 3, padding=1, bias=False)
        self.norm1 = nn.GroupNorm(2, 4)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(4, 4, 3, stride=2, padding=1, bias=False)
        self.norm2 = LayerNorm([4, 3, 2], eps=1e-3)
        self.shortcut = nn.Sequential(nn.Conv2d(4, 4, 1, stride=2), nn.GroupNorm(4, 4, affine=False))
        self.norm3 = LayerNorm(4)
        self.dropout = nn.Dropout(0.0)
        self.fc1 = nn.Linear(4, 6)
        # Its own epsilon depends on the type of the numbers, and those of the model were float32.
        self.norm4 = nn.RMSNorm(6, eps=torch.finfo(torch.float32).eps)
        self.fc2 = nn.Linear(6, 5)
        self.fc3 = nn.Linear(5, 6)
        self.norm5 = LayerNorm(6, bias=False)
        self.fc4 = nn.Linear(6, 3)

    def forward(self, x):
        x = self.relu(self.norm1(self.conv1(x)))
        x = torch.tanh(self.norm2(self.conv2(x)) + self.shortcut(x))
        x = self.norm3(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        x = self.fc1(self.dropout(x).mean((2, 3)))
        x = x + self.fc3(gelu(self.fc2(self.norm4(x))))
        return self.fc4(self.norm5(x))


PROJECTED = """
input = [2, 5, 4]
layer = [
  { type = "convolution", outputs = 3, kernel = 3, padding = 1, bias = false },
  { type = "batch-norm" },
  { type = "relu" },
  { type = "convolution", outputs = 4, kernel = 3, stride = 2, padding = 1, bias = false },
  { type = "batch-norm" },
  { type = "relu" },
  { type = "convolution", outputs = 4, kernel = 3, padding = 1, bias = false },
  { type = "batch-norm" },
  { type = "branch", from = 3, layer = [
    { type = "convolution", outputs = 4, kernel = 1, stride = 2, bias = false },
    { type = "batch-norm" },
  ] },
  { type = "relu" },
  { type = "average-pool" },
  { type = "dense", outputs = 3 },
]
"""


class Projected(nn.Module):
    """What `PROJECTED` describes: a block of torchvision's, with its names."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 3, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(3)
        self.relu = nn.ReLU()
        self.layer1 = nn.Sequential(BasicBlock(3, 4, 2))
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        x = self.layer1(self.relu(self.bn1(self.conv1(x))))
        return self.fc(x.mean((2, 3)))


class BasicBlock(nn.Module):
    """A basic block with torchvision's names. Where the shapes differ it has a projection, or pads with
    channels of zeros on both sides."""

    def __init__(self, inputs, outputs, stride, projects=True):
        super().__init__()
        self.stride, self.more = stride, outputs - inputs
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if projects and (stride > 1 or inputs != outputs):
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.downsample is None:
            x = x[:, :, :: self.stride, :: self.stride]
            x = pad(x, (0, 0, 0, 0, self.more // 2, self.more // 2))
        else:
            x = self.downsample(x)
        return self.relu(y + x)


class SmallResNet(nn.Module):
    """The ResNet of He et al. for small images, with this many blocks in each of three stages."""

    def __init__(self, outputs, blocks, projects):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.relu = nn.ReLU()
        sizes = [(16, 16, 1), (16, 32, 2), (32, 64, 2)]
        self.layer1, self.layer2, self.layer3 = (
            nn.Sequential(BasicBlock(*size, projects), *(
                BasicBlock(size[1], size[1], 1, projects) for _ in range(blocks - 1)))
            for size in sizes)
        self.linear = nn.Linear(64, outputs)

    def forward(self, x):
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


class Cnn(nn.Sequential):
    """The convolutional network with tanh of the edge-of-stability experiments."""

    def __init__(self, outputs, side):
        super().__init__(
            nn.Conv2d(1, 32, 3, padding=1), nn.Tanh(), nn.MaxPool2d(2),
            nn.Conv2d(32, 32, 3, padding=1), nn.Tanh(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(32 * (side // 4) ** 2, outputs))


DECODER = """
input = [6]
layer = [
  { type = "embedding", vocabulary = 7, dimension = 4 },
  { type = "positions", length = 8 },
  { type = "branch", from = 2, layer = [
    { type = "layer-norm", bias = false },
    { type = "attention", heads = 2, causal = true },
  ] },
  { type = "branch", from = 3, layer = [
    { type = "layer-norm" },
    { type = "dense", outputs = 6 },
    { type = "gelu" },
    { type = "dense", outputs = 4 },
  ] },
  { type = "layer-norm" },
  { type = "last-position" },
  { type = "dense", outputs = 3 },
]
"""


def attend(module, x, heads, causal):
    """What `module` (of `nn.MultiheadAttention`) makes of its own input, written out, since its fast path
    has no second derivatives."""
    b, t, c = x.shape
    parts = nn.functional.linear(x, module.in_proj_weight, module.in_proj_bias)
    q, k, v = (part.view(b, t, heads, c // heads).transpose(1, 2) for part in parts.split(c, -1))
    scores = q @ k.transpose(-1, -2) / (c // heads) ** 0.5
    if causal:
        later = torch.ones(t, t, dtype=torch.bool).triu(1)
        scores = scores.masked_fill(later, float("-inf"))
    y = (scores.softmax(-1) @ v).transpose(1, 2).reshape(b, t, c)
    return module.out_proj(y)


class Decoder(nn.Module):
    """What `DECODER` describes."""

    def __init__(self):
        super().__init__()
        self.wte = nn.Embedding(7, 4)
        self.wpe = nn.Embedding(8, 4)
        self.ln_1 = LayerNorm(4, bias=False)
        self.attn = nn.MultiheadAttention(4, 2, batch_first=True)
        self.ln_2 = LayerNorm(4)
        self.c_fc = nn.Linear(4, 6)
        self.c_proj = nn.Linear(6, 4)
        self.ln_f = LayerNorm(4)
        self.head = nn.Linear(4, 3)

    def forward(self, x):
        x = self.wte(x.long()) + self.wpe(torch.arange(x.shape[1]))
        x = x + attend(self.attn, self.ln_1(x), 2, True)
        x = x + self.c_proj(gelu(self.c_fc(self.ln_2(x))))
        return self.head(self.ln_f(x)[:, -1])


ENCODER = """
input = [5]
layer = [
  { type = "embedding", vocabulary = 6, dimension = 6 },
  { type = "positions", kind = "sinusoidal" },
  { type = "attention", heads = 3, bias = false },
  { type = "rms-norm" },
  { type = "tanh" },
  { type = "mean-position" },
  { type = "dense", outputs = 3 },
]
"""


class Encoder(nn.Module):
    """What `ENCODER` describes."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(6, 6)
        self.attn = nn.MultiheadAttention(6, 3, bias=False, batch_first=True)
        self.norm = nn.RMSNorm(6, eps=torch.finfo(torch.float32).eps)
        self.head = nn.Linear(6, 3)

    def forward(self, x):
        x = self.table(x.long())
        place = torch.arange(x.shape[1], dtype=x.dtype)[:, None]
        angle = place * 10000.0 ** (-torch.arange(0, 6, 2, dtype=x.dtype) / 6)
        waves = torch.stack([angle.sin(), angle.cos()], -1).flatten(1)
        # The constants are numbers of float32.
        x = attend(self.attn, x + waves.float().to(x.dtype), 3, False)
        return self.head(torch.tanh(self.norm(x)).mean(1))


BENT = """
input = [2, 5, 4]
layer = [
  { type = "convolution", outputs = 3, kernel = 3, padding = 1 },
  { type = "gelu", approximate = "tanh" },
  { type = "convolution", outputs = 3, kernel = 3, padding = 1 },
  { type = "batch-norm" },
  { type = "leaky-relu", slope = 0.2 },
  { type = "max-pool", window = 2 },
  { type = "hardtanh" },
  { type = "dense", outputs = 5 },
  { type = "batch-norm" },
  { type = "elu", alpha = 0.7 },
  { type = "dense", outputs = 4 },
  { type = "softplus" },
  { type = "dense", outputs = 3 },
]
"""


class Bent(nn.Module):
    """What `BENT` describes: activations whose numbers are not PyTorch's defaults, behind layers of every
    kind."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(2, 3, 3, padding=1),
            nn.GELU(approximate="tanh"),
            nn.Conv2d(3, 3, 3, padding=1),
            nn.BatchNorm2d(3),
            nn.LeakyReLU(0.2),
            nn.MaxPool2d(2),
            nn.Hardtanh(),
            nn.Flatten(),
            nn.Linear(12, 5),
            nn.BatchNorm1d(5),
            nn.ELU(0.7),
            nn.Linear(5, 4),
            nn.Softplus(),
            nn.Linear(4, 3),
        )

    def forward(self, x):
        return self.layers(x)


class LeNet(nn.Module):
    def __init__(self, outputs, activation=nn.ReLU):
        super().__init__()
        self.first = nn.Conv2d(1, 6, 5, padding=2)
        self.second = nn.Conv2d(6, 16, 5)
        self.activation = activation()
        self.dense = Chain(400, 120, 84, outputs, activation=activation)

    def forward(self, x):
        for convolution in (self.first, self.second):
            x = max_pool2d(self.activation(convolution(x)), 2)
        return self.dense(x)


class Vgg(nn.Module):
    """Its convolutions begin as the authors' do; PyTorch's own weights are too small to train."""

    def __init__(self, outputs):
        super().__init__()
        layers = []
        for i, o in [(3, 16), (16, 16), (16, 32), (32, 64), (64, 64)]:
            layers += [nn.Conv2d(i, o, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
            nn.init.kaiming_normal_(layers[-3].weight, mode="fan_out")
        self.features = nn.Sequential(*layers)
        self.classifier = Chain(64, 128, outputs)

    def forward(self, x):
        return self.classifier(self.features(x))


class Block(nn.Module):
    """Its shortcut drops rows and columns, and pads with channels of zeros."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.stride, self.more = stride, outputs - inputs
        self.convs = nn.ModuleList([
            nn.Conv2d(inputs, outputs, 3, stride, padding=1),
            nn.Conv2d(outputs, outputs, 3, padding=1),
        ])
        self.norms = nn.ModuleList(nn.BatchNorm2d(outputs) for _ in range(2))
        self.relu = nn.ReLU()

    def forward(self, x):
        y = self.relu(self.norms[0](self.convs[0](x)))
        y = self.norms[1](self.convs[1](y))
        x = x[:, :, :: self.stride, :: self.stride]
        return self.relu(y + pad(x, (0, 0, 0, 0, 0, self.more)))


class ResNet(nn.Module):
    def __init__(self, outputs):
        super().__init__()
        self.stem = nn.Conv2d(3, 32, 3, padding=1)
        self.norm = nn.BatchNorm2d(32)
        self.relu = nn.ReLU()
        sizes = [(32, 32, 1), (32, 64, 2), (64, 128, 2)]
        self.stages = nn.Sequential(*[Block(*size) for size in sizes])
        self.linear = nn.Linear(128, outputs)

    def forward(self, x):
        x = self.stages(self.relu(self.norm(self.stem(x))))
        return self.linear(avg_pool2d(x, 8).flatten(1))
