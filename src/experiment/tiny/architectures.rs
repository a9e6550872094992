//! Tiny networks that contain every kind of layer. All their numbers stay on a dyadic grid: windows,
//! deviations, output counts and ε are powers of two.

use std::path::Path;

use super::further::FURTHER;
use crate::network::{
    Activation, BatchNorm, Builder, Fault, Filters, Initialisation, Loss, Network, Shape, Sides,
    Window, description,
};

/// The name and the description (TOML, [`description`]) of each network.
const DESCRIBED: [(&str, &str); 15] = [
    (
        "convolution",
        r#"
        input = [1, 4, 6]
        layer = [
            { type = "convolution", outputs = 2, kernel = 3, padding = 1 },
            { type = "relu" },
            { type = "max-pool", window = 2 },
            { type = "convolution", outputs = 2, kernel = 3, stride = 2, padding = 1 },
            { type = "relu" },
            { type = "flatten" },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "residual",
        r#"
        input = [1, 4, 4]
        layer = [
            { type = "convolution", outputs = 1, kernel = 3, padding = 1 },
            { type = "relu" },
            { type = "convolution", outputs = 2, kernel = 3, stride = 2, padding = 1 },
            { type = "relu" },
            { type = "convolution", outputs = 2, kernel = 3, padding = 1 },
            { type = "shortcut", from = 2 },
            { type = "relu" },
            { type = "average-pool" },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "shortcut-from-input",
        r#"
        input = [1, 3, 3]
        layer = [
            { type = "convolution", outputs = 2, kernel = 3, padding = 1 },
            { type = "shortcut", from = 0 },
            { type = "relu" },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "average-pool",
        r#"
        input = [2, 4, 2]
        layer = [
            { type = "convolution", outputs = 2, kernel = 2, padding = 1, bias = false },
            { type = "average-pool", window = 2 },
            { type = "flatten" },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "pool-first",
        r#"
        input = [2, 4, 3]
        layer = [
            { type = "max-pool", window = 2 },
            { type = "dense", outputs = 3 },
            { type = "relu" },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "without-bias",
        r#"
        input = [3]
        layer = [
            { type = "dense", outputs = 4, bias = false },
            { type = "relu" },
            { type = "dense", outputs = 3 },
            { type = "relu" },
            { type = "dense", outputs = 2, bias = false },
        ]"#,
    ),
    (
        "normalise",
        r#"
        input = [2, 3, 2]
        layer = [
            { type = "normalise", mean = [0.5, -0.25], deviation = [0.5, 2.0] },
            { type = "convolution", outputs = 3, kernel = 2 },
            { type = "relu" },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "batch-norm",
        r#"
        input = [2, 2, 3]
        layer = [
            { type = "batch-norm", epsilon = 0.0625 },
            { type = "convolution", outputs = 2, kernel = 2, bias = false },
            { type = "batch-norm", epsilon = 0.0625 },
            { type = "relu" },
            { type = "dense", outputs = 3 },
            { type = "batch-norm", epsilon = 0.0625 },
            { type = "relu" },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "batch-norm-residual",
        r#"
        input = [1, 4, 3]
        layer = [
            { type = "convolution", outputs = 1, kernel = 3, padding = 1 },
            { type = "batch-norm", epsilon = 0.0625 },
            { type = "relu" },
            { type = "convolution", outputs = 2, kernel = 3, stride = 2, padding = 1 },
            { type = "batch-norm", epsilon = 0.0625 },
            { type = "shortcut", from = 3 },
            { type = "relu" },
            { type = "average-pool", window = 2 },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "wide-padding",
        r#"
        input = [2, 3, 4]
        layer = [
            { type = "convolution", outputs = 2, kernel = [1, 2], stride = [1, 2], padding = [2, 3] },
            { type = "average-pool", window = [2, 4], stride = [3, 1], padding = [1, 2] },
            { type = "convolution", outputs = 2, kernel = [2, 3] },
            { type = "relu" },
            { type = "average-pool" },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "overlapping-pools",
        r#"
        input = [1, 5, 6]
        layer = [
            { type = "convolution", outputs = 2, kernel = 3, padding = 1 },
            { type = "relu" },
            { type = "max-pool", window = 3, stride = 2, padding = 1 },
            { type = "convolution", outputs = 2, kernel = 2, padding = 1 },
            { type = "max-pool", window = [2, 3], stride = 1, padding = [1, 0] },
            { type = "average-pool", window = 2, stride = 1, padding = 1 },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "pools-apart",
        r#"
        input = [1, 7, 5]
        layer = [
            { type = "convolution", outputs = 2, kernel = [2, 1] },
            { type = "max-pool", window = [1, 2], stride = 3 },
            { type = "dense", outputs = 2 },
            { type = "relu" },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "dilated",
        r#"
        input = [1, 7, 6]
        layer = [
            { type = "convolution", outputs = 2, kernel = 3, dilation = 2, padding = 2 },
            { type = "relu" },
            { type = "convolution", outputs = 2, kernel = [3, 2], dilation = [2, 3], stride = [3, 2], padding = [2, 1] },
            { type = "relu" },
            { type = "convolution", outputs = 2, kernel = 2, dilation = 2, stride = 2, padding = 1 },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "grouped",
        r#"
        input = [4, 3, 4]
        layer = [
            { type = "convolution", outputs = 6, kernel = 2, groups = 2, padding = 1 },
            { type = "relu" },
            { type = "convolution", outputs = 6, kernel = 3, groups = 6, padding = 1, dilation = [1, 2] },
            { type = "relu" },
            { type = "convolution", outputs = 12, kernel = 2, groups = 6, stride = 2, bias = false },
            { type = "convolution", outputs = 2, kernel = 1, groups = 2 },
            { type = "relu" },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
    (
        "batch-norm-bare",
        r#"
        input = [2, 2, 3]
        layer = [
            { type = "batch-norm", epsilon = 0, affine = false, running-statistics = false },
            { type = "convolution", outputs = 2, kernel = 2 },
            { type = "batch-norm", epsilon = 0.0625, affine = false },
            { type = "relu" },
            { type = "dense", outputs = 3 },
            { type = "batch-norm", epsilon = 0, running-statistics = false },
            { type = "relu" },
            { type = "dense", outputs = 2 },
        ]"#,
    ),
];

/// Two tiny networks with this activation: a chain of dense layers, and one with a layer of every other
/// kind.
///
/// # Panics
/// If a number of the activation is not finite.
pub fn activated(activation: Activation) -> [Network; 2] {
    let chain = Network::dense_chain(&[3, 4, 3, 2], |layer| layer != 1, activation);
    [Ok(chain), images(activation)].map(|built| built.unwrap_or_else(|fault| panic!("{fault}")))
}

/// The activation behind a convolution, a batch normalisation and a shortcut, and before a max-pool.
fn images(activation: Activation) -> Result<Network, Fault> {
    let mut builder = Builder::new("images", Shape::image(1, 4, 4), Loss::MeanSquared);
    let filters = Filters {
        outputs: 2,
        window: Window::square(3).padded(Sides::both(1)),
        groups: 1,
        bias: true,
    };
    builder.convolution(filters, Initialisation::FanIn)?;
    builder.activation(activation)?;
    let from = builder.here();
    builder.convolution(filters, Initialisation::FanIn)?;
    builder.batch_norm(BatchNorm {
        epsilon: 0.0625,
        ..BatchNorm::default()
    })?;
    builder.activation(activation)?;
    builder.shortcut(from)?;
    builder.activation(activation)?;
    builder.max_pool(Window::tiles(Sides::both(2)))?;
    builder.dense(2, true)?;
    builder.finish()
}

/// The names of the networks that normalise within samples, and of those with branches or of sequences.
pub fn further_names() -> impl Iterator<Item = &'static str> {
    FURTHER.iter().map(|(name, _)| *name)
}

/// The names of the described networks with layers of all other kinds.
pub fn names() -> impl Iterator<Item = &'static str> {
    DESCRIBED.iter().map(|(name, _)| *name)
}

/// The tiny network of this name, or the chain of dense layers whose widths the name lists (`3-4-2`). The
/// loss is the mean square.
///
/// # Panics
/// If there is no network of this name.
pub fn network(name: &str) -> Network {
    let widths: Result<Vec<usize>, _> = name.split('-').map(str::parse).collect();
    if let Ok(widths) = widths {
        return Network::fnn(&widths);
    }
    let all = || DESCRIBED.iter().chain(&FURTHER);
    let found = all().find(|(other, _)| *other == name);
    let (_, text) = found.unwrap_or_else(|| panic!("no tiny network {name}"));
    description::parse(text, Path::new(name)).unwrap_or_else(|error| panic!("{error}"))
}
