//! Conversion of the engine's networks to graphs of the oracle, and of their numbers to PyTorch's order.

use std::collections::HashMap;

use super::point::ReferencePoint;
use crate::network::{
    self, Assembly, Batch, CurvatureMatrix, Loss, Network, Normalisation, Operation, Point, Shape,
    Sides, Window,
};
use crate::oracle::graph::{
    self, Activation, Graph, Layer, SampleNorm, Scaled, SecondDerivative, Statistics, Together,
    Values,
};

/// The graph of the oracle that defines the same network.
pub fn graph(network: &Network, normalisation: Normalisation) -> Graph {
    let mut layers: Vec<Layer> = Vec::new();
    // The graph's activation for each activation of the engine.
    let mut places = vec![0];
    for (index, layer) in network.layers().iter().enumerate() {
        if layer.reads != index {
            let from = places[layer.reads];
            layers.push(Layer::Recall { from });
        }
        let mut twin = same(
            &layer.operation,
            layer.bias.is_empty(),
            layer.output,
            &places,
        );
        let next = network.layers().get(index + 1);
        match &mut twin {
            Some(Layer::BatchNorm { affine, .. }) => *affine = scaled(next) != Scaled::Not,
            Some(Layer::SampleNorm(norm)) => norm.scaled = scaled(next),
            _ => {}
        }
        layers.extend(twin);
        layers.extend(activation(layer.activation).map(Layer::Activation));
        places.push(layers.len());
    }
    let loss = match network.loss() {
        Loss::MeanSquared => graph::Loss::MeanSquared,
        Loss::HalfSumSquared => graph::Loss::HalfSumSquared,
        Loss::SumSquared => graph::Loss::SumSquared,
        Loss::CrossEntropy { smoothing } => graph::Loss::CrossEntropy { smoothing },
        Loss::BinaryCrossEntropy => graph::Loss::BinaryCrossEntropy,
        Loss::HingeSquared => graph::Loss::HingeSquared,
    };
    let statistics = match normalisation {
        Normalisation::Batch => Statistics::Batch,
        Normalisation::Fixed => Statistics::Fixed,
    };
    let graph = Graph::new(size(network.input()), layers, loss, statistics);
    graph.with_weight_decay(network.weight_decay())
}

/// The same point of the loss in f64. Its vectors are in PyTorch's order.
pub fn reference_point(point: &Point<'_>, batch: &Batch<'_>) -> ReferencePoint {
    let network = point.network;
    let mut parameters = in_pytorch_order(network, point.parameters);
    let places = network.is_tied().then(|| places(network));
    if let Some(places) = &places {
        parameters = places.iter().map(|&place| parameters[place]).collect();
    }
    let values = Values {
        parameters: &parameters,
        statistics: &statistics_in_pytorch_order(network, point.statistics),
        inputs: &channels_first(network.input(), batch.inputs),
        targets: batch.targets,
    };
    let reference = ReferencePoint::new(graph(network, point.normalisation), &values);
    match places {
        Some(places) => reference.tied(places),
        None => reference,
    }
}

/// The index of the parameter, counted as by [`in_pytorch_order`], for each number of all weights and
/// biases, some of which are tied.
fn places(network: &Network) -> Vec<usize> {
    let (mut places, mut firsts, mut count) = (Vec::new(), HashMap::new(), 0);
    for module in network.modules() {
        let layer = &network.layers()[module.layer];
        for place in [&layer.weight, &layer.bias] {
            if place.is_empty() {
                continue;
            }
            let first = *firsts.entry(place.start).or_insert(count);
            count += if first == count { place.len() } else { 0 };
            places.extend(first..first + place.len());
        }
    }
    places
}

/// The second derivative of the oracle that corresponds to `matrix`.
pub fn second(matrix: CurvatureMatrix) -> SecondDerivative {
    match matrix {
        CurvatureMatrix::Hessian => SecondDerivative::Hessian,
        CurvatureMatrix::GaussNewton => SecondDerivative::GaussNewton,
    }
}

/// The elementwise function after a layer; `None` for the identity, which is not a layer of the oracle.
fn activation(activation: network::Activation) -> Option<Activation> {
    match activation {
        network::Activation::Identity => None,
        network::Activation::Relu => Some(Activation::Relu),
        network::Activation::LeakyRelu { slope } => Some(Activation::LeakyRelu { slope }),
        network::Activation::Elu { alpha } => Some(Activation::Elu { alpha }),
        network::Activation::Selu => Some(Activation::Selu),
        network::Activation::Tanh => Some(Activation::Tanh),
        network::Activation::Sigmoid => Some(Activation::Sigmoid),
        network::Activation::Softplus => Some(Activation::Softplus),
        network::Activation::Hardtanh => Some(Activation::Hardtanh),
        network::Activation::Gelu => Some(Activation::Gelu),
        network::Activation::GeluTanh => Some(Activation::GeluTanh),
        network::Activation::Silu => Some(Activation::Silu),
    }
}

