//! Which pixel reads which: lists of places, made once for a shape.

use super::shape::{Axis, Group, Reach, Shape, groups};

/// A pixel of the result and the first pixel that it reads, as offsets in numbers from the first
/// sample of a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) source: u32,
    pub(super) target: u32,
}

/// Places that read under the same indices of the kernel: rows `first.0 ..` and columns `first.1 ..`
/// of it, `taps` in number.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub(super) first: (usize, usize),
    pub(super) taps: (usize, usize),
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
}

/// Pixels that are worth a block of samples: tiles are cut within a block.
const PIXELS: usize = 128;

/// How one image is made from another, block of samples by block of samples.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) source: Image,
    pub(super) target: Image,
    pub(super) kernel: usize,
    /// Samples in a block.
    pub(super) block: usize,
    pub(super) classes: Vec<Class>,
}

impl Plan {
    /// The output from the input.
    pub(super) fn forward(shape: &Shape) -> Self {
        let (source, target) = images(shape);
        Plan::new((source, target), shape, Axis::forward)
    }

    /// The input's derivative from the output's, under the turned weights.
    pub(super) fn backward(shape: &Shape) -> Self {
        let (source, target) = images(shape);
        Plan::new((target, source), shape, Axis::backward)
    }

    fn new(
        (source, target): (Image, Image),
        shape: &Shape,
        reach: fn(&Axis, usize) -> Reach,
    ) -> Self {
        let block = block(target);
        let (rows, columns) = (shape.rows(), shape.columns());
        let rows = groups(target.height, |t| reach(&rows, t));
        let columns = groups(target.width, |t| reach(&columns, t));
        let classes = rows
            .iter()
            .flat_map(|rows| columns.iter().map(move |columns| (rows, columns)))
            .map(|groups| Class::new(groups, (source, target), block))
            .collect();
        Plan {
            source,
            target,
            kernel: shape.kernel,
            block,
            classes,
        }
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
        (rows, columns): (&Group, &Group),
        (source, target): (Image, Image),
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
            first: (rows.tap, columns.tap),
            taps: (rows.taps, columns.taps),
            each: places.len() / block,
            places,
        }
    }
}
