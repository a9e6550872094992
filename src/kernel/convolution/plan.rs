//! Lists of which pixel reads which, made once per shape.

use super::shape::{Group, Shape, groups};
use crate::kernel::window::{Axis, Reach, Sides};

/// A pixel of the result and the first pixel that it reads, as offsets, in numbers, from the first
/// sample of a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) source: u32,
    pub(super) target: u32,
}

/// The positions that read at the same indices of the kernel, which are `taps` indices starting at
/// `first`.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub(super) first: Sides,
    pub(super) taps: Sides,
    /// The positions, sample after sample of a block, and row after row in each sample.
    pub(super) places: Vec<Place>,
    /// The number of positions per sample.
    pub(super) each: usize,
}

/// The layout of an image in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Image {
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) channels: usize,
}

impl Image {
    /// How many numbers one row has.
    pub(super) fn row(self) -> usize {
        self.width * self.channels
    }

    /// How many numbers one sample has.
    pub(super) fn sample(self) -> usize {
        self.height * self.row()
    }

    /// The offset, in numbers, of a move by this many rows and by this many columns.
    pub(super) fn step(self, by: Sides) -> Sides {
        Sides {
            rows: by.rows * self.row(),
            columns: by.columns * self.channels,
        }
    }
}

/// The number of pixels that justify a block of samples; tiles do not cross blocks.
const PIXELS: usize = 128;

/// How one image is computed from another, block of samples by block of samples.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) source: Image,
    pub(super) target: Image,
    pub(super) kernel: Sides,
    pub(super) groups: usize,
    /// The step between indices of the kernel, in pixels of the source.
    pub(super) step: Sides,
    /// The number of samples in a block.
    pub(super) block: usize,
    pub(super) classes: Vec<Class>,
}

impl Plan {
    /// The plan that computes the output from the input.
    pub(super) fn forward(shape: &Shape) -> Self {
        let (source, target) = images(shape);
        let step = steps(shape, Axis::forward_step);
        Plan::new(source, target, shape, step, Axis::forward)
    }

    /// The plan that computes the input's derivative from the output's, with the transposed weights.
    pub(super) fn backward(shape: &Shape) -> Self {
        let (source, target) = images(shape);
        let step = steps(shape, Axis::backward_step);
        Plan::new(target, source, shape, step, Axis::backward)
    }

    fn new(
        source: Image,
        target: Image,
        shape: &Shape,
        step: Sides,
        reach: fn(&Axis, usize) -> Reach,
    ) -> Self {
        let block = block(target);
        let (rows, columns) = (shape.rows(), shape.columns());
        let rows = groups(target.height, |t| reach(&rows, t));
        let columns = groups(target.width, |t| reach(&columns, t));
        let classes = rows
            .iter()
            .flat_map(|rows| columns.iter().map(move |columns| (rows, columns)))
            .map(|(rows, columns)| Class::new(rows, columns, source, target, block))
            .collect();
        Plan {
            source,
            target,
            kernel: shape.window.size,
            groups: shape.groups,
            step,
            block,
            classes,
        }
    }

    /// The number of source channels that one target channel reads.
    pub(super) fn reads(&self) -> usize {
        self.source.channels / self.groups
    }

    /// The number of target channels that read the same source channels.
    pub(super) fn writes(&self) -> usize {
        self.target.channels / self.groups
    }
}

/// The step in each direction.
pub(super) fn steps(shape: &Shape, step: fn(&Axis) -> usize) -> Sides {
    Sides {
        rows: step(&shape.rows()),
        columns: step(&shape.columns()),
    }
}

/// The layouts of the input and the output.
pub(super) fn images(shape: &Shape) -> (Image, Image) {
    let input = Image {
        height: shape.height,
        width: shape.width,
        channels: shape.inputs,
    };
    let output = Image {
        height: shape.output_height(),
        width: shape.output_width(),
        channels: shape.outputs,
    };
    (input, output)
}

/// The number of samples in a block.
pub(super) fn block(target: Image) -> usize {
    PIXELS.div_ceil((target.height * target.width).max(1))
}

impl Class {
    /// All positions of these rows and columns in a block of samples.
    pub(super) fn new(
        rows: &Group,
        columns: &Group,
        source: Image,
        target: Image,
        block: usize,
    ) -> Self {
        let offset = |image: Image, sample, row, column| {
            let pixel = (sample * image.height + row) * image.width + column;
            u32::try_from(pixel * image.channels).expect("a block of samples below 2³² numbers")
        };
        let mut places = Vec::with_capacity(block * rows.places.len() * columns.places.len());
        for sample in 0..block {
            for &(row, from_row) in &rows.places {
                places.extend(columns.places.iter().map(|&(column, from_column)| Place {
                    source: offset(source, sample, from_row, from_column),
                    target: offset(target, sample, row, column),
                }));
            }
        }
        Class {
            first: Sides {
                rows: rows.tap,
                columns: columns.tap,
            },
            taps: Sides {
                rows: rows.taps,
                columns: columns.taps,
            },
            each: places.len() / block,
            places,
        }
    }
}
