//! On which smooth piece of the loss a point lies.

use std::cmp::Ordering;

use crate::number::Real;

/// The pieces of one sample.
#[derive(Clone, Debug, Default)]
pub(super) struct Switches {
    /// For each layer and number: the piece of an activation function, or the place that a max-pool
    /// chose; empty for other layers.
    pub layers: Vec<Vec<usize>>,
    /// The outputs on the curved side of the hinge.
    pub hinges: Vec<bool>,
}

/// The smallest distance to another piece so far; `None` before the first.
#[derive(Clone, Debug)]
pub(super) struct Closest<T>(pub Option<T>);

impl<T: Real> Closest<T> {
    /// Takes `|distance|` where it is smaller.
    pub fn take(&mut self, distance: &T) {
        let size = match distance.sign() {
            Some(Ordering::Less) => -distance,
            Some(_) => distance.clone(),
            None => T::zero(),
        };
        let is_closer = |closest: &T| size.compare(closest) == Some(Ordering::Less);
        if self.0.as_ref().is_none_or(is_closer) {
            self.0 = Some(size);
        }
    }
}
