//! A table of what each layer and each loss can do, found by running it in a tiny network.

use std::path::Path;

use crate::kernel::Isa;
use crate::network::{
    Batch, CurvatureMatrix, CurvatureOperator, Loss, NAMES, Network, Normalisation, Pass, Point,
    description,
};
use crate::train::random::{Purpose, stream};

use super::text::{padded, width};

/// A layer or a loss, with what it can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The name in architecture files, followed by a variant or the mode of batch normalisation.
    pub name: String,
    /// Whether outputs, the gradient, `Hv`, the Gauss–Newton product `Gv` and `Σv` can be computed.
    pub can: [bool; 5],
}

/// The column heads of [`Row::can`].
pub const HEADS: [&str; 5] = ["forward", "backward", "Hv", "Gauss–Newton", "Σv"];

/// The name of each layer variant, and the layer in an architecture file. In training mode, batch
/// normalisation uses the statistics of the batch.
const LAYERS: [(&str, &str); 48] = [
    ("dense", "type = \"dense\"\noutputs = 3"),
    (
        "convolution",
        "type = \"convolution\"\noutputs = 3\nkernel = 3\npadding = 1\nstride = 2",
    ),
    (
        "convolution, rectangular",
        "type = \"convolution\"\noutputs = 3\nkernel = [1, 3]\npadding = [2, 3]\nstride = [2, 1]",
    ),
    (
        "convolution, dilated",
        "type = \"convolution\"\noutputs = 3\nkernel = 3\npadding = 2\ndilation = 2",
    ),
    (
        "convolution, grouped",
        "type = \"convolution\"\noutputs = 4\nkernel = 3\npadding = 1\ngroups = 2",
    ),
    (
        "convolution, depthwise",
        "type = \"convolution\"\noutputs = 2\nkernel = 3\npadding = 1\ngroups = 2",
    ),
    ("relu", "type = \"relu\""),
    ("leaky-relu", "type = \"leaky-relu\"\nslope = 0.2"),
    ("elu", "type = \"elu\"\nalpha = 0.5"),
    ("selu", "type = \"selu\""),
    ("tanh", "type = \"tanh\""),
    ("sigmoid", "type = \"sigmoid\""),
    ("softplus", "type = \"softplus\""),
    ("hardtanh", "type = \"hardtanh\""),
    ("gelu", "type = \"gelu\""),
    (
        "gelu, approximate",
        "type = \"gelu\"\napproximate = \"tanh\"",
    ),
    ("silu", "type = \"silu\""),
    ("max-pool", "type = \"max-pool\"\nwindow = 2"),
    (
        "max-pool, overlapping",
        "type = \"max-pool\"\nwindow = [3, 2]\nstride = [2, 1]\npadding = 1",
    ),
    ("average-pool", "type = \"average-pool\"\nwindow = 2"),
    (
        "average-pool, overlapping",
        "type = \"average-pool\"\nwindow = [3, 2]\nstride = [2, 1]\npadding = 1",
    ),
    ("average-pool, whole image", "type = \"average-pool\""),
    ("batch-norm, fixed", "type = \"batch-norm\""),
    (TRAINING, "type = \"batch-norm\""),
    (
        "batch-norm, fixed, not affine",
        "type = \"batch-norm\"\naffine = false\nepsilon = 0",
    ),
    (
        "normalise",
        "type = \"normalise\"\nmean = [0.5, 0.25]\ndeviation = [2.0, 0.5]",
    ),
    ("group-norm", "type = \"group-norm\"\ngroups = 2"),
    (
        "group-norm, not affine",
        "type = \"group-norm\"\ngroups = 1\naffine = false",
    ),
    ("layer-norm", "type = \"layer-norm\""),
    (
        "layer-norm, over positions",
        "type = \"layer-norm\"\nover = \"position\"",
    ),
    ("layer-norm, no bias", "type = \"layer-norm\"\nbias = false"),
    ("rms-norm", "type = \"rms-norm\""),
    (
        "rms-norm, over positions",
        "type = \"rms-norm\"\nover = \"position\"",
    ),
    ("flatten", "type = \"flatten\""),
    (EMBEDDING, ""),
    ("positions", "type = \"positions\""),
    (
        "positions, sinusoidal",
        "type = \"positions\"\nkind = \"sinusoidal\"",
    ),
    ("attention", "type = \"attention\"\nheads = 2"),
    (
        "attention, causal",
        "type = \"attention\"\nheads = 1\ncausal = true",
    ),
    ("dense, in a sequence", "type = \"dense\"\noutputs = 2"),
    ("layer-norm, in a sequence", "type = \"layer-norm\""),
    ("first-position", "type = \"first-position\""),
    ("last-position", "type = \"last-position\""),
    ("mean-position", "type = \"mean-position\""),
    ("dropout, p = 0", "type = \"dropout\"\np = 0.0"),
    ("shortcut", "type = \"shortcut\"\nfrom = 0"),
    (
        "branch",
        "type = \"branch\"\nfrom = 0\nlayer = [{ type = \"convolution\", outputs = 2, kernel = 1 }, \
         { type = \"batch-norm\" }]",
    ),
    (
        "branch, around a layer",
        "type = \"branch\"\nfrom = 1\nlayer = [{ type = \"rms-norm\" }, { type = \"relu\" }]",
    ),
];

