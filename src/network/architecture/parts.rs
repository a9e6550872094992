//! What the named architectures share.

use crate::network::{Activation, Filters, Sides, Window};

/// The window of most convolutions here: 3 × 3, padded with one zero on each side.
pub(super) const THREE: Window = Window::square(3).padded(Sides::both(1));

/// What may differ between networks of one architecture.
#[derive(Clone, Copy)]
pub(super) struct Variant {
    pub outputs: usize,
    pub activation: Activation,
}

impl Variant {
    /// The authors' networks, with so many outputs.
    pub fn of_authors(outputs: usize) -> Self {
        Variant {
            outputs,
            activation: Activation::Relu,
        }
    }
}

/// Ungrouped filters with a bias.
pub(super) fn filters(outputs: usize, window: Window) -> Filters {
    Filters {
        outputs,
        window,
        groups: 1,
        bias: true,
    }
}
