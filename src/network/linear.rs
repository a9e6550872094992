//! Layers without parameters that are linear once the base pass has chosen its places.
//!
//! The same functions serve values, their directional derivatives and, transposed, the derivatives
//! that come back.

use crate::kernel::{self, Isa, Pool, Start};

use super::Shape;
use super::layer::{Kind, Layer};

/// A layer without parameters, at its place in the network.
pub(super) struct Linear<'a> {
    pub isa: Isa,
    pub layer: &'a Layer,
}

impl Linear<'_> {
    fn pool(&self, window: usize) -> Pool {
        Pool {
            height: self.layer.input.height,
            width: self.layer.input.width,
            channels: self.layer.input.channels,
            window,
        }
    }

    /// `y` of the values `x` and, for a shortcut, `skip`; a max-pool writes down its places.
    pub fn forward(&self, x: &[f32], skip: &[f32], places: &mut Vec<u32>, y: &mut [f32]) {
        match &self.layer.kind {
            Kind::MaxPool { window } => {
                places.resize(y.len(), 0);
                kernel::max_pool(self.isa, &self.pool(*window), x, y, places);
            }
            Kind::Normalise { mean, deviation } => {
                let scale = inverse(deviation);
                let shift: Vec<f32> = mean.iter().zip(&scale).map(|(m, s)| -m * s).collect();
                kernel::channel_affine(self.isa, x, &scale, &shift, false, y);
            }
            _ => self.again(x, skip, places, y),
        }
    }

    /// The linear part: `y` of the directional derivatives `x` and `skip`, at the places of the
    /// base pass. An empty slice stands for zero.
    pub fn again(&self, x: &[f32], skip: &[f32], places: &[u32], y: &mut [f32]) {
        y.fill(0.0);
        match &self.layer.kind {
            Kind::Shortcut { source, stride, .. } => {
                if !x.is_empty() {
                    y.copy_from_slice(x);
                }
                let samples = skip.len() / source.numbers();
                for (from, to) in skips(*source, self.layer.output, *stride, samples) {
                    y[to] += skip[from];
                }
            }
            Kind::MaxPool { window } => kernel::pool_again(&self.pool(*window), x, places, y),
            Kind::AveragePool { window } => {
                kernel::average_pool(self.isa, &self.pool(*window), x, y);
            }
            Kind::Normalise { deviation, .. } => {
                kernel::channel_axpy(self.isa, &inverse(deviation), x, y);
            }
            Kind::Flatten => {
                let shape = self.layer.input;
                for (from, to) in turns(shape, x.len() / shape.numbers()) {
                    y[to] = x[from];
                }
            }
            kind => unreachable!("{} has a file of its own", kind.name()),
        }
    }

    /// `below ← start + (derivative by the main input)` from the derivative `y` by the output.
    pub fn transposed(&self, y: &[f32], places: &[u32], start: Start, below: &mut [f32]) {
        begin(start, below);
        match &self.layer.kind {
            Kind::Shortcut { .. } => kernel::axpy(self.isa, 1.0, y, below),
            Kind::MaxPool { window } => kernel::pool_back(&self.pool(*window), y, places, below),
            Kind::AveragePool { window } => {
                kernel::average_back(self.isa, &self.pool(*window), y, below);
            }
            Kind::Normalise { deviation, .. } => {
                kernel::channel_axpy(self.isa, &inverse(deviation), y, below);
            }
            Kind::Flatten => {
                let shape = self.layer.input;
                for (from, to) in turns(shape, y.len() / shape.numbers()) {
                    below[from] += y[to];
                }
            }
            kind => unreachable!("{} has a file of its own", kind.name()),
        }
    }

    /// `below ← start + (derivative by what a shortcut adds)`.
    pub fn skip_back(&self, y: &[f32], start: Start, below: &mut [f32]) {
        begin(start, below);
        if let Kind::Shortcut { source, stride, .. } = &self.layer.kind {
            let samples = below.len() / source.numbers();
            for (from, to) in skips(*source, self.layer.output, *stride, samples) {
                below[from] += y[to];
            }
        }
    }
}

fn begin(start: Start, below: &mut [f32]) {
    if start == Start::Zero {
        below.fill(0.0);
    }
}

fn inverse(deviation: &[f32]) -> Vec<f32> {
    deviation.iter().map(|d| 1.0 / d).collect()
}

/// Every (place channels last, place channels first), sample after sample.
fn turns(shape: Shape, samples: usize) -> impl Iterator<Item = (usize, usize)> {
    let size = shape.numbers();
    (0..samples).flat_map(move |sample| {
        let first = sample * size;
        let places = shape.places_of_channels_first().enumerate();
        places.map(move |(to, from)| (first + from, first + to))
    })
}

/// Every (place in the earlier activation, place in the output), sample after sample.
fn skips(
    source: Shape,
    output: Shape,
    stride: usize,
    samples: usize,
) -> impl Iterator<Item = (usize, usize)> {
    (0..samples * output.height * output.width).flat_map(move |position| {
        let (x, row) = (position % output.width, position / output.width);
        let (y, sample) = (row % output.height, row / output.height);
        let source_row = sample * source.height + y * stride;
        let from = (source_row * source.width + x * stride) * source.channels;
        let to = position * output.channels;
        (0..source.channels).map(move |channel| (from + channel, to + channel))
    })
}
