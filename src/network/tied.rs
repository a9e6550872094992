//! Tensors that are one parameter: tied weights.
//!
//! Tensors that are tied have the same place among the parameters, so every vector here is over the
//! parameters that there are: with `E` the matrix that copies each of them to all its places, the
//! loss is `f(E w)`, the gradient `Eᵀ∇f`, and `H_i` becomes `Eᵀ H_i E`. Passes read a place as often
//! as it is used and add up what comes back to it.

use std::ops::Range;

use crate::kernel::Start;

use super::layer::{Layer, Tied};
use super::{Network, TensorRole};

impl Layer {
    /// Is its weight or its bias a parameter of a layer before it?
    pub fn is_tied(&self) -> bool {
        self.tied.weight || self.tied.bias
    }

    /// What the sums over its weight and over its bias begin with, in a walk over the layers that
    /// begins with `start`: what a layer before it has written is added to.
    pub(super) fn starts(&self, start: Start) -> [Start; 2] {
        [self.tied.weight, self.tied.bias].map(
            |is_tied| {
                if is_tied { Start::Accumulate } else { start }
            },
        )
    }
}

/// The parameters that stand at one place, and the places given so far.
struct Places {
    taken: Vec<Range<usize>>,
    end: usize,
}

impl Places {
    /// The place of the next tensor, of this length: that of tensor `owner`, which may be itself.
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
    /// The same network where tensor `k` is the same parameter as tensor `owners[k] ≤ k`, the
    /// weights and biases being counted as [`Network::modules`] lists them. Who owns itself is a
    /// parameter of its own.
    ///
    /// # Panics
    /// When there is not one owner a tensor, an owner comes later, or tied tensors differ in length.
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
                    TensorRole::Weight => (&mut layer.weight, &mut layer.tied.weight),
                    TensorRole::Bias => (&mut layer.bias, &mut layer.tied.bias),
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

    /// Is any tensor the same parameter as another one?
    pub fn is_tied(&self) -> bool {
        self.layers.iter().any(Layer::is_tied)
    }

    /// Numbers of all weights and biases, tied ones counted as often as they are used.
    pub fn used_parameters(&self) -> usize {
        let used = |layer: &Layer| layer.weight.len() + layer.bias.len();
        self.layers.iter().map(used).sum()
    }
}

impl Tied {
    /// Is this tensor a parameter of a layer before?
    pub fn is(self, role: TensorRole) -> bool {
        match role {
            TensorRole::Weight => self.weight,
            TensorRole::Bias => self.bias,
            TensorRole::Mean | TensorRole::Variance => false,
        }
    }
}
