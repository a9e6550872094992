//! Layers without parameters that are linear once the base pass has chosen its places.
//!
//! The same functions serve values, their directional derivatives and, transposed, the derivatives
//! that come back.

use crate::kernel::pool;
use crate::kernel::{self, Isa, Start};

use super::Shape;
use super::layer::{Layer, Operation};

/// A layer without parameters, at its place in the network.
pub(super) struct Linear<'a> {
    pub isa: Isa,
    pub layer: &'a Layer,
}

impl Linear<'_> {
    /// Does it write every number, whatever is there?
    fn is_pool(&self) -> bool {
        matches!(
            self.layer.operation,
            Operation::MaxPool(_) | Operation::AveragePool(_)
        )
    }

    /// `y` of the values `x` and, for a shortcut, `skip`; a max-pool writes down its places.
    pub fn forward(&self, x: &[f32], skip: &[f32], places: &mut Vec<u8>, y: &mut [f32]) {
        match &self.layer.operation {
            Operation::MaxPool(shape) => {
                places.resize(y.len(), 0);
                pool::max_pool(self.isa, shape, x, y, places);
            }
            Operation::Normalise { mean, deviation } => {
                let scale = inverse(deviation);
                let shift: Vec<f32> = mean
                    .iter()
                    .zip(&scale)
                    .map(|(&m, s)| -(m as f32) * s)
                    .collect();
                kernel::scale_shift(self.isa, (&scale, &shift), false, x, y);
            }
            _ => self.again(x, skip, places, y),
        }
    }

    /// The linear part: `y` of the directional derivatives `x` and `skip`, at the places of the
    /// base pass. An empty slice stands for zero.
    pub fn again(&self, x: &[f32], skip: &[f32], places: &[u8], y: &mut [f32]) {
        if !self.is_pool() {
            y.fill(0.0);
        }
        match &self.layer.operation {
            Operation::Shortcut { source, stride, .. } => {
                if !x.is_empty() {
                    y.copy_from_slice(x);
                }
                let samples = skip.len() / source.numbers();
                for (from, to) in skips(*source, self.layer.output, *stride, samples) {
                    y[to] += skip[from];
                }
            }
            Operation::MaxPool(shape) => {
                pool::gather_pool(self.isa, shape, x, places, y);
            }
            Operation::AveragePool(shape) => {
                pool::average_pool(self.isa, shape, x, y);
            }
            Operation::Normalise { deviation, .. } => {
                add_scaled(self.isa, &inverse(deviation), x, y);
            }
            Operation::Flatten => {
                let shape = self.layer.input;
                for (from, to) in turns(shape, x.len() / shape.numbers()) {
                    y[to] = x[from];
                }
            }
            kind => unreachable!("{} has a file of its own", kind.name()),
        }
    }

    /// `below ← start + (derivative by activation `read`)` from the derivative `y` by the output: of a
    /// shortcut by what it adds, or else by the main input.
    pub fn back(&self, read: usize, y: &[f32], places: &[u8], start: Start, below: &mut [f32]) {
        match self.layer.operation {
            Operation::Shortcut { from, .. } if from == read => self.skip_back(y, start, below),
            _ => self.transposed(y, places, start, below),
        }
    }

    /// `below ← start + (derivative by the main input)` from the derivative `y` by the output.
    fn transposed(&self, y: &[f32], places: &[u8], start: Start, below: &mut [f32]) {
        if start == Start::Accumulate && self.is_pool() {
            let mut alone = vec![0.0; below.len()];
            self.transposed(y, places, Start::Zero, &mut alone);
            return kernel::axpy(self.isa, 1.0, &alone, below);
        }
        if !self.is_pool() {
            begin(start, below);
        }
        match &self.layer.operation {
            Operation::Shortcut { .. } => kernel::axpy(self.isa, 1.0, y, below),
            Operation::MaxPool(shape) => {
                pool::scatter_pool(self.isa, shape, y, places, below);
            }
            Operation::AveragePool(shape) => {
                pool::spread_pool(self.isa, shape, y, below);
            }
            Operation::Normalise { deviation, .. } => {
                add_scaled(self.isa, &inverse(deviation), y, below);
            }
            Operation::Flatten => {
                let shape = self.layer.input;
                for (from, to) in turns(shape, y.len() / shape.numbers()) {
                    below[from] += y[to];
                }
            }
            kind => unreachable!("{} has a file of its own", kind.name()),
        }
    }

    /// `below ← start + (derivative by what a shortcut adds)`.
    fn skip_back(&self, y: &[f32], start: Start, below: &mut [f32]) {
        begin(start, below);
        if let Operation::Shortcut { source, stride, .. } = &self.layer.operation {
            let samples = below.len() / source.numbers();
            for (from, to) in skips(*source, self.layer.output, *stride, samples) {
                below[from] += y[to];
            }
        }
    }
}

/// `y_c ← y_c + x_c·scale_c` at every position.
pub(super) fn add_scaled(isa: Isa, scale: &[f32], x: &[f32], y: &mut [f32]) {
    let (ones, zeros) = (vec![1.0; scale.len()], vec![0.0; scale.len()]);
    kernel::blend(isa, [&ones, scale, &zeros], x, y);
}

/// Zeros, where nothing is to be added to.
pub(super) fn begin(start: Start, below: &mut [f32]) {
    if start == Start::Zero {
        below.fill(0.0);
    }
}

fn inverse(deviation: &[f64]) -> Vec<f32> {
    deviation.iter().map(|&d| 1.0 / d as f32).collect()
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
