//! The matrix of a convolution's windows, and pools.

use crate::oracle::graph::Size;

/// A window that slides over an image.
#[derive(Clone, Copy)]
pub(super) struct Window {
    pub from: Size,
    pub to: Size,
    pub kernel: usize,
    pub stride: usize,
    pub padding: usize,
}

impl Window {
    /// Rows (channels × kernel × kernel) and columns (places) of the matrix.
    pub fn shape(&self) -> (usize, usize) {
        let rows = self.from[0] * self.kernel * self.kernel;
        (rows, self.to[1] * self.to[2])
    }

    /// Calls `run(place in the matrix, place in the image, count)` for every run of numbers that
    /// lie side by side in both and are no border.
    fn each_run(&self, mut run: impl FnMut(usize, usize, usize)) {
        let ([channels, height, width], [_, rows, columns]) = (self.from, self.to);
        let side = self.kernel;
        for row in 0..channels * side * side {
            let (channel, ky, kx) = (row / (side * side), row / side % side, row % side);
            for y in 0..rows {
                let source = (y * self.stride + ky).wrapping_sub(self.padding);
                if source >= height {
                    continue;
                }
                let (line, start) = (
                    (channel * height + source) * width,
                    (row * rows + y) * columns,
                );
                if self.stride == 1 {
                    let first = self.padding.saturating_sub(kx);
                    let end = columns.min((width + self.padding).saturating_sub(kx));
                    if first < end {
                        run(start + first, line + first + kx - self.padding, end - first);
                    }
                    continue;
                }
                for x in 0..columns {
                    let source = (x * self.stride + kx).wrapping_sub(self.padding);
                    if source < width {
                        run(start + x, line + source, 1);
                    }
                }
            }
        }
    }

    /// The matrix of the windows of one image.
    pub fn spread(&self, image: &[f64]) -> Vec<f64> {
        let (rows, columns) = self.shape();
        let mut matrix = vec![0.0; rows * columns];
        self.each_run(|to, from, count| {
            matrix[to..to + count].copy_from_slice(&image[from..from + count]);
        });
        matrix
    }

    /// `image ← image +` the numbers of the matrix, each at the place it came from.
    pub fn gather(&self, matrix: &[f64], image: &mut [f64]) {
        self.each_run(|from, to, count| {
            let numbers = image[to..to + count].iter_mut();
            numbers.zip(&matrix[from..]).for_each(|(x, m)| *x += m);
        });
    }
}

/// Calls `pair(place in the pooled image, place in the image)`, window after window.
pub(super) fn each_pooled(from: Size, to: Size, window: usize, mut pair: impl FnMut(usize, usize)) {
    let [channels, rows, columns] = to;
    for place in 0..channels * rows * columns {
        let (c, y, x) = (
            place / (rows * columns),
            place / columns % rows,
            place % columns,
        );
        for row in y * window..(y + 1) * window {
            let line = (c * from[1] + row) * from[2];
            (x * window..(x + 1) * window).for_each(|column| pair(place, line + column));
        }
    }
}

/// The place of the first largest number of every window.
pub(super) fn largest(from: Size, to: Size, window: usize, image: &[f64]) -> Vec<usize> {
    let mut places = vec![usize::MAX; to.iter().product()];
    each_pooled(from, to, window, |pooled, place| {
        let best = &mut places[pooled];
        if *best == usize::MAX || image[place] > image[*best] {
            *best = place;
        }
    });
    places
}
