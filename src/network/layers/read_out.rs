//! The read-out of a sequence at one position.

use crate::kernel::{self, Start};
use crate::network::shape::Shape;

use super::operator::{
    Describe, Fitted, Inputs, LayerParameters, Operand, Operator, Recorded, Saved, Site, begin,
};

/// Where a sequence is read out: `first-position`, `last-position` and `mean-position` in an architecture file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::network) enum Where {
    First,
    Last,
    Mean,
}

/// The channels at one position.
#[derive(Clone, Debug)]
pub struct ReadOut {
    /// The position, from 0.
    pub position: usize,
}

impl ReadOut {
    /// The read-out of this position of a sequence of shape `input`.
    pub(in crate::network) fn fit(input: Shape, position: usize) -> Fitted<Self> {
        let output = Shape::features(input.channels);
        Fitted::without_parameters(ReadOut { position }, output)
    }

    /// The place of the position in each sample.
    fn places(&self, at: &Site) -> impl Iterator<Item = std::ops::Range<usize>> + use<> {
        let (numbers, channels) = (at.input.numbers(), at.input.channels);
        let first = self.position * channels;
        (0..at.samples).map(move |sample| {
            let start = sample * numbers + first;
            start..start + channels
        })
    }

    fn copy(&self, at: &Site, x: &[f32], z: &mut [f32]) {
        let rows = z.chunks_exact_mut(at.input.channels);
        for (place, z) in self.places(at).zip(rows) {
            z.copy_from_slice(&x[place]);
        }
    }
}

impl Describe for ReadOut {
    fn name(&self) -> &'static str {
        "read-out"
    }
}

impl Operator for ReadOut {
    fn forward(&self, at: &Site, x: Inputs, _saved: &mut Saved, _relu: bool, z: &mut [f32]) {
        self.copy(at, x.main, z);
    }

    fn jvp(&self, base: &Recorded, rx: Inputs, _direction: LayerParameters, rz: &mut [f32]) {
        self.copy(&base.at, rx.main, rz);
    }

    fn backward(&self, base: &Recorded, _by: Operand, dz: &[f32], start: Start, dx: &mut [f32]) {
        begin(start, dx);
        let at = &base.at;
        let rows = dz.chunks_exact(at.input.channels);
        for (place, dz) in self.places(at).zip(rows) {
            kernel::axpy(at.isa, 1.0, dz, &mut dx[place]);
        }
    }
}
