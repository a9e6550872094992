//! The sizes of a pool, and the walk over its windows.

use crate::kernel::lanes::LANES;

/// Windows side by side over an image: each of `window` (rows, columns), none in another. Rows and
/// columns that are left over at the end belong to no window.
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
    /// Rows and columns of a window; (height, width) makes one window of the whole image.
    pub window: (usize, usize),
}

impl Pool {
    /// Rows of the output image: ⌊height/rows of a window⌋.
    pub fn output_height(&self) -> usize {
        self.height / self.window.0
    }

    /// Columns of the output image.
    pub fn output_width(&self) -> usize {
        self.width / self.window.1
    }

    /// The numbers of one sample of the input.
    pub fn input(&self) -> usize {
        self.height * self.width * self.channels
    }

    /// The numbers of one sample of the output.
    pub fn output(&self) -> usize {
        self.output_height() * self.output_width() * self.channels
    }

    /// Pixels of a window.
    pub fn pixels(&self) -> usize {
        self.window.0 * self.window.1
    }

    /// Checks that an input and an output have whole samples, the same number of both.
    pub(super) fn check(&self, input: &[f32], output: &[f32]) {
        let sizes = [
            self.height,
            self.width,
            self.channels,
            self.window.0,
            self.window.1,
        ];
        assert!(
            !sizes.contains(&0) && self.output() > 0,
            "no pool has the shape {self:?}"
        );
        let samples = input.len() / self.input();
        assert!(
            input.len() == samples * self.input() && output.len() == samples * self.output(),
            "{} numbers of input and {} of output are no samples of {self:?}",
            input.len(),
            output.len()
        );
    }

    /// From the first number of a window to those of its pixels, row after row.
    pub(super) fn offsets(&self) -> Vec<usize> {
        let (rows, columns) = self.window;
        let pixels = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
        pixels
            .map(|(row, column)| (row * self.width + column) * self.channels)
            .collect()
    }

    /// Calls `visit(input, output, count)` for every vector of channels of every window: where it
    /// begins in the input and in the output, and how many channels it has.
    #[inline(always)]
    pub(super) fn vectors(&self, samples: usize, mut visit: impl FnMut(usize, usize, usize)) {
        let whole = self.channels / LANES * LANES;
        let mut output = 0;
        for row in 0..samples * self.output_height() {
            let (sample, row) = (row / self.output_height(), row % self.output_height());
            let row = (sample * self.height + row * self.window.0) * self.width;
            for column in 0..self.output_width() {
                let input = (row + column * self.window.1) * self.channels;
                // Whole vectors apart, so that their length is known when this is compiled.
                for first in (0..whole).step_by(LANES) {
                    visit(input + first, output + first, LANES);
                }
                if whole < self.channels {
                    visit(input + whole, output + whole, self.channels - whole);
                }
                output += self.channels;
            }
        }
    }
}

impl Pool {
    /// Writes 0 where windows leave something over.
    pub(super) fn clear_rest(&self, x: &mut [f32]) {
        let covered = (
            self.output_height() * self.window.0,
            self.output_width() * self.window.1,
        );
        if covered != (self.height, self.width) {
            x.fill(0.0);
        }
    }
}
