//! The sizes of a pool, and the walks over its windows.

use crate::kernel::lanes::vectors;
use crate::kernel::window::{Reach, Sides, Window};

/// Windows over an image, of which those behind the last whole one are left out. Every window must hold
/// a pixel of the image, and its pixels lie side by side: a padding of at most half its size, a dilation
/// of one.
///
/// Images are samples × height × width × channels, contiguous; every channel is by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Rows of the input image.
    pub height: usize,
    /// Columns of the input image.
    pub width: usize,
    /// Channels of both images.
    pub channels: usize,
    /// The window; one of (height, width) makes one number of the whole image.
    pub window: Window,
}

impl Pool {
    /// Rows of the output image.
    pub fn output_height(&self) -> usize {
        self.window.places(self.image()).rows
    }

    /// Columns of the output image.
    pub fn output_width(&self) -> usize {
        self.window.places(self.image()).columns
    }

    fn image(&self) -> Sides {
        Sides {
            rows: self.height,
            columns: self.width,
        }
    }

    /// The numbers of one sample of the input.
    pub fn input(&self) -> usize {
        self.height * self.width * self.channels
    }

    /// The numbers of one sample of the output.
    pub fn output(&self) -> usize {
        self.output_height() * self.output_width() * self.channels
    }

    /// Pixels of a window, those in the padding included.
    pub fn pixels(&self) -> usize {
        self.window.size.area()
    }

    /// Does the window fit, and does every one hold a pixel of the image?
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

    /// Checks that an input and an output have whole samples, the same number of both.
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

    /// Do the windows lie side by side, none in another, none in the padding?
    pub(super) fn is_tiled(&self) -> bool {
        self.window == Window::tiles(self.window.size)
    }

    /// From the first number of a window of tiles to those of its pixels, row after row.
    pub(super) fn offsets(&self) -> Vec<usize> {
        let Sides { rows, columns } = self.window.size;
        let pixels = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        pixels
            .map(|(row, column)| (row * self.width + column) * self.channels)
            .collect()
    }

    /// Calls `visit(input, output, count)` for every vector of channels of every window of tiles: where
    /// it begins in the input and in the output, and how many channels it has.
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

    /// Calls `visit(patch, output, count)` for every vector of channels of every window, wherever the
    /// windows lie.
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

    /// Writes 0 where tiles leave something over.
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

/// The pixels of one window that lie in the image, for a vector of channels.
pub(super) struct Patch<'a> {
    pool: &'a Pool,
    /// Where the first of them begins.
    input: usize,
    row: Reach,
    column: Reach,
}

impl Patch<'_> {
    /// Calls `visit(input, k)` for each, row after row: where it begins, and which pixel of the window
    /// it is.
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