/// The layer that makes a sequence of tokens.
const EMBEDDING: &str = "embedding";

/// The layers that end a sequence.
const READ_OUT: [&str; 3] = ["first-position", "last-position", "mean-position"];

/// Whether a row is that of a layer of sequences.
fn is_of_sequences(name: &str) -> bool {
    let words = [EMBEDDING, "positions", "attention"];
    let mut words = words.iter().chain(&READ_OUT);
    name.ends_with("in a sequence") || words.any(|word| name.starts_with(word))
}

/// Puts a layer between an embedding and a read-out; a read-out ends the sequence itself.
fn in_sequence(layer: &str) -> String {
    let item = |layer: &str| format!("[[layer]]\n{layer}\n");
    let read_out = "type = \"first-position\"";
    let layers = [
        item("type = \"embedding\"\nvocabulary = 3\ndimension = 2"),
        if layer.is_empty() {
            String::new()
        } else {
            item(layer)
        },
        if READ_OUT.iter().any(|name| layer.contains(name)) {
            String::new()
        } else {
            item(read_out)
        },
        item("type = \"dense\"\noutputs = 2"),
    ];
    format!("input = [4]\n{}", layers.concat())
}

/// The layer that couples the samples.
const TRAINING: &str = "batch-norm, training";

/// Surrounds a layer with a convolution in front and a dense layer behind, so that it is tested inside a
/// network.
fn around(layer: &str) -> String {
    format!(
        "input = [2, 4, 4]\n[[layer]]\ntype = \"convolution\"\noutputs = 2\nkernel = 3\n\
         padding = 1\n[[layer]]\n{layer}\n[[layer]]\ntype = \"flatten\"\n[[layer]]\ntype = \"dense\"\n\
         outputs = 2"
    )
}

/// The rows for the layers, and those for the losses.
///
/// # Panics
/// If one of the tiny networks cannot be built, which is a bug in this table.
pub fn table() -> [Vec<Row>; 2] {
    let network = |text: &str| {
        let built = description::parse(text, Path::new("support.toml"));
        built.unwrap_or_else(|fault| panic!("{fault}"))
    };
    let layers = LAYERS.iter().map(|(name, layer)| Row {
        name: (*name).to_owned(),
        can: run(
            &network(&if is_of_sequences(name) {
                in_sequence(layer)
            } else {
                around(layer)
            }),
            if *name == TRAINING {
                Normalisation::Batch
            } else {
                Normalisation::Fixed
            },
        ),
    });
    let losses = Loss::ALL.iter().map(|loss| Row {
        name: loss.name().to_owned(),
        can: run(
            &network(&around("type = \"flatten\"")).with_loss(*loss),
            Normalisation::Fixed,
        ),
    });
    [layers.collect(), losses.collect()]
}

