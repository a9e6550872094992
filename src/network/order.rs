//! Conversion of PyTorch's tensors to the engine's parameters.
//!
//! A dense weight is outputs × inputs in both. A convolution weight is outputs × inputs per group × rows
//! × columns in PyTorch, and groups × rows × columns × inputs per group × outputs per group in the
//! engine. One normalisation of PyTorch is two layers here: [`Operation::Scale`] has the weight and bias,
//! and of a batch normalisation [`Operation::Standardise`] before it has the running mean and variance. A
//! module without weight and bias is represented by the latter; a module without any of the four tensors
//! is not listed. A weight and a bias per number of an image have the order of the image: channels first
//! in PyTorch, channels last in the engine.

use std::ops::Range;

use super::Network;
use super::layer::Layer;
use super::layers::Operation;

/// The tensors of one PyTorch module, in the order of PyTorch's `state_dict`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// The layer that has the weight and bias or, if the module has statistics only, the layer with
    /// these.
    pub layer: usize,
    /// The role of each tensor, with its shape in PyTorch.
    pub tensors: Vec<(TensorRole, Vec<usize>)>,
}

/// The role of a tensor in its module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TensorRole {
    /// `….weight`
    Weight,
    /// `….bias`
    Bias,
    /// `….in_proj_weight`: those of queries, keys and values, one below the other
    PackedWeight,
    /// `….in_proj_bias`
    PackedBias,
    /// `….running_mean`
    Mean,
    /// `….running_var`
    Variance,
}

impl TensorRole {
    /// Whether it is that of a parameter, not of a running mean or variance.
    pub fn is_parameter(self) -> bool {
        match self {
            TensorRole::Weight
            | TensorRole::Bias
            | TensorRole::PackedWeight
            | TensorRole::PackedBias => true,
            TensorRole::Mean | TensorRole::Variance => false,
        }
    }

    /// The last part of the tensor's name.
    pub fn name(self) -> &'static str {
        match self {
            TensorRole::Weight => "weight",
            TensorRole::Bias => "bias",
            TensorRole::PackedWeight => "in_proj_weight",
            TensorRole::PackedBias => "in_proj_bias",
            TensorRole::Mean => "running_mean",
            TensorRole::Variance => "running_var",
        }
    }
}

/// The parameters and statistics of a network, assembled tensor by tensor.
#[derive(Clone, Debug)]
pub struct Assembly<'a> {
    network: &'a Network,
    /// The parameters; those not yet written are zero.
    pub parameters: Vec<f32>,
    /// The statistics; those not yet written are zero.
    pub statistics: Vec<f32>,
}

impl Network {
    /// The modules that have tensors, in the order in which the network runs.
    pub fn modules(&self) -> Vec<Module> {
        let modules = (0..self.layers().len()).map(|layer| Module {
            layer,
            tensors: self.tensors(layer),
        });
        modules
            .filter(|module| !module.tensors.is_empty())
            .collect()
    }

    /// The number of the first tensor that is to be one parameter with another, `owners` being as in
    /// [`Network::tied`], although the engine keeps their numbers in different orders; `None` if there is
    /// none.
    pub fn unlike_owner(&self, owners: &[usize]) -> Option<usize> {
        let modules = self.modules();
        let order = |number: usize| {
            let tensors = modules.iter().flat_map(|module| {
                let roles = module.tensors.iter().map(|(role, _)| *role);
                let parameters = roles.filter(|role| role.is_parameter());
                parameters.map(|role| (&self.layers()[module.layer], role))
            });
            let (layer, role) = tensors.into_iter().nth(number)?;
            Some(match role {
                TensorRole::Bias | TensorRole::PackedBias => bias_places(layer),
                _ => places(layer),
            })
        };
        let is_unlike = |&(number, owner): &(usize, usize)| match (order(number), order(owner)) {
            (Some(own), Some(other)) => !own.eq(other),
            _ => false,
        };
        let ties = owners.iter().copied().enumerate();
        let mut ties = ties.filter(|(number, owner)| owner < number);
        ties.find(is_unlike).map(|(number, _)| number)
    }