/// The factors and shifts that this layer is, if it is the second half of a normalisation.
fn scaled(layer: Option<&network::Layer>) -> Scaled {
    let Some(layer) = layer else {
        return Scaled::Not;
    };
    let bias = !layer.bias.is_empty();
    match &layer.operation {
        Operation::Scale(scale) if scale.is_per_number() => Scaled::Numbers { bias },
        Operation::Scale(_) => Scaled::Channels { bias },
        _ => Scaled::Not,
    }
}

/// The layer of the oracle that begins with this one. A normalisation is one layer in the oracle and is
/// returned for the first of its two halves; the caller handles the second half, if there is one.
fn same(kind: &Operation, no_bias: bool, output: Shape, places: &[usize]) -> Option<Layer> {
    Some(match kind {
        Operation::Dense(_) => Layer::Dense {
            outputs: output.channels,
            bias: !no_bias,
        },
        Operation::Convolution(convolution) => {
            let shape = convolution.shape();
            Layer::Convolution {
                outputs: shape.outputs,
                window: window(&shape.window),
                groups: shape.groups,
                bias: !no_bias,
            }
        }
        Operation::Scale(_) => return None,
        Operation::Standardise(norm) => Layer::BatchNorm {
            epsilon: norm.epsilon,
            affine: false,
        },
        Operation::StandardiseSample(norm) => Layer::SampleNorm(SampleNorm {
            together: match norm.together {
                network::Together::Groups(groups) => Together::Groups(groups),
                network::Together::Position => Together::Position,
            },
            is_centred: norm.is_centred,
            epsilon: norm.epsilon,
            scaled: Scaled::Not,
        }),
        Operation::Normalise(constants) => Layer::Normalise {
            mean: constants.mean.clone(),
            deviation: constants.deviation.clone(),
        },
        Operation::MaxPool(max) => Layer::MaxPool(window(&max.pool.window)),
        Operation::AveragePool(mean) => Layer::AveragePool(window(&mean.pool.window)),
        Operation::Flatten(_) => Layer::Flatten,
        Operation::Embedding(embedding) => Layer::Embedding {
            vocabulary: embedding.vocabulary,
            width: output.channels,
        },
        Operation::Positions(positions) => match &positions.added {
            network::Added::Learned { length } => Layer::Positions { length: *length },
            network::Added::Constants(rows) => Layer::Constants(channels_first(output, rows)),
        },
        Operation::Attention(attention) => Layer::Attention {
            heads: attention.heads,
            is_causal: attention.is_causal,
        },
        Operation::ReadOut(read_out) => Layer::Row {
            position: read_out.position,
        },
        Operation::Shortcut(shortcut) => Layer::Shortcut {
            from: places[shortcut.from],
            stride: shortcut.stride,
            first: shortcut.first,
        },
    })
}

fn window(window: &Window) -> graph::Window {
    let each = |sides: Sides| [sides.rows, sides.columns];
    graph::Window {
        size: each(window.size),
        stride: each(window.stride),
        padding: each(window.padding),
        dilation: each(window.dilation),
    }
}

fn size(shape: Shape) -> graph::Size {
    [shape.channels, shape.height, shape.width]
}

/// Converts a vector over the parameters from the engine's order to PyTorch's, which the oracle uses.
/// Tied tensors are listed once, at the first of them.
///
/// # Panics
/// When the length is not the number of parameters.
pub fn in_pytorch_order(network: &Network, parameters: &[f32]) -> Vec<f32> {
    assert_eq!(parameters.len(), network.parameters(), "parameters");
    let mut assembly = Assembly::new(network);
    assembly.parameters.copy_from_slice(parameters);
    weights_and_biases(network, &assembly)
}

/// Converts statistics from the engine's order to PyTorch's: means, then variances, layer after layer.
///
/// # Panics
/// When the length is not the number of statistics.
pub fn statistics_in_pytorch_order(network: &Network, statistics: &[f32]) -> Vec<f32> {
    assert_eq!(statistics.len(), network.statistics(), "statistics");
    let layers = network.layers().iter();
    let places = layers.flat_map(|layer| statistics[layer.statistics.clone()].iter().copied());
    places.collect()
}

/// The weights and biases, in the order of PyTorch's modules.
fn weights_and_biases(network: &Network, assembly: &Assembly<'_>) -> Vec<f32> {
    let mut numbers = Vec::new();
    for module in network.modules() {
        let tied = network.layers()[module.layer].tied;
        let parts = module.tensors.iter().map(|(part, _)| *part);
        for part in parts.filter(|part| part.is_parameter() && !tied.is(*part)) {
            numbers.extend(assembly.read(&module, part));
        }
    }
    numbers
}

/// Converts samples × height × width × channels, the order of the engine, to samples × channels × height
/// × width.
///
/// # Panics
/// When `numbers` does not consist of whole samples.
pub fn channels_first(shape: Shape, numbers: &[f32]) -> Vec<f32> {
    let samples = numbers.chunks_exact(shape.numbers());
    assert!(samples.remainder().is_empty(), "whole samples of {shape}");
    let turned = samples.flat_map(|sample| {
        let places = shape.places_of_channels_first();
        places.map(|place| sample[place])
    });
    turned.collect()
}