/// Runs every computation; one succeeds if its result is finite and not all zero.
fn run(network: &Network, normalisation: Normalisation) -> [bool; 5] {
    const SAMPLES: usize = 3;
    let mut random = stream(1, Purpose::Initial, 0);
    let mut numbers = |count: usize| -> Vec<f32> {
        use rand::RngExt;
        (0..count).map(|_| random.random::<f32>() - 0.5).collect()
    };
    let mut inputs = numbers(SAMPLES * network.features());
    if let Some(vocabulary) = network.vocabulary() {
        let tokens = inputs.iter_mut().enumerate();
        tokens.for_each(|(k, x)| *x = (k * k % vocabulary) as f32);
    }
    let parameters = numbers(network.parameters());
    let direction = numbers(network.parameters());
    let statistics = network.initial_statistics();
    let targets: Vec<f32> = (0..SAMPLES)
        .flat_map(|i| [(i % 2) as f32, (1 - i % 2) as f32])
        .collect();
    let batch = Batch {
        inputs: &inputs,
        targets: &targets,
        samples: SAMPLES,
    };
    let point = Point {
        network,
        parameters: &parameters,
        statistics: &statistics,
        normalisation,
    };
    let is_there = |numbers: &[f32]| {
        numbers.iter().all(|x| x.is_finite()) && numbers.iter().any(|x| *x != 0.0)
    };
    let isa = Isa::best();
    let mut outputs = Vec::new();
    Pass::new(isa).outputs(&point, &batch, &mut outputs);
    let mut product = vec![0.0; parameters.len()];
    Pass::new(isa).gradient(&point, &batch, &mut product);
    let backward = is_there(&product);
    let mut along = |matrix| {
        let mut curvature = CurvatureOperator::new(isa, point, batch, matrix);
        curvature.hessian_product(&direction, &mut product);
        let hessian = is_there(&product);
        let covariance = curvature.has_samples() && {
            curvature.covariance_product(&direction, &mut product);
            is_there(&product)
        };
        (hessian, covariance)
    };
    let (hessian, covariance) = along(CurvatureMatrix::Hessian);
    let (gauss_newton, _) = along(CurvatureMatrix::GaussNewton);
    [
        is_there(&outputs),
        backward,
        hessian,
        gauss_newton,
        covariance,
    ]
}

/// The table in Markdown, with aligned columns.
pub fn markdown() -> String {
    let [layers, losses] = table();
    let words = |row: &Row| row.can.map(|can| if can { "yes" } else { "no" });
    let rows = layers.iter().chain(&losses);
    let rows: Vec<(&str, [&str; 5])> = rows.map(|row| (&row.name[..], words(row))).collect();
    let widths = HEADS.map(|head| width(head).max("yes".len()));
    let first = rows.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let line = |name: &str, cells: [&str; 5]| {
        let cells = cells.iter().zip(widths);
        let cells: String = cells
            .map(|(cell, width)| format!(" {} |", padded(cell, width)))
            .collect();
        format!("| {} |{cells}\n", padded(name, first))
    };
    let rules = widths.map(|width| "-".repeat(width));
    let mut text = line("layer or loss", HEADS);
    text += &line(&"-".repeat(first), rules.each_ref().map(String::as_str));
    for (name, can) in rows {
        text += &line(name, can);
    }
    let named = NAMES.map(|name| format!("`{name}`")).join(", ");
    format!("{text}\nNamed architectures: {named}.\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_architecture_files_has_a_row() {
        let text = around("type = \"nonsense\"");
        let fault = description::parse(&text, Path::new("a.toml")).unwrap_err();
        let (_, words) = fault
            .message
            .split_once("expected one of")
            .expect("the words");
        let words: Vec<&str> = words.split('`').skip(1).step_by(2).collect();
        assert!(words.len() >= 9, "{fault}");
        for word in words {
            let has = LAYERS
                .iter()
                .any(|(name, ..)| name.split(',').next() == Some(word));
            assert!(has, "no row for {word}");
        }
    }

    #[test]
    fn only_coupled_samples_lack_a_product() {
        let [layers, losses] = table();
        for row in layers.iter().chain(&losses) {
            let coupled = row.name == TRAINING;
            assert_eq!(row.can, [true, true, true, true, !coupled], "{}", row.name);
        }
    }
}
