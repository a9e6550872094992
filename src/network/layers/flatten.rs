//! Flattens an image to a vector in PyTorch's order, channels first.

use crate::kernel::Start;
use crate::network::shape::Shape;

use super::operator::{
    Describe, Fitted, Inputs, LayerParameters, Operand, Operator, Recorded, Saved, Site, begin,
};

/// Reorders the numbers of a sample from channels last to channels first.
#[derive(Clone, Debug)]
pub struct Flatten;

impl Flatten {
    /// The layer that flattens images of shape `input`.
    pub(in crate::network) fn fit(input: Shape) -> Fitted<Self> {
        Fitted::without_parameters(Flatten, Shape::features(input.numbers()))
    }
}

impl Describe for Flatten {
    fn name(&self) -> &'static str {
        "flatten"
    }
}

/// Pairs the position of every number in the image with its position in the vector, sample after sample.
fn places(at: &Site) -> impl Iterator<Item = (usize, usize)> + use<> {
    let (shape, size) = (at.input, at.input.numbers());
    (0..at.samples).flat_map(move |sample| {
        let first = sample * size;
        let places = shape.places_of_channels_first().enumerate();
        places.map(move |(to, from)| (first + from, first + to))
    })
}

fn flatten(at: &Site, x: &[f32], z: &mut [f32]) {
    for (from, to) in places(at) {
        z[to] = x[from];
    }
}

impl Operator for Flatten {
    fn forward(&self, at: &Site, x: Inputs, _saved: &mut Saved, _relu: bool, z: &mut [f32]) {
        flatten(at, x.main, z);
    }

    fn jvp(&self, base: &Recorded, rx: Inputs, _direction: LayerParameters, rz: &mut [f32]) {
        flatten(&base.at, rx.main, rz);
    }

    fn backward(&self, base: &Recorded, _by: Operand, dz: &[f32], start: Start, dx: &mut [f32]) {
        begin(start, dx);
        for (from, to) in places(&base.at) {
            dx[from] += dz[to];
        }
    }
}
