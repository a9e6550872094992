//! Tied weights: tensors that share one parameter.
//!
//! Tied tensors have the same range in the parameter vector, so every vector here has one entry per
//! distinct parameter. With `E` the matrix that copies each parameter to everywhere it is used, the loss
//! is `f(E w)`, the gradient `Eᵀ∇f`, and `H_i` becomes `Eᵀ H_i E`. Passes read a parameter wherever it
//! is used and add up the derivatives that come back to it.

use std::ops::Range;

use crate::kernel::Start;

use super::layer::{Layer, Tied};
use super::{Network, TensorRole};

impl Layer {
    /// Whether the layer shares its weight or its bias with an earlier layer.
    pub fn is_tied(&self) -> bool {
        self.tied.weight || self.tied.bias
    }

    /// Whether the sums over the weight and over the bias are overwritten or added to, in a walk over
    /// the layers that begins with `start`: a sum that an earlier layer has written is added to.
    pub(super) fn starts(&self, start: Start) -> [Start; 2] {
        [self.tied.weight, self.tied.bias].map(
            |is_tied| {
                if is_tied { Start::Accumulate } else { start }
            },
        )
    }
}

/// The ranges assigned to tensors in the parameter vector.
struct Places {
    taken: Vec<Range<usize>>,
    end: usize,
}

impl Places {
    /// The range of the next tensor, of the given length: that of tensor `owner`, which may be itself.
    fn next(&mut self, owner: usize, length: usize) -> Range<usize> {
        let place = match self.taken.get(owner) {
            Some(place) => place.clone(),
            None => {
                self.end += length;
                self.end - length..self.end
            }
        };
        assert_eq!(place.len(), length, "tied tensors have one shape");
        self.taken.push(place.clone());
        place
    }
}

impl Network {
    /// Returns the network in which tensor `k` shares the parameter of tensor `owners[k] ≤ k`, where
    /// weights and biases are counted in the order of [`Network::modules`]. A tensor that owns itself
    /// has a parameter of its own.
    ///
    /// # Panics
    /// When there is not one owner per tensor, an owner comes later, or tied tensors differ in length.
    #[must_use]
    pub fn tied(mut self, owners: &[usize]) -> Self {
        let mut places = Places {
            taken: Vec::new(),
            end: 0,
        };
        for module in self.modules() {
            for role in module.tensors.iter().map(|(role, _)| *role) {
                let number = places.taken.len();
                let layer = &mut self.layers[module.layer];
                let (place, is_tied) = match role {
                    TensorRole::Weight | TensorRole::PackedWeight => {
                        (&mut layer.weight, &mut layer.tied.weight)
                    }
                    TensorRole::Bias | TensorRole::PackedBias => {
                        (&mut layer.bias, &mut layer.tied.bias)
                    }
                    TensorRole::Mean | TensorRole::Variance => continue,
                };
                let owner = owners[number];
                assert!(owner <= number, "an owner comes first");
                (*place, *is_tied) = (places.next(owner, place.len()), owner < number);
            }
        }
        assert_eq!(places.taken.len(), owners.len(), "one owner a tensor");
        for layer in &mut self.layers {
            for place in [&mut layer.weight, &mut layer.bias] {
                if place.start == place.end {
                    *place = places.end..places.end;
                }
            }
        }
        self
    }

    /// Whether any tensors are tied.
    pub fn is_tied(&self) -> bool {
        self.layers.iter().any(Layer::is_tied)
    }

    /// How many numbers all weights and biases have together, counting tied ones each time they are
    /// used.
    pub fn used_parameters(&self) -> usize {
        let used = |layer: &Layer| layer.weight.len() + layer.bias.len();
        self.layers.iter().map(used).sum()
    }
}

impl Tied {
    /// Whether the tensor with this role is shared with an earlier layer.
    pub fn is(self, role: TensorRole) -> bool {
        match role {
            TensorRole::Weight | TensorRole::PackedWeight => self.weight,
            TensorRole::Bias | TensorRole::PackedBias => self.bias,
            TensorRole::Mean | TensorRole::Variance => false,
        }
    }
}
