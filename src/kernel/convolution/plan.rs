//! Which pixel reads which: lists of places, made once for a shape.

use super::shape::{Group, Shape, groups};
use crate::kernel::window::{Axis, Reach, Sides};

/// A pixel of the result and the first pixel that it reads, as offsets in numbers from the first
/// sample of a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) source: u32,
    pub(super) target: u32,
}

/// Places that read under the same indices of the kernel, `taps` in number from `first` on.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub(super) first: Sides,
    pub(super) taps: Sides,
    /// Sample after sample of a block, in each row after row.
    pub(super) places: Vec<Place>,
    /// How many of them each sample has.
    pub(super) each: usize,
}

/// An image as it lies in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Image {
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) channels: usize,
}

impl Image {
    /// The numbers of a row.
    pub(super) fn row(self) -> usize {
        self.width * self.channels
    }

    /// The numbers of a sample.
    pub(super) fn sample(self) -> usize {
        self.height * self.row()
    }

    /// From pixel to pixel, in numbers, where one moves by so many rows and columns.
    pub(super) fn step(self, by: Sides) -> Sides {
        Sides {
            rows: by.rows * self.row(),
            columns: by.columns * self.channels,
        }
    }
}

/// Pixels that are worth a block of samples: tiles are cut within a block.
const PIXELS: usize = 128;

/// How one image is made from another, block of samples by block of samples.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) source: Image,
    pub(super) target: Image,
    pub(super) kernel: Sides,
    pub(super) groups: usize,
    /// From index to index of the kernel, in pixels of the source.
    pub(super) step: Sides,
    /// Samples in a block.
    pub(super) block: usize,
    pub(super) classes: Vec<Class>,
}

impl Plan {
    /// The output from the input.
    pub(super) fn forward(shape: &Shape) -> Self {
        let (source, target) = images(shape);
        let step = steps(shape, Axis::forward_step);
        Plan::new(source, target, shape, step, Axis::forward)
    }

    /// The input's derivative from the output's, under the transposed weights.
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

    /// Channels of the source that a channel of the target reads.
    pub(super) fn reads(&self) -> usize {
        self.source.channels / self.groups
    }

    /// Channels of the target that read the same channels of the source.
    pub(super) fn writes(&self) -> usize {
        self.target.channels / self.groups
    }
}

/// The step of each direction.
pub(super) fn steps(shape: &Shape, step: fn(&Axis) -> usize) -> Sides {
    Sides {
        rows: step(&shape.rows()),
        columns: step(&shape.columns()),
    }
}

/// The input and the output.
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

/// Samples in a block.
pub(super) fn block(target: Image) -> usize {
    PIXELS.div_ceil((target.height * target.width).max(1))
}

impl Class {
    /// All places of these rows and columns in a block of samples.
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
