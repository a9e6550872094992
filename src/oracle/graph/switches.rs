//! The smooth piece of the loss on which a point lies.

use std::cmp::Ordering;

use crate::number::Real;

/// The pieces for one sample.
#[derive(Clone, Debug, Default)]
pub(super) struct Switches {
    /// For each layer and each of its numbers: the piece of the activation function, or the index that a
    /// max-pool chose; empty for other layers.
    pub layers: Vec<Vec<usize>>,
    /// Which outputs lie on the curved side of the hinge.
    pub hinges: Vec<bool>,
}

/// The smallest distance to another piece found so far; `None` before the first.
#[derive(Clone, Debug)]
pub(super) struct Closest<T>(pub Option<T>);

impl<T: Real> Closest<T> {
    /// Keeps `|distance|` if it is the smallest so far.
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