    fn tensors(&self, index: usize) -> Vec<(TensorRole, Vec<usize>)> {
        let layer = &self.layers()[index];
        let outputs = layer.output.channels;
        let (weight, bias) = if layer.operation.operator().is_packed() {
            (TensorRole::PackedWeight, TensorRole::PackedBias)
        } else {
            (TensorRole::Weight, TensorRole::Bias)
        };
        let mut tensors = Vec::new();
        if layer.has_parameters() {
            let operator = layer.operation.operator();
            let shape = operator.weight_shape(layer.input, layer.output);
            tensors.push((weight, shape));
        }
        if !layer.bias.is_empty() {
            let shape = layer.operation.operator().bias_shape(layer.output);
            tensors.push((bias, shape));
        }
        let has_statistics = self.normalises(index).is_some_and(|index| {
            let operation = &self.layers()[index].operation;
            matches!(operation, Operation::Standardise(norm) if norm.running_statistics)
        });
        if has_statistics {
            tensors.push((TensorRole::Mean, vec![outputs]));
            tensors.push((TensorRole::Variance, vec![outputs]));
        }
        tensors
    }

    /// The layer whose statistics belong to the module that layer `index` represents.
    fn normalises(&self, index: usize) -> Option<usize> {
        let is_scale = |layer: &Layer| matches!(layer.operation, Operation::Scale(_));
        let is_standardise = |layer: &Layer| matches!(layer.operation, Operation::Standardise(_));
        let (layer, next) = (&self.layers()[index], self.layers().get(index + 1));
        if is_scale(layer) {
            let before = index.checked_sub(1);
            before.filter(|&before| is_standardise(&self.layers()[before]))
        } else {
            (is_standardise(layer) && !next.is_some_and(is_scale)).then_some(index)
        }
    }
}

impl<'a> Assembly<'a> {
    /// Starts with nothing written.
    pub fn new(network: &'a Network) -> Self {
        Assembly {
            network,
            parameters: vec![0.0; network.parameters()],
            statistics: vec![0.0; network.statistics()],
        }
    }

    /// Writes one tensor, given in PyTorch's order.
    ///
    /// # Panics
    /// When the module has no such tensor, or when the number of values does not match its shape.
    pub fn write(&mut self, module: &Module, role: TensorRole, values: &[f32]) {
        let layer = &self.network.layers()[module.layer];
        match role {
            TensorRole::Weight | TensorRole::PackedWeight => {
                let weight = &mut self.parameters[layer.weight.clone()];
                assert_eq!(weight.len(), values.len(), "numbers of a weight");
                for (value, place) in values.iter().zip(places(layer)) {
                    weight[place] = *value;
                }
            }
            TensorRole::Bias | TensorRole::PackedBias => {
                let bias = &mut self.parameters[layer.bias.clone()];
                assert_eq!(bias.len(), values.len(), "numbers of a bias");
                for (value, place) in values.iter().zip(bias_places(layer)) {
                    bias[place] = *value;
                }
            }
            TensorRole::Mean | TensorRole::Variance => {
                let place = self.place(module, role);
                self.statistics[place].copy_from_slice(values);
            }
        }
    }

    /// One tensor as written so far, in PyTorch's order.
    ///
    /// # Panics
    /// When the module has no such tensor.
    pub fn read(&self, module: &Module, role: TensorRole) -> Vec<f32> {
        let layer = &self.network.layers()[module.layer];
        match role {
            TensorRole::Weight | TensorRole::PackedWeight => {
                let weight = &self.parameters[layer.weight.clone()];
                places(layer).map(|place| weight[place]).collect()
            }
            TensorRole::Bias | TensorRole::PackedBias => {
                let bias = &self.parameters[layer.bias.clone()];
                bias_places(layer).map(|place| bias[place]).collect()
            }
            TensorRole::Mean | TensorRole::Variance => {
                self.statistics[self.place(module, role)].to_vec()
            }
        }
    }

    /// The range of the running means or variances in the statistics.
    fn place(&self, module: &Module, role: TensorRole) -> Range<usize> {
        let layer = self.network.normalises(module.layer);
        let layer = &self.network.layers()[layer.expect("a module with statistics")];
        if role == TensorRole::Mean {
            layer.means()
        } else {
            layer.variances()
        }
    }
}

/// The position in the engine's weight of every number of PyTorch's weight.
fn places(layer: &Layer) -> Box<dyn Iterator<Item = usize>> {
    let operator = layer.operation.operator();
    operator.weight_places(layer.weight.len())
}

/// The position in the engine's bias of every number of PyTorch's bias.
fn bias_places(layer: &Layer) -> Box<dyn Iterator<Item = usize>> {
    let operator = layer.operation.operator();
    operator.bias_places(layer.bias.len())
}
