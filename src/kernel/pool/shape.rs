//! The sizes of a pool, and iteration over its windows.

use crate::kernel::lanes::vectors;
use crate::kernel::window::{Reach, Sides, Window};

/// Windows over an image; rows and columns after the last whole window are left out. Every window must
/// contain a pixel of the image, and its pixels must be adjacent: the padding is at most half the size,
/// and the dilation is one.
///
/// Images are samples × height × width × channels, contiguous; channels are pooled separately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// The number of rows of the input image.
    pub height: usize,
    /// The number of columns of the input image.
    pub width: usize,
    /// The number of channels of both images.
    pub channels: usize,
    /// The window; a window of size (height, width) reduces the whole image to one number per channel.
    pub window: Window,
}

impl Pool {
    /// The number of rows of the output image.
    pub fn output_height(&self) -> usize {
        self.window.places(self.image()).rows
    }

    /// The number of columns of the output image.
    pub fn output_width(&self) -> usize {
        self.window.places(self.image()).columns
    }

    fn image(&self) -> Sides {
        Sides {
            rows: self.height,
            columns: self.width,
        }
    }

    /// How many numbers one sample of the input has.
    pub fn input(&self) -> usize {
        self.height * self.width * self.channels
    }

    /// How many numbers one sample of the output has.
    pub fn output(&self) -> usize {
        self.output_height() * self.output_width() * self.channels
    }

    /// The number of pixels in a window, including those in the padding.
    pub fn pixels(&self) -> usize {
        self.window.size.area()
    }

    /// Whether the window fits, and every window contains a pixel of the image.
    fn is_sound(&self) -> bool {
        let Window {
            size,
            stride,
            padding,
            dilation,
        } = self.window;
        let image = self.image().area() * self.channels;
        let is_small = |padding: usize, size: usize| padding <= size / 2;
        ![image, size.area(), stride.area()].contains(&0)
            && dilation == Sides::both(1)
            && is_small(padding.rows, size.rows)
            && is_small(padding.columns, size.columns)
            && self.output() > 0
    }

    /// Checks that an input and an output consist of the same number of whole samples.
    pub(super) fn check(&self, input: &[f32], output: &[f32]) {
        assert!(self.is_sound(), "no pool has the shape {self:?}");
        let samples = input.len() / self.input();
        assert!(
            input.len() == samples * self.input() && output.len() == samples * self.output(),
            "{} numbers of input and {} of output are no samples of {self:?}",
            input.len(),
            output.len()
        );
    }

    /// Whether the windows lie side by side, without overlap and without padding.
    pub(super) fn is_tiled(&self) -> bool {
        self.window == Window::tiles(self.window.size)
    }

    /// The offsets from the first number of a window of tiles to those of its pixels, row after row.
    pub(super) fn offsets(&self) -> Vec<usize> {
        let Sides { rows, columns } = self.window.size;
        let pixels = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        pixels
            .map(|(row, column)| (row * self.width + column) * self.channels)
            .collect()
    }

    /// Calls `visit(input, output, count)` for every vector of channels of every window of tiles, with
    /// its start in the input and in the output and its number of channels.
    #[inline(always)]
    pub(super) fn vectors(&self, samples: usize, mut visit: impl FnMut(usize, usize, usize)) {
        let size = self.window.size;
        let mut output = 0;
        for row in 0..samples * self.output_height() {
            let (sample, row) = (row / self.output_height(), row % self.output_height());
            let row = (sample * self.height + row * size.rows) * self.width;
            for column in 0..self.output_width() {
                let input = (row + column * size.columns) * self.channels;
                vectors(
                    self.channels,
                    #[inline(always)]
                    |first, count| visit(input + first, output + first, count),
                );
                output += self.channels;
            }
        }
    }

    /// Calls `visit(patch, output, count)` for every vector of channels of every window, for windows in
    /// any position.
    #[inline(always)]
    pub(super) fn patches(&self, samples: usize, mut visit: impl FnMut(&Patch, usize, usize)) {
        let (rows, columns) = (
            self.window.rows(self.height),
            self.window.columns(self.width),
        );
        let rows: Vec<Reach> = (0..rows.targets()).map(|t| rows.forward(t)).collect();
        let columns: Vec<Reach> = (0..columns.targets()).map(|t| columns.forward(t)).collect();
        let mut output = 0;
        for sample in 0..samples {
            for row in &rows {
                for column in &columns {
                    let pixel = (sample * self.height + row.source) * self.width + column.source;
                    vectors(
                        self.channels,
                        #[inline(always)]
                        |first, count| {
                            let patch = Patch {
                                pool: self,
                                input: pixel * self.channels + first,
                                row: *row,
                                column: *column,
                            };
                            visit(&patch, output + first, count);
                        },
                    );
                    output += self.channels;
                }
            }
        }
    }

    /// Writes 0 to the pixels that the tiles do not cover.
    pub(super) fn clear_rest(&self, x: &mut [f32]) {
        let size = self.window.size;
        let covered = (
            self.output_height() * size.rows,
            self.output_width() * size.columns,
        );
        if covered != (self.height, self.width) {
            x.fill(0.0);
        }
    }
}

/// The pixels of one window that are inside the image, for a vector of channels.
pub(super) struct Patch<'a> {
    pool: &'a Pool,
    /// The start of the first of these pixels.
    input: usize,
    row: Reach,
    column: Reach,
}

impl Patch<'_> {
    /// Calls `visit(input, k)` for each pixel, row after row, with its start in the input and its index
    /// in the window.
    #[inline(always)]
    pub(super) fn each(&self, mut visit: impl FnMut(usize, usize)) {
        let Pool {
            width,
            channels,
            window,
            ..
        } = self.pool;
        for row in 0..self.row.taps {
            for column in 0..self.column.taps {
                let input = self.input + (row * width + column) * channels;
                let k = (self.row.tap + row) * window.size.columns + self.column.tap + column;
                visit(input, k);
            }
        }
    }
}
