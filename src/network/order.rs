//! PyTorch's tensors to the engine's parameters.
//!
//! A dense weight is outputs × inputs in both. A convolution weight is outputs × inputs of a group × rows
//! × columns in PyTorch and groups × rows × columns × inputs of a group × outputs of a group here. Batch
//! normalisation has its weight and bias in [`Operation::ChannelScale`], its running mean and variance in the
//! layer before; without weight and bias that layer stands for the module, and without either there is
//! none.

use std::ops::Range;

use super::Network;
use super::layer::{Layer, Operation};

/// The tensors that belong to one PyTorch module, in the order of PyTorch's `state_dict`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// The layer whose weight and bias these are, or that has the statistics alone.
    pub layer: usize,
    /// What each tensor is, and its shape in PyTorch.
    pub tensors: Vec<(TensorRole, Vec<usize>)>,
}

/// What a tensor of a module is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TensorRole {
    /// `….weight`
    Weight,
    /// `….bias`
    Bias,
    /// `….running_mean`
    Mean,
    /// `….running_var`
    Variance,
}

impl TensorRole {
    /// The last word of the tensor's name.
    pub fn name(self) -> &'static str {
        match self {
            TensorRole::Weight => "weight",
            TensorRole::Bias => "bias",
            TensorRole::Mean => "running_mean",
            TensorRole::Variance => "running_var",
        }
    }
}

/// The parameters and statistics of a network, of which the tensors are written one by one.
#[derive(Clone, Debug)]
pub struct Assembly<'a> {
    network: &'a Network,
    /// Written so far; the rest is zero.
    pub parameters: Vec<f32>,
    /// Written so far; the rest is zero.
    pub statistics: Vec<f32>,
}

impl Network {
    /// The modules with tensors, in the order in which the network runs.
    pub fn modules(&self) -> Vec<Module> {
        let modules = (0..self.layers().len()).map(|layer| Module {
            layer,
            tensors: self.tensors(layer),
        });
        modules
            .filter(|module| !module.tensors.is_empty())
            .collect()
    }

    fn tensors(&self, index: usize) -> Vec<(TensorRole, Vec<usize>)> {
        let layer = &self.layers()[index];
        let outputs = layer.output.channels;
        let weight = match &layer.operation {
            Operation::Convolution(convolution) => {
                let c = convolution.shape();
                let size = c.window.size;
                vec![c.outputs, c.group_inputs(), size.rows, size.columns]
            }
            Operation::ChannelScale => vec![outputs],
            _ => vec![outputs, layer.input.numbers()],
        };
        let mut tensors = Vec::new();
        if layer.has_parameters() {
            tensors.push((TensorRole::Weight, weight));
        }
        if !layer.bias.is_empty() {
            tensors.push((TensorRole::Bias, vec![outputs]));
        }
        let normalises = self
            .normalises(index)
            .map(|index| &self.layers()[index].operation);
        let has_statistics = matches!(
            normalises,
            Some(Operation::Standardise {
                running_statistics: true,
                ..
            })
        );
        if has_statistics {
            tensors.push((TensorRole::Mean, vec![outputs]));
            tensors.push((TensorRole::Variance, vec![outputs]));
        }
        tensors
    }

    /// The layer whose statistics belong to the module that this layer stands for.
    fn normalises(&self, index: usize) -> Option<usize> {
        let is_scale = |index: usize| {
            let layer = self.layers().get(index);
            layer.is_some_and(|layer| matches!(layer.operation, Operation::ChannelScale))
        };
        match self.layers()[index].operation {
            Operation::ChannelScale => Some(index - 1),
            Operation::Standardise { .. } => (!is_scale(index + 1)).then_some(index),
            _ => None,
        }
    }
}

impl<'a> Assembly<'a> {
    /// Nothing written yet.
    pub fn new(network: &'a Network) -> Self {
        Assembly {
            network,
            parameters: vec![0.0; network.parameters()],
            statistics: vec![0.0; network.statistics()],
        }
    }

    /// Writes one tensor, whose numbers stand in PyTorch's order.
    ///
    /// # Panics
    /// When the module has no such part, or the length is not that of its shape.
    pub fn write(&mut self, module: &Module, part: TensorRole, values: &[f32]) {
        let layer = &self.network.layers()[module.layer];
        match part {
            TensorRole::Weight => {
                let weight = &mut self.parameters[layer.weight.clone()];
                assert_eq!(weight.len(), values.len(), "numbers of a weight");
                for (value, place) in values.iter().zip(places(layer)) {
                    weight[place] = *value;
                }
            }
            TensorRole::Bias => self.parameters[layer.bias.clone()].copy_from_slice(values),
            TensorRole::Mean | TensorRole::Variance => {
                let place = self.place(module, part);
                self.statistics[place].copy_from_slice(values);
            }
        }
    }

    /// The numbers of one tensor in PyTorch's order, as they are written so far.
    ///
    /// # Panics
    /// When the module has no such part.
    pub fn read(&self, module: &Module, part: TensorRole) -> Vec<f32> {
        let layer = &self.network.layers()[module.layer];
        match part {
            TensorRole::Weight => {
                let weight = &self.parameters[layer.weight.clone()];
                places(layer).map(|place| weight[place]).collect()
            }
            TensorRole::Bias => self.parameters[layer.bias.clone()].to_vec(),
            TensorRole::Mean | TensorRole::Variance => {
                self.statistics[self.place(module, part)].to_vec()
            }
        }
    }

    /// The place of running means or variances.
    fn place(&self, module: &Module, part: TensorRole) -> Range<usize> {
        let layer = self.network.normalises(module.layer);
        let layer = &self.network.layers()[layer.expect("a module with statistics")];
        match part {
            TensorRole::Mean => layer.means(),
            _ => layer.variances(),
        }
    }
}

/// The place in the engine's weight of every number of PyTorch's.
fn places(layer: &Layer) -> Box<dyn Iterator<Item = usize>> {
    let Operation::Convolution(convolution) = &layer.operation else {
        return Box::new(0..layer.weight.len());
    };
    let shape = convolution.shape();
    let (outputs, inputs) = (shape.group_outputs(), shape.group_inputs());
    let taps = shape.window.size.area();
    Box::new((0..shape.outputs).flat_map(move |o| {
        let (group, o) = (o / outputs, o % outputs);
        let place = move |i, tap| ((group * taps + tap) * inputs + i) * outputs + o;
        (0..inputs).flat_map(move |i| (0..taps).map(move |tap| place(i, tap)))
    }))
}
